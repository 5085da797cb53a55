#include <tengen/optim/sgd.h>

#include <tengen/optim/step_batch.h>
#include <tengen/tensor/factories.h>

namespace tengen::optim {

SGD::SGD(std::vector<OptimizerParamGroup> param_groups, SGDOptions defaults)
    : PerParameterOptimizer(std::move(param_groups), defaults) {
  TENGEN_CHECK(defaults.lr() >= 0, "Invalid learning rate: ", defaults.lr());
  TENGEN_CHECK(defaults.momentum() >= 0, "Invalid momentum value: ", defaults.momentum());
  TENGEN_CHECK(defaults.weight_decay() >= 0, "Invalid weight_decay value: ", defaults.weight_decay());
  TENGEN_CHECK(!defaults.nesterov() || (defaults.momentum() > 0 && defaults.dampening() == 0),
               "Nesterov momentum requires a momentum and zero dampening");
}

void SGD::update(const std::vector<ParamUpdate>& updates, const SGDOptions& options) {
  StepBatch<SgdStep, SgdTensors> steps("SGD.step", &Kernels::sgd_step);
  for (const auto& [param, grad, state] : updates) {
    SgdStep step{options.lr(), options.momentum(), options.dampening(), options.weight_decay(),
                 options.nesterov()};
    if (options.momentum() != 0 && !state.momentum_buffer().defined()) {
      step.first = true;
      state.momentum_buffer(empty(param.sizes(), param.options()));
    }
    const Tensor buffer = options.momentum() != 0 ? state.momentum_buffer() : Tensor();
    steps.add(param, step,
              {param.numel(), steps.writable(param), steps.readable(grad), steps.writable(buffer)});
  }
  steps.run();
}

}  // namespace tengen::optim
