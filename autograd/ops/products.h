// Products of matrices and vectors that are made of those in ops.h, which includes this file.
#pragma once

#include <tengen/autograd/ops/ops.h>

namespace tengen::inline api {

// ---- linalg.cpp: sums with a product, as addmm ------------------------------------------------------------

inline Tensor Tensor::baddbmm(const Tensor& batch1, const Tensor& batch2, const Scalar& beta,
                              const Scalar& alpha) const {
  return tengen::baddbmm(*this, batch1, batch2, beta, alpha);
}

/// beta * self + alpha * (the sum of all products batch1[i] batch2[i]): (b,m,k) (b,k,n) -> (m,n).
Tensor addbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2, const Scalar& beta = 1,
              const Scalar& alpha = 1);
inline Tensor Tensor::addbmm(const Tensor& batch1, const Tensor& batch2, const Scalar& beta,
                             const Scalar& alpha) const {
  return tengen::addbmm(*this, batch1, batch2, beta, alpha);
}

/// beta * self + alpha * (mat vec): (m,k) (k) -> (m).
Tensor addmv(const Tensor& self, const Tensor& mat, const Tensor& vec, const Scalar& beta = 1,
             const Scalar& alpha = 1);
inline Tensor Tensor::addmv(const Tensor& mat, const Tensor& vec, const Scalar& beta,
                            const Scalar& alpha) const {
  return tengen::addmv(*this, mat, vec, beta, alpha);
}

/// beta * self + alpha * outer(vec1, vec2): (m) (n) -> (m,n).
Tensor addr(const Tensor& self, const Tensor& vec1, const Tensor& vec2, const Scalar& beta = 1,
            const Scalar& alpha = 1);
inline Tensor Tensor::addr(const Tensor& vec1, const Tensor& vec2, const Scalar& beta,
                           const Scalar& alpha) const {
  return tengen::addr(*this, vec1, vec2, beta, alpha);
}

// ---- products.cpp -----------------------------------------------------------------------------------------

/// Sums of products over dims_self[i] of self and dims_other[i] of other, which have the same size: what
/// remains of self's dimensions, then of other's.
Tensor tensordot(const Tensor& self, const Tensor& other, IntArrayRef dims_self, IntArrayRef dims_other);

/// tensordot over the last dimension of both; a number is multiplied.
Tensor inner(const Tensor& self, const Tensor& other);
inline Tensor Tensor::inner(const Tensor& other) const { return tengen::inner(*this, other); }

/// dot: PyTorch's differs for complex numbers only.
Tensor vdot(const Tensor& self, const Tensor& other);
inline Tensor Tensor::vdot(const Tensor& other) const { return tengen::vdot(*this, other); }

/// The p-norms of differences between all rows of x1 and of x2: (...,P,M) (...,R,M) -> (...,P,R); batches
/// broadcast. compute_mode for p = 2: 1 makes use of a matrix product, less exact and much faster; 2 does
/// not; otherwise it decides by whether there are more than 25 rows.
Tensor cdist(const Tensor& x1, const Tensor& x2, double p = 2,
             std::optional<int64_t> compute_mode = std::nullopt);

/// The p-norms of differences between all pairs of rows i < j: (N,M) -> (N*(N-1)/2).
Tensor pdist(const Tensor& self, double p = 2);

}  // namespace tengen::inline api
