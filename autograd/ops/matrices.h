// Private: not installed; no public header includes it.
// What the families of linear algebra share: what they demand of matrices, and memory for decompositions.
#pragma once

#include <tengen/autograd/ops/low_precision.h>
#include <tengen/tensor/linalg_kernels.h>
#include <tengen/tensor/raw.h>
#include <tengen/tensor/shape.h>

namespace tengen {

using autograd::Grads;
using autograd::Node;
using autograd::record;

/// (..., m, n) -> (...).
inline IntArrayRef batch_sizes(const Tensor& t) { return t.sizes().slice(0, size_t(t.dim()) - 2); }
inline DimVector join(IntArrayRef sizes, std::initializer_list<int64_t> more) {
  DimVector all(sizes);
  for (int64_t size : more) all.push_back(size);
  return all;
}
/// Numbers of the batch's shape, as factors of its matrices.
inline Tensor per_matrix(const Tensor& t) { return t.unsqueeze(-1).unsqueeze(-1); }
inline Tensor identity(int64_t n, const Tensor& like) {
  return eye(n, TensorOptions(like.dtype()).device(like.device()));
}

inline void check_matrix(const char* op, const Tensor& t, const char* name = "A") {
  TENGEN_CHECK(t.dim() >= 2, op, ": The input tensor ", name, " must have at least 2 dimensions.");
}
inline void check_square(const char* op, const Tensor& t) {
  check_matrix(op, t);
  TENGEN_CHECK(t.size(-1) == t.size(-2), op, ": A must be batches of square matrices, but they are ",
               t.size(-2), " by ", t.size(-1), " matrices");
}
inline void check_floating_matrix(const char* op, const Tensor& t) {
  if (!is_floating_point(t.dtype()))
    fail<NotImplementedError>(op, ": Expected a floating point or complex tensor as input. Got ", t.dtype());
}
/// What decompositions take.
inline void check_decomposable(const char* op, const Tensor& t) {
  check_floating_matrix(op, t);
  if (is_low_precision(t.dtype()))
    fail<NotImplementedError>(op, ": Low precision dtypes not supported. Got ", t.dtype());
}
inline void check_same_type(const char* op, const Tensor& a, const Tensor& b, const char* name_a = "A",
                            const char* name_b = "B") {
  TENGEN_CHECK(a.dtype() == b.dtype(), op, ": Expected ", name_a, " and ", name_b,
               " to have the same dtype, but found ", name_a, " of type ", a.dtype(), " and ", name_b,
               " of type ", b.dtype(), " instead");
}
/// Whether A (..., n, n) can be divided into B (..., n, k), or from the right into (..., k, n).
inline void check_equation(const char* op, const Tensor& A, const Tensor& B, bool left) {
  check_square(op, A);
  check_matrix(op, B, "B");
  TENGEN_CHECK(A.size(-1) == B.size(left ? -2 : -1), op, ": Incompatible shapes of A and B for the equation ",
               left ? "AX = B" : "XA = B", " (", A.size(-2), "x", A.size(-1), " and ", B.size(-2), "x",
               B.size(-1), ")");
}

/// Where autocasting is on, these operators and what they are composed of are computed in float32.
inline CastOperands in_float32(autograd::TensorRefs operands) {
  for (autograd::TensorRef t : operands)
    if (is_autocast(Autocast::Everywhere, *t.tensor)) return CastOperands(kFloat);
  return CastOperands();
}

/// An uninitialized tensor of the host whose matrices (rows, cols) lie column by column.
inline Tensor empty_by_columns(IntArrayRef batch, int64_t rows, int64_t cols, ScalarType type) {
  DimVector strides = contiguous_strides(join(batch, {cols, rows}));
  std::swap(strides[batch.size()], strides[batch.size() + 1]);
  return empty_strided(join(batch, {rows, cols}), strides, TensorOptions(type));
}
/// A copy of `t`'s elements like that; with a batch, `t` is broadcast to it.
inline Tensor by_columns(const Tensor& t, IntArrayRef batch) {
  NoGradGuard no_grad;
  Tensor out = empty_by_columns(batch, t.size(-2), t.size(-1), t.dtype());
  raw::copy(out, t.detach().expand(out.sizes()));
  return out;
}
inline Tensor by_columns(const Tensor& t) { return by_columns(t, batch_sizes(t)); }
/// On the device of `like`, without history.
inline Tensor on_device_of(const Tensor& like, const Tensor& t) {
  return t.device() == like.device() ? t : raw::to(t, t.dtype(), like.device());
}

/// Throws for the first matrix whose info (int32) is not 0, with `describe(info)` as the reason.
template <class Describe>
void check_info(const char* op, const Tensor& info, const Describe& describe) {
  const Tensor host = raw::contiguous(raw::to(info, kInt, kCPU));
  const int32_t* numbers = host.data_ptr<int32_t>();
  for (int64_t i = 0; i < host.numel(); ++i)
    if (numbers[i] != 0)
      fail<LinAlgError>(op, ": ", info.dim() > 0 ? detail::str("(Batch element ", i, "): ") : std::string(),
                        describe(numbers[i]));
}
inline std::string describe_singular(int32_t info) {
  return detail::str("The diagonal element ", info,
                     " is zero, the inversion could not be completed because the input matrix is singular.");
}

}  // namespace tengen
