#include <tengen/tensor/transfer.h>

#include <tengen/tensor/cuda_backend.h>
#include <tengen/tensor/factories.h>
#include <tengen/tensor/view_of.h>

namespace tengen {
namespace {

// `t`, or a contiguous copy of it as `dtype` on its own device.
Tensor plain(const Tensor& t, ScalarType dtype) {
  if (t.dtype() == dtype && t.is_contiguous()) return t;
  Tensor copy = empty(t.sizes(), TensorOptions(dtype).device(t.device()));
  kernels(t).copy(view_of(copy), view_of(t));
  return copy;
}

}  // namespace

void copy_values(const Tensor& out, const Tensor& in, bool non_blocking) {
  if (out.device().type() == in.device().type()) return kernels(out).copy(view_of(out), view_of(in));
  if (out.numel() == 0) return;
  // The narrower type travels; what is left to do is done where the values arrive.
  const ScalarType dtype = item_size(in.dtype()) <= item_size(out.dtype()) ? in.dtype() : out.dtype();
  const Tensor source = plain(in, dtype);
  const bool direct = out.dtype() == dtype && out.is_contiguous();
  const Tensor landing = direct ? out : empty(out.sizes(), TensorOptions(dtype).device(out.device()));
  const Storage& host = *(in.is_cpu() ? source : landing).storage();
  const bool later = non_blocking && host.is_pinned() && (in.is_cpu() || direct);
  void* to = landing.data_ptr();
  const void* from = source.data_ptr();
  if (in.is_cpu())
    later ? cuda::copy_to_device_later(to, from, source.nbytes(), host.data())
          : cuda::copy_to_device(to, from, source.nbytes());
  else
    later ? cuda::copy_to_host_later(to, from, source.nbytes(), host.data())
          : cuda::copy_to_host(to, from, source.nbytes());
  if (!direct) kernels(out).copy(view_of(out), view_of(landing));
}

void fill_values(const Tensor& out, const Scalar& value) {
  value.require_fits(out.dtype());
  const int64_t integer = out.dtype() == kBool             ? value.toBool()
                          : is_floating_point(out.dtype()) ? 0
                                                           : value.toLong();
  kernels(out).fill(view_of(out), value.toDouble(), integer);
}

}  // namespace tengen
