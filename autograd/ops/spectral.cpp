// Singular values, eigenvalues, and what rests on them: pseudoinverse, rank, least squares.
#include <cmath>
#include <limits>

#include <tengen/autograd/ops/matrices.h>

namespace tengen::inline api {

// ---- singular values

namespace {

void check_driver(std::optional<std::string_view> driver) {
  TENGEN_CHECK(!driver,
               "torch.linalg.svd: keyword argument `driver=` is only supported on CUDA inputs with cuSOLVER "
               "backend.");
}

/// U and V^T where `vectors` are wanted, else undefined.
struct Singular {
  Tensor U, S, Vh;
};
Singular decompose(const Tensor& A, bool vectors, bool full) {
  const char* op = "linalg.svd";
  check_matrix(op, A);
  check_decomposable(op, A);
  const int64_t m = A.size(-2), n = A.size(-1), k = std::min(m, n);
  const IntArrayRef batch = batch_sizes(A);
  const ScalarType type = A.dtype();
  Singular out{Tensor(), empty(join(batch, {k}), type), Tensor()};
  if (vectors) {
    out.U = empty_by_columns(batch, m, full ? m : k, type);
    out.Vh = empty(join(batch, {full ? n : k, n}), type);  // V's columns are V^T's rows
  }
  if (A.numel() > 0) {
    const Tensor a = by_columns(A), info = empty(batch, kInt);
    linalg_kernels().svd(type, numel_of(batch), m, n, a.data_ptr(), vectors ? out.U.data_ptr() : nullptr,
                         out.S.data_ptr(), vectors ? out.Vh.data_ptr() : nullptr, full,
                         info.data_ptr<int32_t>());
    check_info(op, info, [&a](int32_t) {
      return a.isfinite().all().item<bool>()
                 ? "The algorithm failed to converge because the input matrix is ill-conditioned or has too "
                   "many repeated singular values."
                 : "The algorithm failed to converge because the input matrix contained non-finite values.";
    });
  } else if (vectors) {
    for (Tensor* t : {&out.U, &out.Vh})
      if (t->numel() > 0) t->copy_(identity(t->size(-1), *t).expand(t->sizes()));
  }
  out.S = on_device_of(A, out.S);
  if (vectors) {
    out.U = on_device_of(A, out.U);
    out.Vh = on_device_of(A, out.Vh);
  }
  return out;
}

Tensor antisymmetric(const Tensor& x) { return x - x.mT(); }
/// x_j - x_i, with ones on the diagonal.
Tensor gaps(const Tensor& x) {
  const Tensor itself = eye(x.size(-1), TensorOptions(kBool).device(x.device()));
  return (x.unsqueeze(-2) - x.unsqueeze(-1)).masked_fill(itself, 1);
}
Tensor diagonal_matrix(const Tensor& x) { return x.unsqueeze(-1) * identity(x.size(-1), x); }

/// U [(F . skew(U^T dU)) S + S (F . skew(V^T dV)) + dS] V^T, and what dU and dV have outside of the spans of
/// U and V. F holds 1 / (s_j^2 - s_i^2); skew(X) is X - X^T (Townsend 2016, "Differentiating the singular
/// value decomposition").
Tensor svd_gradient(const Tensor& U, const Tensor& S, const Tensor& Vh, const Tensor& grad_u,
                    const Tensor& grad_s, const Tensor& grad_vh) {
  const Tensor row = S.unsqueeze(-2), column = S.unsqueeze(-1);
  Tensor inner;
  const auto add_part = [&](const Tensor& part) { inner = inner.defined() ? inner + part : part; };
  if (grad_s.defined()) add_part(diagonal_matrix(grad_s));
  if (!grad_u.defined() && !grad_vh.defined()) return U.matmul(inner).matmul(Vh);
  const Tensor gap = gaps(S * S);
  if (grad_u.defined()) add_part(antisymmetric(U.mT().matmul(grad_u)) / gap * row);
  if (grad_vh.defined()) add_part(column * (antisymmetric(Vh.matmul(grad_vh.mT())) / gap));
  Tensor total = U.matmul(inner).matmul(Vh);
  const int64_t k = S.size(-1);
  if (grad_u.defined() && U.size(-2) > k) {
    const Tensor outside = grad_u - U.matmul(U.mT().matmul(grad_u));
    total = total + (outside / row).matmul(Vh);
  }
  if (grad_vh.defined() && Vh.size(-1) > k) {
    const Tensor outside = grad_vh - grad_vh.matmul(Vh.mT()).matmul(Vh);
    total = total + U.matmul(outside / column);
  }
  return total;
}

std::tuple<Tensor, Tensor, Tensor> recorded_svd(const Tensor& A, bool full) {
  const Singular d = decompose(A, true, full);
  const std::vector<Tensor> out = autograd::record_all(
      "linalg_svd", {d.U, d.S, d.Vh}, {A}, {d.U, d.S, d.Vh}, [](Node& node, const Grads& grads) -> Grads {
        const Tensor S = node.saved(1);
        const int64_t k = S.size(-1);
        const auto first = [k](const Tensor& t, int64_t dim) {
          return t.defined() ? t.narrow(dim, 0, k) : t;
        };
        return {svd_gradient(first(node.saved(0), -1), S, first(node.saved(2), -2), first(grads[0], -1),
                             grads[1], first(grads[2], -2))};
      });
  return {out[0], out[1], out[2]};
}

}  // namespace

std::tuple<Tensor, Tensor, Tensor> linalg_svd(const Tensor& A, bool full_matrices,
                                              std::optional<std::string_view> driver) {
  if (CastOperands cast = in_float32({A})) return linalg_svd(cast(A), full_matrices, driver);
  check_driver(driver);
  return recorded_svd(A, full_matrices);
}

Tensor linalg_svdvals(const Tensor& A, std::optional<std::string_view> driver) {
  if (CastOperands cast = in_float32({A})) return linalg_svdvals(cast(A), driver);
  check_driver(driver);
  // Their gradient needs the vectors.
  if (autograd::must_record({A})) return std::get<1>(recorded_svd(A, false));
  return decompose(A, false, false).S;
}

std::tuple<Tensor, Tensor, Tensor> svd(const Tensor& self, bool some, bool compute_uv) {
  TENGEN_CHECK(self.dim() >= 2, "linalg.svd: input should have at least 2 dimensions, but has ", self.dim(),
               " dimensions instead");
  if (compute_uv) {
    const auto [U, S, Vh] = linalg_svd(self, !some);
    return {U, S, Vh.mT()};
  }
  const Tensor S = linalg_svdvals(self);
  const auto zeros_of = [&](int64_t n) { return zeros(join(batch_sizes(self), {n, n}), S.options()); };
  return {zeros_of(self.size(-2)), S, zeros_of(self.size(-1))};
}

// ---- eigenvalues

namespace {

/// V is undefined where it is not wanted.
struct Spectrum {
  Tensor L, V;
};
Spectrum decompose_symmetric(const Tensor& A, std::string_view UPLO, bool vectors) {
  const char* op = "linalg.eigh";
  check_square(op, A);
  check_decomposable(op, A);
  TENGEN_CHECK(UPLO == "L" || UPLO == "U" || UPLO == "l" || UPLO == "u",
               "Expected UPLO argument to be 'L' or 'U', but got ", UPLO);
  const int64_t n = A.size(-1);
  const IntArrayRef batch = batch_sizes(A);
  Spectrum out{empty(join(batch, {n}), A.dtype()),
               vectors ? empty_by_columns(batch, n, n, A.dtype()) : Tensor()};
  if (A.numel() > 0) {
    const bool upper = UPLO == "U" || UPLO == "u";
    const Tensor a = by_columns(upper ? A.detach().mT() : A), info = empty(batch, kInt);
    linalg_kernels().eigh(A.dtype(), numel_of(batch), n, a.data_ptr(), out.L.data_ptr(),
                          vectors ? out.V.data_ptr() : nullptr, info.data_ptr<int32_t>());
    check_info(op, info, [](int32_t) {
      return "The algorithm failed to converge because the input matrix is ill-conditioned or has too many "
             "repeated eigenvalues.";
    });
  }
  out.L = on_device_of(A, out.L);
  if (vectors) out.V = on_device_of(A, out.V);
  return out;
}

/// V [F . skew(V^T dV) / 2 + dL] V^T, F holding 1 / (l_j - l_i).
std::tuple<Tensor, Tensor> recorded_eigh(const Tensor& A, std::string_view UPLO) {
  const Spectrum d = decompose_symmetric(A, UPLO, true);
  const std::vector<Tensor> out = autograd::record_all(
      "linalg_eigh", {d.L, d.V}, {A}, {d.L, d.V}, [](Node& node, const Grads& grads) -> Grads {
        const Tensor L = node.saved(0), V = node.saved(1);
        Tensor inner;
        if (grads[0].defined()) inner = diagonal_matrix(grads[0]);
        if (grads[1].defined()) {
          const Tensor turned = antisymmetric(V.mT().matmul(grads[1])) / (2 * gaps(L));
          inner = inner.defined() ? inner + turned : turned;
        }
        return {V.matmul(inner).matmul(V.mT())};
      });
  return {out[0], out[1]};
}

}  // namespace

std::tuple<Tensor, Tensor> linalg_eigh(const Tensor& self, std::string_view UPLO) {
  if (CastOperands cast = in_float32({self})) return linalg_eigh(cast(self), UPLO);
  return recorded_eigh(self, UPLO);
}

Tensor linalg_eigvalsh(const Tensor& self, std::string_view UPLO) {
  if (CastOperands cast = in_float32({self})) return linalg_eigvalsh(cast(self), UPLO);
  if (autograd::must_record({self})) return std::get<0>(recorded_eigh(self, UPLO));
  return decompose_symmetric(self, UPLO, false).L;
}

// ---- tolerances

namespace {

double epsilon(ScalarType type) {
  return type == kFloat ? double(std::numeric_limits<float>::epsilon())
                        : std::numeric_limits<double>::epsilon();
}

/// Values up to max(atol, rtol * the largest) count as 0.
struct Tolerance {
  Tensor atol, rtol;

