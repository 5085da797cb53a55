// For the definitions of this folder only: memory that a fused kernel steps through. The kernels know float
// and double: 16-bit parameters, gradients and averages are computed in float and rounded at the end of a
// step.
#pragma once

#include <tengen/tensor/view_of.h>

namespace tengen::optim {

/// t's values where and as kernels read them.
inline Tensor readable(const Tensor& t) {
  return t.defined() ? t.to(t.dtype() == kHalf || t.dtype() == kBFloat16 ? kFloat : t.dtype()).contiguous()
                     : t;
}

/// Contiguous memory of a tensor that a kernel writes: the tensor's own, or a copy that is written back at
/// the end.
class Written {
 public:
  Written(const char* step, const Tensor& tensor) : step_(step), tensor_(tensor), memory_(readable(tensor)) {}
  ~Written() {
    if (!tensor_.defined()) return;
    if (!memory_.is_same(tensor_))
      tensor_.copy_(memory_);
    else
      tensor_.storage()->bump_version(step_);
  }
  Written(const Written&) = delete;
  ScalarType dtype() const { return memory_.dtype(); }
  void* data() const { return memory_.defined() ? memory_.data_ptr() : nullptr; }

 private:
  const char* step_;
  Tensor tensor_, memory_;
};

}  // namespace tengen::optim
