// particle: a charged particle falls in the field of two charges, one of which is moved by w, and w is sought
// for which it crosses the axis at the origin. Its acceleration is a gradient, and so is what leads to w:
// derivatives are nested.
#include <tengen/bench/gradbench/descent.h>
#include <tengen/bench/gradbench/evals.h>

namespace gradbench {
namespace {

// x: (2), charges: (2, 2)
Tensor potential(const Tensor& x, const Tensor& charges) {
  return (charges - x).square().sum(1).sqrt().reciprocal().sum();
}

// The square of where the particle crosses the axis, by Euler's method; w: (1)
Tensor crossing(const Tensor& w, Mode inner) {
  static const Tensor rest = torch::tensor({10., 10., 10., 0.}, torch::kFloat64).view({2, 2}),
                      moving = torch::tensor({0., -1., 0., 0.}, torch::kFloat64).view({2, 2});
  constexpr double kTimeStep = 0.1;
  const bool differentiable = torch::GradMode::is_enabled();
  const Tensor charges = rest + w * moving;
  Tensor x = torch::tensor({0., 8.}, torch::kFloat64), velocity = torch::tensor({0.75, 0.}, torch::kFloat64);
  while (true) {
    Tensor acceleration;
    {
      torch::AutoGradMode record(true);
      const Tensor here = x.requires_grad() ? x : x.detach().requires_grad_();
      acceleration = -gradient_by(inner, potential(here, charges), here, differentiable);
    }
    x = x + kTimeStep * velocity;
    if (x[1].item<double>() <= 0) return (x[0] - x[1] / velocity[1] * velocity[0]).square();
    velocity = velocity + kTimeStep * acceleration;
  }
}

template <Mode outer, Mode inner>
Task particle(const json& input) {
  const Tensor start = tensor(input.at("w")).view({1});
  const auto value = [](const Tensor& w) {
    torch::NoGradGuard guard;
    return crossing(w, inner);
  };
  const auto slope = [](const Tensor& w) {
    const Tensor variable = w.detach().requires_grad_();
    return gradient_by(outer, crossing(variable, inner), variable);
  };
  return task([=] { return argmin(value, slope, start).sum(); });
}

}  // namespace

Functions particle() {
  using enum Mode;
  return {{"ff", particle<forward, forward>},
          {"fr", particle<forward, reverse>},
          {"rf", particle<reverse, forward>},
          {"rr", particle<reverse, reverse>}};
}

}  // namespace gradbench
