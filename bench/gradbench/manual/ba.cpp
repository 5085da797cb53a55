// Bundle adjustment with derivatives written by hand, as a measure for ba.cpp.
#include <algorithm>
#include <array>
#include <cmath>

#include <nlohmann/json.hpp>

#include <tengen/bench/gradbench/evals.h>

namespace gradbench::manual {
namespace {

using Vector = std::array<double, 3>;

constexpr int kCamera = 11, kParameters = kCamera + 3 + 1;

double dot(const Vector& a, const Vector& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

struct Scene {
  int n, m, p;
  std::vector<std::array<double, kCamera>> cameras;
  std::vector<Vector> points;
  std::vector<double> weights;
  std::vector<std::array<double, 2>> features;
};

Scene scene(const json& input) {
  const int n = input.at("n"), m = input.at("m"), p = input.at("p");
  return {n,
          m,
          p,
          {size_t(n), input.at("cam").get<std::array<double, kCamera>>()},
          {size_t(m), input.at("x").get<Vector>()},
          std::vector<double>(size_t(p), input.at("w").get<double>()),
          {size_t(p), input.at("feat").get<std::array<double, 2>>()}};
}

// A rotated vector, with the rotation's matrix and the derivatives by its three parameters.
struct Rotated {
  Vector value;
  std::array<Vector, 3> matrix, by_axis;  // rows: elements of the value
};

Rotated rotate(const double* axis, const Vector& x) {
  const double square = axis[0] * axis[0] + axis[1] * axis[1] + axis[2] * axis[2];
  const bool still = square == 0;
  const double angle = std::sqrt(square), s = still ? 1 : std::sin(angle), c = still ? 1 : std::cos(angle);
  Vector k{axis[0], axis[1], axis[2]};  // of length 1, or 0
  if (!still)
    for (double& element : k) element /= angle;
  const double along = dot(k, x);
  Rotated result;
  for (int i = 0; i < 3; ++i) {
    const int j = (i + 1) % 3, l = (i + 2) % 3;
    const double cross = k[j] * x[l] - k[l] * x[j];
    result.value[i] = x[i] * c + cross * s + k[i] * along * (1 - c);
    result.matrix[i][i] = c + k[i] * k[i] * (1 - c);
    result.matrix[i][j] = k[i] * k[j] * (1 - c) - k[l] * s;
    result.matrix[i][l] = k[i] * k[l] * (1 - c) + k[j] * s;
    if (still) {
      result.by_axis[i][i] = 0, result.by_axis[i][j] = x[l], result.by_axis[i][l] = -x[j];
      continue;
    }
    // First as if the direction k and the angle were parameters, then by the chain rule.
    Vector by_k;
    by_k[i] = along * (1 - c) + k[i] * x[i] * (1 - c);
    by_k[j] = x[l] * s + k[i] * x[j] * (1 - c);
    by_k[l] = -x[j] * s + k[i] * x[l] * (1 - c);
    const double by_angle = -x[i] * s + cross * c + k[i] * along * s, by_k_along = dot(by_k, k);
    for (int a = 0; a < 3; ++a)
      result.by_axis[i][a] = by_angle * k[a] + (by_k[a] - by_k_along * k[a]) / angle;
  }
  return result;
}

// The error of an observation and, unless null, both rows of its block of the Jacobian.
std::array<double, 2> reproject(const double* camera, const Vector& point, double weight,
                                const double* feature, double* jacobian) {
  const Rotated seen = rotate(camera, {point[0] - camera[3], point[1] - camera[4], point[2] - camera[5]});
  const double depth = seen.value[2], k1 = camera[9], k2 = camera[10], focal = camera[6];
  const std::array<double, 2> flat{seen.value[0] / depth, seen.value[1] / depth};
  const double square = flat[0] * flat[0] + flat[1] * flat[1];
  const double scale = 1 + k1 * square + k2 * square * square, by_square = k1 + 2 * k2 * square;
  std::array<double, 2> errors;
  for (int i = 0; i < 2; ++i) {
    const double distance = flat[i] * scale * focal + camera[7 + i] - feature[i];
    errors[i] = weight * distance;
    if (!jacobian) continue;
    double* row = jacobian + i * kParameters;
    std::array<double, 2> by_flat{2 * flat[i] * by_square * flat[0], 2 * flat[i] * by_square * flat[1]};
    by_flat[i] += scale;
    const double factor = weight * focal / depth;
    const Vector by_seen{factor * by_flat[0], factor * by_flat[1],
                         -factor * (by_flat[0] * flat[0] + by_flat[1] * flat[1])};
    for (int a = 0; a < 3; ++a) {
      double by_axis = 0, by_point = 0;
      for (int e = 0; e < 3; ++e) {
        by_axis += by_seen[e] * seen.by_axis[e][a];
        by_point += by_seen[e] * seen.matrix[e][a];
      }
      row[a] = by_axis, row[3 + a] = -by_point, row[kCamera + a] = by_point;
    }
    row[6] = weight * flat[i] * scale;
    row[7 + i] = weight, row[8 - i] = 0;
    row[9] = weight * focal * flat[i] * square;
    row[10] = row[9] * square;
    row[14] = distance;
  }
  return errors;
}

struct SparseMatrix {
  std::vector<int> rows, columns;
  std::vector<double> values;
};

SparseMatrix jacobian(const Scene& scene) {
  const size_t entries = size_t(scene.p) * (2 * kParameters + 1);
  SparseMatrix matrix;
  matrix.rows.reserve(size_t(3 * scene.p + 1)), matrix.columns.reserve(entries),
      matrix.values.resize(entries);
  double* next = matrix.values.data();
  for (int i = 0; i < scene.p; ++i, next += 2 * kParameters) {
    const int camera = i % scene.n, point = i % scene.m;
    reproject(scene.cameras[camera].data(), scene.points[point], scene.weights[i], scene.features[i].data(),
              next);
    for (int row = 0; row < 2; ++row) {
      matrix.rows.push_back((2 * i + row) * kParameters);
      for (int a = 0; a < kCamera; ++a) matrix.columns.push_back(kCamera * camera + a);
      for (int a = 0; a < 3; ++a) matrix.columns.push_back(kCamera * scene.n + 3 * point + a);
      matrix.columns.push_back(kCamera * scene.n + 3 * scene.m + i);
    }
  }
  for (int i = 0; i < scene.p; ++i) {
    matrix.rows.push_back(2 * scene.p * kParameters + i);
    matrix.columns.push_back(kCamera * scene.n + 3 * scene.m + i);
    *next++ = -2 * scene.weights[i];
  }
  matrix.rows.push_back(int(entries));
  return matrix;
}

template <class T>
json shortened(const std::vector<T>& list) {
  json result(std::vector<T>(list.begin(), list.begin() + std::min<ptrdiff_t>(2 * kParameters, list.size())));
  result.push_back(list.back());
  return result;
}

}  // namespace

Functions ba() {
  return {{"objective",
           [](const json& input) {
             const Scene s = scene(input);
             return task(
                 [=] {
                   std::vector<std::array<double, 3>> errors(size_t(s.p));
                   for (int i = 0; i < s.p; ++i) {
                     const auto [x, y] = reproject(s.cameras[i % s.n].data(), s.points[i % s.m], s.weights[i],
                                                   s.features[i].data(), nullptr);
                     errors[i] = {x, y, 1 - s.weights[i] * s.weights[i]};
                   }
                   return errors;
                 },
                 [](const std::vector<std::array<double, 3>>& errors) {
                   const auto [x, y, weight] = errors[0];
                   return json{{"reproj_error", {{"elements", {x, y}}, {"repeated", errors.size()}}},
                               {"w_err", {{"element", weight}, {"repeated", errors.size()}}}};
                 });
           }},
          {"jacobian", [](const json& input) {
             const Scene s = scene(input);
             return task([=] { return jacobian(s); },
                         [](const SparseMatrix& matrix) {
                           return json{{"rows", shortened(matrix.rows)},
                                       {"cols", shortened(matrix.columns)},
                                       {"vals", shortened(matrix.values)}};
                         });
           }}};
}

}  // namespace gradbench::manual
