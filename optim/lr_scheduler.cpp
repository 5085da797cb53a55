#include <tengen/optim/lr_scheduler.h>

#include <algorithm>
#include <cmath>

#include <tengen/tensor/warning.h>

namespace tengen::optim {

// ---- the base

LRScheduler::LRScheduler(Optimizer& optimizer)
    : optimizer_(optimizer), optimizer_steps_(optimizer.steps_taken()) {
  for (auto& group : optimizer.param_groups()) {
    if (!group.initial_lr) group.initial_lr = group.options().get_lr();
    base_lrs_.push_back(*group.initial_lr);
  }
}

void LRScheduler::step() {
  if (step_count_ == 1 && optimizer_steps_ && optimizer_.steps_taken() == optimizer_steps_)
    warn(
        {"scheduler.step() was called before optimizer.step(), so the first value of the learning-rate "
         "schedule "
         "is skipped. Call optimizer.step() first.",
         {__func__, __FILE__, __LINE__}});
  ++step_count_;
  ++last_epoch_;
  set_lrs(get_lrs());
}

void LRScheduler::initial_step() {
  step_count_ = 0;
  LRScheduler::step();
}

void LRScheduler::restart() {
  set_lrs(base_lrs_);
  last_epoch_ = 0;
  ++step_count_;
  set_lrs(get_lrs());
}

std::vector<double> LRScheduler::get_current_lrs() const {
  std::vector<double> rates;
  for (const auto& group : optimizer_.param_groups()) rates.push_back(group.options().get_lr());
  return rates;
}

void LRScheduler::set_lrs(const std::vector<double>& rates) {
  auto& groups = optimizer_.param_groups();
  TENGEN_CHECK(rates.size() == groups.size(), "scheduler: expected ", rates.size(),
               " parameter groups, as when the scheduler was made, but got ", groups.size());
  for (size_t i = 0; i < rates.size(); ++i) groups[i].options().set_lr(rates[i]);
  last_lr_ = rates;
}

std::vector<double> LRScheduler::scaled(double factor) const {
  std::vector<double> rates = get_current_lrs();
  for (double& rate : rates) rate *= factor;
  return rates;
}

template <class Self, class Visitor>
void LRScheduler::visit(Self& self, Visitor& visitor) {
  visitor.field("last_epoch", self.last_epoch_);
  visitor.field("step_count", self.step_count_);
  visitor.field("base_lrs", self.base_lrs_);
  visitor.field("last_lr", self.last_lr_);
}
void LRScheduler::write(FieldWriter& writer) const { visit(*this, writer); }
void LRScheduler::read(FieldReader& reader) { visit(*this, reader); }

StateDict LRScheduler::state_dict() const {
  StateDict result("Scheduler state");
  FieldWriter writer(result);
  write(writer);
  return result;
}

void LRScheduler::load_state_dict(const StateDict& state_dict) {
  FieldReader reader(state_dict);
  read(reader);
}

// ---- factors by epoch

namespace {

std::vector<LRLambda> one_each(const Optimizer& optimizer, std::vector<LRLambda> lambdas) {
  size_t groups = optimizer.param_groups().size();
  TENGEN_CHECK(lambdas.size() == groups, "Expected ", groups, " lr_lambdas, but got ", lambdas.size());
  return lambdas;
}

}  // namespace

LambdaLR::LambdaLR(Optimizer& optimizer, LRLambda lambda)
    : LambdaLR(optimizer, std::vector<LRLambda>(optimizer.param_groups().size(), std::move(lambda))) {}
LambdaLR::LambdaLR(Optimizer& optimizer, std::vector<LRLambda> lambdas)
    : LRScheduler(optimizer), lambdas_(one_each(optimizer, std::move(lambdas))) {
  initial_step();
}
std::vector<double> LambdaLR::get_lrs() {
  std::vector<double> rates;
  for (size_t i = 0; i < base_lrs_.size(); ++i) rates.push_back(base_lrs_[i] * lambdas_[i](last_epoch_));
  return rates;
}

MultiplicativeLR::MultiplicativeLR(Optimizer& optimizer, LRLambda lambda)
    : MultiplicativeLR(optimizer, std::vector<LRLambda>(optimizer.param_groups().size(), std::move(lambda))) {
}
MultiplicativeLR::MultiplicativeLR(Optimizer& optimizer, std::vector<LRLambda> lambdas)
    : LRScheduler(optimizer), lambdas_(one_each(optimizer, std::move(lambdas))) {
  initial_step();
}
std::vector<double> MultiplicativeLR::get_lrs() {
  std::vector<double> rates = get_current_lrs();
  if (last_epoch_ > 0)
    for (size_t i = 0; i < rates.size(); ++i) rates[i] *= lambdas_[i](last_epoch_);
  return rates;
}
// There is no initial rate to return to: PyTorch goes on from the current one.
void MultiplicativeLR::restart() {
  last_epoch_ = 0;
  set_lrs(get_lrs());
}

StepLR::StepLR(Optimizer& optimizer, int64_t step_size, double gamma)
    : LRScheduler(optimizer), step_size_(step_size), gamma_(gamma) {
  TENGEN_CHECK(step_size > 0, "StepLR: step_size must be positive, but got ", step_size);
  initial_step();
}
std::vector<double> StepLR::get_lrs() {
  return scaled(last_epoch_ != 0 && last_epoch_ % step_size_ == 0 ? gamma_ : 1);
}

MultiStepLR::MultiStepLR(Optimizer& optimizer, std::vector<int64_t> milestones, double gamma)
    : LRScheduler(optimizer), milestones_(std::move(milestones)), gamma_(gamma) {
  initial_step();
}
std::vector<double> MultiStepLR::get_lrs() {
  return scaled(std::pow(gamma_, double(std::count(milestones_.begin(), milestones_.end(), last_epoch_))));
}

ConstantLR::ConstantLR(Optimizer& optimizer, double factor, int64_t total_iters)
    : LRScheduler(optimizer), factor_(factor), total_iters_(total_iters) {
  TENGEN_CHECK(factor >= 0 && factor <= 1,
               "Constant multiplicative factor expected to be between 0 and 1, but got ", factor);
  initial_step();
}
std::vector<double> ConstantLR::get_lrs() {
  return scaled(last_epoch_ == 0 ? factor_ : last_epoch_ == total_iters_ ? 1 / factor_ : 1);
}

LinearLR::LinearLR(Optimizer& optimizer, double start_factor, double end_factor, int64_t total_iters)
    : LRScheduler(optimizer),
      start_factor_(start_factor),
      end_factor_(end_factor),
      total_iters_(total_iters) {
  TENGEN_CHECK(
      start_factor > 0 && start_factor <= 1,
      "Starting multiplicative factor expected to be greater than 0 and less or equal to 1, but got ",
      start_factor);
  TENGEN_CHECK(end_factor >= 0 && end_factor <= 1,
               "Ending multiplicative factor expected to be between 0 and 1, but got ", end_factor);
  initial_step();
}
std::vector<double> LinearLR::get_lrs() {
  if (last_epoch_ == 0) return scaled(start_factor_);
  if (last_epoch_ > total_iters_) return get_current_lrs();
  double rise = end_factor_ - start_factor_;  // in total; the ratio of one factor to the one before follows
  return scaled(1 + rise / (double(total_iters_) * start_factor_ + double(last_epoch_ - 1) * rise));
}

ExponentialLR::ExponentialLR(Optimizer& optimizer, double gamma) : LRScheduler(optimizer), gamma_(gamma) {
  initial_step();
}
std::vector<double> ExponentialLR::get_lrs() { return scaled(last_epoch_ == 0 ? 1 : gamma_); }

// ---- cosine

CosineAnnealingLR::CosineAnnealingLR(Optimizer& optimizer, int64_t T_max, double eta_min)
    : LRScheduler(optimizer), T_max_(T_max), eta_min_(eta_min) {
  TENGEN_CHECK(T_max > 0, "CosineAnnealingLR: T_max must be positive, but got ", T_max);
  initial_step();
}

// From the current rate, so that other schedulers may work on it too; only the lowest point has no ratio to
// the next.
std::vector<double> CosineAnnealingLR::get_lrs() {
  std::vector<double> rates = get_current_lrs();
  if (last_epoch_ == 0) return rates;
  auto height = [&](int64_t epoch) { return 1 + std::cos(M_PI * double(epoch) / double(T_max_)); };
  for (size_t i = 0; i < rates.size(); ++i) {
    if ((last_epoch_ - 1 - T_max_) % (2 * T_max_) == 0)
      rates[i] += (base_lrs_[i] - eta_min_) * (1 - std::cos(M_PI / double(T_max_))) / 2;
    else
      rates[i] = height(last_epoch_) / height(last_epoch_ - 1) * (rates[i] - eta_min_) + eta_min_;
  }
  return rates;
}

CosineAnnealingWarmRestarts::CosineAnnealingWarmRestarts(Optimizer& optimizer, int64_t T_0, int64_t T_mult,
                                                         double eta_min)
    : LRScheduler(optimizer), T_0_(T_0), T_mult_(T_mult), eta_min_(eta_min), T_i_(double(T_0)) {
  TENGEN_CHECK(T_0 > 0, "Expected positive integer T_0, but got ", T_0);
  TENGEN_CHECK(T_mult >= 1, "Expected integer T_mult >= 1, but got ", T_mult);
  step(0.0);
}

void CosineAnnealingWarmRestarts::step() {
  T_cur_ += 1;
  if (T_cur_ >= T_i_) {
    T_cur_ -= T_i_;
    T_i_ *= double(T_mult_);
  }
  LRScheduler::step();
}

void CosineAnnealingWarmRestarts::step(double epoch) {
  TENGEN_CHECK(epoch >= 0, "Expected non-negative epoch, but got ", epoch);
  double first = double(T_0_), factor = double(T_mult_);
  if (epoch < first) {
    T_i_ = first;
    T_cur_ = epoch;
  } else if (T_mult_ == 1) {
    T_cur_ = std::fmod(epoch, first);
  } else {
    // n restarts took T_0 * (T_mult^n - 1) / (T_mult - 1) epochs
    double n = std::floor(std::log(epoch / first * (factor - 1) + 1) / std::log(factor));
    T_cur_ = epoch - first * (std::pow(factor, n) - 1) / (factor - 1);
    T_i_ = first * std::pow(factor, n);
  }
  last_epoch_ = int64_t(std::floor(epoch));
  ++step_count_;
  set_lrs(get_lrs());
}

std::vector<double> CosineAnnealingWarmRestarts::get_lrs() {
  std::vector<double> rates;
  for (double base : base_lrs_)
    rates.push_back(eta_min_ + (base - eta_min_) * (1 + std::cos(M_PI * T_cur_ / T_i_)) / 2);
  return rates;
}

template <class Self, class Visitor>
void CosineAnnealingWarmRestarts::visit(Self& self, Visitor& visitor) {
  visitor.field("T_i", self.T_i_);
  visitor.field("T_cur", self.T_cur_);
}
void CosineAnnealingWarmRestarts::write(FieldWriter& writer) const {
  LRScheduler::write(writer);
  visit(*this, writer);
}
void CosineAnnealingWarmRestarts::read(FieldReader& reader) {
  LRScheduler::read(reader);
  visit(*this, reader);
}

// ---- one after the other

SequentialLR::SequentialLR(Optimizer& optimizer, std::vector<std::shared_ptr<LRScheduler>> schedulers,
                           std::vector<int64_t> milestones)
    : LRScheduler(optimizer), schedulers_(std::move(schedulers)), milestones_(std::move(milestones)) {
  TENGEN_CHECK(!schedulers_.empty() && milestones_.size() + 1 == schedulers_.size(),
               "SequentialLR: expected one milestone fewer than schedulers, but got ", milestones_.size(),
               " and ", schedulers_.size());
  // Making the schedulers has set rates; only the first one's count.
  std::vector<double> initial;
  for (auto& group : optimizer.param_groups()) initial.push_back(*group.initial_lr);
  set_lrs(initial);
  for (auto& scheduler : schedulers_) {
    TENGEN_CHECK(scheduler && &scheduler->optimizer() == &optimizer,
                 "SequentialLR: all schedulers must belong to the same optimizer");
    --scheduler->last_epoch_;
  }
  schedulers_[0]->initial_step();
  last_epoch_ = 0;
  last_lr_ = schedulers_[0]->get_last_lr();
}

void SequentialLR::step() {
  ++last_epoch_;
  ++step_count_;
  auto place = std::upper_bound(milestones_.begin(), milestones_.end(), last_epoch_);
  LRScheduler& scheduler = *schedulers_[size_t(place - milestones_.begin())];
  if (place != milestones_.begin() && place[-1] == last_epoch_)
    scheduler.restart();
  else
    scheduler.step();
  last_lr_ = scheduler.get_last_lr();
}

// The fields of the schedulers have their number before their names.
void SequentialLR::write(FieldWriter& writer) const {
  LRScheduler::write(writer);
  for (size_t i = 0; i < schedulers_.size(); ++i) {
    FieldWriter numbered = writer.nested(std::to_string(i) + '.');
    schedulers_[i]->write(numbered);
  }
}
void SequentialLR::read(FieldReader& reader) {
  LRScheduler::read(reader);
  for (size_t i = 0; i < schedulers_.size(); ++i) {
    FieldReader numbered = reader.nested(std::to_string(i) + '.');
    schedulers_[i]->read(numbered);
  }
}

}  // namespace tengen::optim
