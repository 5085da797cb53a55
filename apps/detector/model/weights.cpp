#include <tengen/apps/detector/model/weights.h>

#include <cstdio>
#include <filesystem>

#include <tengen/apps/detector/data/yaml.h>
#include <tengen/apps/detector/model/pytorch_checkpoint.h>

namespace tengen::detect {

std::map<std::string, std::string> describe_model(const DetectionModel& model,
                                                  const std::vector<std::string>& names) {
  YAML::Emitter list;
  list << YAML::Flow << names;
  return {{"format", "pt"},
          {"model", model->config.yaml()},
          {"model_name", model->config.name},
          {"names", list.c_str()}};
}

io::SafeTensors read_weights(const std::string& path) {
  if (is_pytorch_file(path)) return read_pytorch_checkpoint(path);
  TENGEN_CHECK(std::filesystem::path(path).extension() == ".safetensors", "weights: ", path,
               ": expected a .safetensors file of tengen-detect, or a .pt file of PyTorch");
  return io::load_safetensors(path);
}

const std::string& fact(const io::SafeTensors& file, const std::string& key, const std::string& path) {
  const auto found = file.metadata.find(key);
  TENGEN_CHECK(found != file.metadata.end(), path, ": no '", key,
               "' in its metadata; expected a file of tengen-detect, or a .pt file that holds a whole model");
  return found->second;
}

nn::StateDict with_prefix(const io::SafeTensors& file, const std::string& prefix) {
  nn::StateDict part;
  for (const auto& [name, value] : file.tensors)
    if (name.starts_with(prefix)) part.insert(name.substr(prefix.size()), value);
  return part;
}

void load_into(DetectionModel& model, const nn::StateDict& tensors, const std::string& path) {
  const auto keys = model->load_state_dict(tensors, /*strict=*/false);
  TENGEN_CHECK(keys.missing_keys.empty(), path, ": no tensor '", keys.missing_keys[0], "'");
  const Tensor& anchors = model->detect->anchors;
  TENGEN_CHECK((anchors.isfinite() & (anchors > 0)).all().item<bool>(), path,
               ": its anchors are not all positive and finite");
}

namespace {

void say_whose_weights(const std::string& path) {
  if (is_pytorch_file(path))
    std::fprintf(stderr,
                 "tengen-detect: note: %s is a checkpoint of PyTorch; the weights that Ultralytics publishes "
                 "are under AGPL-3.0\n",
                 path.c_str());
}

}  // namespace

LoadedModel load_model(const std::string& path) {
  say_whose_weights(path);
  const io::SafeTensors file = read_weights(path);
  ModelConfig config = ModelConfig::parse(fact(file, "model", path), path);
  config.name = fact(file, "model_name", path);
  config.most_parameters = 0;
  for (const auto& [name, value] : file.tensors) config.most_parameters += value.numel();
  LoadedModel loaded;
  loaded.model = DetectionModel(config);
  const YAML::Node names = parse_yaml(fact(file, "names", path), path + ": names");
  TENGEN_CHECK(YAML::convert<std::vector<std::string>>::decode(names, loaded.names), path,
               ": 'names' in its metadata is not a list of class names");
  TENGEN_CHECK(int64_t(loaded.names.size()) == config.nc, path, ": ", loaded.names.size(), " names for ",
               config.nc, " classes");
  load_into(loaded.model, with_prefix(file, ""), path);
  loaded.model->eval();
  return loaded;
}

std::optional<ModelConfig> config_of_weights(const std::string& path) {
  const io::SafeTensors file = read_weights(path);
  const auto model = file.metadata.find("model");
  if (model == file.metadata.end()) return std::nullopt;
  ModelConfig config = ModelConfig::parse(model->second, path);
  config.name = fact(file, "model_name", path);
  return config;
}

int64_t transfer_weights(const std::string& path, DetectionModel& model) {
  say_whose_weights(path);
  const std::map<std::string, Tensor> given = read_weights(path).tensors;
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
                  const std::map<std::string, std::string>& facts) {
  auto metadata = describe_model(model, names);
  metadata.insert(facts.begin(), facts.end());
  io::save_safetensors(path, model->state_dict().pairs(), metadata);
}

}  // namespace tengen::detect
