// Learning-rate schedules: Python PyTorch's torch.optim.lr_scheduler, number for number.
#pragma once

#include <functional>
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

  /// Sets the next rates. A first call before the optimizer's first step() is a warning: it skips a rate.
  virtual void step();
  /// The rates that were set last, one for each group.
  const std::vector<double>& get_last_lr() const { return last_lr_; }
  /// The number of the present rates, from 0.
  int64_t last_epoch() const { return last_epoch_; }
  Optimizer& optimizer() const { return optimizer_; }

  /// The position in the schedule; the constructor's arguments are not part of it.
  StateDict state_dict() const;
  void load_state_dict(const StateDict& state_dict);

 protected:
  friend class SequentialLR;
  /// The rates for last_epoch_, by group. Most schedules compute them from the current ones.
  virtual std::vector<double> get_lrs() = 0;
  /// Saves and restores the fields of the state.
  virtual void write(FieldWriter& writer) const;
  virtual void read(FieldReader& reader);
  /// Begins again from the initial rates, when a SequentialLR comes to this schedule.
  virtual void restart();
  /// Sets the first rates; a derived class calls it at the end of its constructor.
  void initial_step();
  std::vector<double> get_current_lrs() const;
  void set_lrs(const std::vector<double>& rates);
  /// The current rates times factor.
  std::vector<double> scaled(double factor) const;

  Optimizer& optimizer_;
  std::vector<double> base_lrs_, last_lr_;
  int64_t last_epoch_ = -1;
  int64_t step_count_ = 0;

 private:
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor);

  std::optional<int64_t> optimizer_steps_;  // when this was made
};

/// A factor by epoch (the number of calls of step()).
using LRLambda = std::function<double(int64_t epoch)>;

/// The initial rate * lambda(epoch); one function for all groups or one for each.
class LambdaLR : public LRScheduler {
 public:
  LambdaLR(Optimizer& optimizer, LRLambda lambda);
  LambdaLR(Optimizer& optimizer, std::vector<LRLambda> lambdas);

 protected:
  std::vector<double> get_lrs() override;

 private:
  std::vector<LRLambda> lambdas_;
};

/// The previous rate * lambda(epoch); one function for all groups or one for each.
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

/// Multiplies the rate by gamma after every step_size epochs.
class StepLR : public LRScheduler {
 public:
  StepLR(Optimizer& optimizer, int64_t step_size, double gamma = 0.1);

 protected:
  std::vector<double> get_lrs() override;

 private:
  int64_t step_size_;
  double gamma_;
};

/// Multiplies the rate by gamma at each epoch in milestones; repeated milestones multiply repeatedly.
class MultiStepLR : public LRScheduler {
 public:
  MultiStepLR(Optimizer& optimizer, std::vector<int64_t> milestones, double gamma = 0.1);

 protected:
  std::vector<double> get_lrs() override;

 private:
  std::vector<int64_t> milestones_;
  double gamma_;
};

/// The initial rate * factor for the first total_iters epochs, then the initial rate.
class ConstantLR : public LRScheduler {
 public:
  ConstantLR(Optimizer& optimizer, double factor = 1.0 / 3, int64_t total_iters = 5);

 protected:
  std::vector<double> get_lrs() override;

 private:
  double factor_;
  int64_t total_iters_;
};

/// The initial rate times a factor that goes linearly from start_factor to end_factor in total_iters epochs.
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

/// Multiplies the rate by gamma after every epoch.
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

/// Half a cosine from the initial rate to eta_min in T_0 epochs, then again from the initial rate in T_0 *
/// T_mult, and so on. Loshchilov and Hutter, SGDR (2016).
class CosineAnnealingWarmRestarts : public LRScheduler {
 public:
  CosineAnnealingWarmRestarts(Optimizer& optimizer, int64_t T_0, int64_t T_mult = 1, double eta_min = 0);
  void step() override;
  /// Sets the rate for a point in time that need not be a whole epoch.
  void step(double epoch);

 protected:
  std::vector<double> get_lrs() override;
  void restart() override { step(0.0); }
  void write(FieldWriter& writer) const override;
  void read(FieldReader& reader) override;

 private:
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor);

  int64_t T_0_, T_mult_;
  double eta_min_, T_i_, T_cur_ = 0;
};

/// A number for all groups, or one for each.
struct PerGroup {
  PerGroup(double value) : values{value} {}
  PerGroup(std::vector<double> one_each) : values(std::move(one_each)) {}
  /// One number for each group; an Error that calls them `name` if there are too few or too many.
  std::vector<double> of(const Optimizer& optimizer, const char* name) const;
  std::vector<double> values;
};

