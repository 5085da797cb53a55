// Private: not installed; no public header includes it.
// Sizes and strides: what a shape means, how shapes broadcast, how much memory they take. For authors of
// operators.
#pragma once

#include <optional>

#include <tengen/tensor/tensor.h>

namespace tengen {

/// `dim` counted from the front; an IndexError when it is not in [-ndim, ndim). A 0-dim tensor counts as
/// 1-dim.
int64_t wrap_dim(int64_t dim, int64_t ndim);
/// The shape to which both broadcast; an Error that names `op` and the shapes when they do not.
DimVector broadcast_shapes(IntArrayRef a, IntArrayRef b, const char* op = "broadcast");
/// Strides of `t` seen as the broadcast shape `sizes` (0 where it repeats).
DimVector broadcast_strides(const Tensor& t, IntArrayRef sizes);
DimVector contiguous_strides(IntArrayRef sizes);
/// An Error where the number is too large.
int64_t numel_of(IntArrayRef sizes);
/// Elements from the first to behind the last of a tensor with this geometry, which begins `offset` elements
/// into its memory; 0 for one without elements. An Error where a size, a stride or the offset is negative or
/// the number too large.
int64_t extent_of(const char* op, IntArrayRef sizes, IntArrayRef strides, int64_t offset = 0);
/// What `count` elements take. An Error where that is more than can be addressed.
size_t storage_bytes(int64_t count, ScalarType dtype, IntArrayRef sizes);
/// Strides, paddings, dilations and windows are at most this, so that products of two of them can be
/// computed.
inline constexpr int64_t kLargestStep = 0x7fffffff;
/// a + b and a * b; an Error that says so where the result is too large for a size.
int64_t size_sum(int64_t a, int64_t b);
int64_t size_product(int64_t a, int64_t b);
/// `shape` with its -1, if there is one, replaced so that it has `numel` elements; an Error when that cannot
/// be.
DimVector infer_sizes(IntArrayRef shape, int64_t numel);
/// The strides under which the memory described by (sizes, strides) has `shape`; nothing when a copy is
/// needed.
std::optional<DimVector> view_strides(IntArrayRef sizes, IntArrayRef strides, IntArrayRef shape);

}  // namespace tengen
