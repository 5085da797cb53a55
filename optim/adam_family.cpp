#include <tengen/optim/adam_family.h>

#include <cmath>

#include <tengen/autograd/ops/ops.h>

namespace tengen::optim {
namespace {

template <class Options>
void check(const Options& options) {
  TENGEN_CHECK(options.lr() >= 0, "Invalid learning rate: ", options.lr());
  TENGEN_CHECK(options.eps() >= 0, "Invalid epsilon value: ", options.eps());
  const auto [beta1, beta2] = options.betas();
  TENGEN_CHECK(beta1 >= 0 && beta1 < 1, "Invalid beta parameter at index 0: ", beta1);
  TENGEN_CHECK(beta2 >= 0 && beta2 < 1, "Invalid beta parameter at index 1: ", beta2);
  TENGEN_CHECK(options.weight_decay() >= 0, "Invalid weight_decay value: ", options.weight_decay());
}

/// The gradient with the decay of weights: added to it, or, decoupled, taken from the parameter at once.
template <class Options>
Tensor decayed(const Tensor& param, const Tensor& grad, const Options& options, bool decoupled) {
  if (options.weight_decay() == 0) return grad;
  if (!decoupled) return grad.add(param, options.weight_decay());
  param.mul_(1 - options.lr() * options.weight_decay());
  return grad;
}

/// The running means of g and of its square, one step further.
template <class State>
void follow(State& state, const Tensor& g, double beta1, double beta2) {
  if (!state.exp_avg().defined()) state.exp_avg(zeros_like(g)), state.exp_avg_sq(zeros_like(g));
  ++state.step();
  state.exp_avg().lerp_(g, 1 - beta1);
  state.exp_avg_sq().mul_(beta2).addcmul_(g, g, 1 - beta2);
}

}  // namespace

Adamax::Adamax(std::vector<OptimizerParamGroup> param_groups, AdamaxOptions defaults)
    : PerParameterOptimizer(std::move(param_groups), defaults) {
  check(defaults);
}

void Adamax::update(const std::vector<ParamUpdate>& updates, const AdamaxOptions& options) {
  const auto [beta1, beta2] = options.betas();
  for (const auto& [param, grad, state] : updates) {
    const Tensor g = decayed(param, grad, options, false);
    if (!state.exp_avg().defined()) state.exp_avg(zeros_like(g)), state.exp_inf(zeros_like(g));
    ++state.step();
    state.exp_avg().lerp_(g, 1 - beta1);
    state.exp_inf(maximum(state.exp_inf() * beta2, g.abs().add_(options.eps())));
    param.addcdiv_(state.exp_avg(), state.exp_inf(), -options.lr() / (1 - std::pow(beta1, state.step())));
  }
}

NAdam::NAdam(std::vector<OptimizerParamGroup> param_groups, NAdamOptions defaults)
    : PerParameterOptimizer(std::move(param_groups), defaults) {
  check(defaults);
  TENGEN_CHECK(defaults.momentum_decay() >= 0, "Invalid momentum_decay value: ", defaults.momentum_decay());
}

void NAdam::update(const std::vector<ParamUpdate>& updates, const NAdamOptions& options) {
  const auto [beta1, beta2] = options.betas();
  const auto momentum = [&, beta = beta1](int64_t step) {
    return beta * (1 - 0.5 * std::pow(0.96, double(step) * options.momentum_decay()));
  };
  for (const auto& [param, grad, state] : updates) {
    const Tensor g = decayed(param, grad, options, options.decoupled_weight_decay());
    follow(state, g, beta1, beta2);
    const double mu = momentum(state.step()), next = momentum(state.step() + 1);
    state.mu_product() *= mu;
    const Tensor root =
        (state.exp_avg_sq() / (1 - std::pow(beta2, state.step()))).sqrt_().add_(options.eps());
    param.addcdiv_(g, root, -options.lr() * (1 - mu) / (1 - state.mu_product()));
    param.addcdiv_(state.exp_avg(), root, -options.lr() * next / (1 - state.mu_product() * next));
  }
}

RAdam::RAdam(std::vector<OptimizerParamGroup> param_groups, RAdamOptions defaults)
    : PerParameterOptimizer(std::move(param_groups), defaults) {
  check(defaults);
}

void RAdam::update(const std::vector<ParamUpdate>& updates, const RAdamOptions& options) {
  const auto [beta1, beta2] = options.betas();
  for (const auto& [param, grad, state] : updates) {
    const Tensor g = decayed(param, grad, options, options.decoupled_weight_decay());
    follow(state, g, beta1, beta2);
    const double step = double(state.step()), correction1 = 1 - std::pow(beta1, step),
                 correction2 = 1 - std::pow(beta2, step);
    // How many gradients the mean square is about, in the limit and now.
    const double limit = 2 / (1 - beta2) - 1, length = limit - 2 * step * std::pow(beta2, step) / correction2;
    const double rate = -options.lr() / correction1;
    if (length > 5) {
      const double rectified =
          std::sqrt((length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length));
      param.addcdiv_(state.exp_avg(), state.exp_avg_sq().sqrt().add_(options.eps()),
                     rate * rectified * std::sqrt(correction2));
    } else {
      param.add_(state.exp_avg(), rate);
    }
  }
}

}  // namespace tengen::optim
