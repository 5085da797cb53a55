// Adagrad.
#pragma once

#include <tengen/optim/optimizer.h>

namespace tengen::optim {

/// Duchi et al. (2011): steps of the gradient over the root of the sum of its squares so far.
struct AdagradOptions : OptimizerCloneableOptions<AdagradOptions> {
  AdagradOptions(double lr = 1e-2) : lr_(lr) {}
  TENGEN_ARG(double, lr);
  TENGEN_ARG(double, lr_decay) = 0;
  TENGEN_ARG(double, weight_decay) = 0;
  TENGEN_ARG(double, initial_accumulator_value) = 0;
  TENGEN_ARG(double, eps) = 1e-10;

 public:
  void visit(FieldVisitor& visitor) override;
};

struct AdagradParamState : OptimizerCloneableParamState<AdagradParamState> {
  TENGEN_ARG(Tensor, sum);
  TENGEN_ARG(int64_t, step) = 0;

 public:
  void visit(FieldVisitor& visitor) override;
};

class Adagrad : public PerParameterOptimizer<AdagradOptions, AdagradParamState> {
 public:
  Adagrad(std::vector<OptimizerParamGroup> param_groups, AdagradOptions defaults = {});
  Adagrad(std::vector<Tensor> params, AdagradOptions defaults = {})
      : Adagrad(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))},
                std::move(defaults)) {}

 private:
  void update(const std::vector<Moving>& moving, const AdagradOptions& options) override;
};

}  // namespace tengen::optim
