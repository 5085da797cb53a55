// Stochastic gradient descent with momentum.
#pragma once

#include <tengen/optim/optimizer.h>

namespace tengen::optim {

/// Options of SGD.
struct SGDOptions : OptimizerCloneableOptions<SGDOptions> {
  SGDOptions(double lr) : lr_(lr) {}
  TENGEN_ARG(double, lr);                ///< learning rate
  TENGEN_ARG(double, momentum) = 0;      ///< fraction of the previous step's direction that is kept
  TENGEN_ARG(double, dampening) = 0;     ///< fraction of the gradient that does not enter the momentum
  TENGEN_ARG(double, weight_decay) = 0;  ///< this times the parameter is added to its gradient
  TENGEN_ARG(bool, nesterov) = false;    ///< looks one step ahead; needs momentum and no dampening

  std::optional<double> get_momentum() const override { return momentum_; }
  void set_momentum(double value) override { momentum_ = value; }
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field("lr", self.lr());
    visitor.field("momentum", self.momentum());
    visitor.field("dampening", self.dampening());
    visitor.field("weight_decay", self.weight_decay());
    visitor.field("nesterov", self.nesterov());
  }
};

/// What SGD remembers about a parameter.
struct SGDParamState : OptimizerCloneableParamState<SGDParamState> {
  TENGEN_ARG(Tensor, momentum_buffer);  ///< v below; undefined without momentum

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field("momentum_buffer", self.momentum_buffer());
  }
};

/// Sutskever et al. (2013) with PyTorch's conventions: v = momentum * v + (1 - dampening) * g (the first v is
/// g), param -= lr * v; with nesterov param -= lr * (g + momentum * v).
class SGD : public PerParameterOptimizer<SGDOptions, SGDParamState> {
 public:
  SGD(std::vector<OptimizerParamGroup> param_groups, SGDOptions defaults);
  SGD(std::vector<Tensor> params, SGDOptions defaults)
      : SGD(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, std::move(defaults)) {}

 private:
  void update(const std::vector<ParamUpdate>& updates, const SGDOptions& options) override;
};

}  // namespace tengen::optim
