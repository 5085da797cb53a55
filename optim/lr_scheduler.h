// Learning-rate schedules: Python PyTorch's torch.optim.lr_scheduler, number for number.
#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <tengen/optim/optimizer.h>

namespace tengen::optim {

/// Sets the learning rate of every parameter group of an optimizer, which must outlive it. The first value is
/// set when the schedule is made; each step(), called after the optimizer's, sets the next.
class LRScheduler {
 public:
  explicit LRScheduler(Optimizer& optimizer);
  virtual ~LRScheduler() = default;
  LRScheduler(const LRScheduler&) = delete;

  virtual void step();
  /// By group, as set last.
  const std::vector<double>& get_last_lr() const { return last_lr_; }
  int64_t last_epoch() const { return last_epoch_; }
  Optimizer& optimizer() const { return optimizer_; }

  /// Where the schedule stands; its constructor's arguments are not part of it.
  StateDict state_dict() const;
  void load_state_dict(const StateDict& state_dict);

 protected:
  friend class SequentialLR;
  /// The rates for last_epoch_, by group. Most schedules compute them from the current ones.
  virtual std::vector<double> get_lrs() = 0;
  virtual void visit(FieldVisitor& visitor);
  /// Begins anew from the initial rates, in the middle of a SequentialLR.
  virtual void restart();
  /// To be called at the end of a derived class' constructor: sets the first rates.
  void initial_step();
  std::vector<double> get_current_lrs() const;
  void set_lrs(const std::vector<double>& rates);
  std::vector<double> scaled(double factor) const;  // current rates times factor

  Optimizer& optimizer_;
  std::vector<double> base_lrs_, last_lr_;
  int64_t last_epoch_ = -1;
  int64_t step_count_ = 0;

 private:
  std::optional<int64_t> optimizer_steps_;  // when this was made
};

using LRLambda = std::function<double(int64_t epoch)>;

/// initial rate * lambda(epoch); one function for all groups or one each.
class LambdaLR : public LRScheduler {
 public:
  LambdaLR(Optimizer& optimizer, LRLambda lambda);
  LambdaLR(Optimizer& optimizer, std::vector<LRLambda> lambdas);

 protected:
  std::vector<double> get_lrs() override;

 private:
  std::vector<LRLambda> lambdas_;
};

/// rate * lambda(epoch).
class MultiplicativeLR : public LRScheduler {
 public:
  MultiplicativeLR(Optimizer& optimizer, LRLambda lambda);
  MultiplicativeLR(Optimizer& optimizer, std::vector<LRLambda> lambdas);

 protected:
  std::vector<double> get_lrs() override;
  void restart() override;

 private:
  std::vector<LRLambda> lambdas_;
};

/// Times gamma every step_size epochs.
class StepLR : public LRScheduler {
 public:
  StepLR(Optimizer& optimizer, int64_t step_size, double gamma = 0.1);

 protected:
  std::vector<double> get_lrs() override;

 private:
  int64_t step_size_;
  double gamma_;
};

/// Times gamma at each milestone (twice where one stands twice).
class MultiStepLR : public LRScheduler {
 public:
  MultiStepLR(Optimizer& optimizer, std::vector<int64_t> milestones, double gamma = 0.1);

 protected:
  std::vector<double> get_lrs() override;

 private:
  std::vector<int64_t> milestones_;
  double gamma_;
};

/// Times factor for the first total_iters epochs.
class ConstantLR : public LRScheduler {
 public:
  ConstantLR(Optimizer& optimizer, double factor = 1.0 / 3, int64_t total_iters = 5);

 protected:
  std::vector<double> get_lrs() override;

 private:
  double factor_;
  int64_t total_iters_;
};

/// Times a factor that goes linearly from start_factor to end_factor in total_iters epochs.
class LinearLR : public LRScheduler {
 public:
  LinearLR(Optimizer& optimizer, double start_factor = 1.0 / 3, double end_factor = 1.0,
           int64_t total_iters = 5);

 protected:
  std::vector<double> get_lrs() override;

 private:
  double start_factor_, end_factor_;
  int64_t total_iters_;
};

/// Times gamma every epoch.
class ExponentialLR : public LRScheduler {
 public:
  ExponentialLR(Optimizer& optimizer, double gamma);

 protected:
  std::vector<double> get_lrs() override;

 private:
  double gamma_;
};

/// Half a cosine from the initial rate to eta_min in T_max epochs, and back in the next T_max. Loshchilov and
/// Hutter, SGDR (2016), without restarts.
class CosineAnnealingLR : public LRScheduler {
 public:
  CosineAnnealingLR(Optimizer& optimizer, int64_t T_max, double eta_min = 0);

 protected:
  std::vector<double> get_lrs() override;

 private:
  int64_t T_max_;
  double eta_min_;
};

/// The same with restarts: after T_0 epochs, then T_0 * T_mult, ...
class CosineAnnealingWarmRestarts : public LRScheduler {
 public:
  CosineAnnealingWarmRestarts(Optimizer& optimizer, int64_t T_0, int64_t T_mult = 1, double eta_min = 0);
  void step() override;
  /// The rate for a point in time that need not be a whole epoch.
  void step(double epoch);

 protected:
  std::vector<double> get_lrs() override;
  void restart() override { step(0.0); }
  void visit(FieldVisitor& visitor) override;

