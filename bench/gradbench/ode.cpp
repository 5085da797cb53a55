// ode: y_0' = x_0, y_i' = x_i y_(i-1) from y(0) = 0 to y(2), by s steps of the classical Runge-Kutta method;
// the gradient is that of the last element.
#include <tengen/bench/gradbench/evals.h>
#include <tengen/bench/gradbench/tensors.h>

namespace gradbench {
namespace {

Tensor solution(const Tensor& x, int64_t steps) {
  const double h = 2.0 / double(steps);
  const Tensor one = torch::ones({1}, torch::kFloat64);
  const auto slope = [&](const Tensor& y) { return x * torch::cat({one, y.slice(0, 0, -1)}); };
  Tensor y = torch::zeros_like(x);
  for (int64_t i = 0; i < steps; ++i) {
    const Tensor k1 = slope(y), k2 = slope(y.add(k1, h / 2)), k3 = slope(y.add(k2, h / 2)),
                 k4 = slope(y.add(k3, h));
    y = y.add(k1.add(k2, 2).add(k3, 2).add(k4), h / 6);
  }
  return y;
}

}  // namespace

Functions ode() {
  return {{"primal",
           [](const json& input) {
             const Tensor x = tensor(input.at("x"));
             const int64_t steps = input.at("s");
             return value_task([=] { return solution(x, steps); });
           }},
          {"gradient", [](const json& input) {
             const Tensor x = tensor(input.at("x")).requires_grad_();
             const int64_t steps = input.at("s");
             return task([=] { return gradient(solution(x, steps)[-1], x); });
           }}};
}

}  // namespace gradbench
