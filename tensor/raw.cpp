#include <tengen/tensor/raw.h>

#include <algorithm>
#include <numeric>

#include <tengen/tensor/cuda_backend.h>
#include <tengen/tensor/factories.h>
#include <tengen/tensor/kernel_view.h>

namespace tengen::raw {
namespace {

// A contiguous copy of `t` as `dtype` on its own device.
Tensor converted(const Tensor& t, ScalarType dtype) {
  Tensor out = empty(t.sizes(), TensorOptions(dtype).device(t.device()));
  kernels(t).copy(view_of(out), view_of(t));
  return out;
}

}  // namespace

Geometry geometry(const Tensor& t) {
  return {DimVector(t.sizes()), DimVector(t.strides()), t.storage_offset()};
}

Geometry permute(const Tensor& t, IntArrayRef dims) {
  TENGEN_CHECK(
      int64_t(dims.size()) == t.dim(),
      "permute: number of dimensions in the tensor input does not match the length of the desired ordering "
      "of dimensions i.e. input.dim() = ",
      t.dim(), " is not equal to len(dims) = ", dims.size());
  Geometry result;
  result.offset = t.storage_offset();
  SmallVector<bool, 8> seen(dims.size(), false);
  for (int64_t dim : dims) {
    const int64_t d = wrap_dim(dim, t.dim());
    TENGEN_CHECK(!seen[d], "permute(): duplicate dims are not allowed, found ", dims);
    seen[d] = true;
    result.sizes.push_back(t.sizes()[d]);
    result.strides.push_back(t.strides()[d]);
  }
  return result;
}

Geometry select(const Tensor& t, int64_t dim, int64_t index) {
  if (t.dim() == 0) fail<IndexError>("select() cannot be applied to a 0-dim tensor.");
  dim = wrap_dim(dim, t.dim());
  const int64_t size = t.sizes()[dim];
  if (index < -size || index >= size)
    fail<IndexError>("select(): index ", index, " out of range for tensor of size ", t.sizes(),
                     " at dimension ", dim);
  Geometry result = geometry(t);
  result.offset += (index < 0 ? index + size : index) * result.strides[dim];
  result.sizes.erase(result.sizes.begin() + dim);
  result.strides.erase(result.strides.begin() + dim);
  return result;
}

Geometry unsqueeze(const Tensor& t, int64_t dim) {
  dim = wrap_dim(dim, t.dim() + 1);
  Geometry result = geometry(t);
  result.strides.insert(result.strides.begin() + dim,
                        dim < t.dim() ? result.sizes[dim] * result.strides[dim] : 1);
  result.sizes.insert(result.sizes.begin() + dim, 1);
  return result;
}

Tensor view(const Tensor& t, Geometry geometry) {
  const TensorImpl& impl = *t.unsafeGetTensorImpl();
  auto result = make_intrusive<TensorImpl>(impl.storage, impl.dtype, std::move(geometry.sizes),
                                           std::move(geometry.strides), geometry.offset);
  result->own_write_count = impl.own_write_count;
  return Tensor(std::move(result));
}

Tensor contiguous(const Tensor& t) { return t.is_contiguous() ? t : converted(t, t.dtype()); }

Tensor clone(const Tensor& t) { return converted(t, t.dtype()); }

Tensor to(const Tensor& t, ScalarType dtype, Device device) {
  if (t.dtype() == dtype && t.device().type() == device.type()) return t;
  Tensor out = empty(t.sizes(), TensorOptions(dtype).device(device));
  copy(out, t);
  return out;
}

Tensor empty_preserving(const Tensor& t, const TensorOptions& options) {
  return t.numel() > 0 && t.is_non_overlapping_and_dense() ? empty_strided(t.sizes(), t.strides(), options)
                                                           : empty(t.sizes(), options);
}

void copy(const Tensor& out, const Tensor& in, bool non_blocking) {
  if (out.device().type() == in.device().type()) return kernels(out).copy(view_of(out), view_of(in));
  if (out.numel() == 0) return;
  // The narrower type travels; what is left to do is done where the values arrive.
  const ScalarType dtype = item_size(in.dtype()) <= item_size(out.dtype()) ? in.dtype() : out.dtype();
  const Tensor source = in.dtype() == dtype ? contiguous(in) : converted(in, dtype);
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

void fill(const Tensor& out, const Scalar& value) {
  value.require_fits(out.dtype());
  const int64_t integer = out.dtype() == kBool             ? value.toBool()
                          : is_floating_point(out.dtype()) ? 0
                                                           : value.toLong();
  kernels(out).fill(view_of(out), value.toDouble(), integer);
}

void set_requires_grad(const Tensor& leaf, bool requires_grad) {
  TENGEN_CHECK(!requires_grad || leaf.is_floating_point(),
               "requires_grad: only Tensors of floating point dtype can require gradients, but this one is ",
               leaf.dtype());
  leaf.unsafeGetTensorImpl()->requires_grad = requires_grad;
}

}  // namespace tengen::raw
