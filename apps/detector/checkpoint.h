// Weights and whole training states in .safetensors files. The averaged weights stand under the names of
// public checkpoints (model.0.conv.weight, ...), so any reader finds them; the rest has a prefix.
#pragma once

#include <tengen/apps/detector/loss.h>
#include <tengen/apps/detector/model.h>
#include <tengen/torch.h>

#include <map>
#include <string>
#include <vector>

namespace tengen::detect {

struct LoadedModel {
  DetectionModel model{nullptr};
  std::vector<std::string> names;  ///< class names
};

/// A model with its layout and class names; eval mode, on the CPU.
LoadedModel load_model(const std::string& path);

/// Copies those tensors of a file whose name and shape occur in the model, anchors excepted. Returns how
/// many.
int64_t transfer_weights(const std::string& path, DetectionModel& model);

void save_weights(const std::string& path, const DetectionModel& model, const std::vector<std::string>& names,
                  const std::map<std::string, std::string>& facts);

/// What continues a run to the same bits. All randomness of training follows from (seed, epoch, sample), so
/// no generator state is needed. The device is no part of it: a run continues on another one.
struct TrainState {
  int64_t epoch = 0;       ///< epochs finished
  int64_t last_step = -1;  ///< iteration of the last optimizer step
  double best_fitness = 0;
  int64_t best_epoch = 0;
  std::vector<double> balance;  ///< of ComputeLoss
};

/// Written to a temporary file and renamed: a killed run leaves the old file or the new one. `averages` are
/// those of the model's state_dict.
void save_checkpoint(const std::string& path, const DetectionModel& model,
                     const optim::AveragedModel& averages, const optim::Optimizer& optimizer,
                     const TrainState& state, const std::vector<std::string>& names);
TrainState load_checkpoint(const std::string& path, DetectionModel& model, optim::AveragedModel& averages,
                           optim::Optimizer& optimizer);

/// The next multiple of the stride, with a word to the user when that is not what was asked for.
int checked_image_size(int asked, int stride);

}  // namespace tengen::detect
