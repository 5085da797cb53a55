// saddle: the saddle point of a function of two points, by gradient descent to the least of its greatest
// values, each of which is found by gradient descent as well. The outer derivative goes through all steps of
// the inner search.
#include <tengen/bench/gradbench/descent.h>
#include <tengen/bench/gradbench/evals.h>

namespace gradbench {
namespace {

Tensor function(const Tensor& x, const Tensor& y) { return x.square().sum() - y.square().sum(); }

// The y for which the function is greatest.
Tensor argmax(const Tensor& x, const Tensor& start, Mode mode) {
  const bool differentiable = torch::GradMode::is_enabled() && x.requires_grad();
  const auto value = [&](const Tensor& y) {
    torch::NoGradGuard guard;
    return -function(x, y);
  };
  const auto slope = [&](const Tensor& y) {
    torch::AutoGradMode record(true);
    const Tensor here = differentiable ? y : y.detach().requires_grad_();
    return gradient_by(mode, -function(x, here), here, differentiable);
  };
  return argmin(value, slope, differentiable ? start.detach().requires_grad_() : start);
}

template <Mode outer, Mode inner>
Task saddle(const json& input) {
  const Tensor start = tensor(input.at("start"));
  const auto value = [start](const Tensor& x) {
    torch::NoGradGuard guard;
    return function(x, argmax(x, start, inner));
  };
  const auto slope = [start](const Tensor& x) {
    const Tensor variable = x.detach().requires_grad_();
    return gradient_by(outer, function(variable, argmax(variable, start, inner)), variable);
  };
  return task([=] {
    const Tensor x = argmin(value, slope, start);
    return torch::cat({x, argmax(x, start, inner)});
  });
}

}  // namespace

Functions saddle() {
  using enum Mode;
  return {{"ff", saddle<forward, forward>},
          {"fr", saddle<forward, reverse>},
          {"rf", saddle<reverse, forward>},
          {"rr", saddle<reverse, reverse>}};
}

}  // namespace gradbench
