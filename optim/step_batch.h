// Private: not installed; no public header includes it.
// The parameters of a group, gathered so that one kernel call updates those that make the
// same step. The kernels know float and double: 16-bit parameters, gradients and averages are computed in
// float and rounded at the end of a step.
#pragma once

#include <deque>
#include <utility>
#include <vector>

#include <tengen/tensor/kernel_view.h>

namespace tengen::optim {

/// The type that kernels compute with.
inline Dtype compute_type(Dtype dtype) { return dtype == kHalf || dtype == kBFloat16 ? kFloat : dtype; }
/// The values of t where and as kernels read them.
inline Tensor as_readable(const Tensor& t) {
  return t.defined() ? t.to(compute_type(t.dtype())).contiguous() : t;
}

/// Contiguous memory of a tensor that a kernel writes: the tensor's own, or a copy that is written back at
/// the end.
class WritableTensor {
 public:
  WritableTensor(const char* step, const Tensor& tensor)
      : step_(step), tensor_(tensor), memory_(as_readable(tensor)) {}
  ~WritableTensor() {
    if (!tensor_.defined()) return;
    if (!memory_.is_same(tensor_))
      tensor_.copy_(memory_);
    else
      tensor_.unsafeGetTensorImpl()->bump_version(step_);
  }
  WritableTensor(const WritableTensor&) = delete;
  void* data() const { return memory_.defined() ? memory_.data_ptr() : nullptr; }

 private:
  const char* step_;
  Tensor tensor_, memory_;
};

/// Step and Tensors as in kernels.h; the memory that tensors name is kept until the steps have been made.
template <class Step, class Tensors>
class StepBatch {
 public:
  using Kernel = void (*)(Dtype dtype, const Step& step, int64_t count, const Tensors* tensors);

  StepBatch(const char* name, Kernel Kernels::*kernel) : name_(name), kernel_(kernel) {}

  void* writable(const Tensor& tensor) { return written_.emplace_back(name_, tensor).data(); }
  const void* readable(const Tensor& tensor) { return read_.emplace_back(as_readable(tensor)).data_ptr(); }
  void add(const Tensor& param, const Step& step, const Tensors& tensors) {
    const Dtype dtype = compute_type(param.dtype());
    for (KernelCall& call : calls_)
      if (call.device == param.device() && call.dtype == dtype && call.step == step)
        return call.tensors.push_back(tensors);
    calls_.push_back({param.device(), dtype, step, {tensors}});
  }
  void run() {
    for (const KernelCall& call : calls_)
      (kernels(call.device).*kernel_)(call.dtype, call.step, int64_t(call.tensors.size()),
                                      call.tensors.data());
  }

 private:
  struct KernelCall {
    Device device;
    Dtype dtype;
    Step step;
    std::vector<Tensors> tensors;
  };

  const char* name_;
  Kernel Kernels::*kernel_;
  std::deque<WritableTensor> written_;
  std::vector<Tensor> read_;
  std::vector<KernelCall> calls_;
};

}  // namespace tengen::optim
