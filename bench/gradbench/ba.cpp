// ba, bundle adjustment: the reprojection error of points seen by cameras, and its Jacobian as a sparse
// matrix. One graph holds all observations, each with parameters of its own, so that a backward pass per
// coordinate gives all rows.
#include <array>

#include <tengen/bench/gradbench/evals.h>
#include <tengen/bench/gradbench/tensors.h>

namespace gradbench {
namespace {

constexpr int64_t kCamera = 11;  // rotation 3, center 3, focal length, principal point 2, distortion 2
constexpr int64_t kParameters = kCamera + 3 + 1;  // of an observation: its camera, its point, its weight

struct Scene {
  int64_t n, m, p;           // cameras, points, observations
  Tensor cameras, points;    // (11, n), (3, m)
  Tensor weights, features;  // (p), (2, p)
  Tensor camera, point;      // (p): which one is observed
};

Scene scene(const json& input) {
  const int64_t n = input.at("n"), m = input.at("m"), p = input.at("p");
  const auto repeated = [](const Tensor& one, int64_t times) {
    return one.reshape({-1, 1}).expand({-1, times}).contiguous();
  };
  return {n,
          m,
          p,
          repeated(tensor(input.at("cam")), n),
          repeated(tensor(input.at("x")), m),
          repeated(tensor(input.at("w")), p).flatten(),
          repeated(tensor(input.at("feat")), p),
          torch::arange(p, torch::kInt64).remainder(n),
          torch::arange(p, torch::kInt64).remainder(m)};
}

// (15, p)
Tensor parameters(const Scene& scene) {
  return torch::cat({scene.cameras.index_select(1, scene.camera), scene.points.index_select(1, scene.point),
                     scene.weights.unsqueeze(0)});
}

// By Rodrigues' formula; a camera without rotation is given the limit.
std::array<Tensor, 3> rotate(const Tensor* axis, const std::array<Tensor, 3>& x) {
  const Tensor square = axis[0] * axis[0] + axis[1] * axis[1] + axis[2] * axis[2];
  const Tensor still = square == 0, divisor = torch::where(still, 1.0, square), angle = divisor.sqrt();
  const Tensor cosine = torch::where(still, 1.0, angle.cos());
  const Tensor sine = torch::where(still, 1.0, angle.sin() / angle);
  const Tensor along = (axis[0] * x[0] + axis[1] * x[1] + axis[2] * x[2]) * (1 - cosine) / divisor;
  std::array<Tensor, 3> rotated;
  for (int i = 0; i < 3; ++i) {
    const int j = (i + 1) % 3, k = (i + 2) % 3;
    rotated[i] = x[i] * cosine + (axis[j] * x[k] - axis[k] * x[j]) * sine + axis[i] * along;
  }
  return rotated;
}

// The two coordinates of the weighted errors, (p) each.
std::array<Tensor, 2> reprojection_error(const Tensor& parameters, const Tensor& features) {
  const std::vector<Tensor> q = parameters.unbind(0);
  const auto [x, y, z] = rotate(&q[0], {q[11] - q[3], q[12] - q[4], q[13] - q[5]});
  const Tensor u = x / z, v = y / z, square = u * u + v * v;
  const Tensor scale = ((q[10] * square + q[9]) * square + 1) * q[6];
  return {q[14] * (u * scale + q[7] - features[0]), q[14] * (v * scale + q[8] - features[1])};
}

Tensor weight_error(const Tensor& weights) { return 1 - weights * weights; }

struct SparseMatrix {
  Tensor rows, columns, values;  // row i has the entries rows[i] to rows[i + 1]
};

// The parameters of an observation are at the columns of its camera, its point and its weight.
Tensor columns(const Scene& scene) {
  const auto range = [](int64_t count) { return torch::arange(count, torch::kInt64); };
  const int64_t points = kCamera * scene.n, weights = points + 3 * scene.m;
  const Tensor weight = (range(scene.p) + weights).unsqueeze(1);
  const Tensor reprojection = torch::cat({scene.camera.unsqueeze(1) * kCamera + range(kCamera),
                                          scene.point.unsqueeze(1) * 3 + (range(3) + points), weight},
                                         1);
  const Tensor list = torch::empty({scene.p * (2 * kParameters + 1)}, torch::kInt64);
  list.slice(0, 0, -scene.p).view({scene.p, 2, kParameters}).copy_(reprojection.unsqueeze(1));
  list.slice(0, -scene.p).copy_(weight.flatten());
  return list;
}

SparseMatrix jacobian(const Scene& scene) {
  const Tensor inputs = parameters(scene).requires_grad_();
  const auto [x, y] = reprojection_error(inputs, scene.features);
  const Tensor by_x = torch::autograd::grad({x.sum()}, {inputs}, {}, true)[0], by_y = gradient(y, inputs);
  const Tensor weights = scene.weights.detach().requires_grad_();
  const Tensor by_weight = gradient(weight_error(weights), weights);
  const Tensor list = torch::empty({scene.p * (2 * kParameters + 1)}, torch::kFloat64);
  const Tensor rows = list.slice(0, 0, -scene.p).view({scene.p, 2, kParameters});
  rows.select(1, 0).copy_(by_x.t()), rows.select(1, 1).copy_(by_y.t());
  list.slice(0, -scene.p).copy_(by_weight);
  return {torch::cat({torch::arange(2 * scene.p, torch::kInt64) * kParameters,
                      torch::arange(scene.p + 1, torch::kInt64) + 2 * scene.p * kParameters}),
          columns(scene), list};
}

// The rows of all observations are alike: the reply has the entries of the first one and the last entry of
// all.
json shortened(const Tensor& list, bool whole_numbers) {
  json result = values(torch::cat({list.slice(0, 0, 2 * kParameters), list.slice(0, -1)}));
  if (whole_numbers)
    for (json& value : result) value = int64_t(value.get<double>());
  return result;
}

}  // namespace

Functions ba() {
  return {{"objective",
           [](const json& input) {
             const Scene s = scene(input);
             return task(
                 [=] {
                   torch::NoGradGuard guard;
                   const auto [x, y] = reprojection_error(parameters(s), s.features);
                   return std::array<Tensor, 3>{x, y, weight_error(s.weights)};
                 },
                 [p = s.p](const std::array<Tensor, 3>& errors) {
                   return json{
                       {"reproj_error",
                        {{"elements", {values(errors[0][0]), values(errors[1][0])}}, {"repeated", p}}},
                       {"w_err", {{"element", values(errors[2][0])}, {"repeated", p}}}};
                 });
           }},
          {"jacobian", [](const json& input) {
             const Scene s = scene(input);
             return task([=] { return jacobian(s); },
                         [](const SparseMatrix& matrix) {
                           return json{{"rows", shortened(matrix.rows, true)},
                                       {"cols", shortened(matrix.columns, true)},
                                       {"vals", shortened(matrix.values, false)}};
                         });
           }}};
}

}  // namespace gradbench
