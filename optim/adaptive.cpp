#include <tengen/optim/adaptive.h>

#include <algorithm>
#include <cmath>

#include <tengen/autograd/ops/ops.h>

namespace tengen::optim {
namespace {

Tensor decayed(const Tensor& param, const Tensor& grad, double weight_decay) {
  return weight_decay != 0 ? grad.add(param, weight_decay) : grad;
}

}  // namespace

Adadelta::Adadelta(std::vector<OptimizerParamGroup> param_groups, AdadeltaOptions defaults)
    : PerParameterOptimizer(std::move(param_groups), defaults) {
  TENGEN_CHECK(defaults.lr() >= 0, "Invalid learning rate: ", defaults.lr());
  TENGEN_CHECK(defaults.rho() >= 0 && defaults.rho() <= 1, "Invalid rho value: ", defaults.rho());
  TENGEN_CHECK(defaults.eps() >= 0, "Invalid epsilon value: ", defaults.eps());
  TENGEN_CHECK(defaults.weight_decay() >= 0, "Invalid weight_decay value: ", defaults.weight_decay());
}

void Adadelta::update(const std::vector<ParamUpdate>& updates, const AdadeltaOptions& options) {
  const double rho = options.rho();
  for (const auto& [param, grad, state] : updates) {
    const Tensor g = decayed(param, grad, options.weight_decay());
    if (!state.square_avg().defined()) state.square_avg(zeros_like(g)), state.acc_delta(zeros_like(g));
    ++state.step();
    state.square_avg().mul_(rho).addcmul_(g, g, 1 - rho);
    const Tensor delta = (state.acc_delta() + options.eps())
                             .sqrt_()
                             .div_((state.square_avg() + options.eps()).sqrt_())
                             .mul_(g);
    state.acc_delta().mul_(rho).addcmul_(delta, delta, 1 - rho);
    param.sub_(delta, options.lr());
  }
}

ASGD::ASGD(std::vector<OptimizerParamGroup> param_groups, ASGDOptions defaults)
    : PerParameterOptimizer(std::move(param_groups), defaults) {
  TENGEN_CHECK(defaults.lr() >= 0, "Invalid learning rate: ", defaults.lr());
  TENGEN_CHECK(defaults.weight_decay() >= 0, "Invalid weight_decay value: ", defaults.weight_decay());
}

void ASGD::update(const std::vector<ParamUpdate>& updates, const ASGDOptions& options) {
  for (const auto& [param, grad, state] : updates) {
    const Tensor g = decayed(param, grad, options.weight_decay());
    if (!state.ax().defined()) state.ax(zeros_like(param)), state.eta(options.lr());
    const double step = double(++state.step());
    param.mul_(1 - options.lambd() * state.eta());
    param.sub_(g, state.eta());
    if (state.mu() == 1)
      state.ax().copy_(param);
    else
      state.ax().lerp_(param, state.mu());
    state.eta(options.lr() / std::pow(1 + options.lambd() * options.lr() * step, options.alpha()));
    state.mu(1 / std::max(1.0, step - options.t0()));
  }
}

Rprop::Rprop(std::vector<OptimizerParamGroup> param_groups, RpropOptions defaults)
    : PerParameterOptimizer(std::move(param_groups), defaults) {
  TENGEN_CHECK(defaults.lr() >= 0, "Invalid learning rate: ", defaults.lr());
  const auto [less, more] = defaults.etas();
  TENGEN_CHECK(less > 0 && less < 1 && more > 1, "Invalid eta values: ", less, ", ", more);
}

void Rprop::update(const std::vector<ParamUpdate>& updates, const RpropOptions& options) {
  const auto [less, more] = options.etas();
  const auto [least, most] = options.step_sizes();
  for (const auto& [param, grad, state] : updates) {
    if (!state.prev().defined()) state.prev(zeros_like(grad)), state.step_size(full_like(grad, options.lr()));
    ++state.step();
    const Tensor agreement = grad * state.prev();
    const Tensor turned = agreement < 0;
    state.step_size()
        .mul_(where(turned, less, where(agreement > 0, more, ones_like(grad))))
        .clamp_(least, most);
    const Tensor g = grad.masked_fill(turned, 0);
    param.addcmul_(g.sign(), state.step_size(), -1);
    state.prev(g);
  }
}

Lion::Lion(std::vector<OptimizerParamGroup> param_groups, LionOptions defaults)
    : PerParameterOptimizer(std::move(param_groups), defaults) {
  TENGEN_CHECK(defaults.lr() >= 0, "Invalid learning rate: ", defaults.lr());
  const auto [beta1, beta2] = defaults.betas();
  TENGEN_CHECK(beta1 >= 0 && beta1 < 1, "Invalid beta parameter at index 0: ", beta1);
  TENGEN_CHECK(beta2 >= 0 && beta2 < 1, "Invalid beta parameter at index 1: ", beta2);
  TENGEN_CHECK(defaults.weight_decay() >= 0, "Invalid weight_decay value: ", defaults.weight_decay());
}

void Lion::update(const std::vector<ParamUpdate>& updates, const LionOptions& options) {
  const auto [beta1, beta2] = options.betas();
  for (const auto& [param, grad, state] : updates) {
    if (!state.exp_avg().defined()) state.exp_avg(zeros_like(grad));
    param.mul_(1 - options.lr() * options.weight_decay());
    param.sub_(grad.lerp(state.exp_avg(), beta1).sign_(), options.lr());
    state.exp_avg().lerp_(grad, 1 - beta2);
  }
}

}  // namespace tengen::optim
