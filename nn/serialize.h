// Saving and loading tensors, modules and optimizers: safetensors files, which Python's safetensors reads
// too.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <tengen/nn/pimpl.h>
#include <tengen/tensor/ordered_dict.h>
#include <tengen/tensor/tensor.h>

namespace tengen {

/// Written to a temporary file that is then renamed: a file is never half written.
void save(const OrderedDict<std::string, Tensor>& tensors, const std::string& path);
void save(const Tensor& tensor, const std::string& path);
void save(const std::vector<Tensor>& tensors, const std::string& path);

void load(OrderedDict<std::string, Tensor>& tensors, const std::string& path);
void load(Tensor& tensor, const std::string& path);
void load(std::vector<Tensor>& tensors, const std::string& path);

template <class T>
concept HasStateDict = requires(T& object) {
  object.load_state_dict(object.state_dict());
};

/// A module, an optimizer, a scheduler: what has a state_dict().
template <HasStateDict T>
void save(const T& object, const std::string& path) {
  save(object.state_dict(), path);
}
/// The object must have been made with the same structure. What does not fit is an Error, and nothing has
/// changed.
template <HasStateDict T>
void load(T& object, const std::string& path) {
  OrderedDict<std::string, Tensor> state;
  load(state, path);
  object.load_state_dict(state);
}
template <HasStateDict T>
void save(const std::shared_ptr<T>& object, const std::string& path) {
  save(*object, path);
}
template <HasStateDict T>
void load(const std::shared_ptr<T>& object, const std::string& path) {
  load(*object, path);
}
template <class T>
void save(const nn::ModuleHolder<T>& holder, const std::string& path) {
  save(*holder, path);
}
template <class T>
void load(nn::ModuleHolder<T>& holder, const std::string& path) {
  load(*holder, path);
}

}  // namespace tengen
