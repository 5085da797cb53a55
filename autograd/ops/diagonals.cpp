// Matrices made of their diagonals or of blocks.
#include <tengen/autograd/ops/embed.h>
#include <tengen/tensor/shape.h>

namespace tengen::inline api {

Tensor diag_embed(const Tensor& self, int64_t offset, int64_t dim1, int64_t dim2) {
  const int64_t dims = self.dim() + 1;
  dim1 = wrap_dim(dim1, dims);
  dim2 = wrap_dim(dim2, dims);
  TENGEN_CHECK(dim1 != dim2, "diag_embed: diagonal dimensions cannot be identical ", dim1, ", ", dim2);
  const int64_t size = self.size(-1) + std::abs(offset);
  DimVector sizes;
  for (int64_t d = 0, next = 0; d < dims; ++d)
    sizes.push_back(d == dim1 || d == dim2 ? size : self.size(next++));
  return autograd::embed(self, sizes, [=](const Tensor& t) { return t.diagonal(offset, dim1, dim2); });
}

Tensor diagflat(const Tensor& self, int64_t offset) { return self.reshape(-1).diag(offset); }

Tensor& Tensor::fill_diagonal_(const Scalar& value, bool wrap) const {
  TENGEN_CHECK(dim() >= 2, "fill_diagonal_: dimensions must be larger than 1, but got shape ", sizes());
  for (int64_t d = 1; dim() > 2 && d < dim(); ++d)
    TENGEN_CHECK(size(d) == size(0),
                 "fill_diagonal_: all dimensions of input must be of equal length, but got ", sizes());
  int64_t step = 0, length = size(0);
  for (int64_t d = 0; d < dim(); ++d) step += stride(d), length = std::min(length, size(d));
  as_strided({length}, {step}).fill_(value);
  // Below a tall matrix's square lies a row that stays, then the next square.
  const int64_t width = size(-1);
  for (int64_t top = width + 1; wrap && dim() == 2 && width > 0 && top < size(0); top += width + 1)
    as_strided({std::min(width, size(0) - top)}, {step}, storage_offset() + top * stride(0)).fill_(value);
  return const_cast<Tensor&>(*this);
}

Tensor block_diag(TensorList tensors) {
  TENGEN_CHECK(!tensors.empty(), "block_diag: expected a non-empty list of tensors");
  int64_t columns = 0;
  for (const Tensor& t : tensors) {
    TENGEN_CHECK(t.dim() <= 2, "block_diag: expected tensors of at most 2 dimensions, but got shape ",
                 t.sizes());
    columns += atleast_2d(t).size(1);
  }
  std::vector<Tensor> rows;
  int64_t left = 0;
  for (const Tensor& t : tensors) {
    const Tensor block = atleast_2d(t);
    rows.push_back(constant_pad_nd(block, {left, columns - left - block.size(1)}));
    left += block.size(1);
  }
  return cat(rows);
}

namespace {

Tensor coordinates(Tensor (*part)(const Tensor&, int64_t), int64_t row, int64_t col, int64_t offset,
                   const TensorOptions& options) {
  TENGEN_CHECK(row >= 0 && col >= 0,
               "tril_indices and triu_indices: row and col must not be negative, but got ", row, " and ",
               col);
  const Tensor all = ones({row, col}, TensorOptions(options).dtype(kInt));
  return part(all, offset).nonzero().t().contiguous().to(options);
}

}  // namespace

Tensor tril_indices(int64_t row, int64_t col, int64_t offset, TensorOptions options) {
  return coordinates(tril, row, col, offset, options);
}
Tensor triu_indices(int64_t row, int64_t col, int64_t offset, TensorOptions options) {
  return coordinates(triu, row, col, offset, options);
}

}  // namespace tengen::inline api
