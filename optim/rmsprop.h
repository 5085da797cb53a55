// RMSprop.
#pragma once

#include <tengen/optim/optimizer.h>

namespace tengen::optim {

/// Hinton's lecture 6e, or with centered Graves (2013): steps of the gradient over the root of its running
/// mean square (centered: its running variance).
struct RMSpropOptions : OptimizerCloneableOptions<RMSpropOptions> {
  RMSpropOptions(double lr = 1e-2) : lr_(lr) {}
  TENGEN_ARG(double, lr);
  TENGEN_ARG(double, alpha) = 0.99;
  TENGEN_ARG(double, eps) = 1e-8;
  TENGEN_ARG(double, weight_decay) = 0;
  TENGEN_ARG(double, momentum) = 0;
  TENGEN_ARG(bool, centered) = false;

 public:
  std::optional<double> get_momentum() const override { return momentum_; }
  void set_momentum(double value) override { momentum_ = value; }
  void visit(FieldVisitor& visitor) override;
};

struct RMSpropParamState : OptimizerCloneableParamState<RMSpropParamState> {
  TENGEN_ARG(int64_t, step) = 0;
  TENGEN_ARG(Tensor, square_avg);
  TENGEN_ARG(Tensor, momentum_buffer);  // with momentum
  TENGEN_ARG(Tensor, grad_avg);         // when centered

 public:
  void visit(FieldVisitor& visitor) override;
};

class RMSprop : public PerParameterOptimizer<RMSpropOptions, RMSpropParamState> {
 public:
  RMSprop(std::vector<OptimizerParamGroup> param_groups, RMSpropOptions defaults = {});
  RMSprop(std::vector<Tensor> params, RMSpropOptions defaults = {})
      : RMSprop(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))},
                std::move(defaults)) {}

 private:
  void update(const std::vector<Moving>& moving, const RMSpropOptions& options) override;
};

}  // namespace tengen::optim