/// Options of CyclicLR.
struct CyclicLROptions {
  TENGEN_ARG(int64_t, step_size_up) = 2000;  ///< steps from base_lr to max_lr
  /// Steps from max_lr to base_lr (std::nullopt: as many as up).
  TENGEN_ARG(std::optional<int64_t>, step_size_down) = std::nullopt;
  /// "triangular", "triangular2" (half the height in each cycle) or "exp_range" (the height times
  /// gamma^step).
  TENGEN_ARG(std::string, mode) = "triangular";
  TENGEN_ARG(double, gamma) = 1;                        ///< for "exp_range"
  TENGEN_ARG(std::function<double(double)>, scale_fn);  ///< the height, instead of a mode (none)
  TENGEN_ARG(std::string, scale_mode) = "cycle";  ///< argument of scale_fn: "cycle" or "iterations" (steps)
  TENGEN_ARG(bool, cycle_momentum) = true;        ///< the momentum goes the other way; it must exist
  TENGEN_ARG(PerGroup, base_momentum) = 0.8;      ///< momentum at the highest rate
  TENGEN_ARG(PerGroup, max_momentum) = 0.9;       ///< momentum at the lowest rate
};

/// Goes up and down linearly between base_lr and max_lr. One step() per batch. Smith, Cyclical Learning Rates
/// (2015).
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

/// Options of OneCycleLR.
struct OneCycleLROptions {
  TENGEN_ARG(double, pct_start) = 0.3;               ///< fraction of total_steps in which the rate rises
  TENGEN_ARG(std::string, anneal_strategy) = "cos";  ///< "cos" or "linear"
  TENGEN_ARG(bool, cycle_momentum) = true;           ///< the momentum goes the other way; it must exist
  TENGEN_ARG(PerGroup, base_momentum) = 0.85;        ///< momentum at the highest rate
  TENGEN_ARG(PerGroup, max_momentum) = 0.95;         ///< momentum at the first and last rates
  TENGEN_ARG(double, div_factor) = 25;               ///< the first rate is max_lr / div_factor
  TENGEN_ARG(double, final_div_factor) = 1e4;        ///< the last rate is the first / final_div_factor
  TENGEN_ARG(bool, three_phase) = false;  ///< goes down to the first rate, then in a third phase to the last
};

/// Goes up to max_lr and down again within total_steps. One step() per batch; more than total_steps are an
/// Error. Smith and Topin, Super-Convergence (2017).
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

/// One schedule after the other: schedulers[i + 1] begins at epoch milestones[i]. All must belong to
/// `optimizer`.
class SequentialLR : public LRScheduler {
 public:
  SequentialLR(Optimizer& optimizer, std::vector<std::shared_ptr<LRScheduler>> schedulers,
               std::vector<int64_t> milestones);
  void step() override;

 protected:
  std::vector<double> get_lrs() override { return get_current_lrs(); }
  void write(FieldWriter& writer) const override;
  void read(FieldReader& reader) override;

 private:
  std::vector<std::shared_ptr<LRScheduler>> schedulers_;
  std::vector<int64_t> milestones_;
};

/// Options of ReduceLROnPlateau.
struct ReduceLROnPlateauOptions {
  TENGEN_ARG(std::string, mode) = "min";  ///< "min": smaller metrics are better; "max": larger ones
  TENGEN_ARG(double, factor) = 0.1;       ///< the new rate / the old one; below 1
  TENGEN_ARG(int64_t, patience) = 10;     ///< epochs without improvement that are let pass
  TENGEN_ARG(double, threshold) = 1e-4;   ///< how much better counts as an improvement
  /// "rel": threshold is a fraction of the best metric; "abs": it is a difference.
  TENGEN_ARG(std::string, threshold_mode) = "rel";
  TENGEN_ARG(int64_t, cooldown) = 0;   ///< epochs after a reduction that do not count
  TENGEN_ARG(PerGroup, min_lr) = 0.0;  ///< the rate does not go below
  TENGEN_ARG(double, eps) = 1e-8;      ///< smaller reductions are not made
};

/// Multiplies the rates by factor when a metric has not improved for more than `patience` epochs.
class ReduceLROnPlateau {
 public:
  explicit ReduceLROnPlateau(Optimizer& optimizer, ReduceLROnPlateauOptions options = {});
  /// Takes the metric of an epoch.
  void step(double metric);
  std::vector<double> get_last_lr() const;
  StateDict state_dict() const;
  void load_state_dict(const StateDict& state_dict);

 private:
  template <class Self, class Visitor>
  static void visit(Self& self, Visitor& visitor);
  bool is_better(double metric) const;

  Optimizer& optimizer_;
  ReduceLROnPlateauOptions options_;
  std::vector<double> min_lrs_;
  double best_;
  int64_t num_bad_epochs_ = 0, cooldown_counter_ = 0, last_epoch_ = 0;
};

/// LibTorch's class for the same.
class ReduceLROnPlateauScheduler {
 public:
  enum SchedulerMode { min, max };
  enum ThresholdMode { rel, abs };
  ReduceLROnPlateauScheduler(Optimizer& optimizer, SchedulerMode mode = min, float factor = 0.1f,
                             int patience = 10, double threshold = 1e-4, ThresholdMode threshold_mode = rel,
                             int cooldown = 0, const std::vector<float>& min_lr = {}, double eps = 1e-8,
                             bool verbose = false);
  /// Takes the metric of an epoch; with `verbose`, a reduced rate is printed.
  void step(float metric);

 private:
  ReduceLROnPlateau scheduler_;
  bool verbose_;
};

}  // namespace tengen::optim
