// Learning rate, momentum and accumulation as pure functions of the iteration.
#pragma once

#include <cstdint>

#include <tengen/apps/detector/data/hyp.h>

namespace tengen::detect {

struct ScheduleOptions {
  int epochs = 100;
  int batches_per_epoch = 1;
  int batch_size = 16;
  int nominal_batch = 64;
  bool cosine = false;
  double longest_warmup = 1;  // as a fraction of the run
};

struct StepPlan {
  double lr_bias = 0;  // parameter group of the biases
  double lr = 0;       // the other groups
  double momentum = 0;
  int accumulate = 1;  // batches whose gradients make one optimiser step
};

/// Fraction of lr0 in an epoch: linear (1 - e/E)(1 - lrf) + lrf, or half a cosine.
double lr_factor(double epoch, const ScheduleOptions& options, const Hyp& hyp);

/// Iterations of warm-up: at least 100.
int64_t warmup_iterations(const ScheduleOptions& options, const Hyp& hyp);

/// What holds in iteration `ni`, counted from 0 over all epochs. During warm-up (ni <= warmup_iterations)
/// rates, momentum and accumulation are interpolated; afterwards they are those of the epoch.
StepPlan step_plan(int64_t ni, const ScheduleOptions& options, const Hyp& hyp);

/// Whether the optimiser steps after iteration ni: enough batches since the last step (-1 at the start).
inline bool should_step(int64_t ni, int64_t last_step, const StepPlan& plan) {
  return ni - last_step >= plan.accumulate;
}

}  // namespace tengen::detect
