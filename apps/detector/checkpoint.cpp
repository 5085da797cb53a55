#include <tengen/apps/common/number.h>
#include <tengen/apps/detector/checkpoint.h>
#include <tengen/apps/detector/common.h>
#include <tengen/apps/detector/yaml.h>
#include <tengen/io/pytorch.h>
#include <tengen/io/safetensors.h>

#include <cstdio>
#include <filesystem>
#include <limits>
#include <sstream>

namespace tengen::detect {
namespace {

using Named = std::vector<std::pair<std::string, Tensor>>;
using nn::StateDict;
using Facts = std::map<std::string, std::string>;

// What a model needs to be built again.
Facts describe_model(const DetectionModel& model, const std::vector<std::string>& names) {
  YAML::Emitter list;
  list << YAML::Flow << names;
  return {{"format", "pt"},
          {"model", model->config.yaml()},
          {"model_name", model->config.name},
          {"names", list.c_str()}};
}

io::SafeTensors read(const std::string& path) {
  TENGEN_CHECK(std::filesystem::path(path).extension() == ".safetensors", "weights: ", path,
               ": expected a .safetensors file of tengen-detect");
  return io::load_safetensors(path);
}

const std::string& fact(const io::SafeTensors& file, const std::string& key, const std::string& path) {
  const auto found = file.metadata.find(key);
  TENGEN_CHECK(found != file.metadata.end(), path, ": no '", key,
               "' in its metadata; not written by tengen-detect?");
  return found->second;
}

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

// The tensors whose names begin with the prefix, without it.
StateDict with_prefix(const io::SafeTensors& file, const std::string& prefix) {
  StateDict part;
  for (const auto& [name, value] : file.tensors)
    if (name.starts_with(prefix)) part.insert(name.substr(prefix.size()), value);
  return part;
}

void add(Named& tensors, const std::string& prefix, const StateDict& part) {
  for (const auto& item : part) tensors.emplace_back(prefix + item.key(), item.value());
}

// The file holds more than the model: its tensors must all be there, others may be.
void load_into(DetectionModel& model, const StateDict& tensors, const std::string& path) {
  const auto keys = model->load_state_dict(tensors, /*strict=*/false);
  TENGEN_CHECK(keys.missing_keys.empty(), path, ": no tensor '", keys.missing_keys[0], "'");
  const Tensor& anchors = model->detect->anchors;
  TENGEN_CHECK((anchors.isfinite() & (anchors > 0)).all().item<bool>(), path,
               ": its anchors are not all positive and finite");
}

constexpr const char* kTrain = "train.";  // the weights that the optimizer moves
constexpr const char* kOptimizer = "optimizer.";

}  // namespace

LoadedModel load_model(const std::string& path) {
  const io::SafeTensors file = read(path);
  ModelConfig config = ModelConfig::parse(fact(file, "model", path), path);
  config.name = fact(file, "model_name", path);
  config.most_parameters = 0;
  for (const auto& [name, value] : file.tensors) config.most_parameters += value.numel();
  LoadedModel loaded;
  loaded.model = DetectionModel(config);
  const YAML::Node names = parse_yaml(fact(file, "names", path), path + ": names");
  TENGEN_CHECK(YAML::convert<std::vector<std::string>>::decode(names, loaded.names), path,
               ": 'names' in its metadata is not a list of class names");
  TENGEN_CHECK(static_cast<int64_t>(loaded.names.size()) == config.nc, path, ": ", loaded.names.size(),
               " names for ", config.nc, " classes");
  load_into(loaded.model, with_prefix(file, ""), path);
  loaded.model->eval();
  return loaded;
}

int64_t transfer_weights(const std::string& path, DetectionModel& model) {
  std::map<std::string, Tensor> given;
  if (path.ends_with(".pt")) {
    for (auto& [name, value] : io::load_pt(path)) given.emplace(name, value);
  } else {
    given = read(path).tensors;
  }
  NoGradGuard guard;
  int64_t copied = 0;
  for (const auto& item : model->state_dict()) {
    auto found = given.find(item.key());
    if (found == given.end()) found = given.find("model." + item.key());  // torch.save({"model": state_dict})
    if (found == given.end() || found->second.sizes() != item->sizes() || item.key().ends_with(".anchors"))
      continue;
    item->copy_(found->second);
    ++copied;
  }
  TENGEN_CHECK(copied > 0, "weights: ", path, ": no tensor has a name and a shape of this model");
  return copied;
}

void save_weights(const std::string& path, const DetectionModel& model, const std::vector<std::string>& names,
                  const Facts& facts) {
  Facts metadata = describe_model(model, names);
  metadata.insert(facts.begin(), facts.end());
  io::save_safetensors(path, model->state_dict().pairs(), metadata);
}

void save_checkpoint(const std::string& path, const DetectionModel& model,
                     const optim::AveragedModel& averages, const optim::Optimizer& optimizer,
                     const TrainState& state, const std::vector<std::string>& names) {
  const StateDict weights = model->state_dict();
  Named tensors;
  for (size_t i = 0; i < weights.size(); ++i) tensors.emplace_back(weights[i].key(), averages.averages()[i]);
  add(tensors, kTrain, weights);
  add(tensors, kOptimizer, optimizer.state_dict());
  Facts metadata = describe_model(model, names);
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
  const io::SafeTensors file = read(path);
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

int checked_image_size(int asked, int stride) {
  constexpr int kLargest = 1 << 15;
  TENGEN_CHECK(asked > 0 && asked <= kLargest, "--img: ", asked, ", expected a positive size of at most ",
               kLargest);
  const int size = (asked + stride - 1) / stride * stride;
  if (size != asked)
    std::fprintf(stderr, "tengen-detect: warning: --img %d is no multiple of the stride %d, using %d\n",
                 asked, stride, size);
  return size;
}

}  // namespace tengen::detect
