// Private: not installed; no public header includes it.
// Views, copies, conversions and fills without history: what tensor/, data/ and io/ do with tensors, and what
// differentiable operators are made of. None of these is recorded, and no gradient flows through a result.
#pragma once

#include <tengen/tensor/tensor.h>

namespace tengen {

/// Where a tensor's elements lie in its memory; strides and offset in elements.
struct Geometry {
  DimVector sizes, strides;
  int64_t offset = 0;
};

namespace raw {

/// The geometry of a view of `t`. Dimensions and positions may be negative, as Python counts; out of bounds
/// they are IndexErrors.
Geometry geometry(const Tensor& t);
Geometry permute(const Tensor& t, IntArrayRef dims);
Geometry select(const Tensor& t, int64_t dim, int64_t index);
Geometry unsqueeze(const Tensor& t, int64_t dim);

/// `t`'s memory under another geometry, which must not reach beyond it.
Tensor view(const Tensor& t, Geometry geometry);

/// `t` itself where it is contiguous, else a contiguous copy.
Tensor contiguous(const Tensor& t);
Tensor clone(const Tensor& t);  // contiguous
/// `t` itself where it has this type and is on this kind of device, else a contiguous copy that has.
Tensor to(const Tensor& t, ScalarType dtype, Device device);
/// On its own device.
inline Tensor to(const Tensor& t, ScalarType dtype) { return to(t, dtype, t.device()); }

/// An uninitialised tensor of t's sizes; of its strides too where `t` fills its memory without gaps.
Tensor empty_preserving(const Tensor& t, const TensorOptions& options);

/// out = in, converted to out's type; equal sizes. With non_blocking, a copy between pinned memory and a
/// device is done in the order of the current stream, after the call has returned, unless the host has to
/// convert or to rearrange.
void copy(const Tensor& out, const Tensor& in, bool non_blocking = false);
/// Every element of `out` becomes `value`; an Error when its type cannot hold it.
void fill(const Tensor& out, const Scalar& value);

/// Marks a leaf as needing a gradient, or not. Only floating types can: an Error.
void set_requires_grad(const Tensor& leaf, bool requires_grad);
/// `made`, which needs a gradient if `options` say so.
inline Tensor with_requires_grad(Tensor made, const TensorOptions& options) {
  if (options.requires_grad()) set_requires_grad(made, true);
  return made;
}

}  // namespace raw
}  // namespace tengen
