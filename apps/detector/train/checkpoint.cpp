#include <tengen/apps/detector/train/checkpoint.h>

#include <limits>
#include <sstream>

#include <tengen/apps/common/number.h>
#include <tengen/apps/detector/data/common.h>
#include <tengen/apps/detector/model/weights.h>
#include <tengen/io/safetensors.h>

namespace tengen::detect {
namespace {

using nn::StateDict;
using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

// A number of the metadata, within bounds.
template <class T>
T number(const io::SafeTensors& file, const std::string& key, const std::string& path, T low, T high) {
  const std::string& text = fact(file, key, path);
  const auto value = apps::parse_number<T>(text, low, high);
  TENGEN_CHECK(value, path, ": '", key, "' in its metadata is '", text.substr(0, 40),
               "', expected a number from ", low, " to ", high);
  return *value;
}
constexpr int64_t kMostSteps = int64_t(1) << 53;

void add(NamedTensors& tensors, const std::string& prefix, const StateDict& part) {
  for (const auto& item : part) tensors.emplace_back(prefix + item.key(), item.value());
}

constexpr const char* kTrain = "train.";  // the weights that the optimizer moves
constexpr const char* kOptimizer = "optimizer.";

}  // namespace

void save_checkpoint(const std::string& path, const DetectionModel& model,
                     const optim::AveragedModel& averages, const optim::Optimizer& optimizer,
                     const TrainState& state, const std::vector<std::string>& names) {
  const StateDict weights = model->state_dict();
  NamedTensors tensors;
  for (size_t i = 0; i < weights.size(); ++i) tensors.emplace_back(weights[i].key(), averages.averages()[i]);
  add(tensors, kTrain, weights);
  add(tensors, kOptimizer, optimizer.state_dict());
  auto metadata = describe_model(model, names);
  metadata["epoch"] = std::to_string(state.epoch);
  metadata["last_step"] = std::to_string(state.last_step);
  metadata["ema_updates"] = std::to_string(averages.n_averaged());
  metadata["best_fitness"] = format("%.17g", state.best_fitness);
  metadata["best_epoch"] = std::to_string(state.best_epoch);
  for (double b : state.balance) metadata["balance"] += format("%.17g ", b);
  io::save_safetensors(path, tensors, metadata);
}

TrainState load_checkpoint(const std::string& path, DetectionModel& model, optim::AveragedModel& averages,
                           optim::Optimizer& optimizer) {
  const io::SafeTensors file = read_weights(path);
  load_into(model, with_prefix(file, kTrain), path);
  std::vector<Tensor> averaged;
  for (const auto& item : model->state_dict()) {
    TENGEN_CHECK(file.tensors.count(item.key()), path, ": no tensor '", item.key(), "'");
    averaged.push_back(file.tensors.at(item.key()));
  }
  averages.restore(averaged, number<int64_t>(file, "ema_updates", path, 0, kMostSteps));
  optimizer.load_state_dict(with_prefix(file, kOptimizer));
  TrainState state;
  state.epoch = number<int64_t>(file, "epoch", path, 0, std::numeric_limits<int>::max());
  state.last_step = number<int64_t>(file, "last_step", path, -1, kMostSteps);
  state.best_fitness = number(file, "best_fitness", path, 0.0, 1.0);
  state.best_epoch = number<int64_t>(file, "best_epoch", path, 0, std::numeric_limits<int>::max());
  std::istringstream balance(fact(file, "balance", path));
  for (std::string word; balance >> word;) {
    const auto value = apps::parse_number<double>(word);
    TENGEN_CHECK(value, path, ": 'balance' in its metadata has '", word.substr(0, 40), "' among its numbers");
    state.balance.push_back(*value);
  }
  const size_t levels = model->detect->strides.size();
  TENGEN_CHECK(state.balance.size() == levels, path, ": 'balance' in its metadata has ", state.balance.size(),
               " numbers for ", levels, " levels");
  return state;
}

}  // namespace tengen::detect
