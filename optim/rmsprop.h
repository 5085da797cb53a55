// RMSprop.
#pragma once

#include <tengen/optim/optimizer.h>

namespace tengen::optim {

/// Options of RMSprop.
struct RMSpropOptions : OptimizerCloneableOptions<RMSpropOptions> {
  RMSpropOptions(double lr = 1e-2) : lr_(lr) {}
  TENGEN_ARG(double, lr);                ///< learning rate (1e-2)
  TENGEN_ARG(double, alpha) = 0.99;      ///< what the running means keep
  TENGEN_ARG(double, eps) = 1e-8;        ///< added to the root that is divided by
  TENGEN_ARG(double, weight_decay) = 0;  ///< this times the parameter is added to its gradient
  TENGEN_ARG(double, momentum) = 0;      ///< fraction of the previous step's direction that is kept
  TENGEN_ARG(bool, centered) = false;    ///< divides by the root of the variance. Graves (2013)

  std::optional<double> get_momentum() const override { return momentum_; }
  void set_momentum(double value) override { momentum_ = value; }
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field("lr", self.lr());
    visitor.field("alpha", self.alpha());
    visitor.field("eps", self.eps());
    visitor.field("weight_decay", self.weight_decay());
    visitor.field("momentum", self.momentum());
    visitor.field("centered", self.centered());
  }
};

/// What RMSprop remembers about a parameter.
struct RMSpropParamState : OptimizerCloneableParamState<RMSpropParamState> {
  TENGEN_ARG(int64_t, step) = 0;        ///< number of updates so far
  TENGEN_ARG(Tensor, square_avg);       ///< running mean of the gradient's square
  TENGEN_ARG(Tensor, momentum_buffer);  ///< the previous direction; undefined without momentum
  TENGEN_ARG(Tensor, grad_avg);         ///< running mean of the gradient; undefined unless centered

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field("step", self.step());
    visitor.field("square_avg", self.square_avg());
    visitor.field("momentum_buffer", self.momentum_buffer());
    visitor.field("grad_avg", self.grad_avg());
  }
};

/// Hinton's lecture 6e: param -= lr * g / (sqrt(v) + eps) with the running mean v of the gradient's square
/// (or, if centered, its running variance).
class RMSprop : public PerParameterOptimizer<RMSpropOptions, RMSpropParamState> {
 public:
  RMSprop(std::vector<OptimizerParamGroup> param_groups, RMSpropOptions defaults = {});
  RMSprop(std::vector<Tensor> params, RMSpropOptions defaults = {})
      : RMSprop(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))},
                std::move(defaults)) {}

 private:
  void update(const std::vector<ParamUpdate>& updates, const RMSpropOptions& options) override;
};

}  // namespace tengen::optim
