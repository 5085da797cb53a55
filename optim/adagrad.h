// Adagrad.
#pragma once

#include <tengen/optim/optimizer.h>

namespace tengen::optim {

/// Options of Adagrad.
struct AdagradOptions : OptimizerCloneableOptions<AdagradOptions> {
  AdagradOptions(double lr = 1e-2) : lr_(lr) {}
  TENGEN_ARG(double, lr);                ///< learning rate (1e-2)
  TENGEN_ARG(double, lr_decay) = 0;      ///< the n-th step's rate is lr / (1 + (n - 1) * lr_decay)
  TENGEN_ARG(double, weight_decay) = 0;  ///< this times the parameter is added to its gradient
  TENGEN_ARG(double, initial_accumulator_value) = 0;  ///< where the sum of squares starts
  TENGEN_ARG(double, eps) = 1e-10;                    ///< added to the root that is divided by

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field("lr", self.lr());
    visitor.field("lr_decay", self.lr_decay());
    visitor.field("weight_decay", self.weight_decay());
    visitor.field("initial_accumulator_value", self.initial_accumulator_value());
    visitor.field("eps", self.eps());
  }
};

/// What Adagrad remembers about a parameter.
struct AdagradParamState : OptimizerCloneableParamState<AdagradParamState> {
  TENGEN_ARG(Tensor, sum);        ///< of the gradient's squares so far
  TENGEN_ARG(int64_t, step) = 0;  ///< number of updates so far

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field("sum", self.sum());
    visitor.field("step", self.step());
  }
};

/// Duchi et al. (2011): param -= lr * g / (sqrt(sum of all g^2 so far) + eps).
class Adagrad : public PerParameterOptimizer<AdagradOptions, AdagradParamState> {
 public:
  Adagrad(std::vector<OptimizerParamGroup> param_groups, AdagradOptions defaults = {});
  Adagrad(std::vector<Tensor> params, AdagradOptions defaults = {})
      : Adagrad(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))},
                std::move(defaults)) {}

 private:
  void update(const std::vector<ParamUpdate>& updates, const AdagradOptions& options) override;
};

}  // namespace tengen::optim
