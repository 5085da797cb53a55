// Adadelta, averaged SGD, Rprop and Lion. Their names and defaults are Python PyTorch's; Lion's are those of
// its paper.
#pragma once

#include <tengen/optim/optimizer.h>

namespace tengen::optim {

/// Options of Adadelta.
struct AdadeltaOptions : OptimizerCloneableOptions<AdadeltaOptions> {
  AdadeltaOptions(double lr = 1.0) : lr_(lr) {}
  TENGEN_ARG(double, lr);                ///< learning rate (1.0)
  TENGEN_ARG(double, rho) = 0.9;         ///< what the running means keep
  TENGEN_ARG(double, eps) = 1e-6;        ///< added under the roots
  TENGEN_ARG(double, weight_decay) = 0;  ///< this times the parameter is added to its gradient

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field("lr", self.lr());
    visitor.field("rho", self.rho());
    visitor.field("eps", self.eps());
    visitor.field("weight_decay", self.weight_decay());
  }
};

/// What Adadelta remembers about a parameter.
struct AdadeltaParamState : OptimizerCloneableParamState<AdadeltaParamState> {
  TENGEN_ARG(int64_t, step) = 0;   ///< number of updates so far
  TENGEN_ARG(Tensor, square_avg);  ///< running mean of the gradient's square
  TENGEN_ARG(Tensor, acc_delta);   ///< running mean of the steps' square

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field("step", self.step());
    visitor.field("square_avg", self.square_avg());
    visitor.field("acc_delta", self.acc_delta());
  }
};

/// Zeiler (2012): param -= lr * sqrt(d + eps) / sqrt(v + eps) * g with the running means v of g^2 and d of
/// the squared steps.
class Adadelta : public PerParameterOptimizer<AdadeltaOptions, AdadeltaParamState> {
 public:
  Adadelta(std::vector<OptimizerParamGroup> param_groups, AdadeltaOptions defaults = {});
  Adadelta(std::vector<Tensor> params, AdadeltaOptions defaults = {})
      : Adadelta(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))},
                 std::move(defaults)) {}

 private:
  void update(const std::vector<ParamUpdate>& updates, const AdadeltaOptions& options) override;
};

/// Options of ASGD.
struct ASGDOptions : OptimizerCloneableOptions<ASGDOptions> {
  ASGDOptions(double lr = 1e-2) : lr_(lr) {}
  TENGEN_ARG(double, lr);                ///< learning rate (1e-2)
  TENGEN_ARG(double, lambd) = 1e-4;      ///< how fast parameters decay
  TENGEN_ARG(double, alpha) = 0.75;      ///< power of the fall of the rate
  TENGEN_ARG(double, t0) = 1e6;          ///< step from which on the average counts
  TENGEN_ARG(double, weight_decay) = 0;  ///< this times the parameter is added to its gradient

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field("lr", self.lr());
    visitor.field("lambd", self.lambd());
    visitor.field("alpha", self.alpha());
    visitor.field("t0", self.t0());
    visitor.field("weight_decay", self.weight_decay());
  }
};

/// What ASGD remembers about a parameter.
struct ASGDParamState : OptimizerCloneableParamState<ASGDParamState> {
  TENGEN_ARG(int64_t, step) = 0;  ///< number of updates so far
  TENGEN_ARG(double, eta) = -1;   ///< the current rate; below 0 before the first step
  TENGEN_ARG(double, mu) = 1;     ///< weight of the newest parameters in the average
  TENGEN_ARG(Tensor, ax);         ///< the average of the parameters

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field("step", self.step());
    visitor.field("eta", self.eta());
    visitor.field("mu", self.mu());
    visitor.field("ax", self.ax());
  }
};

/// Polyak and Juditsky (1992): param = param * (1 - lambd * eta) - eta * g with eta = lr / (1 + lambd * lr *
/// t)^alpha; `ax` is the average of the parameters from step t0 on.
class ASGD : public PerParameterOptimizer<ASGDOptions, ASGDParamState> {
 public:
  ASGD(std::vector<OptimizerParamGroup> param_groups, ASGDOptions defaults = {});
  ASGD(std::vector<Tensor> params, ASGDOptions defaults = {})
      : ASGD(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, std::move(defaults)) {}

 private:
  void update(const std::vector<ParamUpdate>& updates, const ASGDOptions& options) override;
};

/// Options of Rprop.
struct RpropOptions : OptimizerCloneableOptions<RpropOptions> {
  RpropOptions(double lr = 1e-2) : lr_(lr) {}
  TENGEN_ARG(double, lr);  ///< learning rate (1e-2)
  using etas_t = std::tuple<double, double>;
  TENGEN_ARG(etas_t, etas) = {0.5, 1.2};  ///< factors of a step: sign changed, or not
  using step_sizes_t = std::tuple<double, double>;
  TENGEN_ARG(step_sizes_t, step_sizes) = {1e-6, 50.0};  ///< the least and the greatest step

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field("lr", self.lr());
    visitor.field("etas", self.etas());
    visitor.field("step_sizes", self.step_sizes());
  }
};

/// What Rprop remembers about a parameter.
struct RpropParamState : OptimizerCloneableParamState<RpropParamState> {
  TENGEN_ARG(int64_t, step) = 0;  ///< number of updates so far
  TENGEN_ARG(Tensor, prev);       ///< the last gradient; 0 where its sign had changed
  TENGEN_ARG(Tensor, step_size);  ///< the step of each element

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field("step", self.step());
    visitor.field("prev", self.prev());
    visitor.field("step_size", self.step_size());
  }
};

/// Riedmiller and Braun (1993): each element goes by its own step against the sign of its gradient.
class Rprop : public PerParameterOptimizer<RpropOptions, RpropParamState> {
 public:
  Rprop(std::vector<OptimizerParamGroup> param_groups, RpropOptions defaults = {});
  Rprop(std::vector<Tensor> params, RpropOptions defaults = {})
      : Rprop(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, std::move(defaults)) {
  }

 private:
  void update(const std::vector<ParamUpdate>& updates, const RpropOptions& options) override;
};

/// Options of Lion.
struct LionOptions : OptimizerCloneableOptions<LionOptions> {
  LionOptions(double lr = 1e-4) : lr_(lr) {}
  TENGEN_ARG(double, lr);  ///< learning rate (1e-4)
  using betas_t = std::tuple<double, double>;
  TENGEN_ARG(betas_t, betas) = {0.9, 0.99};  ///< what the running means keep
  TENGEN_ARG(double, weight_decay) = 0;      ///< this times lr is taken off the parameter, as in AdamW

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field("lr", self.lr());
    visitor.field("betas", self.betas());
    visitor.field("weight_decay", self.weight_decay());
  }
};

/// What Lion remembers about a parameter.
struct LionParamState : OptimizerCloneableParamState<LionParamState> {
  TENGEN_ARG(Tensor, exp_avg);  ///< running mean of the gradient

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field("exp_avg", self.exp_avg());
  }
};

/// Chen et al. (2023): param -= lr * (sign(beta1 * m + (1 - beta1) * g) + weight_decay * param).
class Lion : public PerParameterOptimizer<LionOptions, LionParamState> {
 public:
  Lion(std::vector<OptimizerParamGroup> param_groups, LionOptions defaults = {});
  Lion(std::vector<Tensor> params, LionOptions defaults = {})
      : Lion(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, std::move(defaults)) {}

 private:
  void update(const std::vector<ParamUpdate>& updates, const LionOptions& options) override;
};

}  // namespace tengen::optim