  Tolerance(const Tensor& A, const std::optional<Tensor>& absolute, const std::optional<Tensor>& relative) {
    const TensorOptions options = TensorOptions(A.dtype()).device(A.device());
    atol = absolute ? *absolute : zeros({}, options);
    if (relative) {
      rtol = *relative;
    } else {
      const double usual = epsilon(A.dtype()) * double(std::max(A.size(-2), A.size(-1)));
      rtol = absolute ? where(*absolute > 0, 0.0, usual) : full({}, usual, options);
    }
  }
  /// Which of these magnitudes (..., k) count.
  Tensor above(const Tensor& magnitudes) const {
    if (magnitudes.size(-1) == 0) return magnitudes > 0;
    const Tensor largest = magnitudes.amax(-1, true);
    return magnitudes > maximum(atol.unsqueeze(-1), rtol.unsqueeze(-1) * largest);
  }
};

std::optional<Tensor> as_tensor(const Tensor& A, std::optional<double> number) {
  if (!number) return std::nullopt;
  return full({}, *number, TensorOptions(A.dtype()).device(A.device()));
}

}  // namespace

// ---- pseudoinverse and rank

namespace {

/// With P = pinv(A): dP = -P dA P + P P^T dA^T (1 - A P) + (1 - P A) dA^T P^T P (Golub and Pereyra 1973).
Tensor pinv_gradient(const Tensor& grad, const Tensor& P, const Tensor& A) {
  const Tensor Pt = P.mT(), transpose = grad.mT();
  const Tensor left = transpose.matmul(P).matmul(Pt), right = Pt.matmul(P).matmul(transpose);
  return -Pt.matmul(grad).matmul(Pt) + left - A.matmul(P.matmul(left)) + right - right.matmul(P).matmul(A);
}

/// Reciprocals of what counts, zeros for the rest.
Tensor reciprocals(const Tensor& values, const Tensor& counts) {
  return values.reciprocal().masked_fill(counts.logical_not(), 0);
}

}  // namespace

Tensor linalg_pinv(const Tensor& self, const std::optional<Tensor>& atol, const std::optional<Tensor>& rtol,
                   bool hermitian) {
  if (CastOperands cast = in_float32({self})) return linalg_pinv(cast(self), atol, rtol, hermitian);
  TENGEN_CHECK(self.dim() >= 2 && (self.dtype() == kFloat || self.dtype() == kDouble), "linalg.pinv(",
               self.dtype(), "{", self.sizes(),
               "}): expected a tensor with 2 or more dimensions of float, double, cfloat or cdouble types");
  Tensor out;
  {
    NoGradGuard no_grad;
    const Tolerance tolerance(self, atol, rtol);
    if (hermitian) {
      const auto [L, V] = linalg_eigh(self);
      out = (V * reciprocals(L, tolerance.above(L.abs())).unsqueeze(-2)).matmul(V.mT());
    } else {
      const auto [U, S, Vh] = linalg_svd(self, false);
      out = (Vh.mT() * reciprocals(S, tolerance.above(S)).unsqueeze(-2)).matmul(U.mT());
    }
  }
  return record("linalg_pinv", out, {self}, {self, out}, [](Node& node, const Tensor& grad) -> Grads {
    return {pinv_gradient(grad, node.saved(1), node.saved(0))};
  });
}
Tensor linalg_pinv(const Tensor& self, std::optional<double> atol, std::optional<double> rtol,
                   bool hermitian) {
  return linalg_pinv(self, as_tensor(self, atol), as_tensor(self, rtol), hermitian);
}
Tensor linalg_pinv(const Tensor& self, double rcond, bool hermitian) {
  return linalg_pinv(self, 0.0, rcond, hermitian);
}
Tensor linalg_pinv(const Tensor& self, const Tensor& rcond, bool hermitian) {
  return linalg_pinv(self, as_tensor(self, 0.0), rcond, hermitian);
}
Tensor pinverse(const Tensor& self, double rcond) { return linalg_pinv(self, rcond); }

Tensor linalg_matrix_rank(const Tensor& input, const std::optional<Tensor>& atol,
                          const std::optional<Tensor>& rtol, bool hermitian) {
  if (CastOperands cast = in_float32({input})) return linalg_matrix_rank(cast(input), atol, rtol, hermitian);
  check_matrix("torch.linalg.matrix_rank", input, "input");
  NoGradGuard no_grad;
  const Tensor A = input.detach();
  const Tensor values = hermitian ? linalg_eigvalsh(A).abs() : linalg_svdvals(A);
  return Tolerance(A, atol, rtol).above(values).sum({-1});
}
Tensor linalg_matrix_rank(const Tensor& self, std::optional<double> atol, std::optional<double> rtol,
                          bool hermitian) {
  return linalg_matrix_rank(self, as_tensor(self, atol), as_tensor(self, rtol), hermitian);
}
Tensor linalg_matrix_rank(const Tensor& self, double tol, bool hermitian) {
  return linalg_matrix_rank(self, tol, 0.0, hermitian);
}
Tensor linalg_matrix_rank(const Tensor& input, const Tensor& tol, bool hermitian) {
  return linalg_matrix_rank(input, tol, as_tensor(input, 0.0), hermitian);
}

// ---- least squares

namespace {

struct LeastSquares {
  Tensor solution, rank, singular_values;
};

LeastSquares least_squares(const Tensor& A, const Tensor& B, double rcond, bool full_rank) {
  NoGradGuard no_grad;
  LeastSquares out;
  const int64_t m = A.size(-2), n = A.size(-1);
  if (full_rank && m >= n) {
    const auto [Q, R] = linalg_qr(A);
    out.solution = linalg_solve_triangular(R, Q.mT().matmul(B), true);
  } else if (full_rank) {
    const auto [Q, R] = linalg_qr(A.mT());
    out.solution = Q.matmul(linalg_solve_triangular(R.mT(), B, false));
  } else {
    const auto [U, S, Vh] = linalg_svd(A, false);
    const Tensor counts = Tolerance(A, std::nullopt, as_tensor(A, rcond)).above(S);
    out.solution = Vh.mT().matmul(reciprocals(S, counts).unsqueeze(-1) * U.mT().matmul(B));
    out.rank = counts.sum({-1});
    out.singular_values = S;
  }
  return out;
}

}  // namespace

std::tuple<Tensor, Tensor, Tensor, Tensor> linalg_lstsq(const Tensor& self, const Tensor& b,
                                                        std::optional<double> rcond,
                                                        std::optional<std::string_view> driver_name) {
  if (CastOperands cast = in_float32({self, b})) return linalg_lstsq(cast(self), cast(b), rcond, driver_name);
  const char* op = "torch.linalg.lstsq";
  const std::string_view driver = driver_name.value_or("gelsy");
  TENGEN_CHECK(driver == "gels" || driver == "gelsy" || driver == "gelsd" || driver == "gelss", op,
               ": parameter `driver` should be one of (gels, gelsy, gelsd, gelss)");
  TENGEN_CHECK(self.dim() >= 2, op, ": input must have at least 2 dimensions.");
  TENGEN_CHECK(b.dim() >= 1, op, ": other must have at least 1 dimension.");
  TENGEN_CHECK(self.dtype() == b.dtype(), op,
               ": Expected input and other to have the same dtype, but got input's ", "dtype ", self.dtype(),
               " and other's dtype ", b.dtype());
  TENGEN_CHECK(self.dim() >= b.dim() && self.dim() - b.dim() <= 1, op,
               ": input.dim() must be greater or equal to other.dim() and (input.dim() - other.dim()) <= 1");
  check_decomposable(op, self);
  check_same_device(op, {&self, &b});
  const bool vectors = self.dim() == b.dim() + 1;
  const Tensor B = vectors ? b.unsqueeze(-1) : b;
  TENGEN_CHECK(self.size(-2) == B.size(-2), op, ": input.size(-2) should match other.size(-2)");

  const int64_t m = self.size(-2), n = self.size(-1);
  const double tolerance = rcond.value_or(epsilon(self.dtype()) * double(std::max(m, n)));
  const LeastSquares found = least_squares(self.detach(), B.detach(), tolerance, driver == "gels");
  const Tensor X =
      record("linalg_lstsq", found.solution, {self, B}, {self, B},
             [tolerance](Node& node, const Tensor& grad) -> Grads {
               const Tensor A = node.saved(0), P = linalg_pinv(A, tolerance);
               return {node.needs(0) ? pinv_gradient(grad.matmul(node.saved(1).mT()), P, A) : Tensor(),
                       node.needs(1) ? P.mT().matmul(grad) : Tensor()};
             });
  const Tensor none = empty({0}, self.options()), no_rank = empty({0}, self.options().dtype(kLong));
  Tensor residuals = none;
  if (m > n && driver != "gelsy" && (driver == "gels" || (found.rank == n).all().item<bool>()))
    residuals = (self.matmul(X) - B).square().sum({-2});
  return {vectors ? X.squeeze(-1) : X, residuals, driver == "gels" ? no_rank : found.rank,
          driver == "gelsd" || driver == "gelss" ? found.singular_values : none};
}

}  // namespace tengen::inline api
