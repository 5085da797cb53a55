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

}  // namespace tengen::inline api
