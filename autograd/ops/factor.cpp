// LU, Cholesky and QR decompositions, and what is solved by them.
#include <tengen/autograd/ops/matrices.h>

namespace tengen::inline api {

// ---- LU

namespace {

/// Which row of A each row of L U is: pivots (..., k) int32 -> (..., m) int64, on the same device.
Tensor permutation(const Tensor& pivots, int64_t m) {
  const Tensor swaps = raw::contiguous(raw::to(pivots, kInt, kCPU));
  const int64_t k = pivots.size(-1);
  DimVector sizes(pivots.sizes());
  sizes.back() = m;
  const Tensor rows = empty(sizes, kLong);
  const int32_t* swap = swaps.data_ptr<int32_t>();
  int64_t* row = rows.data_ptr<int64_t>();
  for (int64_t matrix = rows.numel() / std::max<int64_t>(m, 1); matrix-- > 0; swap += k, row += m) {
    for (int64_t i = 0; i < m; ++i) row[i] = i;
    for (int64_t i = 0; i < k; ++i) {
      TENGEN_CHECK(swap[i] >= 1 && swap[i] <= m, "Pivots given to lu_solve must all be smaller or equal to ",
                   "LU.size(-2). Did you properly pass the result of lu_factor?");
      std::swap(row[i], row[swap[i] - 1]);
    }
  }
  return on_device_of(pivots, rows);
}
Tensor inverse_permutation(const Tensor& rows) {
  const Tensor each = arange(rows.size(-1), rows.options()).expand(rows.sizes());
  return empty_like(rows).scatter_(-1, rows, each);
}

/// Row i of every matrix becomes its row rows[i]; batches broadcast.
Tensor take_rows(const Tensor& t, const Tensor& rows) {
  const DimVector batch = broadcast_shapes(batch_sizes(t), rows.sizes().slice(0, size_t(rows.dim()) - 1));
  const DimVector all = join(batch, {t.size(-2), t.size(-1)});
  return t.expand(all).gather(-2, rows.unsqueeze(-1).expand(all));
}

/// L's columns and U's rows are the first min(m,n) of LU's.
Tensor lower_of(const Tensor& LU) {
  const int64_t k = std::min(LU.size(-2), LU.size(-1));
  const Tensor part = LU.narrow(-1, 0, k);
  return part.tril(-1) + eye(LU.size(-2), k, TensorOptions(LU.dtype()).device(LU.device()));
}
Tensor upper_of(const Tensor& LU) { return LU.narrow(-2, 0, std::min(LU.size(-2), LU.size(-1))).triu(); }

/// The gradient of P A. With its square part B = L U: dL = L tril(L^-1 dB U^-1, -1), dU = triu(L^-1 dB U^-1)
/// U. What lies below B is L_2 U, what lies beside it is L U_2.
Tensor lu_gradient(const Tensor& LU, const Tensor& grad) {
  const int64_t m = LU.size(-2), n = LU.size(-1), k = std::min(m, n);
  const Tensor square = LU.narrow(-2, 0, k).narrow(-1, 0, k), g = grad.narrow(-2, 0, k).narrow(-1, 0, k);
  const Tensor L = lower_of(square), U = upper_of(square);
  Tensor grad_l = g.tril(-1), grad_u = g.triu(), beyond;
  if (m > k) {
    beyond = linalg_solve_triangular(U.mT(), grad.narrow(-2, k, m - k), false, false);
    grad_u = grad_u - LU.narrow(-2, k, m - k).mT().matmul(beyond);
  } else if (n > k) {
    beyond = linalg_solve_triangular(L.mT(), grad.narrow(-1, k, n - k), true, true, true);
    grad_l = grad_l - beyond.matmul(LU.narrow(-1, k, n - k).mT());
  }
  const Tensor inner = L.mT().matmul(grad_l).tril(-1) + grad_u.matmul(U.mT()).triu();
  const Tensor part =
      linalg_solve_triangular(L.mT(), linalg_solve_triangular(U.mT(), inner, false, false), true, true, true);
  if (!beyond.defined()) return part;
  return cat({part, beyond}, m > k ? -2 : -1);
}

std::tuple<Tensor, Tensor, Tensor> factor_lu(const char* op, const Tensor& A, bool pivot) {
  TENGEN_CHECK(A.dim() >= 2, op, ": Expected tensor with 2 or more dimensions. Got size: ", A.sizes(),
               " instead");
  check_decomposable(op, A);
  TENGEN_CHECK(pivot, "linalg.lu_factor: LU without pivoting is not implemented on the CPU");
  const int64_t m = A.size(-2), n = A.size(-1), k = std::min(m, n);
  const IntArrayRef batch = batch_sizes(A);
  Tensor lu = by_columns(A);
  Tensor pivots = empty(join(batch, {k}), kInt), info = zeros(batch, kInt);
  if (lu.numel() > 0)
    linalg_kernels().lu_factor(A.dtype(), numel_of(batch), m, n, lu.data_ptr(), pivots.data_ptr<int32_t>(),
                               info.data_ptr<int32_t>());
  lu = on_device_of(A, lu);
  pivots = on_device_of(A, pivots);
  lu = record("linalg_lu_factor", lu, {A}, {lu, pivots}, [](Node& node, const Tensor& grad) -> Grads {
    const Tensor LU = node.saved(0);
    return {take_rows(lu_gradient(LU, grad), inverse_permutation(permutation(node.saved(1), LU.size(-2))))};
  });
  return {lu, pivots, on_device_of(A, info)};
}

std::string describe_zero_pivot(int32_t info) {
  return detail::str("U[", info, ",", info,
                     "] is zero and using it on lu_solve would result in a division by zero. If you still ",
                     "want to perform the factorization, consider calling linalg.lu(A, pivot) or ",
                     "linalg.lu_factor_ex(A, pivot)");
}

}  // namespace

std::tuple<Tensor, Tensor, Tensor> linalg_lu_factor_ex(const Tensor& A, bool pivot, bool check_errors) {
  if (CastOperands cast = in_float32({A})) return linalg_lu_factor_ex(cast(A), pivot, check_errors);
  auto [LU, pivots, info] = factor_lu("torch.lu_factor", A, pivot);
  if (check_errors) check_info("torch.linalg.lu_factor_ex", info, describe_zero_pivot);
  return {LU, pivots, info};
}

std::tuple<Tensor, Tensor> linalg_lu_factor(const Tensor& A, bool pivot) {
  if (CastOperands cast = in_float32({A})) return linalg_lu_factor(cast(A), pivot);
  auto [LU, pivots, info] = factor_lu("torch.lu_factor", A, pivot);
  check_info("torch.linalg.lu_factor", info, describe_zero_pivot);
  return {LU, pivots};
}

std::tuple<Tensor, Tensor, Tensor> linalg_lu(const Tensor& A, bool pivot) {
  if (CastOperands cast = in_float32({A})) return linalg_lu(cast(A), pivot);
  const auto [LU, pivots, info] = factor_lu("linalg.lu", A, pivot);
  return lu_unpack(LU, pivots);
}

std::tuple<Tensor, Tensor, Tensor> lu_unpack(const Tensor& LU_data, const Tensor& LU_pivots, bool unpack_data,
                                             bool unpack_pivots) {
  check_matrix("lu_unpack", LU_data, "LU_data");
  TENGEN_CHECK(
      !unpack_pivots || LU_pivots.dtype() == kInt,
      "torch.lu_unpack: LU_pivots is expected to be a contiguous tensor of torch.int32 dtype, but got ",
      LU_pivots.dtype(), ". Note: this function is intended to be used with the output produced by ",
      "torch.linalg.lu_factor");
  Tensor P = empty({0}, LU_data.options()), L = P, U = P;
  if (unpack_pivots) {
    const int64_t m = LU_data.size(-2);
    const Tensor rows = permutation(LU_pivots, m).unsqueeze(-2);
    P = zeros(join(batch_sizes(LU_data), {m, m}), TensorOptions(LU_data.dtype()).device(LU_data.device()))
            .scatter_(-2, rows, 1);
  }
  if (unpack_data) {
    L = lower_of(LU_data);
    U = upper_of(LU_data);
  }
  return {P, L, U};
}

Tensor linalg_lu_solve(const Tensor& LU, const Tensor& pivots, const Tensor& B, bool left, bool adjoint) {
  if (CastOperands cast = in_float32({LU, B}))
    return linalg_lu_solve(cast(LU), pivots, cast(B), left, adjoint);
  const char* op = "linalg.lu_solve";
  check_same_type(op, LU, B, "LU", "B");
  TENGEN_CHECK(pivots.dtype() == kInt, op, ": pivots should be a Tensor of scalar type torch.int32");
  check_equation(op, LU, B, left);
  TENGEN_CHECK(pivots.sizes() == IntArrayRef(LU.sizes()).slice(0, size_t(LU.dim()) - 1), op,
               ": Number of pivots per batch should be same as the dimension of the matrix");
  if (!left) return linalg_lu_solve(LU, pivots, B.mT(), true, !adjoint).mT();
  const Tensor rows = permutation(pivots, LU.size(-2));
  if (!adjoint)
    return linalg_solve_triangular(LU, linalg_solve_triangular(LU, take_rows(B, rows), false, true, true),
                                   true);
  const Tensor y = linalg_solve_triangular(LU.mT(), B, false);
  return take_rows(linalg_solve_triangular(LU.mT(), y, true, true, true), inverse_permutation(rows));
}

Tensor lu_solve(const Tensor& self, const Tensor& LU_data, const Tensor& LU_pivots) {
  return linalg_lu_solve(LU_data, LU_pivots, self);
}

// ---- Cholesky

namespace {

/// L^-T S L^-1 made symmetric, S being the lower triangle of L^T grad with half of its diagonal
/// (Murray 2016, "Differentiation of the Cholesky decomposition").
Tensor cholesky_gradient(const Tensor& L, const Tensor& grad) {
  const Tensor product = L.mT().matmul(grad.tril());
  const Tensor half = product.tril(-1) + product.tril().triu() * 0.5;
  const Tensor inner = linalg_solve_triangular(L, half, false, false);
  const Tensor all = linalg_solve_triangular(L.mT(), inner, true);
  return (all + all.mT()) * 0.5;
}

std::tuple<Tensor, Tensor> factor_cholesky(const char* op, const Tensor& A, bool upper) {
  check_square(op, A);
  check_decomposable(op, A);
  if (upper) {
    auto [L, info] = factor_cholesky(op, A.mT(), false);
    return {L.mT(), info};
  }
  const IntArrayRef batch = batch_sizes(A);
  Tensor L = by_columns(A), info = zeros(batch, kInt);
  if (L.numel() > 0)
    linalg_kernels().cholesky(A.dtype(), numel_of(batch), A.size(-1), L.data_ptr(), info.data_ptr<int32_t>());
  L = on_device_of(A, L);
  L = record("linalg_cholesky", L, {A}, {L}, [](Node& node, const Tensor& grad) -> Grads {
    return {cholesky_gradient(node.saved(0), grad)};
  });
  return {L, on_device_of(A, info)};
}

void check_positive(const char* op, const Tensor& info) {
  check_info(op, info, [](int32_t order) {
    return detail::str("The factorization could not be completed because the input is not ",
                       "positive-definite (the leading minor of order ", order,
                       " is not positive-definite).");
  });
}

}  // namespace

std::tuple<Tensor, Tensor> linalg_cholesky_ex(const Tensor& self, bool upper, bool check_errors) {
  if (CastOperands cast = in_float32({self})) return linalg_cholesky_ex(cast(self), upper, check_errors);
  auto [L, info] = factor_cholesky("linalg.cholesky_ex", self, upper);
  if (check_errors) check_positive("linalg.cholesky_ex", info);
  return {L, info};
}

Tensor linalg_cholesky(const Tensor& self, bool upper) {
  if (CastOperands cast = in_float32({self})) return linalg_cholesky(cast(self), upper);
  const auto [L, info] = factor_cholesky("linalg.cholesky", self, upper);
  check_positive("linalg.cholesky", info);
  return L;
}

Tensor cholesky_solve(const Tensor& self, const Tensor& input2, bool upper) {
  if (CastOperands cast = in_float32({self, input2})) return cholesky_solve(cast(self), cast(input2), upper);
  check_matrix("cholesky_solve", self, "b");
  check_square("cholesky_solve", input2);
  TENGEN_CHECK(input2.size(-1) == self.size(-2),
               "Incompatible matrix sizes for cholesky_solve: each A matrix is ", input2.size(-2), " by ",
               input2.size(-1), " but each b matrix is ", self.size(-2), " by ", self.size(-1));
  check_same_type("cholesky_solve", self, input2, "b", "A");
  const Tensor L = upper ? input2.mT() : input2;
  return linalg_solve_triangular(L.mT(), linalg_solve_triangular(L, self, false), true);
}

Tensor cholesky_inverse(const Tensor& self, bool upper) {
  if (CastOperands cast = in_float32({self})) return cholesky_inverse(cast(self), upper);
  const char* op = "cholesky_inverse";
  check_square(op, self);
  check_decomposable(op, self);
  {
    // The number of the first zero on the diagonal, or 0.
    NoGradGuard no_grad;
    const Tensor zero = self.detach().diagonal(0, -2, -1) == 0;
    const int64_t n = self.size(-1);
    if (n > 0) {
      const Tensor number = zero.to(kInt).argmax(-1) + 1;
      check_info(op, number * zero.any(-1).to(kLong), describe_singular);
    }
  }
  return cholesky_solve(identity(self.size(-1), self), self, upper);
}

// ---- QR

namespace {

/// Reflections that turn A into R: (a, tau).
std::tuple<Tensor, Tensor> reflections(const Tensor& A) {
  const int64_t m = A.size(-2), n = A.size(-1);
  const IntArrayRef batch = batch_sizes(A);
  Tensor a = by_columns(A), tau = empty(join(batch, {std::min(m, n)}), A.dtype());
  if (a.numel() > 0) linalg_kernels().geqrf(A.dtype(), numel_of(batch), m, n, a.data_ptr(), tau.data_ptr());
  return {a, tau};
}

/// The first columns of the product of reflections. All on the host.
Tensor product_of_reflections(const Tensor& a, const Tensor& tau, int64_t columns) {
  const int64_t m = a.size(-2), n = a.size(-1), k = tau.size(-1);
  const IntArrayRef batch = batch_sizes(a);
  Tensor q = empty_by_columns(batch, m, columns, a.dtype());
  if (q.numel() > 0)
    linalg_kernels().householder_product(a.dtype(), numel_of(batch), m, n, k, columns, a.data_ptr(),
                                         tau.data_ptr(), q.data_ptr());
  return q;
}

/// A = Q R with R square: [grad_q + Q S] R^-T, S being the symmetric matrix with the lower triangle of R
/// grad_r^T - grad_q^T Q.
Tensor qr_gradient(const Tensor& Q, const Tensor& R, const Tensor& grad_q, const Tensor& grad_r) {
  Tensor M;
  if (grad_r.defined()) M = R.matmul(grad_r.mT());
  if (grad_q.defined()) M = M.defined() ? M - grad_q.mT().matmul(Q) : -grad_q.mT().matmul(Q);
  Tensor total = Q.matmul(M.tril() + M.tril(-1).mT());
  if (grad_q.defined()) total = total + grad_q;
  return linalg_solve_triangular(R.mT(), total, false, false);
}

std::tuple<Tensor, Tensor> factor_qr(const Tensor& A, bool complete) {
  const int64_t m = A.size(-2), n = A.size(-1);
  if (n > m) {  // [X Y] = Q [R R_2] with X = Q R and R_2 = Q^T Y
    const auto [Q, R] = factor_qr(A.narrow(-1, 0, m), complete);
    return {Q, cat({R, Q.mT().matmul(A.narrow(-1, m, n - m))}, -1)};
  }
  const auto [a, tau] = reflections(A);
  const int64_t columns = complete ? m : n;
  const Tensor Q = on_device_of(A, product_of_reflections(a, tau, columns)),
               R = on_device_of(A, a.narrow(-2, 0, columns).triu());
  const std::vector<Tensor> out = autograd::record_all(
      "linalg_qr", {Q, R}, {A}, {Q, R},
      [differentiable = columns == n](Node& node, const Grads& grads) -> Grads {
        TENGEN_CHECK(differentiable,
                     "The QR decomposition is not differentiable when mode='complete' and nrows > ncols.");
        return {qr_gradient(node.saved(0), node.saved(1), grads[0], grads[1])};
      });
  return {out[0], out[1]};
}

}  // namespace

std::tuple<Tensor, Tensor> linalg_qr(const Tensor& A, std::string_view mode) {
  if (CastOperands cast = in_float32({A})) return linalg_qr(cast(A), mode);
  TENGEN_CHECK(mode == "reduced" || mode == "complete" || mode == "r", "qr received unrecognized mode '",
               mode, "' but expected one of 'reduced' (default), 'r', or 'complete'");
  check_matrix("linalg.qr", A);
  check_decomposable("linalg.qr", A);
  auto [Q, R] = factor_qr(A, mode == "complete");
  return {mode == "r" ? empty({0}, A.options()) : Q, R};
}

std::tuple<Tensor, Tensor> geqrf(const Tensor& self) {
  if (CastOperands cast = in_float32({self})) return geqrf(cast(self));
  check_matrix("torch.geqrf", self, "input");
  check_decomposable("torch.geqrf", self);
  const auto [a, tau] = reflections(self);
  return {on_device_of(self, a), on_device_of(self, tau)};
}

Tensor linalg_householder_product(const Tensor& input, const Tensor& tau) {
  if (CastOperands cast = in_float32({input, tau})) return linalg_householder_product(cast(input), cast(tau));
  const char* op = "torch.linalg.householder_product";
  TENGEN_CHECK(input.dim() >= 2, op, ": input must have at least 2 dimensions.");
  const int64_t n = input.size(-1);
  TENGEN_CHECK(input.size(-2) >= n, op, ": input.shape[-2] must be greater than or equal to input.shape[-1]");
  TENGEN_CHECK(
      tau.dim() + 1 == input.dim() && tau.sizes().slice(0, size_t(tau.dim()) - 1) == batch_sizes(input), op,
      ": Expected batch dimensions of tau to be equal to input.shape[:-2], but got ", tau.sizes());
  const int64_t k = tau.size(-1);
  TENGEN_CHECK(k <= n, op, ": input.shape[-1] must be greater than or equal to tau.shape[-1]");
  TENGEN_CHECK(tau.dtype() == input.dtype(), op, ": tau dtype ", tau.dtype(), " does not match input dtype ",
               input.dtype());
  check_decomposable(op, input);
  check_same_device(op, {&input, &tau});
  if (!autograd::must_record({input, tau}))
    return on_device_of(input, product_of_reflections(by_columns(input),
                                                      raw::contiguous(raw::to(tau, tau.dtype(), kCPU)), n));
  // Reflection by reflection, from the last one on.
  const Tensor vectors =
      input.tril(-1) + eye(input.size(-2), n, TensorOptions(input.dtype()).device(input.device()));
  Tensor q =
      eye(input.size(-2), n, TensorOptions(input.dtype()).device(input.device())).expand(input.sizes());
  for (int64_t i = k; i-- > 0;) {
    const Tensor v = vectors.narrow(-1, i, 1);
    q = q - per_matrix(tau.select(-1, i)) * v.matmul(v.mT().matmul(q));
  }
  return q;
}

}  // namespace tengen::inline api
