// Private: not installed; no public header includes it.
// Decompositions of matrices. They run on the host, so there is one table, and it stands apart from the
// other kernels': a program that decomposes nothing does not contain it.
#pragma once

#include <cstdint>

#include <tengen/tensor/dtype.h>

namespace tengen {

/// All take a batch of matrices of kFloat or kDouble that lie one behind the other, each column by column,
/// and have at least one element. `info` holds a number per matrix: 0, or what went wrong.
struct LinalgKernels {
  /// P A = L U with rows exchanged by partial pivoting: a (m,n) becomes U and, below the diagonal, L, whose
  /// diagonal of ones is not stored. Row i was exchanged with row pivots[i] - 1, for i < min(m,n). info: the
  /// first i + 1 where U[i][i] is 0.
  void (*lu_factor)(Dtype dtype, int64_t batch, int64_t m, int64_t n, void* a, int32_t* pivots,
                    int32_t* info);
  /// A = L L^T: a (n,n), of which the lower triangle is read, becomes L. info: the order of the first leading
  /// minor that is not positive; L is incomplete from that column on.
  void (*cholesky)(Dtype dtype, int64_t batch, int64_t n, void* a, int32_t* info);
  /// b (n,k) becomes A^-1 b for a triangular a (n,n), of which that triangle alone is read. Zeros on the
  /// diagonal give infinities and NaN.
  void (*triangular_solve)(Dtype dtype, int64_t batch, int64_t n, int64_t k, const void* a, void* b,
                           bool upper);
  /// A = H_0 H_1 ... R with reflections H_i = 1 - tau[i] v_i v_i^T for i < min(m,n): a (m,n) becomes R and,
  /// below the diagonal, v_i in column i, whose first elements (i zeros and a one) are not stored.
  void (*geqrf)(Dtype dtype, int64_t batch, int64_t m, int64_t n, void* a, void* tau);
  /// q (m,columns) = the first columns of H_0 H_1 ... H_(k-1), given as by geqrf: a (m,n) and tau (k).
  void (*householder_product)(Dtype dtype, int64_t batch, int64_t m, int64_t n, int64_t k, int64_t columns,
                              const void* a, const void* tau, void* q);
  /// A = U diag(s) V^T, s descending: a (m,n), u (m,k), s (k), v (n,k) with k = min(m,n), or u (m,m) and
  /// v (n,n) if `full`. u and v may be null. info: not 0 where A has elements that are not finite or the
  /// iteration did not converge.
  void (*svd)(Dtype dtype, int64_t batch, int64_t m, int64_t n, const void* a, void* u, void* s, void* v,
              bool full, int32_t* info);
  /// A = V diag(w) V^T, w ascending: a (n,n) symmetric, of which the lower triangle is read. v (n,n) may be
  /// null. NaN where A has elements that are not finite. info: not 0 where the iteration did not converge.
  void (*eigh)(Dtype dtype, int64_t batch, int64_t n, const void* a, void* w, void* v, int32_t* info);
};

/// The table for the instruction set that the other kernels use, or for the best lesser one that this build
/// has.
const LinalgKernels& linalg_kernels();

}  // namespace tengen
