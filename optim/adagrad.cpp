#include <tengen/optim/adagrad.h>

#include <tengen/autograd/ops/ops.h>

namespace tengen::optim {

Adagrad::Adagrad(std::vector<OptimizerParamGroup> param_groups, AdagradOptions defaults)
    : PerParameterOptimizer(std::move(param_groups), defaults) {
  TENGEN_CHECK(defaults.lr() >= 0, "Invalid learning rate: ", defaults.lr());
  TENGEN_CHECK(defaults.lr_decay() >= 0, "Invalid lr_decay value: ", defaults.lr_decay());
  TENGEN_CHECK(defaults.weight_decay() >= 0, "Invalid weight_decay value: ", defaults.weight_decay());
  TENGEN_CHECK(defaults.initial_accumulator_value() >= 0,
               "Invalid initial_accumulator_value value: ", defaults.initial_accumulator_value());
  TENGEN_CHECK(defaults.eps() >= 0, "Invalid epsilon value: ", defaults.eps());
}

void Adagrad::update(const std::vector<ParamUpdate>& updates, const AdagradOptions& options) {
  for (const auto& [param, grad, state] : updates) {
    if (!state.sum().defined())
      state.sum(full(param.sizes(), options.initial_accumulator_value(), param.options()));
    double lr = options.lr() / (1 + double(state.step()) * options.lr_decay());
    ++state.step();
    Tensor g = options.weight_decay() != 0 ? grad.add(param, options.weight_decay()) : grad;
    state.sum().addcmul_(g, g);
    param.addcdiv_(g, state.sum().sqrt().add_(options.eps()), -lr);
  }
}

}  // namespace tengen::optim
