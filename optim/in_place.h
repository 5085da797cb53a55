// For the definitions of this folder only: memory that a fused kernel steps through.
#pragma once

#include <tengen/tensor/view_of.h>

namespace tengen::optim {

/// Contiguous memory of a tensor that a kernel writes: the tensor's own, or a copy that is written back at
/// the end.
class Written {
 public:
  Written(const char* step, const Tensor& tensor)
      : step_(step), tensor_(tensor), memory_(tensor.defined() ? tensor.contiguous() : tensor) {}
  ~Written() {
    if (!tensor_.defined()) return;
    if (!memory_.is_same(tensor_))
      tensor_.copy_(memory_);
    else
      tensor_.storage()->bump_version(step_);
  }
  Written(const Written&) = delete;
  void* data() const { return memory_.defined() ? memory_.data_ptr() : nullptr; }

 private:
  const char* step_;
  Tensor tensor_, memory_;
};

}  // namespace tengen::optim
