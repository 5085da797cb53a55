// Adam and AdamW.
#pragma once

#include <tengen/optim/optimizer.h>

namespace tengen::optim {

struct AdamParamState : OptimizerCloneableParamState<AdamParamState> {
  TENGEN_ARG(int64_t, step) = 0;
  TENGEN_ARG(Tensor, exp_avg);
  TENGEN_ARG(Tensor, exp_avg_sq);
  TENGEN_ARG(Tensor, max_exp_avg_sq);  // with amsgrad

 public:
  void visit(FieldVisitor& visitor) override {
    visitor.field("step", step_);
    visitor.field("exp_avg", exp_avg_);
    visitor.field("exp_avg_sq", exp_avg_sq_);
    visitor.field("max_exp_avg_sq", max_exp_avg_sq_);
  }
};
using AdamWParamState = AdamParamState;

/// Kingma and Ba (2014): steps of the gradient's running mean over the root of its running mean square.
/// weight_decay * param is added to the gradient. amsgrad: Reddi et al. (2018).
struct AdamOptions : OptimizerCloneableOptions<AdamOptions> {
  using betas_t = std::tuple<double, double>;
  AdamOptions(double lr = 1e-3) : lr_(lr) {}
  TENGEN_ARG(double, lr);
  TENGEN_ARG(betas_t, betas) = {0.9, 0.999};
  TENGEN_ARG(double, eps) = 1e-8;
  TENGEN_ARG(double, weight_decay) = 0;
  TENGEN_ARG(bool, amsgrad) = false;

 public:
  std::optional<double> get_momentum() const override { return std::get<0>(betas_); }
  void set_momentum(double value) override { std::get<0>(betas_) = value; }
  void visit(FieldVisitor& visitor) override;
};

class Adam : public PerParameterOptimizer<AdamOptions, AdamParamState> {
 public:
  Adam(std::vector<OptimizerParamGroup> param_groups, AdamOptions defaults = {});
  Adam(std::vector<Tensor> params, AdamOptions defaults = {})
      : Adam(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, std::move(defaults)) {}

 private:
  void update(const std::vector<Moving>& moving, const AdamOptions& options) override;
};

/// Loshchilov and Hutter (2017): the parameter itself shrinks by lr * weight_decay in each step.
struct AdamWOptions : OptimizerCloneableOptions<AdamWOptions> {
  using betas_t = std::tuple<double, double>;
  AdamWOptions(double lr = 1e-3) : lr_(lr) {}
  TENGEN_ARG(double, lr);
  TENGEN_ARG(betas_t, betas) = {0.9, 0.999};
  TENGEN_ARG(double, eps) = 1e-8;
  TENGEN_ARG(double, weight_decay) = 1e-2;
  TENGEN_ARG(bool, amsgrad) = false;

 public:
  std::optional<double> get_momentum() const override { return std::get<0>(betas_); }
  void set_momentum(double value) override { std::get<0>(betas_) = value; }
  void visit(FieldVisitor& visitor) override;
};

class AdamW : public PerParameterOptimizer<AdamWOptions, AdamWParamState> {
 public:
  AdamW(std::vector<OptimizerParamGroup> param_groups, AdamWOptions defaults = {});
  AdamW(std::vector<Tensor> params, AdamWOptions defaults = {})
      : AdamW(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, std::move(defaults)) {
  }

 private:
  void update(const std::vector<Moving>& moving, const AdamWOptions& options) override;
};

}  // namespace tengen::optim
