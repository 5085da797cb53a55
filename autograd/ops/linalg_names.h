// The short names of linalg.h's operators: tengen::linalg::inv is linalg_inv. They take the same arguments.
#pragma once

#include <tengen/autograd/ops/linalg.h>

namespace tengen::linalg {

inline Tensor solve_triangular(const Tensor& input, const Tensor& other, bool upper, bool left = true,
                               bool unitriangular = false) {
  return linalg_solve_triangular(input, other, upper, left, unitriangular);
}
inline Tensor solve(const Tensor& input, const Tensor& other, bool left = true) {
  return linalg_solve(input, other, left);
}
inline std::tuple<Tensor, Tensor> solve_ex(const Tensor& input, const Tensor& other, bool left = true,
                                           bool check_errors = false) {
  return linalg_solve_ex(input, other, left, check_errors);
}
inline Tensor inv(const Tensor& input) { return linalg_inv(input); }
inline std::tuple<Tensor, Tensor> inv_ex(const Tensor& input, bool check_errors = false) {
  return linalg_inv_ex(input, check_errors);
}
inline Tensor det(const Tensor& self) { return linalg_det(self); }
inline std::tuple<Tensor, Tensor> slogdet(const Tensor& input) { return linalg_slogdet(input); }
inline Tensor tensorinv(const Tensor& self, int64_t ind = 2) { return linalg_tensorinv(self, ind); }
inline Tensor tensorsolve(const Tensor& self, const Tensor& other, OptionalIntArrayRef dims = std::nullopt) {
  return linalg_tensorsolve(self, other, dims);
}

inline std::tuple<Tensor, Tensor> lu_factor(const Tensor& self, bool pivot = true) {
  return linalg_lu_factor(self, pivot);
}
inline std::tuple<Tensor, Tensor, Tensor> lu_factor_ex(const Tensor& self, bool pivot = true,
                                                       bool check_errors = false) {
  return linalg_lu_factor_ex(self, pivot, check_errors);
}
inline std::tuple<Tensor, Tensor, Tensor> lu(const Tensor& self, bool pivot = true) {
  return linalg_lu(self, pivot);
}
inline Tensor lu_solve(const Tensor& LU, const Tensor& pivots, const Tensor& B, bool left = true,
                       bool adjoint = false) {
  return linalg_lu_solve(LU, pivots, B, left, adjoint);
}
inline Tensor cholesky(const Tensor& self, bool upper = false) { return linalg_cholesky(self, upper); }
inline std::tuple<Tensor, Tensor> cholesky_ex(const Tensor& self, bool upper = false,
                                              bool check_errors = false) {
  return linalg_cholesky_ex(self, upper, check_errors);
}
inline std::tuple<Tensor, Tensor> qr(const Tensor& input, std::string_view mode = "reduced") {
  return linalg_qr(input, mode);
}
inline Tensor householder_product(const Tensor& input, const Tensor& tau) {
  return linalg_householder_product(input, tau);
}

inline std::tuple<Tensor, Tensor, Tensor> svd(const Tensor& input, bool full_matrices = true,
                                              std::optional<std::string_view> driver = std::nullopt) {
  return linalg_svd(input, full_matrices, driver);
}
inline Tensor svdvals(const Tensor& input, std::optional<std::string_view> driver = std::nullopt) {
  return linalg_svdvals(input, driver);
}
inline std::tuple<Tensor, Tensor> eigh(const Tensor& self, std::string_view uplo = "L") {
  return linalg_eigh(self, uplo);
}
inline Tensor eigvalsh(const Tensor& self, std::string_view uplo = "L") {
  return linalg_eigvalsh(self, uplo);
}
inline Tensor pinv(const Tensor& input, const std::optional<Tensor>& atol = {},
                   const std::optional<Tensor>& rtol = {}, bool hermitian = false) {
  return linalg_pinv(input, atol, rtol, hermitian);
}
inline Tensor pinv(const Tensor& input, std::optional<double> atol, std::optional<double> rtol,
                   bool hermitian = false) {
  return linalg_pinv(input, atol, rtol, hermitian);
}
inline Tensor pinv(const Tensor& input, double rcond, bool hermitian = false) {
  return linalg_pinv(input, rcond, hermitian);
}
inline Tensor pinv(const Tensor& input, const Tensor& rcond, bool hermitian = false) {
  return linalg_pinv(input, rcond, hermitian);
}
inline Tensor matrix_rank(const Tensor& input, const std::optional<Tensor>& atol = {},
                          const std::optional<Tensor>& rtol = {}, bool hermitian = false) {
  return linalg_matrix_rank(input, atol, rtol, hermitian);
}
inline Tensor matrix_rank(const Tensor& input, std::optional<double> atol, std::optional<double> rtol,
                          bool hermitian = false) {
  return linalg_matrix_rank(input, atol, rtol, hermitian);
}
inline Tensor matrix_rank(const Tensor& input, double tol, bool hermitian = false) {
  return linalg_matrix_rank(input, tol, hermitian);
}
inline Tensor matrix_rank(const Tensor& input, const Tensor& tol, bool hermitian = false) {
  return linalg_matrix_rank(input, tol, hermitian);
}
inline std::tuple<Tensor, Tensor, Tensor, Tensor> lstsq(
    const Tensor& self, const Tensor& b, std::optional<double> cond = std::nullopt,
    std::optional<std::string_view> driver = std::nullopt) {
  return linalg_lstsq(self, b, cond, driver);
}

inline Tensor cross(const Tensor& self, const Tensor& other, int64_t dim = -1) {
  return linalg_cross(self, other, dim);
}
inline Tensor vander(const Tensor& x, std::optional<int64_t> N = std::nullopt) { return linalg_vander(x, N); }
inline Tensor multi_dot(TensorList tensors) { return linalg_multi_dot(tensors); }
inline Tensor matrix_power(const Tensor& self, int64_t n) { return linalg_matrix_power(self, n); }
inline Tensor matrix_exp(const Tensor& self) { return linalg_matrix_exp(self); }
inline Tensor vector_norm(const Tensor& self, const Scalar& ord = 2, OptionalIntArrayRef dim = std::nullopt,
                          bool keepdim = false, std::optional<ScalarType> dtype = std::nullopt) {
  return linalg_vector_norm(self, ord, dim, keepdim, dtype);
}
inline Tensor matrix_norm(const Tensor& self, const Scalar& ord, IntArrayRef dim = {-2, -1},
                          bool keepdim = false, std::optional<ScalarType> dtype = std::nullopt) {
  return linalg_matrix_norm(self, ord, dim, keepdim, dtype);
}
inline Tensor matrix_norm(const Tensor& self, std::string_view ord = "fro", IntArrayRef dim = {-2, -1},
                          bool keepdim = false, std::optional<ScalarType> dtype = std::nullopt) {
  return linalg_matrix_norm(self, ord, dim, keepdim, dtype);
}
inline Tensor norm(const Tensor& self, const std::optional<Scalar>& ord = std::nullopt,
                   OptionalIntArrayRef dim = std::nullopt, bool keepdim = false,
                   std::optional<ScalarType> dtype = std::nullopt) {
  return linalg_norm(self, ord, dim, keepdim, dtype);
}
inline Tensor norm(const Tensor& self, std::string_view ord, OptionalIntArrayRef dim = std::nullopt,
                   bool keepdim = false, std::optional<ScalarType> dtype = std::nullopt) {
  return linalg_norm(self, ord, dim, keepdim, dtype);
}
inline Tensor cond(const Tensor& self, const std::optional<Scalar>& p = std::nullopt) {
  return linalg_cond(self, p);
}
inline Tensor cond(const Tensor& self, std::string_view p) { return linalg_cond(self, p); }

}  // namespace tengen::linalg
