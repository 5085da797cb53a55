// L-BFGS, with an optional line search.
#pragma once

#include <optional>

#include <tengen/optim/optimizer.h>

namespace tengen::optim {

/// Options of LBFGS.
struct LBFGSOptions : OptimizerCloneableOptions<LBFGSOptions> {
  LBFGSOptions(double lr = 1) : lr_(lr) {}
  TENGEN_ARG(double, lr);                        ///< length of a step without a line search (1)
  TENGEN_ARG(int64_t, max_iter) = 20;            ///< iterations of one step()
  TENGEN_ARG(std::optional<int64_t>, max_eval);  ///< calls of the closure in one step() (max_iter * 5 / 4)
  TENGEN_ARG(double, tolerance_grad) = 1e-7;     ///< it ends when no gradient is larger
  TENGEN_ARG(double, tolerance_change) = 1e-9;   ///< it ends when loss and parameters change less
  TENGEN_ARG(int64_t, history_size) = 100;       ///< how many steps the curvature is made from
  TENGEN_ARG(std::optional<std::string>, line_search_fn);  ///< "strong_wolfe", or nothing (nothing)

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field("lr", self.lr());
    visitor.field("max_iter", self.max_iter());
    visitor.field("tolerance_grad", self.tolerance_grad());
    visitor.field("tolerance_change", self.tolerance_change());
    visitor.field("history_size", self.history_size());
  }
};

/// What LBFGS remembers, about all parameters together: it stands with the first of them.
struct LBFGSParamState : OptimizerCloneableParamState<LBFGSParamState> {
  TENGEN_ARG(int64_t, func_evals) = 0;  ///< calls of the closure so far
  TENGEN_ARG(int64_t, n_iter) = 0;      ///< iterations so far
  TENGEN_ARG(double, t) = 0;            ///< length of the last step
  TENGEN_ARG(double, prev_loss) = 0;    ///< loss before it
  TENGEN_ARG(double, H_diag) = 1;       ///< scale of the inverse Hessian that the recursion begins with
  TENGEN_ARG(std::vector<Tensor>, d);   ///< its direction: one tensor, (P), none before the first step
  TENGEN_ARG(std::vector<Tensor>, prev_flat_grad);  ///< the gradient before it, likewise
  TENGEN_ARG(std::vector<Tensor>, old_dirs);        ///< changes of the gradient, the oldest first
  TENGEN_ARG(std::vector<Tensor>, old_stps);        ///< the steps that led to them

  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor) {
    visitor.field("func_evals", self.func_evals());
    visitor.field("n_iter", self.n_iter());
    visitor.field("t", self.t());
    visitor.field("prev_loss", self.prev_loss());
    visitor.field("H_diag", self.H_diag());
    visitor.field("d", self.d());
    visitor.field("prev_flat_grad", self.prev_flat_grad());
    visitor.field("old_dirs", self.old_dirs());
    visitor.field("old_stps", self.old_stps());
  }
};

/// Nocedal and Wright, Numerical Optimization, algorithms 7.4 and 7.5; with "strong_wolfe" the line search of
/// algorithms 3.5 and 3.6 with cubic interpolation. step() needs a closure that clears the gradients,
/// computes the loss and its gradients, and returns the loss; it is called several times. One parameter
/// group; all parameters on one device and of one type.
class LBFGS : public Optimizer {
 public:
  LBFGS(std::vector<OptimizerParamGroup> param_groups, LBFGSOptions defaults = {});
  LBFGS(std::vector<Tensor> params, LBFGSOptions defaults = {})
      : LBFGS(std::vector<OptimizerParamGroup>{OptimizerParamGroup(std::move(params))}, std::move(defaults)) {
  }

  /// Returns the loss of the first call of the closure.
  Tensor step(LossClosure closure) override;

 private:
  std::unique_ptr<OptimizerParamState> make_state() const override {
    return std::make_unique<LBFGSParamState>();
  }
};

}  // namespace tengen::optim
