// Private: not installed; no public header includes it.
// Options hold undefined tensors where operators take std::nullopt.
#pragma once

#include <optional>

#include <tengen/tensor/tensor.h>

namespace tengen::nn::functional {

/// The tensor, or std::nullopt for an undefined one.
inline std::optional<Tensor> given(const Tensor& tensor) {
  return tensor.defined() ? std::optional<Tensor>(tensor) : std::nullopt;
}

}  // namespace tengen::nn::functional
