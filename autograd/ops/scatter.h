// More ways to write elements at positions that tensors give; ops.h includes this file. Indices are int64 and
// get no gradient.
#pragma once

#include <tengen/autograd/ops/ops.h>

namespace tengen::inline api {

// ---- scatter.cpp ------------------------------------------------------------------------------------------

/// A copy of self with source's parts at these indices of a dimension; `index` (n), source (..., n, ...). Of
/// several parts for one index one remains.
Tensor index_copy(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source);
inline Tensor Tensor::index_copy(int64_t dim, const Tensor& index, const Tensor& source) const {
  return tengen::index_copy(*this, dim, index, source);
}

/// A copy of self with one value at these indices of a dimension. A tensor as value has 0 dimensions.
Tensor index_fill(const Tensor& self, int64_t dim, const Tensor& index, const Scalar& value);
Tensor index_fill(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& value);
inline Tensor Tensor::index_fill(int64_t dim, const Tensor& index, const Scalar& value) const {
  return tengen::index_fill(*this, dim, index, value);
}
inline Tensor Tensor::index_fill(int64_t dim, const Tensor& index, const Tensor& value) const {
  return tengen::index_fill(*this, dim, index, value);
}

/// scatter that combines the elements of src for one place: "sum", "prod", "mean", "amax" or "amin" of them,
/// and of self's element unless `include_self` is false. Places that no index names stay. Equal extremes
/// share the gradient.
Tensor scatter_reduce(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
                      std::string_view reduce, bool include_self = true);
inline Tensor Tensor::scatter_reduce(int64_t dim, const Tensor& index, const Tensor& src,
                                     std::string_view reduce, bool include_self) const {
  return tengen::scatter_reduce(*this, dim, index, src, reduce, include_self);
}

/// scatter that adds to self's elements ("add") or multiplies them ("multiply").
Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src,
               std::string_view reduce);
Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, const Scalar& value,
               std::string_view reduce);
inline Tensor Tensor::scatter(int64_t dim, const Tensor& index, const Tensor& src,
                              std::string_view reduce) const {
  return tengen::scatter(*this, dim, index, src, reduce);
}
inline Tensor Tensor::scatter(int64_t dim, const Tensor& index, const Scalar& value,
                              std::string_view reduce) const {
  return tengen::scatter(*this, dim, index, value, reduce);
}

/// scatter_reduce of whole parts: index (n) along `dim`, source (..., n, ...); "prod", "mean", "amax" or
/// "amin".
Tensor index_reduce(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source,
                    std::string_view reduce, bool include_self = true);
inline Tensor Tensor::index_reduce(int64_t dim, const Tensor& index, const Tensor& source,
                                   std::string_view reduce, bool include_self) const {
  return tengen::index_reduce(*this, dim, index, source, reduce, include_self);
}

/// A copy of self with source's elements, in order, where mask (bool) is true; mask and self broadcast.
Tensor masked_scatter(const Tensor& self, const Tensor& mask, const Tensor& source);
inline Tensor Tensor::masked_scatter(const Tensor& mask, const Tensor& source) const {
  return tengen::masked_scatter(*this, mask, source);
}

/// A copy of self with source's elements at these positions of the flattened tensor, added if `accumulate`;
/// index and source have as many elements.
Tensor put(const Tensor& self, const Tensor& index, const Tensor& source, bool accumulate = false);
inline Tensor Tensor::put(const Tensor& index, const Tensor& source, bool accumulate) const {
  return tengen::put(*this, index, source, accumulate);
}

/// gather, where self and indices broadcast but for `dim`; without it, of the flattened tensors.
Tensor take_along_dim(const Tensor& self, const Tensor& indices, std::optional<int64_t> dim = std::nullopt);
inline Tensor Tensor::take_along_dim(const Tensor& indices, std::optional<int64_t> dim) const {
  return tengen::take_along_dim(*this, indices, dim);
}

/// A copy of self with src at one index of a dimension: what select shows.
Tensor select_scatter(const Tensor& self, const Tensor& src, int64_t dim, int64_t index);
inline Tensor Tensor::select_scatter(const Tensor& src, int64_t dim, int64_t index) const {
  return tengen::select_scatter(*this, src, dim, index);
}

/// A copy of self with src at start:end:step of a dimension: what slice shows.
Tensor slice_scatter(const Tensor& self, const Tensor& src, int64_t dim = 0,
                     std::optional<int64_t> start = std::nullopt, std::optional<int64_t> end = std::nullopt,
                     int64_t step = 1);
inline Tensor Tensor::slice_scatter(const Tensor& src, int64_t dim, std::optional<int64_t> start,
                                    std::optional<int64_t> end, int64_t step) const {
  return tengen::slice_scatter(*this, src, dim, start, end, step);
}

/// A copy of self with src on a diagonal: what diagonal shows.
Tensor diagonal_scatter(const Tensor& self, const Tensor& src, int64_t offset = 0, int64_t dim1 = 0,
                        int64_t dim2 = 1);
inline Tensor Tensor::diagonal_scatter(const Tensor& src, int64_t offset, int64_t dim1, int64_t dim2) const {
  return tengen::diagonal_scatter(*this, src, offset, dim1, dim2);
}

/// nonzero under NumPy's name: (count, dimensions).
Tensor argwhere(const Tensor& self);
inline Tensor Tensor::argwhere() const { return tengen::argwhere(*this); }

/// The coordinates of elements that are not 0, one int64 tensor (count) per dimension; a number counts as
/// (1).
std::vector<Tensor> nonzero_numpy(const Tensor& self);
inline std::vector<Tensor> Tensor::nonzero_numpy() const { return tengen::nonzero_numpy(*this); }

}  // namespace tengen::inline api
