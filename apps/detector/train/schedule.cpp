#include <tengen/apps/detector/train/schedule.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tengen::detect {

double lr_factor(double epoch, const ScheduleOptions& options, const Hyp& hyp) {
  const double share = epoch / options.epochs;
  if (options.cosine) return (1 - std::cos(std::numbers::pi * share)) / 2 * (hyp.lrf - 1) + 1;
  return (1 - share) * (1 - hyp.lrf) + hyp.lrf;
}

int64_t warmup_iterations(const ScheduleOptions& options, const Hyp& hyp) {
  const int64_t asked = std::max<int64_t>(std::llrint(hyp.warmup_epochs * options.batches_per_epoch), 100);
  return std::min<int64_t>(asked,
                           std::llrint(options.longest_warmup * options.epochs * options.batches_per_epoch));
}

StepPlan step_plan(int64_t ni, const ScheduleOptions& options, const Hyp& hyp) {
  const int64_t warmup = warmup_iterations(options, hyp);
  const int64_t epoch = ni / std::max(options.batches_per_epoch, 1);
  const double lr = hyp.lr0 * lr_factor(double(epoch), options, hyp);
  const double batches = double(options.nominal_batch) / options.batch_size;
  // As slope times distance, which is how NumPy interpolates: the rounding of `accumulate` hangs on the last
  // bit.
  auto warm = [&](double from, double to) {
    return ni >= warmup ? to : (to - from) / double(warmup) * double(ni) + from;
  };
  // nearbyint rounds half to even, as Python's and NumPy's round do.
  return {warm(hyp.warmup_bias_lr, lr), warm(0, lr), warm(hyp.warmup_momentum, hyp.momentum),
          std::max(int(std::nearbyint(warm(1, batches))), 1)};
}

}  // namespace tengen::detect
