// Schedules that cycle, and the one that waits for a metric.
#include <cmath>
#include <cstdio>

#include <tengen/optim/lr_scheduler.h>

namespace tengen::optim {

std::vector<double> PerGroup::of(const Optimizer& optimizer, const char* name) const {
  size_t groups = optimizer.param_groups().size();
  if (values.size() == 1) return std::vector<double>(groups, values[0]);
  TENGEN_CHECK(values.size() == groups, "expected ", groups, " values for ", name, ", but got ",
               values.size());
  return values;
}

namespace {

void require_momentum(const Optimizer& optimizer, const char* scheduler) {
  TENGEN_CHECK(optimizer.defaults().get_momentum(), scheduler,
               ": optimizer must support momentum with `cycle_momentum` option enabled");
}

}  // namespace

// ---- CyclicLR

CyclicLR::CyclicLR(Optimizer& optimizer, PerGroup base_lr, PerGroup max_lr, CyclicLROptions options)
    : LRScheduler([&]() -> Optimizer& {  // the base rates come before the base class reads them
        std::vector<double> rates = base_lr.of(optimizer, "base_lr");
        for (size_t i = 0; i < rates.size(); ++i) optimizer.param_groups()[i].options().set_lr(rates[i]);
        return optimizer;
      }()),
      options_(std::move(options)),
      max_lrs_(max_lr.of(optimizer, "max_lr")) {
  const std::string& mode = options_.mode();
  TENGEN_CHECK(options_.scale_fn() || mode == "triangular" || mode == "triangular2" || mode == "exp_range",
               "CyclicLR: mode is invalid and scale_fn is None: '", mode,
               "'; expected triangular, triangular2 or exp_range");
  double up = double(options_.step_size_up()),
         down = double(options_.step_size_down().value_or(options_.step_size_up()));
  TENGEN_CHECK(up > 0 && down > 0, "CyclicLR: step sizes must be positive, but got ", up, " and ", down);
  total_size_ = up + down;
  step_ratio_ = up / total_size_;
  if (!options_.scale_fn()) {
    double gamma = options_.gamma();
    options_.scale_mode(mode == "exp_range" ? "iterations" : "cycle");
    if (mode == "triangular")
      options_.scale_fn([](double) { return 1.0; });
    else if (mode == "triangular2")
      options_.scale_fn([](double cycle) { return 1 / std::pow(2.0, cycle - 1); });
    else
      options_.scale_fn([gamma](double step) { return std::pow(gamma, step); });
  }
  if (options_.cycle_momentum()) {
    require_momentum(optimizer, "CyclicLR");
    base_momentums_ = options_.base_momentum().of(optimizer, "base_momentum");
    max_momentums_ = options_.max_momentum().of(optimizer, "max_momentum");
  }
  initial_step();
  base_lrs_ = base_lr.of(optimizer, "base_lr");
}

std::vector<double> CyclicLR::get_lrs() {
  double position = double(last_epoch_) / total_size_;
  double cycle = std::floor(1 + position), x = 1 + position - cycle;  // x: part of the cycle, in [0, 1)
  double height = x <= step_ratio_ ? x / step_ratio_ : (x - 1) / (step_ratio_ - 1);
  double scale = options_.scale_fn()(options_.scale_mode() == "cycle" ? cycle : double(last_epoch_));
  std::vector<double> rates;
  for (size_t i = 0; i < base_lrs_.size(); ++i) {
    rates.push_back(base_lrs_[i] + (max_lrs_[i] - base_lrs_[i]) * height * scale);
    if (options_.cycle_momentum())
      optimizer_.param_groups()[i].options().set_momentum(
          max_momentums_[i] - (max_momentums_[i] - base_momentums_[i]) * height * scale);
  }
  return rates;
}

// ---- OneCycleLR

OneCycleLR::OneCycleLR(Optimizer& optimizer, PerGroup max_lr, int64_t total_steps, OneCycleLROptions options)
    : LRScheduler(optimizer),
      options_(std::move(options)),
      total_steps_(total_steps),
      max_lrs_(max_lr.of(optimizer, "max_lr")) {
  double start = options_.pct_start(), total = double(total_steps);
  TENGEN_CHECK(total_steps > 0, "Expected positive integer total_steps, but got ", total_steps);
  TENGEN_CHECK(start >= 0 && start <= 1, "Expected float between 0 and 1 pct_start, but got ", start);
  const std::string& strategy = options_.anneal_strategy();
  TENGEN_CHECK(strategy == "cos" || strategy == "linear",
               "anneal_strategy must be one of 'cos' or 'linear', but got ", strategy);
  for (size_t i = 0; i < max_lrs_.size(); ++i) {
    initial_lrs_.push_back(max_lrs_[i] / options_.div_factor());
    min_lrs_.push_back(initial_lrs_[i] / options_.final_div_factor());
    optimizer.param_groups()[i].initial_lr = initial_lrs_[i];
  }
  base_lrs_ = initial_lrs_;
  if (options_.cycle_momentum()) {
    require_momentum(optimizer, "OneCycleLR");
    base_momentums_ = options_.base_momentum().of(optimizer, "base_momentum");
    max_momentums_ = options_.max_momentum().of(optimizer, "max_momentum");
  }
  phases_.push_back({start * total - 1, &initial_lrs_, &max_lrs_, &max_momentums_, &base_momentums_});
  if (options_.three_phase()) {
    phases_.push_back({2 * start * total - 2, &max_lrs_, &initial_lrs_, &base_momentums_, &max_momentums_});
    phases_.push_back({total - 1, &initial_lrs_, &min_lrs_, &max_momentums_, &max_momentums_});
  } else {
    phases_.push_back({total - 1, &max_lrs_, &min_lrs_, &base_momentums_, &max_momentums_});
  }
  initial_step();
}

std::vector<double> OneCycleLR::get_lrs() {
  TENGEN_CHECK(last_epoch_ <= total_steps_, "Tried to step ", last_epoch_ + 1,
               " times. The specified number of total steps is ", total_steps_);
  double step = double(last_epoch_), start_step = 0;
  size_t n = 0;
  for (; n + 1 < phases_.size() && step > phases_[n].end_step; ++n) start_step = phases_[n].end_step;
  const Phase& phase = phases_[n];
  double part = (step - start_step) / (phase.end_step - start_step);
  auto anneal = [&](double from, double to) {
    if (options_.anneal_strategy() == "linear") return (to - from) * part + from;
    return to + (from - to) / 2 * (std::cos(M_PI * part) + 1);
  };
  std::vector<double> rates;
  for (size_t i = 0; i < max_lrs_.size(); ++i) {
    rates.push_back(anneal((*phase.start_lr)[i], (*phase.end_lr)[i]));
    if (options_.cycle_momentum())
      optimizer_.param_groups()[i].options().set_momentum(
          anneal((*phase.start_momentum)[i], (*phase.end_momentum)[i]));
  }
  return rates;
}

// ---- ReduceLROnPlateau

ReduceLROnPlateau::ReduceLROnPlateau(Optimizer& optimizer, ReduceLROnPlateauOptions options)
    : optimizer_(optimizer),
      options_(std::move(options)),
      min_lrs_(options_.min_lr().of(optimizer, "min_lr")) {
  TENGEN_CHECK(options_.factor() < 1, "ReduceLROnPlateau: factor should be < 1.0, but got ",
               options_.factor());
  TENGEN_CHECK(options_.mode() == "min" || options_.mode() == "max", "mode ", options_.mode(),
               " is unknown!");
  TENGEN_CHECK(options_.threshold_mode() == "rel" || options_.threshold_mode() == "abs", "threshold mode ",
               options_.threshold_mode(), " is unknown!");
  best_ = options_.mode() == "min" ? HUGE_VAL : -HUGE_VAL;
}

bool ReduceLROnPlateau::is_better(double metric) const {
  bool smaller = options_.mode() == "min";
  double sign = smaller ? -1 : 1;
  double bar = options_.threshold_mode() == "rel" ? best_ * (1 + sign * options_.threshold())
                                                  : best_ + sign * options_.threshold();
  return smaller ? metric < bar : metric > bar;
}

void ReduceLROnPlateau::step(double metric) {
  ++last_epoch_;
  if (is_better(metric)) {
    best_ = metric;
    num_bad_epochs_ = 0;
  } else {
    ++num_bad_epochs_;
  }
  if (cooldown_counter_ > 0) {
    --cooldown_counter_;
    num_bad_epochs_ = 0;
  }
  if (num_bad_epochs_ <= options_.patience()) return;
  auto& groups = optimizer_.param_groups();
  for (size_t i = 0; i < groups.size(); ++i) {
    double old_lr = groups[i].options().get_lr(), new_lr = std::max(old_lr * options_.factor(), min_lrs_[i]);
    if (old_lr - new_lr > options_.eps()) groups[i].options().set_lr(new_lr);
  }
  cooldown_counter_ = options_.cooldown();
  num_bad_epochs_ = 0;
}

std::vector<double> ReduceLROnPlateau::get_last_lr() const {
  std::vector<double> rates;
  for (const auto& group : optimizer_.param_groups()) rates.push_back(group.options().get_lr());
  return rates;
}

template <class Self, class Visitor>
void ReduceLROnPlateau::visit(Self& self, Visitor& visitor) {
  visitor.field("best", self.best_);
  visitor.field("num_bad_epochs", self.num_bad_epochs_);
  visitor.field("cooldown_counter", self.cooldown_counter_);
  visitor.field("last_epoch", self.last_epoch_);
}

StateDict ReduceLROnPlateau::state_dict() const {
  StateDict result("Scheduler state");
  FieldWriter writer(result);
  visit(*this, writer);
  return result;
}

void ReduceLROnPlateau::load_state_dict(const StateDict& state_dict) {
  FieldReader reader(state_dict);
  visit(*this, reader);
}

namespace {

ReduceLROnPlateauOptions plateau_options(ReduceLROnPlateauScheduler::SchedulerMode mode, float factor,
                                         int patience, double threshold,
                                         ReduceLROnPlateauScheduler::ThresholdMode threshold_mode,
                                         int cooldown, const std::vector<float>& min_lr, double eps) {
  const bool largest = mode == ReduceLROnPlateauScheduler::max,
             absolute = threshold_mode == ReduceLROnPlateauScheduler::abs;
  ReduceLROnPlateauOptions options;
  options.mode(largest ? "max" : "min").factor(factor).patience(patience).threshold(threshold);
  options.threshold_mode(absolute ? "abs" : "rel").cooldown(cooldown).eps(eps);
  if (!min_lr.empty()) options.min_lr(std::vector<double>(min_lr.begin(), min_lr.end()));
  return options;
}

}  // namespace

ReduceLROnPlateauScheduler::ReduceLROnPlateauScheduler(Optimizer& optimizer, SchedulerMode mode, float factor,
                                                       int patience, double threshold,
                                                       ThresholdMode threshold_mode, int cooldown,
                                                       const std::vector<float>& min_lr, double eps,
                                                       bool verbose)
    : scheduler_(optimizer,
                 plateau_options(mode, factor, patience, threshold, threshold_mode, cooldown, min_lr, eps)),
      verbose_(verbose) {}

void ReduceLROnPlateauScheduler::step(float metric) {
  const std::vector<double> before = scheduler_.get_last_lr();
  scheduler_.step(metric);
  const std::vector<double> after = scheduler_.get_last_lr();
  for (size_t i = 0; i < after.size() && verbose_; ++i)
    if (after[i] != before[i]) std::printf("reducing learning rate of group %zu to %g\n", i, after[i]);
}

}  // namespace tengen::optim
