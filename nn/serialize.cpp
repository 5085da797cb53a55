#include <tengen/nn/serialize.h>

#include <tengen/io/safetensors.h>

namespace tengen {

void save(const OrderedDict<std::string, Tensor>& tensors, const std::string& path) {
  io::save_safetensors(path, tensors.pairs(), {{"format", "pt"}});
}

void save(const Tensor& tensor, const std::string& path) {
  io::save_safetensors(path, {{"tensor", tensor}}, {{"format", "pt"}});
}

void save(const std::vector<Tensor>& tensors, const std::string& path) {
  std::vector<std::pair<std::string, Tensor>> named;
  for (size_t i = 0; i < tensors.size(); ++i) named.emplace_back(std::to_string(i), tensors[i]);
  io::save_safetensors(path, named, {{"format", "pt"}});
}

void load(OrderedDict<std::string, Tensor>& tensors, const std::string& path) {
  tensors.clear();
  for (auto& [name, tensor] : io::load_safetensors(path).tensors) tensors.insert(name, tensor);
}

void load(Tensor& tensor, const std::string& path) {
  auto tensors = io::load_safetensors(path).tensors;
  TENGEN_CHECK(tensors.size() == 1, "load: ", path, " holds ", tensors.size(), " tensors, expected one");
  tensor = tensors.begin()->second;
}

void load(std::vector<Tensor>& tensors, const std::string& path) {
  auto named = io::load_safetensors(path).tensors;
  std::vector<Tensor> result;
  for (size_t i = 0; i < named.size(); ++i) {
    auto it = named.find(std::to_string(i));
    TENGEN_CHECK(it != named.end(), "load: ", path, " is no list of tensors: there is none named ", i);
    result.push_back(it->second);
  }
  tensors = std::move(result);
}

}  // namespace tengen
