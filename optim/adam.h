// Adam and AdamW.
#pragma once

#include <tengen/optim/optimizer.h>

namespace tengen::optim {

/// What Adam and AdamW remember about a parameter.
struct AdamParamState : OptimizerCloneableParamState<AdamParamState> {
  TENGEN_ARG(int64_t, step) = 0;       ///< number of updates so far
  TENGEN_ARG(Tensor, exp_avg);         ///< running mean of the gradient
  TENGEN_ARG(Tensor, exp_avg_sq);      ///< running mean of its square
  TENGEN_ARG(Tensor, max_exp_avg_sq);  ///< the largest of these so far; undefined without amsgrad

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field("step", self.step());
    visitor.field("exp_avg", self.exp_avg());
    visitor.field("exp_avg_sq", self.exp_avg_sq());
    visitor.field("max_exp_avg_sq", self.max_exp_avg_sq());
  }
};
using AdamWParamState = AdamParamState;

/// Options of Adam.
struct AdamOptions : OptimizerCloneableOptions<AdamOptions> {
  using betas_t = std::tuple<double, double>;
  AdamOptions(double lr = 1e-3) : lr_(lr) {}
  TENGEN_ARG(double, lr);                     ///< learning rate (1e-3)
  TENGEN_ARG(betas_t, betas) = {0.9, 0.999};  ///< what the running means of gradient and square keep
  TENGEN_ARG(double, eps) = 1e-8;             ///< added to the root that is divided by
  TENGEN_ARG(double, weight_decay) = 0;       ///< this times the parameter is added to its gradient
  TENGEN_ARG(bool, amsgrad) = false;  ///< divides by the largest mean square so far. Reddi et al. (2018)

  std::optional<double> get_momentum() const override { return std::get<0>(betas_); }
  void set_momentum(double value) override { std::get<0>(betas_) = value; }
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field("lr", self.lr());
    visitor.field("betas", self.betas());
    visitor.field("eps", self.eps());
    visitor.field("weight_decay", self.weight_decay());
    visitor.field("amsgrad", self.amsgrad());
  }
};

/// Kingma and Ba (2014): param -= lr * m / (sqrt(v) + eps) with the running means m of the gradient and v of
/// its square, both corrected for their start at zero.
class Adam : public PerParameterOptimizer<AdamOptions, AdamParamState> {
 public:
  Adam(std::vector<OptimizerParamGroup> param_groups, AdamOptions defaults = {});
  Adam(std::vector<Tensor> params, AdamOptions defaults = {})
      : Adam(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, std::move(defaults)) {}

 private:
  void update(const std::vector<ParamUpdate>& updates, const AdamOptions& options) override;
};

/// Options of AdamW.
struct AdamWOptions : OptimizerCloneableOptions<AdamWOptions> {
  using betas_t = std::tuple<double, double>;
  AdamWOptions(double lr = 1e-3) : lr_(lr) {}
  TENGEN_ARG(double, lr);                     ///< learning rate (1e-3)
  TENGEN_ARG(betas_t, betas) = {0.9, 0.999};  ///< what the running means of gradient and square keep
  TENGEN_ARG(double, eps) = 1e-8;             ///< added to the root that is divided by
  TENGEN_ARG(double, weight_decay) = 1e-2;    ///< each step first multiplies the parameter by 1 - lr * this
  TENGEN_ARG(bool, amsgrad) = false;  ///< divides by the largest mean square so far. Reddi et al. (2018)

  std::optional<double> get_momentum() const override { return std::get<0>(betas_); }
  void set_momentum(double value) override { std::get<0>(betas_) = value; }
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    AdamOptions::visit(self, visitor);
  }
};

/// Loshchilov and Hutter (2017): Adam with weight decay that is not part of the gradient. It decays by
/// default.
class AdamW : public PerParameterOptimizer<AdamWOptions, AdamWParamState> {
 public:
  AdamW(std::vector<OptimizerParamGroup> param_groups, AdamWOptions defaults = {});
  AdamW(std::vector<Tensor> params, AdamWOptions defaults = {})
      : AdamW(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, std::move(defaults)) {
  }

 private:
  void update(const std::vector<ParamUpdate>& updates, const AdamWOptions& options) override;
};

}  // namespace tengen::optim
