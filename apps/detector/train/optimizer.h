// The optimizer of a detector: three parameter groups that the schedule drives separately.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <tengen/apps/detector/model/model.h>
#include <tengen/apps/detector/train/schedule.h>
#include <tengen/torch.h>

namespace tengen::detect {

/// SGD (Nesterov), Adam or AdamW over three groups: biases, decayed weights, batch-norm weights; only the
/// second decays. `momentum` is Adam's beta1.
std::unique_ptr<optim::Optimizer> make_optimizer(const DetectionModel& model, const std::string& name,
                                                 double lr, double momentum, double weight_decay);

/// Sets the learning rates and the momentum of one iteration.
void apply_plan(optim::Optimizer& optimizer, const StepPlan& plan);

}  // namespace tengen::detect
