// Private: not installed; no public header includes it.
// For the definitions of this folder only: the parameters of a group, gathered so that one kernel call moves
// those that make the same step. The kernels know float and double: 16-bit parameters, gradients and averages
// are computed in float and rounded at the end of a step.
#pragma once

#include <deque>
#include <utility>
#include <vector>

#include <tengen/tensor/view_of.h>

namespace tengen::optim {

/// The type that kernels compute with.
inline Dtype stepping_type(Dtype dtype) { return dtype == kHalf || dtype == kBFloat16 ? kFloat : dtype; }
/// t's values where and as kernels read them.
inline Tensor readable(const Tensor& t) {
  return t.defined() ? t.to(stepping_type(t.dtype())).contiguous() : t;
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
      tensor_.unsafeGetTensorImpl()->bump_version(step_);
  }
  Written(const Written&) = delete;
  void* data() const { return memory_.defined() ? memory_.data_ptr() : nullptr; }

 private:
  const char* step_;
  Tensor tensor_, memory_;
};

/// Step and Tensors as in kernels.h; the memory that tensors name is kept until the steps have been made.
template <class Step, class Tensors>
class Steps {
 public:
  using Kernel = void (*)(Dtype dtype, const Step& step, int64_t count, const Tensors* tensors);

  Steps(const char* name, Kernel Kernels::*kernel) : name_(name), kernel_(kernel) {}

  void* written(const Tensor& tensor) { return written_.emplace_back(name_, tensor).data(); }
  const void* read(const Tensor& tensor) { return read_.emplace_back(readable(tensor)).data_ptr(); }
  void add(const Tensor& param, const Step& step, const Tensors& tensors) {
    const Dtype dtype = stepping_type(param.dtype());
    for (Same& same : all_)
      if (same.device == param.device() && same.dtype == dtype && same.step == step)
        return same.tensors.push_back(tensors);
    all_.push_back({param.device(), dtype, step, {tensors}});
  }
  void run() {
    for (const Same& same : all_)
      (kernels(same.device).*kernel_)(same.dtype, same.step, int64_t(same.tensors.size()),
                                      same.tensors.data());
  }

 private:
  struct Same {
    Device device;
    Dtype dtype;
    Step step;
    std::vector<Tensors> tensors;
  };

  const char* name_;
  Kernel Kernels::*kernel_;
  std::deque<Written> written_;
  std::vector<Tensor> read_;
  std::vector<Same> all_;
};

}  // namespace tengen::optim
