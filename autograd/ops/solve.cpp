// Systems of equations, inverses, determinants.
#include <cmath>

#include <tengen/autograd/ops/matrices.h>

namespace tengen::inline api {

namespace {

/// Solutions by the LU decomposition, and that decomposition.
struct Solved {
  Tensor x, lu, pivots, info;
};
Solved solve_by_lu(const Tensor& A, const Tensor& B, bool left) {
  NoGradGuard no_grad;
  Solved result;
  std::tie(result.lu, result.pivots, result.info) = linalg_lu_factor_ex(A.detach());
  result.x = linalg_lu_solve(result.lu, result.pivots, B.detach(), left);
  return result;
}

void check_solved(const char* op, const Tensor& info) {
  check_info(op, info, [](int32_t) { return "The solver failed because the input matrix is singular."; });
}

/// B holds vectors: a lone one, or one per matrix of A.
bool holds_vectors(const Tensor& A, const Tensor& B) {
  return B.dim() == 1 || (B.dim() + 1 == A.dim() && B.sizes() == A.sizes().slice(0, size_t(A.dim()) - 1));
}

std::tuple<Tensor, Tensor> solve_matrices(const char* op, const Tensor& A, const Tensor& B, bool left) {
  check_equation(op, A, B, left);
  check_decomposable(op, A);
  check_same_type(op, A, B);
  const Solved solved = solve_by_lu(A, B, left);
  Tensor x = record("linalg_solve", solved.x, {A, B}, {A, solved.x, solved.lu, solved.pivots},
                    [left](Node& node, const Tensor& grad) -> Grads {
                      const Tensor x = node.saved(1);
                      // While this is recorded, the gradient has to lead to A and not to its factors.
                      const Tensor grad_b =
                          GradMode::is_enabled()
                              ? std::get<0>(linalg_solve_ex(node.saved(0).mT(), grad, left))
                              : linalg_lu_solve(node.saved(2), node.saved(3), grad, left, true);
                      if (!node.needs(0)) return {Tensor(), grad_b};
                      return {-(left ? grad_b.matmul(x.mT()) : x.mT().matmul(grad_b)), grad_b};
                    });
  return {x, solved.info};
}

std::tuple<Tensor, Tensor> solve(const char* op, const Tensor& A, const Tensor& B, bool left) {
  if (!holds_vectors(A, B)) return solve_matrices(op, A, B, left);
  auto [x, info] = solve_matrices(op, A, B.unsqueeze(-1), left);
  return {x.squeeze(-1), info};
}

std::tuple<Tensor, Tensor> invert(const char* op, const Tensor& A) {
  check_square(op, A);
  check_decomposable(op, A);
  const Solved solved = solve_by_lu(A, identity(A.size(-1), A), true);
  Tensor out = record("linalg_inv", solved.x, {A}, {solved.x}, [](Node& node, const Tensor& grad) -> Grads {
    const Tensor transpose = node.saved(0).mT();
    return {-transpose.matmul(grad).matmul(transpose)};
  });
  return {out, solved.info};
}

}  // namespace

Tensor linalg_solve_triangular(const Tensor& self, const Tensor& B, bool upper, bool left,
                               bool unitriangular) {
  if (CastOperands cast = in_float32({self, B}))
    return linalg_solve_triangular(cast(self), cast(B), upper, left, unitriangular);
  const char* op = "linalg.solve_triangular";
  check_equation(op, self, B, left);
  check_decomposable(op, self);
  check_same_type(op, self, B);
  check_same_device(op, {&self, &B});
  if (!left) return linalg_solve_triangular(self.mT(), B.mT(), !upper, true, unitriangular).mT();

  const DimVector batch = broadcast_shapes(batch_sizes(self), batch_sizes(B), op);
  const int64_t n = self.size(-1), k = B.size(-1);
  Tensor x = by_columns(B, batch);
  if (x.numel() > 0) {
    const Tensor a = by_columns(self, batch);
    if (unitriangular) a.diagonal(0, -2, -1).fill_(1);
    linalg_kernels().triangular_solve(self.dtype(), numel_of(batch), n, k, a.data_ptr(), x.data_ptr(), upper);
  }
  x = on_device_of(self, x);
  return record(
      "linalg_solve_triangular", x, {self, B}, {self, x}, [=](Node& node, const Tensor& grad) -> Grads {
        const Tensor grad_b = linalg_solve_triangular(node.saved(0).mT(), grad, !upper, true, unitriangular);
        if (!node.needs(0)) return {Tensor(), grad_b};
        const Tensor grad_a = -grad_b.matmul(node.saved(1).mT());
        return {upper ? grad_a.triu(unitriangular ? 1 : 0) : grad_a.tril(unitriangular ? -1 : 0), grad_b};
      });
}

std::tuple<Tensor, Tensor> triangular_solve(const Tensor& self, const Tensor& A, bool upper, bool transpose,
                                            bool unitriangular) {
  const char* op = "triangular_solve";
  check_matrix(op, self, "b");
  check_square(op, A);
  TENGEN_CHECK(A.size(-1) == self.size(-2),
               "Incompatible matrix sizes for triangular_solve: each A matrix is ", A.size(-2), " by ",
               A.size(-1), " but each b matrix is ", self.size(-2), " by ", self.size(-1));
  return {linalg_solve_triangular(transpose ? A.mT() : A, self, upper != transpose, true, unitriangular),
          A.clone()};
}

std::tuple<Tensor, Tensor> linalg_solve_ex(const Tensor& A, const Tensor& B, bool left, bool check_errors) {
  if (CastOperands cast = in_float32({A, B})) return linalg_solve_ex(cast(A), cast(B), left, check_errors);
  auto [x, info] = solve("linalg.solve", A, B, left);
  if (check_errors) check_solved("torch.linalg.solve_ex", info);
  return {x, info};
}

Tensor linalg_solve(const Tensor& A, const Tensor& B, bool left) {
  if (CastOperands cast = in_float32({A, B})) return linalg_solve(cast(A), cast(B), left);
  const auto [x, info] = solve("linalg.solve", A, B, left);
  check_solved("torch.linalg.solve", info);
  return x;
}

std::tuple<Tensor, Tensor> linalg_inv_ex(const Tensor& A, bool check_errors) {
  if (CastOperands cast = in_float32({A})) return linalg_inv_ex(cast(A), check_errors);
  auto [inverse, info] = invert("linalg.inv_ex", A);
  if (check_errors) check_info("linalg.inv_ex", info, describe_singular);
  return {inverse, info};
}

Tensor linalg_inv(const Tensor& A) {
  if (CastOperands cast = in_float32({A})) return linalg_inv(cast(A));
  const auto [inverse, info] = invert("linalg.inv", A);
  check_info("linalg.inv", info, describe_singular);
  return inverse;
}

Tensor inverse(const Tensor& self) { return linalg_inv(self); }

// ---- determinants

namespace {

/// What the determinants are made of: the diagonal of U, and the sign of the permutation.
struct Pivots {
  Tensor diagonal, sign;
};
Pivots pivots_of(const char* op, const Tensor& A) {
  check_square(op, A);
  check_decomposable(op, A);
  NoGradGuard no_grad;
  const auto [lu, pivots, info] = linalg_lu_factor_ex(A.detach());
  const Tensor in_place = arange(1, A.size(-1) + 1, pivots.options());
  const Tensor odd = (pivots != in_place).sum({-1}).remainder(2);
  return {lu.diagonal(0, -2, -1), (1 - 2 * odd).to(A.dtype())};
}

/// The gradient of the determinant, also where A is singular: det(U) det(V) U diag(products of the other
/// singular values) V^T.
Tensor cofactors(const Tensor& A) {
  const auto [U, S, Vh] = linalg_svd(A, false);
  const int64_t n = A.size(-1);
  const Tensor itself = eye(n, TensorOptions(kBool).device(A.device()));
  const Tensor others = S.unsqueeze(-2).expand(A.sizes()).masked_fill(itself, 1).prod(-1);
  const Tensor sign = linalg_det(U.detach()).sign() * linalg_det(Vh.detach()).sign();
  return (U * (others * sign.unsqueeze(-1)).unsqueeze(-2)).matmul(Vh);
}

}  // namespace

Tensor linalg_det(const Tensor& A) {
  if (CastOperands cast = in_float32({A})) return linalg_det(cast(A));
  const Pivots p = pivots_of("linalg.det", A);
  const Tensor out = p.diagonal.prod(-1) * p.sign;
  return record("linalg_det", out, {A}, {A, out}, [](Node& node, const Tensor& grad) -> Grads {
    const Tensor A = node.saved(0), det = node.saved(1);
    if ((det.detach() == 0).any().item<bool>()) return {per_matrix(grad) * cofactors(A)};
    return {per_matrix(grad * det) * std::get<0>(linalg_inv_ex(A)).mT()};
  });
}
Tensor det(const Tensor& self) { return linalg_det(self); }

namespace {

std::tuple<Tensor, Tensor> sign_and_logarithm(const char* op, const Tensor& A) {
  const Pivots p = pivots_of(op, A);
  const Tensor logabsdet =
      record("linalg_slogdet", p.diagonal.abs().log().sum({-1}), {A}, {A},
             [](Node& node, const Tensor& grad) -> Grads {
               return {per_matrix(grad) * std::get<0>(linalg_inv_ex(node.saved(0))).mT()};
             });
  return {p.diagonal.sign().prod(-1) * p.sign, logabsdet};
}

}  // namespace

std::tuple<Tensor, Tensor> linalg_slogdet(const Tensor& A) {
  if (CastOperands cast = in_float32({A})) return linalg_slogdet(cast(A));
  return sign_and_logarithm("linalg.slogdet", A);
}
std::tuple<Tensor, Tensor> slogdet(const Tensor& self) { return linalg_slogdet(self); }

Tensor logdet(const Tensor& self) {
  if (CastOperands cast = in_float32({self})) return logdet(cast(self));
  const auto [sign, logabsdet] = sign_and_logarithm("logdet", self);
  return logabsdet.masked_fill(sign == -1, NAN);
}

// ---- tensors as matrices

Tensor linalg_tensorinv(const Tensor& self, int64_t ind) {
  TENGEN_CHECK(ind > 0, "Expected a strictly positive integer for 'ind', but got ", ind);
  const size_t split = std::min(size_t(ind), size_t(self.dim()));
  const IntArrayRef rows = self.sizes().slice(0, split), cols = self.sizes().slice(split);
  const int64_t m = numel_of(rows), n = numel_of(cols);
  TENGEN_CHECK(m == n,
               "Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), "
               "but got ",
               n, " != ", m);
  DimVector out(cols);
  for (int64_t size : rows) out.push_back(size);
  const auto [inverse, info] = linalg_inv_ex(self.reshape({m, n}));
  check_info("inv", info, describe_singular);
  return inverse.reshape(out);
}

Tensor linalg_tensorsolve(const Tensor& self, const Tensor& other, OptionalIntArrayRef dims) {
  Tensor a = self;
  if (dims) {
    DimVector order;
    SmallVector<bool, 8> moved(size_t(self.dim()), false);
    for (int64_t dim : *dims) moved[size_t(wrap_dim(dim, self.dim()))] = true;
    for (int64_t d = 0; d < self.dim(); ++d)
      if (!moved[size_t(d)]) order.push_back(d);
    for (int64_t dim : *dims) order.push_back(wrap_dim(dim, self.dim()));
    a = self.permute(order);
  }
  const size_t split = std::min(size_t(other.dim()), size_t(a.dim()));
  const int64_t m = numel_of(a.sizes().slice(0, split)), n = numel_of(a.sizes().slice(split));
  TENGEN_CHECK(m == n,
               "Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == "
               "prod(self.shape[:other.ndim]), but got ",
               n, " != ", m);
  return linalg_solve(a.reshape({m, n}), other.flatten()).reshape(a.sizes().slice(split));
}

}  // namespace tengen::inline api
