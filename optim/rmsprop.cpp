#include <tengen/optim/rmsprop.h>

#include <tengen/autograd/ops/ops.h>

namespace tengen::optim {

RMSprop::RMSprop(std::vector<OptimizerParamGroup> param_groups, RMSpropOptions defaults)
    : PerParameterOptimizer(std::move(param_groups), defaults) {
  TENGEN_CHECK(defaults.lr() >= 0, "Invalid learning rate: ", defaults.lr());
  TENGEN_CHECK(defaults.eps() >= 0, "Invalid epsilon value: ", defaults.eps());
  TENGEN_CHECK(defaults.momentum() >= 0, "Invalid momentum value: ", defaults.momentum());
  TENGEN_CHECK(defaults.weight_decay() >= 0, "Invalid weight_decay value: ", defaults.weight_decay());
  TENGEN_CHECK(defaults.alpha() >= 0, "Invalid alpha value: ", defaults.alpha());
}

void RMSprop::update(const std::vector<ParamUpdate>& updates, const RMSpropOptions& options) {
  for (const auto& [param, grad, state] : updates) {
    auto start = [&param = param](Tensor& tensor) {
      if (!tensor.defined()) tensor = zeros(param.sizes(), param.options());
    };
    start(state.square_avg());
    if (options.momentum() > 0) start(state.momentum_buffer());
    if (options.centered()) start(state.grad_avg());
    ++state.step();

    double alpha = options.alpha();
    Tensor g = options.weight_decay() != 0 ? grad.add(param, options.weight_decay()) : grad;
    state.square_avg().mul_(alpha).addcmul_(g, g, 1 - alpha);
    Tensor root;
    if (options.centered()) {
      state.grad_avg().mul_(alpha).add_(g, 1 - alpha);
      root = state.square_avg().addcmul(state.grad_avg(), state.grad_avg(), -1).sqrt_().add_(options.eps());
    } else {
      root = state.square_avg().sqrt().add_(options.eps());
    }
    if (options.momentum() > 0) {
      state.momentum_buffer().mul_(options.momentum()).addcdiv_(g, root);
      param.add_(state.momentum_buffer(), -options.lr());
    } else {
      param.addcdiv_(g, root, -options.lr());
    }
  }
}

}  // namespace tengen::optim
