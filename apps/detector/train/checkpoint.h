// The state of a training run in a .safetensors file. The averaged weights stand where model/weights.h looks
// for them; the trained weights and the optimizer have a prefix.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <tengen/apps/detector/model/model.h>
#include <tengen/torch.h>

namespace tengen::detect {

/// What continues a run to the same bits. All randomness of training follows from (seed, epoch, sample), so
/// no generator state is needed. The device is no part of it: a run continues on another one.
struct TrainState {
  int64_t epoch = 0;       // epochs finished
  int64_t last_step = -1;  // iteration of the last optimizer step
  double best_fitness = 0;
  int64_t best_epoch = 0;
  std::vector<double> balance;  // of ComputeLoss
};

/// Written to a temporary file and renamed: a killed run leaves the old file or the new one. `averages` are
/// those of the model's state_dict.
void save_checkpoint(const std::string& path, const DetectionModel& model,
                     const optim::AveragedModel& averages, const optim::Optimizer& optimizer,
                     const TrainState& state, const std::vector<std::string>& names);
TrainState load_checkpoint(const std::string& path, DetectionModel& model, optim::AveragedModel& averages,
                           optim::Optimizer& optimizer);

}  // namespace tengen::detect
