#include <tengen/optim/adam.h>

#include <cmath>

#include <tengen/optim/step_batch.h>
#include <tengen/tensor/factories.h>

namespace tengen::optim {
namespace {

template <class Options>
void check(const Options& options) {
  auto [beta1, beta2] = options.betas();
  TENGEN_CHECK(options.lr() >= 0, "Invalid learning rate: ", options.lr());
  TENGEN_CHECK(options.eps() >= 0, "Invalid epsilon value: ", options.eps());
  TENGEN_CHECK(beta1 >= 0 && beta1 < 1, "Invalid beta parameter at index 0: ", beta1);
  TENGEN_CHECK(beta2 >= 0 && beta2 < 1, "Invalid beta parameter at index 1: ", beta2);
  TENGEN_CHECK(options.weight_decay() >= 0, "Invalid weight_decay value: ", options.weight_decay());
}

template <class ParamUpdate, class Options>
void update(const std::vector<ParamUpdate>& updates, const Options& options, bool decoupled) {
  auto [beta1, beta2] = options.betas();
  StepBatch<AdamStep, AdamTensors> steps("Adam.step", &Kernels::adam_step);
  for (const auto& [param, grad, state] : updates) {
    if (!state.exp_avg().defined()) {
      state.exp_avg(zeros(param.sizes(), param.options()));
      state.exp_avg_sq(zeros(param.sizes(), param.options()));
    }
    if (options.amsgrad() && !state.max_exp_avg_sq().defined())
      state.max_exp_avg_sq(zeros(param.sizes(), param.options()));
    double count = double(++state.step());
    AdamStep step{options.lr() / (1 - std::pow(beta1, count)), beta1, beta2,
                  std::sqrt(1 - std::pow(beta2, count)), options.eps()};
    if (decoupled)
      step.decay = 1 - options.lr() * options.weight_decay();
    else
      step.weight_decay = options.weight_decay();
    const Tensor largest = options.amsgrad() ? state.max_exp_avg_sq() : Tensor();
    steps.add(param, step,
              {param.numel(), steps.writable(param), steps.readable(grad), steps.writable(state.exp_avg()),
               steps.writable(state.exp_avg_sq()), steps.writable(largest)});
  }
  steps.run();
}

}  // namespace

Adam::Adam(std::vector<OptimizerParamGroup> param_groups, AdamOptions defaults)
    : PerParameterOptimizer(std::move(param_groups), defaults) {
  check(defaults);
}
void Adam::update(const std::vector<ParamUpdate>& updates, const AdamOptions& options) {
  optim::update(updates, options, /*decoupled=*/false);
}

AdamW::AdamW(std::vector<OptimizerParamGroup> param_groups, AdamWOptions defaults)
    : PerParameterOptimizer(std::move(param_groups), defaults) {
  check(defaults);
}
void AdamW::update(const std::vector<ParamUpdate>& updates, const AdamWOptions& options) {
  optim::update(updates, options, /*decoupled=*/true);
}

}  // namespace tengen::optim