 private:
  int64_t T_0_, T_mult_;
  double eta_min_, T_i_, T_cur_ = 0;
};

/// One number for all groups or one each.
struct PerGroup {
  PerGroup(double value) : values{value} {}
  PerGroup(std::vector<double> values) : values(std::move(values)) {}
  std::vector<double> of(const Optimizer& optimizer, const char* name) const;
  std::vector<double> values;
};

/// mode: "triangular", "triangular2" (half the height each cycle) or "exp_range" (times gamma^step).
/// scale_fn: instead of a mode, the height by cycle or, with scale_mode "iterations", by step.
struct CyclicLROptions {
  TENGEN_ARG(int64_t, step_size_up) = 2000;
  TENGEN_ARG(std::optional<int64_t>, step_size_down) = std::nullopt;
  TENGEN_ARG(std::string, mode) = "triangular";
  TENGEN_ARG(double, gamma) = 1;
  TENGEN_ARG(std::function<double(double)>, scale_fn);
  TENGEN_ARG(std::string, scale_mode) = "cycle";
  TENGEN_ARG(bool, cycle_momentum) = true;
  TENGEN_ARG(PerGroup, base_momentum) = 0.8;
  TENGEN_ARG(PerGroup, max_momentum) = 0.9;
};

/// Up and down between base_lr and max_lr, the momentum the other way. Smith, Cyclical Learning Rates (2015).
/// One step per batch.
class CyclicLR : public LRScheduler {
 public:
  CyclicLR(Optimizer& optimizer, PerGroup base_lr, PerGroup max_lr, CyclicLROptions options = {});

 protected:
  std::vector<double> get_lrs() override;

 private:
  CyclicLROptions options_;
  std::vector<double> max_lrs_, base_momentums_, max_momentums_;
  double total_size_, step_ratio_;
};

/// anneal_strategy: "cos" or "linear". The first rate is max_lr / div_factor, the last that /
/// final_div_factor.
struct OneCycleLROptions {
  TENGEN_ARG(double, pct_start) = 0.3;
  TENGEN_ARG(std::string, anneal_strategy) = "cos";
  TENGEN_ARG(bool, cycle_momentum) = true;
  TENGEN_ARG(PerGroup, base_momentum) = 0.85;
  TENGEN_ARG(PerGroup, max_momentum) = 0.95;
  TENGEN_ARG(double, div_factor) = 25;
  TENGEN_ARG(double, final_div_factor) = 1e4;
  TENGEN_ARG(bool, three_phase) = false;
};

/// Up to max_lr and down again within total_steps, the momentum the other way. Smith and Topin,
/// Super-Convergence (2017). One step per batch; a step beyond total_steps is an Error.
class OneCycleLR : public LRScheduler {
 public:
  OneCycleLR(Optimizer& optimizer, PerGroup max_lr, int64_t total_steps, OneCycleLROptions options = {});

 protected:
  std::vector<double> get_lrs() override;

 private:
  struct Phase {
    double end_step;
    const std::vector<double>*start_lr, *end_lr, *start_momentum, *end_momentum;
  };
  OneCycleLROptions options_;
  int64_t total_steps_;
  std::vector<double> initial_lrs_, max_lrs_, min_lrs_, base_momentums_, max_momentums_;
  std::vector<Phase> phases_;
};

/// One schedule after the other: schedules[i + 1] begins at milestones[i].
class SequentialLR : public LRScheduler {
 public:
  SequentialLR(Optimizer& optimizer, std::vector<std::shared_ptr<LRScheduler>> schedulers,
               std::vector<int64_t> milestones);
  void step() override;

 protected:
  std::vector<double> get_lrs() override { return get_current_lrs(); }
  void visit(FieldVisitor& visitor) override;

 private:
  std::vector<std::shared_ptr<LRScheduler>> schedulers_;
  std::vector<int64_t> milestones_;
};

/// mode: "min" or "max", what is better; threshold_mode: "rel" or "abs", how much better counts.
struct ReduceLROnPlateauOptions {
  TENGEN_ARG(std::string, mode) = "min";
  TENGEN_ARG(double, factor) = 0.1;
  TENGEN_ARG(int64_t, patience) = 10;
  TENGEN_ARG(double, threshold) = 1e-4;
  TENGEN_ARG(std::string, threshold_mode) = "rel";
  TENGEN_ARG(int64_t, cooldown) = 0;
  TENGEN_ARG(PerGroup, min_lr) = 0.0;
  TENGEN_ARG(double, eps) = 1e-8;
};

/// Times factor when a metric has not become better for more than `patience` epochs.
class ReduceLROnPlateau {
 public:
  explicit ReduceLROnPlateau(Optimizer& optimizer, ReduceLROnPlateauOptions options = {});
  void step(double metric);
  std::vector<double> get_last_lr() const;
  StateDict state_dict() const;
  void load_state_dict(const StateDict& state_dict);

 private:
  void visit(FieldVisitor& visitor);
  bool is_better(double metric) const;

  Optimizer& optimizer_;
  ReduceLROnPlateauOptions options_;
  std::vector<double> min_lrs_;
  double best_;
  int64_t num_bad_epochs_ = 0, cooldown_counter_ = 0, last_epoch_ = 0;
};

}  // namespace tengen::optim
