// The weights of a detector in a .safetensors file, under the names of public checkpoints
// (model.0.conv.weight, ...), so that any reader finds them. Layout and class names stand in the metadata.
// The checkpoints of YOLOv5 are read too.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <tengen/apps/detector/model/model.h>
#include <tengen/io/safetensors.h>
#include <tengen/torch.h>

namespace tengen::detect {

struct LoadedModel {
  DetectionModel model{nullptr};
  std::vector<std::string> names;  // class names
};

/// A model with its layout and class names; eval mode, on the CPU.
LoadedModel load_model(const std::string& path);

/// The network that the weights are of, where the file says so.
std::optional<ModelConfig> config_of_weights(const std::string& path);

/// Copies those tensors of a file whose name and shape occur in the model, anchors excepted. Returns how
/// many.
int64_t transfer_weights(const std::string& path, DetectionModel& model);

void save_weights(const std::string& path, const DetectionModel& model, const std::vector<std::string>& names,
                  const std::map<std::string, std::string>& facts);

// The parts of reading and writing, for files that hold more than the weights.

/// A file of tengen-detect, or a .pt file in its form, of which the model is not yet read.
io::SafeTensors read_weights(const std::string& path);
/// The metadata's value of `key`, without which the file is refused.
const std::string& fact(const io::SafeTensors& file, const std::string& key, const std::string& path);
/// The metadata from which load_model builds the network again.
std::map<std::string, std::string> describe_model(const DetectionModel& model,
                                                  const std::vector<std::string>& names);
/// The tensors whose names begin with the prefix, without it.
nn::StateDict with_prefix(const io::SafeTensors& file, const std::string& prefix);
/// All of the model's tensors must be in the file, which may hold more.
void load_into(DetectionModel& model, const nn::StateDict& tensors, const std::string& path);

}  // namespace tengen::detect
