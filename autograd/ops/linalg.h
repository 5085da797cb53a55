// The operators of linear algebra, by family; ops.h includes this file and says what holds for all. The
// namespace linalg has their short names.
//
// A stands for a matrix, or for a batch of matrices in the last two dimensions, of float32 or float64;
// batches of several operands broadcast. A CUDA tensor is copied to the host, decomposed there, and the
// result copied back. Errors about a matrix of a batch name it: "(Batch element 1): ...".
#pragma once

#include <tengen/tensor/tensor.h>

namespace tengen::inline api {

// ---- solve.cpp: systems of equations, inverses, determinants ----------------------------------------------

/// X with A X = B, or X A = B unless `left`, for a triangular A (n,n), of which only the upper or the lower
/// triangle is read; with `unitriangular` the diagonal counts as ones. (..., n, n), (..., n, k) -> (..., n,
/// k). Zeros on the diagonal give infinities and NaN.
Tensor linalg_solve_triangular(const Tensor& self, const Tensor& B, bool upper, bool left = true,
                               bool unitriangular = false);

/// (X, a copy of A) with A X = self, or A^T X = self if `transpose`; as linalg_solve_triangular.
std::tuple<Tensor, Tensor> triangular_solve(const Tensor& self, const Tensor& A, bool upper = true,
                                            bool transpose = false, bool unitriangular = false);
inline std::tuple<Tensor, Tensor> Tensor::triangular_solve(const Tensor& A, bool upper, bool transpose,
                                                           bool unitriangular) const {
  return tengen::triangular_solve(*this, A, upper, transpose, unitriangular);
}

/// X with A X = B, or X A = B unless `left`: (..., n, n), (..., n, k) -> (..., n, k). B may also be vectors
/// (..., n): one of shape (n), or as many as A has matrices. A LinAlgError where A is singular.
Tensor linalg_solve(const Tensor& A, const Tensor& B, bool left = true);

/// (X, info): linalg_solve without the error, unless `check_errors`. info (int32) is 0, or i where the i-th
/// pivot of A is 0; X is then of no use.
std::tuple<Tensor, Tensor> linalg_solve_ex(const Tensor& A, const Tensor& B, bool left = true,
                                           bool check_errors = false);

/// The inverse of A. A LinAlgError where A is singular.
Tensor linalg_inv(const Tensor& A);

/// linalg_inv under an older name.
Tensor inverse(const Tensor& self);
inline Tensor Tensor::inverse() const { return tengen::inverse(*this); }

/// (inverse, info): linalg_inv without the error, unless `check_errors`; info as that of linalg_solve_ex.
std::tuple<Tensor, Tensor> linalg_inv_ex(const Tensor& A, bool check_errors = false);

/// The determinant, (..., n, n) -> (...). The gradient is right for singular matrices too, the second
/// derivative where their singular values differ from each other.
Tensor linalg_det(const Tensor& A);

/// linalg_det under an older name.
Tensor det(const Tensor& self);
inline Tensor Tensor::det() const { return tengen::det(*this); }

/// (sign, logabsdet): det = sign * exp(logabsdet), which does not overflow; (0, -inf) where A is singular.
/// The sign gets no gradient.
std::tuple<Tensor, Tensor> linalg_slogdet(const Tensor& A);

/// linalg_slogdet under an older name.
std::tuple<Tensor, Tensor> slogdet(const Tensor& self);
inline std::tuple<Tensor, Tensor> Tensor::slogdet() const { return tengen::slogdet(*this); }

/// The logarithm of the determinant: NaN where it is negative, -inf where it is 0.
Tensor logdet(const Tensor& self);
inline Tensor Tensor::logdet() const { return tengen::logdet(*this); }

/// The inverse of self seen as a square matrix, rows being its first `ind` dimensions: (I..., J...) ->
/// (J..., I...), so that tensordot with it undoes tensordot with self.
Tensor linalg_tensorinv(const Tensor& self, int64_t ind = 2);

/// X (J...) with tensordot(self, X) = other: self (I..., J...), other (I...). `dims` of self are moved to its
/// end first.
Tensor linalg_tensorsolve(const Tensor& self, const Tensor& other, OptionalIntArrayRef dims = std::nullopt);

// ---- factor.cpp: LU, Cholesky and QR ----------------------------------------------------------------------

/// (LU, pivots) with P A = L U, (..., m, n): U on and above LU's diagonal, L below, whose diagonal of ones is
/// not stored. Row i was exchanged with row pivots[i] - 1 (int32). An Error where U has a zero on its
/// diagonal. `pivot` must be true, as in PyTorch on the CPU.
std::tuple<Tensor, Tensor> linalg_lu_factor(const Tensor& A, bool pivot = true);

/// (LU, pivots, info): linalg_lu_factor without the error, unless `check_errors`. info (int32) is 0, or i
/// where the i-th diagonal element of U is the first that is 0.
std::tuple<Tensor, Tensor, Tensor> linalg_lu_factor_ex(const Tensor& A, bool pivot = true,
                                                       bool check_errors = false);

/// (P, L, U) with A = P L U: (..., m, m), (..., m, k), (..., k, n) with k = min(m, n).
std::tuple<Tensor, Tensor, Tensor> linalg_lu(const Tensor& A, bool pivot = true);

/// (P, L, U) from what linalg_lu_factor gives; what is not asked for is empty.
std::tuple<Tensor, Tensor, Tensor> lu_unpack(const Tensor& LU_data, const Tensor& LU_pivots,
                                             bool unpack_data = true, bool unpack_pivots = true);

/// linalg_solve from what linalg_lu_factor gives; with `adjoint`, of A^T.
Tensor linalg_lu_solve(const Tensor& LU, const Tensor& pivots, const Tensor& B, bool left = true,
                       bool adjoint = false);

/// linalg_lu_solve with its arguments in another order.
Tensor lu_solve(const Tensor& self, const Tensor& LU_data, const Tensor& LU_pivots);
inline Tensor Tensor::lu_solve(const Tensor& LU_data, const Tensor& LU_pivots) const {
  return tengen::lu_solve(*this, LU_data, LU_pivots);
}

/// L, lower triangular, with A = L L^T for a symmetric and positive A; or `upper`, L^T. Only that triangle of
/// A is read; the gradient is that of a symmetric A. A LinAlgError where A is not positive.
Tensor linalg_cholesky(const Tensor& self, bool upper = false);

/// (L, info): linalg_cholesky without the error, unless `check_errors`. info (int32) is 0, or the order of
/// the first leading minor that is not positive; L is then incomplete.
std::tuple<Tensor, Tensor> linalg_cholesky_ex(const Tensor& self, bool upper = false,
                                              bool check_errors = false);

/// X with A X = self, from the Cholesky factor of A: (..., n, k), (..., n, n) -> (..., n, k).
Tensor cholesky_solve(const Tensor& self, const Tensor& input2, bool upper = false);
inline Tensor Tensor::cholesky_solve(const Tensor& input2, bool upper) const {
  return tengen::cholesky_solve(*this, input2, upper);
}

/// The inverse of A from its Cholesky factor. A LinAlgError where that has a zero on its diagonal.
Tensor cholesky_inverse(const Tensor& self, bool upper = false);
inline Tensor Tensor::cholesky_inverse(bool upper) const { return tengen::cholesky_inverse(*this, upper); }

/// (Q, R) with A = Q R, Q^T Q = 1 and R upper triangular, (..., m, n). `mode`: "reduced" gives (m, k) and (k,
/// n) with k = min(m, n); "complete" (m, m) and (m, n); "r" an empty Q and R as reduced. R's diagonal may
/// have either sign. Gradients: of "reduced", and of "complete" if m <= n, where the first k columns of A are
/// independent.
std::tuple<Tensor, Tensor> linalg_qr(const Tensor& A, std::string_view mode = "reduced");
/// The older name: "reduced" if `some`, else "complete".
inline std::tuple<Tensor, Tensor> qr(const Tensor& self, bool some = true) {
  return linalg_qr(self, some ? "reduced" : "complete");
}
inline std::tuple<Tensor, Tensor> Tensor::qr(bool some) const { return tengen::qr(*this, some); }

/// (a, tau), no gradient: A = H_0 H_1 ... R with reflections H_i = 1 - tau[i] v_i v_i^T. R stands on and
/// above a's diagonal, v_i below it in column i, without its leading zeros and one.
std::tuple<Tensor, Tensor> geqrf(const Tensor& self);
inline std::tuple<Tensor, Tensor> Tensor::geqrf() const { return tengen::geqrf(*this); }

/// The first n columns of H_0 H_1 ..., given as by geqrf: (..., m, n), (..., k) -> (..., m, n), m >= n >= k.
Tensor linalg_householder_product(const Tensor& input, const Tensor& tau);

// ---- spectral.cpp: singular values and eigenvalues --------------------------------------------------------
// Vectors are determined up to their sign, and up to a rotation where values repeat: a function of them has
// a gradient only if it does not depend on that choice. Where it does, or where values repeat, the gradient
// through vectors is infinite or NaN; that through values alone is right.

/// (U, S, Vh) with A = U diag(S) Vh, S descending: (..., m, m), (..., k), (..., n, n) with k = min(m, n), or
/// (..., m, k), (..., k), (..., k, n) unless `full_matrices`, whose further vectors get no gradient. `driver`
/// must be missing, as in PyTorch on the CPU. A LinAlgError where A is not finite.
std::tuple<Tensor, Tensor, Tensor> linalg_svd(const Tensor& A, bool full_matrices = true,
                                              std::optional<std::string_view> driver = std::nullopt);

/// (U, S, V) with A = U diag(S) V^T: linalg_svd, full unless `some`; zeros in place of vectors unless
/// `compute_uv`.
std::tuple<Tensor, Tensor, Tensor> svd(const Tensor& self, bool some = true, bool compute_uv = true);
inline std::tuple<Tensor, Tensor, Tensor> Tensor::svd(bool some, bool compute_uv) const {
  return tengen::svd(*this, some, compute_uv);
}

/// The singular values, descending: (..., m, n) -> (..., min(m, n)).
Tensor linalg_svdvals(const Tensor& A, std::optional<std::string_view> driver = std::nullopt);

/// (L, V) with A = V diag(L) V^T, L ascending, for a symmetric A, of which the triangle `UPLO`, "L" or "U",
/// is read; the gradient is that of a symmetric A.
std::tuple<Tensor, Tensor> linalg_eigh(const Tensor& self, std::string_view UPLO = "L");

/// The eigenvalues of linalg_eigh: (..., n, n) -> (..., n).
Tensor linalg_eigvalsh(const Tensor& self, std::string_view UPLO = "L");

/// The pseudoinverse, (..., m, n) -> (..., n, m). Singular values up to max(atol, rtol * the largest) count
/// as 0; by default atol is 0 and rtol, unless atol is given, max(m, n) times the type's epsilon. With
/// `hermitian` A is symmetric and eigenvalues serve. The gradient is right where the rank does not change.
Tensor linalg_pinv(const Tensor& self, const std::optional<Tensor>& atol = {},
                   const std::optional<Tensor>& rtol = {}, bool hermitian = false);
Tensor linalg_pinv(const Tensor& self, std::optional<double> atol, std::optional<double> rtol,
                   bool hermitian = false);
Tensor linalg_pinv(const Tensor& self, double rcond, bool hermitian = false);
Tensor linalg_pinv(const Tensor& self, const Tensor& rcond, bool hermitian = false);

/// linalg_pinv under an older name.
Tensor pinverse(const Tensor& self, double rcond = 1e-15);
inline Tensor Tensor::pinverse(double rcond) const { return tengen::pinverse(*this, rcond); }

/// How many singular values are above max(atol, rtol * the largest), int64: tolerances as in linalg_pinv; a
/// single one is absolute. No gradient.
Tensor linalg_matrix_rank(const Tensor& input, const std::optional<Tensor>& atol = {},
                          const std::optional<Tensor>& rtol = {}, bool hermitian = false);
Tensor linalg_matrix_rank(const Tensor& self, std::optional<double> atol, std::optional<double> rtol,
                          bool hermitian = false);
Tensor linalg_matrix_rank(const Tensor& self, double tol, bool hermitian = false);
Tensor linalg_matrix_rank(const Tensor& input, const Tensor& tol, bool hermitian = false);

/// (solution, residuals, rank, singular_values): X with the least |A X - B|, and of several the shortest, as
/// linalg_solve takes its arguments: (..., m, n), (..., m, k) -> (..., n, k). `driver`: "gelsy" (the
/// default), "gelsd" and "gelss" count singular values up to rcond times the largest as 0 (the default is
/// max(m, n) times the type's epsilon); "gels" expects a full rank. The squared residuals (..., k) are there
/// if m > n and the rank is full, but not with "gelsy"; the rank not with "gels"; singular values with
/// "gelsd" and "gelss". What is not there is empty.
std::tuple<Tensor, Tensor, Tensor, Tensor> linalg_lstsq(
    const Tensor& self, const Tensor& b, std::optional<double> rcond = std::nullopt,
    std::optional<std::string_view> driver = std::nullopt);

// ---- matrix.cpp: functions of matrices, norms, products ---------------------------------------------------

/// The sum of a matrix's diagonal; one matrix of any type.
Tensor trace(const Tensor& self);
inline Tensor Tensor::trace() const { return tengen::trace(*this); }

/// Kronecker's product: out[i * k + p][j * l + q] = self[i][j] * other[p][q] for other (k,l), and likewise
/// for any number of dimensions; the shorter shape gets ones in front.
Tensor kron(const Tensor& self, const Tensor& other);
inline Tensor Tensor::kron(const Tensor& other) const { return tengen::kron(*this, other); }

/// The cross product of vectors of 3 elements along `dim`; other dimensions broadcast.
Tensor linalg_cross(const Tensor& self, const Tensor& other, int64_t dim = -1);

/// linalg_cross along the first dimension of size 3 unless `dim` is given.
Tensor cross(const Tensor& self, const Tensor& other, std::optional<int64_t> dim = std::nullopt);
inline Tensor Tensor::cross(const Tensor& other, std::optional<int64_t> dim) const {
  return tengen::cross(*this, other, dim);
}

/// Vandermonde's matrix, powers 0 to N-1 of each element: (..., n) -> (..., n, N); N is n by default.
Tensor linalg_vander(const Tensor& x, std::optional<int64_t> N = std::nullopt);

/// The product of two or more matrices in the order that takes the fewest multiplications. The first and the
/// last may be vectors.
Tensor linalg_multi_dot(TensorList tensors);

/// linalg_multi_dot of matrices; one alone is returned as it is.
Tensor chain_matmul(TensorList matrices);

/// A multiplied n times with itself; for negative n the inverse. Also of integers, for n >= 0.
Tensor linalg_matrix_power(const Tensor& self, int64_t n);

/// linalg_matrix_power under an older name.
Tensor matrix_power(const Tensor& self, int64_t n);
inline Tensor Tensor::matrix_power(int64_t n) const { return tengen::matrix_power(*this, n); }

/// The exponential, 1 + A + A^2/2 + A^3/6 + ...
Tensor linalg_matrix_exp(const Tensor& self);

/// linalg_matrix_exp under an older name.
Tensor matrix_exp(const Tensor& self);
inline Tensor Tensor::matrix_exp() const { return tengen::matrix_exp(*this); }

/// norm over all elements or the dimensions given, for any real `ord`; `dtype` converts self first, without
/// narrowing it.
Tensor linalg_vector_norm(const Tensor& self, const Scalar& ord = 2, OptionalIntArrayRef dim = std::nullopt,
                          bool keepdim = false, std::optional<ScalarType> dtype = std::nullopt);

/// The norm of the matrices in two dimensions: "fro" the root of the sum of squares, "nuc" the sum of
/// singular values, 2 the largest and -2 the smallest of them, 1 and -1 the largest and smallest sum of
/// magnitudes in a column, infinity and -infinity in a row.
Tensor linalg_matrix_norm(const Tensor& self, const Scalar& ord, IntArrayRef dim = {-2, -1},
                          bool keepdim = false, std::optional<ScalarType> dtype = std::nullopt);
Tensor linalg_matrix_norm(const Tensor& self, std::string_view ord = "fro", IntArrayRef dim = {-2, -1},
                          bool keepdim = false, std::optional<ScalarType> dtype = std::nullopt);

/// Without `ord`, linalg_vector_norm of order 2. With it, linalg_vector_norm of one dimension or of a vector,
/// linalg_matrix_norm of two dimensions or of a matrix.
Tensor linalg_norm(const Tensor& self, const std::optional<Scalar>& ord = std::nullopt,
                   OptionalIntArrayRef dim = std::nullopt, bool keepdim = false,
                   std::optional<ScalarType> dtype = std::nullopt);
Tensor linalg_norm(const Tensor& self, std::string_view ord, OptionalIntArrayRef dim = std::nullopt,
                   bool keepdim = false, std::optional<ScalarType> dtype = std::nullopt);

/// The condition number |A| |A^-1| by a norm of linalg_matrix_norm, 2 by default; (..., n, n) -> (...). By 2
/// and -2, the ratio of the extreme singular values, of any shape. Infinite where A is singular.
Tensor linalg_cond(const Tensor& self, const std::optional<Scalar>& p = std::nullopt);
Tensor linalg_cond(const Tensor& self, std::string_view p);

}  // namespace tengen::inline api
