#include <tengen/nn/serialize.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

#include <tengen/autograd/grad_mode.h>
#include <tengen/autograd/ops/ops.h>
#include <tengen/io/pytorch.h>
#include <tengen/io/safetensors.h>

namespace tengen::serialize {
namespace {

// In the metadata: the names of the tensors that require a gradient, a line each.
constexpr const char* kRequiresGrad = "requires_grad";

std::map<std::string, std::string> metadata_of(const TensorDict& tensors) {
  std::string names;
  for (const auto& item : tensors)
    if (item.value().defined() && item.value().requires_grad()) names += item.key() + '\n';
  return {{"format", "pt"}, {kRequiresGrad, names}};
}

TensorDict dict_of(const io::SafeTensors& file) {
  TensorDict result;
  for (const auto& [name, tensor] : file.tensors) result.insert(name, tensor);
  if (auto names = file.metadata.find(kRequiresGrad); names != file.metadata.end()) {
    std::istringstream lines(names->second);
    for (std::string name; std::getline(lines, name);)
      if (const Tensor* tensor = result.find(name); tensor && tensor->is_floating_point())
        tensor->set_requires_grad(true);
  }
  return result;
}

TensorDict dict_of(const io::NamedTensors& tensors) {
  TensorDict result;
  for (const auto& [name, tensor] : tensors) result.insert(name, tensor);
  return result;
}

// PyTorch writes a zip archive; before 1.6 it wrote pickles.
bool is_pytorch(std::string_view start) { return start.starts_with("PK") || start.starts_with("\x80\x02"); }

Tensor on(const Tensor& tensor, std::optional<Device> device) {
  if (!device || tensor.device() == *device) return tensor;
  return tensor.detach().to(TensorOptions(*device)).set_requires_grad(tensor.requires_grad());
}

}  // namespace

void write(const TensorDict& tensors, io::PtForm form, const std::string& path) {
  if (path.ends_with(".safetensors"))
    io::save_safetensors(path, tensors.pairs(), metadata_of(tensors));
  else
    io::save_pt(path, tensors.pairs(), form);
}

void write(const TensorDict& tensors, io::PtForm form, std::ostream& out) {
  const std::string bytes = io::pt_bytes(tensors.pairs(), form);
  out.write(bytes.data(), std::streamsize(bytes.size()));
  TENGEN_CHECK(out, "save: the stream could not be written");
}

TensorDict read(const std::string& path) {
  char start[2] = {};
  std::ifstream(path, std::ios::binary).read(start, sizeof start);
  return is_pytorch({start, sizeof start}) ? dict_of(io::load_pt(path)) : dict_of(io::load_safetensors(path));
}

TensorDict read(std::string_view bytes) {
  const std::string name = "the given bytes";
  return is_pytorch(bytes) ? dict_of(io::parse_pt(bytes, name)) : dict_of(io::parse_safetensors(bytes, name));
}

TensorDict read(std::istream& in) {
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  TENGEN_CHECK(!in.bad() && !bytes.empty(), "load: the stream could not be read, or is at its end");
  return read(std::string_view(bytes));
}

TensorDict tensors_of(const Tensor& tensor) {
  TensorDict result;
  result.insert("tensor", tensor);
  return result;
}

TensorDict tensors_of(const std::vector<Tensor>& tensors) {
  TensorDict result;
  for (size_t i = 0; i < tensors.size(); ++i) result.insert(std::to_string(i), tensors[i]);
  return result;
}

void take(TensorDict& tensors, const TensorDict& loaded, std::optional<Device> device) {
  TensorDict result;
  for (const auto& item : loaded) result.insert(item.key(), on(item.value(), device));
  tensors = std::move(result);
}

void take(Tensor& tensor, const TensorDict& loaded, std::optional<Device> device) {
  TENGEN_CHECK(loaded.size() == 1, "load: expected one tensor, but got ", loaded.size());
  const Tensor value = on(loaded.front().value(), device);
  if (tensor.defined())
    tensor.set_data(value.detach());
  else
    tensor = value;
}

void take(std::vector<Tensor>& tensors, const TensorDict& loaded, std::optional<Device> device) {
  std::vector<Tensor> result;
  for (size_t i = 0; i < loaded.size(); ++i) {
    const Tensor* found = loaded.find(std::to_string(i));
    TENGEN_CHECK(found, "load: expected a list of tensors, but none is named ", i);
    result.push_back(on(*found, device));
  }
  tensors = std::move(result);
}

void take(nn::Module& module, const TensorDict& loaded, std::optional<Device> device) {
  module.load_state_dict(loaded);  // all that can be wrong is found here, before anything changes
  NoGradGuard no_grad;
  if (device) module.to(*device);
  for (const auto& item : module.state_dict()) {
    const Tensor& own = item.value();
    const Tensor source = loaded[item.key()].detach();
    if (own.dtype() != source.dtype()) own.set_data(source.to(TensorOptions(own.device())).clone());
  }
}

}  // namespace tengen::serialize
