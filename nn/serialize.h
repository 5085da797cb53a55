// Saving and loading tensors, modules, optimizers and schedulers: torch::save and torch::load.
//
// Files are written as Python's torch.save writes them, so that its torch.load reads them (with weights_only
// too), or as safetensors where the name ends so. What is read may be either, or a file of LibTorch's; the
// content decides.
#pragma once

#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tengen/io/pytorch.h>
#include <tengen/nn/pimpl.h>
#include <tengen/tensor/ordered_dict.h>
#include <tengen/tensor/tensor.h>

namespace tengen {

/// Modules, optimizers and schedulers.
template <class T>
concept HasStateDict = requires(T& object) {
  object.load_state_dict(object.state_dict());
};

/// Those that are not modules.
template <class T>
concept OptimizerOrScheduler = HasStateDict<T> && !std::is_base_of_v<nn::Module, T>;

namespace serialize {

using TensorDict = OrderedDict<std::string, Tensor>;

/// What Python gets from a file: a tensor, a list, or else a dictionary.
template <class T>
constexpr io::PtForm form_of = io::PtForm::kDict;
template <>
inline constexpr io::PtForm form_of<Tensor> = io::PtForm::kTensor;
template <>
inline constexpr io::PtForm form_of<std::vector<Tensor>> = io::PtForm::kList;

/// Writes a file, whole or not at all; or to a stream.
void write(const TensorDict& tensors, io::PtForm form, const std::string& path);
void write(const TensorDict& tensors, io::PtForm form, std::ostream& out);
/// Reads what write(), Python's torch.save or LibTorch has written: a file, a stream to its end, or bytes.
TensorDict read(const std::string& path);
TensorDict read(std::istream& in);
TensorDict read(std::string_view bytes);

/// What is saved of an object.
inline const TensorDict& tensors_of(const TensorDict& tensors) { return tensors; }
TensorDict tensors_of(const Tensor& tensor);
TensorDict tensors_of(const std::vector<Tensor>& tensors);
template <HasStateDict T>
TensorDict tensors_of(const T& object) {
  return object.state_dict();
}
template <class T>
TensorDict tensors_of(const nn::ModuleHolder<T>& holder) {
  return tensors_of(*holder);
}
template <class T>
TensorDict tensors_of(const std::shared_ptr<T>& object) {
  TENGEN_CHECK(object, "save: expected an object, but got an empty pointer");
  return tensors_of(*object);
}

/// Gives an object what was loaded; tensors and modules come to `device` if there is one.
void take(TensorDict& tensors, const TensorDict& loaded, std::optional<Device> device);
void take(Tensor& tensor, const TensorDict& loaded, std::optional<Device> device);
void take(std::vector<Tensor>& tensors, const TensorDict& loaded, std::optional<Device> device);
void take(nn::Module& module, const TensorDict& loaded, std::optional<Device> device);
template <OptimizerOrScheduler T>
void take(T& object, const TensorDict& loaded, std::optional<Device>) {
  object.load_state_dict(loaded);
}
template <class T>
void take(const nn::ModuleHolder<T>& holder, const TensorDict& loaded, std::optional<Device> device) {
  take(*holder.ptr(), loaded, device);
}
template <class T>
void take(const std::shared_ptr<T>& object, const TensorDict& loaded, std::optional<Device> device) {
  TENGEN_CHECK(object, "load: expected an object to load into, but got an empty pointer");
  take(*object, loaded, device);
}

/// What save() takes.
template <class T>
concept Saved = requires(const T& value) {
  tensors_of(value);
};
/// What load() takes.
template <class T>
concept Loaded = requires(T& value, const TensorDict& tensors) {
  take(value, tensors, std::nullopt);
};

}  // namespace serialize
}  // namespace tengen

namespace tengen::inline api {

/// Writes a tensor, several tensors (a vector, or an OrderedDict by name), a module (itself, its holder or a
/// shared pointer to it), an optimizer or a scheduler. Python's torch.load gives a tensor, a list of tensors
/// or a dictionary of them by name; a name that ends in .safetensors makes such a file. A file is written to
/// a temporary one that is then renamed: it is never half written. Whether a tensor requires a gradient is
/// saved with it.
template <serialize::Saved T>
void save(const T& value, const std::string& path) {
  serialize::write(serialize::tensors_of(value), serialize::form_of<T>, path);
}
template <serialize::Saved T>
void save(const T& value, std::ostream& out) {
  serialize::write(serialize::tensors_of(value), serialize::form_of<T>, out);
}

/// Reads what save(), Python's torch.save or LibTorch's torch::save has written, and the parameters of
/// TorchScript archives. A module, an optimizer or a scheduler must have been made with the same structure;
/// what does not fit is an Error, and nothing has changed. A tensor, and a module's parameters, take the
/// dtype that was saved. Tensors come to `device`; a module moves there, an optimizer's state stays with its
/// parameters.
template <class T>
requires serialize::Loaded<std::remove_reference_t<T>>
void load(T&& value, const std::string& path, std::optional<Device> device = std::nullopt) {
  serialize::take(value, serialize::read(path), device);
}
/// From a stream, to its end.
template <class T>
requires serialize::Loaded<std::remove_reference_t<T>>
void load(T&& value, std::istream& in, std::optional<Device> device = std::nullopt) {
  serialize::take(value, serialize::read(in), device);
}
/// From `size` bytes at `data`.
template <class T>
requires serialize::Loaded<std::remove_reference_t<T>>
void load(T&& value, const char* data, size_t size, std::optional<Device> device = std::nullopt) {
  serialize::take(value, serialize::read(std::string_view(data, size)), device);
}

}  // namespace tengen::inline api
