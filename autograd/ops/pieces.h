// Cutting tensors into pieces and joining them, with NumPy's names; ops.h includes this file.
#pragma once

#include <tengen/tensor/tensor.h>

namespace tengen::inline api {

// ---- pieces.cpp -------------------------------------------------------------------------------------------

/// Views of self along `dim`: that many pieces, the first ones longer by one where the size cannot be divided
/// evenly; or the pieces that end at each index of a list, and the rest. A tensor says either.
std::vector<Tensor> tensor_split(const Tensor& self, int64_t sections, int64_t dim = 0);
std::vector<Tensor> tensor_split(const Tensor& self, IntArrayRef indices, int64_t dim = 0);
std::vector<Tensor> tensor_split(const Tensor& self, const Tensor& tensor_indices_or_sections,
                                 int64_t dim = 0);
inline std::vector<Tensor> Tensor::tensor_split(int64_t sections, int64_t dim) const {
  return tengen::tensor_split(*this, sections, dim);
}
inline std::vector<Tensor> Tensor::tensor_split(IntArrayRef indices, int64_t dim) const {
  return tengen::tensor_split(*this, indices, dim);
}
inline std::vector<Tensor> Tensor::tensor_split(const Tensor& indices_or_sections, int64_t dim) const {
  return tengen::tensor_split(*this, indices_or_sections, dim);
}

/// tensor_split along dimension 1, or 0 for vectors; sections must divide the size.
std::vector<Tensor> hsplit(const Tensor& self, int64_t sections);
std::vector<Tensor> hsplit(const Tensor& self, IntArrayRef indices);
inline std::vector<Tensor> Tensor::hsplit(int64_t sections) const { return tengen::hsplit(*this, sections); }
inline std::vector<Tensor> Tensor::hsplit(IntArrayRef indices) const {
  return tengen::hsplit(*this, indices);
}

/// tensor_split along dimension 0 of at least 2; sections must divide the size.
std::vector<Tensor> vsplit(const Tensor& self, int64_t sections);
std::vector<Tensor> vsplit(const Tensor& self, IntArrayRef indices);
inline std::vector<Tensor> Tensor::vsplit(int64_t sections) const { return tengen::vsplit(*this, sections); }
inline std::vector<Tensor> Tensor::vsplit(IntArrayRef indices) const {
  return tengen::vsplit(*this, indices);
}

/// tensor_split along dimension 2 of at least 3; sections must divide the size.
std::vector<Tensor> dsplit(const Tensor& self, int64_t sections);
std::vector<Tensor> dsplit(const Tensor& self, IntArrayRef indices);
inline std::vector<Tensor> Tensor::dsplit(int64_t sections) const { return tengen::dsplit(*this, sections); }
inline std::vector<Tensor> Tensor::dsplit(IntArrayRef indices) const {
  return tengen::dsplit(*this, indices);
}

/// cat along dimension 2 of what atleast_3d gives.
Tensor dstack(TensorList tensors);

/// Tensors of 0 or 1 dimensions as columns, beside matrices: hstack of them.
Tensor column_stack(TensorList tensors);

/// A number () as (1), other tensors as they are.
Tensor atleast_1d(const Tensor& self);
std::vector<Tensor> atleast_1d(TensorList tensors);

/// () -> (1,1), (n) -> (1,n), other tensors as they are.
Tensor atleast_2d(const Tensor& self);
std::vector<Tensor> atleast_2d(TensorList tensors);

/// () -> (1,1,1), (n) -> (1,n,1), (m,n) -> (m,n,1), other tensors as they are.
Tensor atleast_3d(const Tensor& self);
std::vector<Tensor> atleast_3d(TensorList tensors);

/// The columns in reverse order: flip of dimension 1.
Tensor fliplr(const Tensor& self);
inline Tensor Tensor::fliplr() const { return tengen::fliplr(*this); }

/// The rows in reverse order: flip of dimension 0.
Tensor flipud(const Tensor& self);
inline Tensor Tensor::flipud() const { return tengen::flipud(*this); }

}  // namespace tengen::inline api
