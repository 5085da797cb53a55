// Gradient descent as the evals particle and saddle prescribe it: the step doubles after ten that went down,
// and halves after one that did not.
#pragma once

#include <tengen/bench/gradbench/tensors.h>

namespace gradbench {

enum class Mode { forward, reverse };

/// The gradient of a value by the mode that an eval's function is named after: in forward mode, one pass for
/// each element of the input.
inline Tensor gradient_by(Mode mode, const Tensor& of, const Tensor& input, bool create_graph = false) {
  if (mode == Mode::reverse) return gradient(of, input, create_graph);
  const Tensor basis = torch::eye(input.numel(), torch::kFloat64);
  std::vector<Tensor> elements;
  for (int64_t i = 0; i < input.numel(); ++i)
    elements.push_back(derivative_along(basis[i].view_as(input), of, input, create_graph));
  return torch::stack(elements).view_as(input);
}

/// The argument near `x` where `value` is least; `slope` is its gradient.
template <class Value, class Slope>
Tensor argmin(const Value& value, const Slope& slope, Tensor x) {
  constexpr double kSmall = 1e-5;
  const auto length = [](const Tensor& v) {
    return v.detach().square().sum().sqrt().template item<double>();
  };
  double least = value(x).template item<double>(), rate = 1e-5;
  Tensor gradient = slope(x);
  for (int descents = 0; length(gradient) > kSmall;) {
    if (descents == 10) rate *= 2, descents = 0;
    const Tensor step = rate * gradient, next = x - step;
    if (length(step) <= kSmall) break;
    const double found = value(next).template item<double>();
    if (found < least) {
      x = next, least = found, ++descents;
      gradient = slope(x);
    } else {
      rate /= 2, descents = 0;
    }
  }
  return x;
}

}  // namespace gradbench
