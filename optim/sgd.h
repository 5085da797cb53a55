// Stochastic gradient descent with momentum.
#pragma once

#include <tengen/optim/optimizer.h>

namespace tengen::optim {

/// Sutskever et al. (2013) with PyTorch's conventions: v = momentum * v + (1 - dampening) * g, param -= lr *
/// v; with nesterov param -= lr * (g + momentum * v). weight_decay * param is added to the gradient first.
struct SGDOptions : OptimizerCloneableOptions<SGDOptions> {
  SGDOptions(double lr) : lr_(lr) {}
  TENGEN_ARG(double, lr);
  TENGEN_ARG(double, momentum) = 0;
  TENGEN_ARG(double, dampening) = 0;
  TENGEN_ARG(double, weight_decay) = 0;
  TENGEN_ARG(bool, nesterov) = false;

 public:
  std::optional<double> get_momentum() const override { return momentum_; }
  void set_momentum(double value) override { momentum_ = value; }
  void visit(FieldVisitor& visitor) override;
};

struct SGDParamState : OptimizerCloneableParamState<SGDParamState> {
  TENGEN_ARG(Tensor, momentum_buffer);

 public:
  void visit(FieldVisitor& visitor) override { visitor.field("momentum_buffer", momentum_buffer_); }
};

class SGD : public PerParameterOptimizer<SGDOptions, SGDParamState> {
 public:
  SGD(std::vector<OptimizerParamGroup> param_groups, SGDOptions defaults);
  SGD(std::vector<Tensor> params, SGDOptions defaults)
      : SGD(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, std::move(defaults)) {}

 private:
  void update(const std::vector<Moving>& moving, const SGDOptions& options) override;
};

}  // namespace tengen::optim
