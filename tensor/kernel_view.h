// Private: not installed; no public header includes it.
// Tensors as kernels see them.
#pragma once

#include <tengen/tensor/kernels.h>
#include <tengen/tensor/shape.h>
#include <tengen/tensor/tensor.h>

namespace tengen {

/// Valid as long as the tensor.
inline View view_of(const Tensor& t) {
  return {t.data_ptr(), t.dtype(), int(t.dim()), t.sizes().data(), t.strides().data()};
}

inline const Kernels& kernels(const Tensor& t) { return kernels(t.device()); }

/// The Error for operands on different devices.
[[noreturn]] void different_devices(const char* op, const Device& first, const Device& second);
/// Throws it unless all tensors (undefined ones apart) are on the same one.
void check_same_device(const char* op, std::initializer_list<const Tensor*> tensors);

}  // namespace tengen
