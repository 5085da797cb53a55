// Private: not installed; no public header includes it.
// The linear operators that the graph itself needs, to add up gradients and to give them the shape and type
// of what they belong to. They are recorded like all others; ops.h has their public forms. For operator
// authors.
#pragma once

#include <tengen/tensor/raw.h>

namespace tengen::autograd {

/// a + b, of equal shapes, types and devices.
Tensor sum_of(const Tensor& a, const Tensor& b);
/// sum += grad while nothing is recorded.
void add_to(const Tensor& sum, const Tensor& grad);

/// Sums the dimensions that broadcasting from `sizes` to t's shape has expanded.
Tensor sum_to_size(const Tensor& t, IntArrayRef sizes);
/// Its adjoint: a view that repeats dimensions of size 1. A size of -1 keeps what is there.
Tensor expand(const Tensor& t, IntArrayRef sizes);

/// A contiguous copy with t's values as `dtype`; `name` is that of the operator. A copy to the host that
/// nobody waits for (non_blocking) is made in pinned memory.
Tensor convert(const char* name, const Tensor& t, ScalarType dtype, Device device, bool non_blocking = false);

/// A view of the whole tensor: another node, where gradients can be taken.
Tensor alias(const Tensor& t);

/// A view of t's memory that knows its base; not recorded yet. `origin`: of views that may not be written
/// through.
Tensor make_view(const Tensor& t, Geometry geometry, ViewOrigin origin = ViewOrigin::ordinary);

}  // namespace tengen::autograd
