// Private: not installed; no public header includes it.
// What functional forms make of options: they hold undefined tensors where operators take std::nullopt, and
// choices where operators take numbers.
#pragma once

#include <optional>

#include <tengen/autograd/ops/ops.h>
#include <tengen/nn/enum.h>

namespace tengen::nn {

/// The weight that options give; for a module just copied from another, a copy of the other's.
inline Tensor own(const Tensor& weight, const Tensor& given) {
  return weight.defined() ? weight.clone() : given;
}

}  // namespace tengen::nn

namespace tengen::nn::functional {

/// The tensor, or std::nullopt for an undefined one.
inline std::optional<Tensor> given(const Tensor& tensor) {
  return tensor.defined() ? std::optional<Tensor>(tensor) : std::nullopt;
}

/// kNone, kMean or kSum as operators take them.
inline int64_t reduction(const char* loss, EnumType value) {
  switch (value) {
    case kNone:
      return Reduction::None;
    case kMean:
      return Reduction::Mean;
    case kSum:
      return Reduction::Sum;
    default:
      fail(loss, ": reduction must be kNone, kMean or kSum, but got ", enum_name(value));
  }
}

}  // namespace tengen::nn::functional
