// Adamax, NAdam and RAdam: Adam with another norm, with Nesterov's momentum, and with a rectified variance.
// Their names and defaults are Python PyTorch's.
#pragma once

#include <tengen/optim/optimizer.h>

namespace tengen::optim {

/// Options of Adamax.
struct AdamaxOptions : OptimizerCloneableOptions<AdamaxOptions> {
  AdamaxOptions(double lr = 2e-3) : lr_(lr) {}
  TENGEN_ARG(double, lr);  ///< learning rate (2e-3)
  using betas_t = std::tuple<double, double>;
  TENGEN_ARG(betas_t, betas) = {0.9, 0.999};  ///< what the running means keep
  TENGEN_ARG(double, eps) = 1e-8;             ///< added to what is divided by
  TENGEN_ARG(double, weight_decay) = 0;       ///< this times the parameter is added to its gradient

  std::optional<double> get_momentum() const override { return std::get<0>(betas_); }
  void set_momentum(double value) override { std::get<0>(betas_) = value; }

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field("lr", self.lr());
    visitor.field("betas", self.betas());
    visitor.field("eps", self.eps());
    visitor.field("weight_decay", self.weight_decay());
  }
};

/// What Adamax remembers about a parameter.
struct AdamaxParamState : OptimizerCloneableParamState<AdamaxParamState> {
  TENGEN_ARG(int64_t, step) = 0;  ///< number of updates so far
  TENGEN_ARG(Tensor, exp_avg);    ///< running mean of the gradient
  TENGEN_ARG(Tensor, exp_inf);    ///< decaying maximum of its size

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field("step", self.step());
    visitor.field("exp_avg", self.exp_avg());
    visitor.field("exp_inf", self.exp_inf());
  }
};

/// Kingma and Ba (2015), section 7.1: u = max(beta2 * u, |g| + eps), param -= lr / (1 - beta1^t) * m / u.
class Adamax : public PerParameterOptimizer<AdamaxOptions, AdamaxParamState> {
 public:
  Adamax(std::vector<OptimizerParamGroup> param_groups, AdamaxOptions defaults = {});
  Adamax(std::vector<Tensor> params, AdamaxOptions defaults = {})
      : Adamax(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))},
               std::move(defaults)) {}

 private:
  void update(const std::vector<ParamUpdate>& updates, const AdamaxOptions& options) override;
};

/// Options of NAdam.
struct NAdamOptions : OptimizerCloneableOptions<NAdamOptions> {
  NAdamOptions(double lr = 2e-3) : lr_(lr) {}
  TENGEN_ARG(double, lr);  ///< learning rate (2e-3)
  using betas_t = std::tuple<double, double>;
  TENGEN_ARG(betas_t, betas) = {0.9, 0.999};         ///< what the running means keep
  TENGEN_ARG(double, eps) = 1e-8;                    ///< added to what is divided by
  TENGEN_ARG(double, weight_decay) = 0;              ///< this times the parameter is added to its gradient
  TENGEN_ARG(double, momentum_decay) = 4e-3;         ///< how fast the momentum reaches beta1
  TENGEN_ARG(bool, decoupled_weight_decay) = false;  ///< weight decay as in AdamW

  std::optional<double> get_momentum() const override { return std::get<0>(betas_); }
  void set_momentum(double value) override { std::get<0>(betas_) = value; }

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field("lr", self.lr());
    visitor.field("betas", self.betas());
    visitor.field("eps", self.eps());
    visitor.field("weight_decay", self.weight_decay());
    visitor.field("momentum_decay", self.momentum_decay());
    visitor.field("decoupled_weight_decay", self.decoupled_weight_decay());
  }
};

/// What NAdam remembers about a parameter.
struct NAdamParamState : OptimizerCloneableParamState<NAdamParamState> {
  TENGEN_ARG(int64_t, step) = 0;       ///< number of updates so far
  TENGEN_ARG(double, mu_product) = 1;  ///< product of the momentums so far
  TENGEN_ARG(Tensor, exp_avg);         ///< running mean of the gradient
  TENGEN_ARG(Tensor, exp_avg_sq);      ///< running mean of the gradient's square

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field("step", self.step());
    visitor.field("mu_product", self.mu_product());
    visitor.field("exp_avg", self.exp_avg());
    visitor.field("exp_avg_sq", self.exp_avg_sq());
  }
};

/// Dozat (2016): the gradient and the momentum of the next step take part in this one. With mu(t) = beta1 *
/// (1 - 0.5 * 0.96^(t * momentum_decay)) and their product M: param -= lr * ((1 - mu(t)) / (1 - M(t)) * g +
/// mu(t+1) / (1 - M(t+1)) * m) / (sqrt(v / (1 - beta2^t)) + eps).
class NAdam : public PerParameterOptimizer<NAdamOptions, NAdamParamState> {
 public:
  NAdam(std::vector<OptimizerParamGroup> param_groups, NAdamOptions defaults = {});
  NAdam(std::vector<Tensor> params, NAdamOptions defaults = {})
      : NAdam(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, std::move(defaults)) {
  }

 private:
  void update(const std::vector<ParamUpdate>& updates, const NAdamOptions& options) override;
};

/// Options of RAdam.
struct RAdamOptions : OptimizerCloneableOptions<RAdamOptions> {
  RAdamOptions(double lr = 1e-3) : lr_(lr) {}
  TENGEN_ARG(double, lr);  ///< learning rate (1e-3)
  using betas_t = std::tuple<double, double>;
  TENGEN_ARG(betas_t, betas) = {0.9, 0.999};         ///< what the running means keep
  TENGEN_ARG(double, eps) = 1e-8;                    ///< added to what is divided by
  TENGEN_ARG(double, weight_decay) = 0;              ///< this times the parameter is added to its gradient
  TENGEN_ARG(bool, decoupled_weight_decay) = false;  ///< weight decay as in AdamW

  std::optional<double> get_momentum() const override { return std::get<0>(betas_); }
  void set_momentum(double value) override { std::get<0>(betas_) = value; }

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field("lr", self.lr());
    visitor.field("betas", self.betas());
    visitor.field("eps", self.eps());
    visitor.field("weight_decay", self.weight_decay());
    visitor.field("decoupled_weight_decay", self.decoupled_weight_decay());
  }
};

/// What RAdam remembers about a parameter.
struct RAdamParamState : OptimizerCloneableParamState<RAdamParamState> {
  TENGEN_ARG(int64_t, step) = 0;   ///< number of updates so far
  TENGEN_ARG(Tensor, exp_avg);     ///< running mean of the gradient
  TENGEN_ARG(Tensor, exp_avg_sq);  ///< running mean of the gradient's square

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field("step", self.step());
    visitor.field("exp_avg", self.exp_avg());
    visitor.field("exp_avg_sq", self.exp_avg_sq());
  }
};

/// Liu et al. (2020): Adam whose step is scaled by the rectification of its variance, and that of momentum
/// alone while there are too few steps for one.
class RAdam : public PerParameterOptimizer<RAdamOptions, RAdamParamState> {
 public:
  RAdam(std::vector<OptimizerParamGroup> param_groups, RAdamOptions defaults = {});
  RAdam(std::vector<Tensor> params, RAdamOptions defaults = {})
      : RAdam(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, std::move(defaults)) {
  }

 private:
  void update(const std::vector<ParamUpdate>& updates, const RAdamOptions& options) override;
};

}  // namespace tengen::optim
