// Functions of matrices, norms, and products of more than two.
#include <cmath>
#include <limits>

#include <tengen/autograd/ops/matrices.h>

namespace tengen::inline api {

Tensor trace(const Tensor& self) {
  TENGEN_CHECK(self.dim() == 2, "trace: expected a matrix, but got tensor with dim ", self.dim());
  return self.diagonal().sum();
}

// ---- products

Tensor kron(const Tensor& self, const Tensor& other) {
  const int64_t dims = std::max(self.dim(), other.dim());
  DimVector left, right, out;  // (a, 1, b, 1...) and (1, c, 1, d...)
  for (int64_t d = 0; d < dims; ++d) {
    const auto size = [&](const Tensor& t) { return d + t.dim() < dims ? 1 : t.size(d + t.dim() - dims); };
    left.push_back(size(self));
    left.push_back(1);
    right.push_back(1);
    right.push_back(size(other));
    out.push_back(size_product(size(self), size(other)));
  }
  return (self.reshape(left) * other.reshape(right)).reshape(out);
}

Tensor linalg_cross(const Tensor& self, const Tensor& other, int64_t dim) {
  const char* op = "linalg.cross";
  TENGEN_CHECK(self.dim() == other.dim(), op, ": inputs must have the same number of dimensions.");
  check_same_type(op, self, other, "input", "other");
  const int64_t d = wrap_dim(dim, self.dim());
  TENGEN_CHECK(self.dim() > 0 && self.size(d) == 3 && other.size(d) == 3, op, ": inputs dimension ", dim,
               " must have length 3. Got ", self.dim() > 0 ? self.size(d) : 1, " and ",
               other.dim() > 0 ? other.size(d) : 1);
  const auto next = [d](const Tensor& t) { return t.roll(-1, d); };
  return next(self) * next(next(other)) - next(next(self)) * next(other);
}

Tensor cross(const Tensor& self, const Tensor& other, std::optional<int64_t> dim) {
  if (dim) return linalg_cross(self, other, *dim);
  for (int64_t d = 0; d < self.dim(); ++d)
    if (self.size(d) == 3) return linalg_cross(self, other, d);
  fail("no dimension of size 3 in input");
}

Tensor linalg_vander(const Tensor& x, std::optional<int64_t> N) {
  if (x.dtype() == kBool || is_low_precision(x.dtype()))
    fail<NotImplementedError>("linalg.vander supports floating point, complex, and integer tensors, but got ",
                              x.dtype());
  const int64_t n = N.value_or(x.dim() > 0 ? x.size(-1) : 1);
  TENGEN_CHECK(n > 1, "N must be greater than 1.");
  const Tensor powers = x.unsqueeze(-1).expand(join(x.sizes(), {n - 1})).cumprod(-1);
  return cat({ones(join(x.sizes(), {1}), powers.options()), powers}, -1);
}

namespace {

/// The product of matrices first to last, each of them (sizes[i], sizes[i+1]), split where it is cheapest.
class MatrixChain {
 public:
  explicit MatrixChain(const std::vector<Tensor>& matrices) : matrices_(matrices), n_(matrices.size()) {
    std::vector<double> cost(n_ * n_, 0);
    split_.resize(n_ * n_);
    const auto rows = [&](size_t i) {
      return double(i < n_ ? matrices_[i].size(0) : matrices_[n_ - 1].size(1));
    };
    for (size_t length = 1; length < n_; ++length)
      for (size_t i = 0; i + length < n_; ++i) {
        const size_t last = i + length;
        double best = std::numeric_limits<double>::infinity();
        for (size_t k = i; k < last; ++k) {
          const double total =
              cost[i * n_ + k] + cost[(k + 1) * n_ + last] + rows(i) * rows(k + 1) * rows(last + 1);
          if (total < best) {
            best = total;
            split_[i * n_ + last] = k;
          }
        }
        cost[i * n_ + last] = best;
      }
  }
  Tensor product() const { return product(0, n_ - 1); }

 private:
  Tensor product(size_t first, size_t last) const {
    if (first == last) return matrices_[first];
    const size_t k = split_[first * n_ + last];
    return mm(product(first, k), product(k + 1, last));
  }

  const std::vector<Tensor>& matrices_;
  size_t n_;
  std::vector<size_t> split_;
};

}  // namespace

Tensor linalg_multi_dot(TensorList tensors) {
  const char* op = "multi_dot()";
  const size_t n = tensors.size();
  TENGEN_CHECK(n >= 2, op, ": expected at least 2 tensors but got ", n);
  for (size_t i = 0; i < n; ++i) {
    const int64_t dim = tensors[i].dim();
    if (i == 0 || i + 1 == n)
      TENGEN_CHECK(dim == 1 || dim == 2, op, ": the ", i == 0 ? "first" : "last",
                   " tensor must be 1D or 2D but got ", dim, "D");
    else
      TENGEN_CHECK(dim == 2, op, ": tensor ", i, " must be 2D but got ", dim, "D");
    TENGEN_CHECK(tensors[i].dtype() == tensors[0].dtype(), op,
                 ": all tensors must have be the same dtype but tensor 0 is ", tensors[0].dtype(),
                 " and tensor ", i, " ", tensors[i].dtype());
  }
  std::vector<Tensor> matrices(tensors.begin(), tensors.end());
  const bool row = matrices.front().dim() == 1, column = matrices.back().dim() == 1;
  if (row) matrices.front() = matrices.front().unsqueeze(0);
  if (column) matrices.back() = matrices.back().unsqueeze(1);
  for (size_t i = 0; i + 1 < n; ++i)
    TENGEN_CHECK(matrices[i].size(1) == matrices[i + 1].size(0), op, ": tensors ", i, " and ", i + 1,
                 " with shapes ", tensors[i].sizes(), " and ", tensors[i + 1].sizes(),
                 " cannot be multiplied");
  Tensor out = MatrixChain(matrices).product();
  if (column) out = out.squeeze(1);
  return row ? out.squeeze(0) : out;
}

Tensor chain_matmul(TensorList matrices) {
  for (const Tensor& t : matrices)
    TENGEN_CHECK(t.dim() == 2, "Tensor dimension is ", t.dim(), ", expected 2 instead.");
  TENGEN_CHECK(matrices.size() > 0, "chain_matmul(): Expected one or more matrices");
  return matrices.size() == 1 ? matrices[0] : linalg_multi_dot(matrices);
}

// ---- functions of square matrices

Tensor linalg_matrix_power(const Tensor& self, int64_t n) {
  check_square("linalg.matrix_power", self);
  if (n == 0) return identity(self.size(-1), self).expand(self.sizes()).clone();
  Tensor square = n < 0 ? linalg_inv(self) : self, out;
  for (uint64_t rest = n < 0 ? uint64_t(0) - uint64_t(n) : uint64_t(n);;) {
    if (rest & 1) out = out.defined() ? out.matmul(square) : square;
    if ((rest >>= 1) == 0) break;
    square = square.matmul(square);
  }
  return out.is_same(self) ? out.clone() : out;
}
Tensor matrix_power(const Tensor& self, int64_t n) { return linalg_matrix_power(self, n); }

namespace {

/// 1 + x + ... + x^16 / 16!, by powers up to the fourth (Paterson and Stockmeyer 1973).
Tensor exponential_series(const Tensor& x) {
  const Tensor one = identity(x.size(-1), x), x2 = x.matmul(x), x3 = x2.matmul(x), x4 = x2.matmul(x2);
  double factor[17] = {1};
  for (int i = 1; i <= 16; ++i) factor[i] = factor[i - 1] / i;
  const auto part = [&](int i) {
    return one * factor[i] + x * factor[i + 1] + x2 * factor[i + 2] + x3 * factor[i + 3];
  };
  Tensor sum = part(12) + x4 * factor[16];
  for (int i = 8; i >= 0; i -= 4) sum = sum.matmul(x4) + part(i);
  return sum;
}

}  // namespace

Tensor linalg_matrix_exp(const Tensor& self) {
  if (CastOperands cast = with_float_kernels(Autocast::Everywhere, {self}))
    return cast.back(linalg_matrix_exp(cast(self)));
  if (CastOperands cast = in_float32({self})) return linalg_matrix_exp(cast(self));
  check_square("linalg.matrix_exp", self);
  check_floating_matrix("linalg.matrix_exp", self);
  if (self.numel() == 0) return self.clone();
  // exp(A) = exp(A / 2^s)^(2^s), s such that the norm is at most 0.75: what the series leaves out, 0.75^17 /
  // 17! and less, is then below the precision of a double.
  Tensor squarings;
  {
    NoGradGuard no_grad;
    const Tensor norm = self.detach().abs().sum({-2}).amax(-1);
    squarings = (norm / 0.75).log2().ceil().clamp_min(0).masked_fill(norm.isfinite().logical_not(), 0);
  }
  const Tensor scale = per_matrix(pow(2, -squarings));
  Tensor out = exponential_series(self * scale);
  const int64_t most = int64_t(squarings.max().item<double>());
  for (int64_t i = 0; i < most; ++i) {
    // Where a matrix is done, zeros are squared: its further powers might overflow.
    const Tensor goes_on = per_matrix(squarings > double(i));
    const Tensor x = out * goes_on;
    out = where(goes_on, x.matmul(x), out);
  }
  return out;
}
Tensor matrix_exp(const Tensor& self) { return linalg_matrix_exp(self); }

// ---- norms

namespace {

Tensor converted(const char* op, const Tensor& self, std::optional<ScalarType> dtype) {
  check_floating_matrix(op, self);
  if (!dtype) return self;
  TENGEN_CHECK(is_floating_point(*dtype), op, ": dtype should be floating point or complex, but got ",
               *dtype);
  TENGEN_CHECK(promote_types(self.dtype(), *dtype) == *dtype, op, ": the dtype of the input (", self.dtype(),
               ") should be convertible without narrowing to the specified dtype (", *dtype, ")");
  return self.to(*dtype);
}

/// Two different dimensions.
std::pair<int64_t, int64_t> two_dims(const Tensor& self, IntArrayRef dim) {
  const char* op = "linalg.matrix_norm";
  TENGEN_CHECK(dim.size() == 2, op, ": dim must be a 2-tuple. Got ", dim);
  const int64_t first = wrap_dim(dim[0], self.dim()), second = wrap_dim(dim[1], self.dim());
  TENGEN_CHECK(first != second, op, ": dims must be different. Got (", first, ", ", second, ")");
  return {first, second};
}

/// The matrices' singular values along a last dimension.
Tensor singular_values_in(const Tensor& self, int64_t rows, int64_t cols) {
  DimVector order;
  for (int64_t d = 0; d < self.dim(); ++d)
    if (d != rows && d != cols) order.push_back(d);
  order.push_back(rows);
  order.push_back(cols);
  return linalg_svdvals(self.permute(order));
}

Tensor matrix_norm(const Tensor& self, double order, IntArrayRef dim, bool keepdim) {
  const auto [rows, cols] = two_dims(self, dim);
  const double magnitude = std::abs(order);
  TENGEN_CHECK(magnitude == 1 || magnitude == 2 || std::isinf(magnitude), "linalg.matrix_norm: Order ", order,
               " not supported.");
  // Without elements the largest of no sums is 0.
  const auto extreme = [order](const Tensor& t, int64_t d, bool keep) {
    if (order > 0 && t.size(d) == 0) return t.sum(d, keep);
    return order > 0 ? t.amax(d, keep) : t.amin(d, keep);
  };
  if (magnitude == 2) {
    check_decomposable("linalg.matrix_norm", self);
    const Tensor out = extreme(singular_values_in(self, rows, cols), -1, false);
    return keepdim ? out.unsqueeze(std::min(rows, cols)).unsqueeze(std::max(rows, cols)) : out;
  }
  const auto [summed, compared] = magnitude == 1 ? std::pair(rows, cols) : std::pair(cols, rows);
  const Tensor sums = self.abs().sum(summed, true);
  const Tensor out = extreme(sums, compared, true);
  return keepdim ? out : out.squeeze({rows, cols});
}

Tensor matrix_norm(const Tensor& self, std::string_view order, IntArrayRef dim, bool keepdim) {
  TENGEN_CHECK(order == "fro" || order == "nuc", "linalg.matrix_norm: Order ", order, " not supported.");
  const auto [rows, cols] = two_dims(self, dim);
  if (order == "fro") return linalg_vector_norm(self, 2, IntArrayRef{rows, cols}, keepdim);
  const Tensor out = singular_values_in(self, rows, cols).sum({-1});
  return keepdim ? out.unsqueeze(std::min(rows, cols)).unsqueeze(std::max(rows, cols)) : out;
}

}  // namespace

Tensor linalg_vector_norm(const Tensor& self, const Scalar& ord, OptionalIntArrayRef dim, bool keepdim,
                          std::optional<ScalarType> dtype) {
  const char* op = "linalg.vector_norm";
  const Tensor x = converted(op, self, dtype);
  const IntArrayRef dims = dim ? *dim : IntArrayRef();
  const double order = ord.toDouble();
  if (x.numel() == 0 && (order < 0 || std::isinf(order))) {
    TENGEN_CHECK(!dims.empty(), op, " cannot compute the ", order,
                 " norm on an empty tensor because the operation does not have an identity");
    for (int64_t d : dims)
      TENGEN_CHECK(x.size(d) != 0, op, " cannot compute the ", order, " norm on the dimension ", d,
                   " because this dimension is empty and the operation does not have an identity");
  }
  return norm(x, ord, dims, keepdim);
}

Tensor linalg_matrix_norm(const Tensor& self, const Scalar& ord, IntArrayRef dim, bool keepdim,
                          std::optional<ScalarType> dtype) {
  check_matrix("linalg.matrix_norm", self);
  return matrix_norm(converted("linalg.matrix_norm", self, dtype), ord.toDouble(), dim, keepdim);
}
Tensor linalg_matrix_norm(const Tensor& self, std::string_view ord, IntArrayRef dim, bool keepdim,
                          std::optional<ScalarType> dtype) {
  check_matrix("linalg.matrix_norm", self);
  return matrix_norm(converted("linalg.matrix_norm", self, dtype), ord, dim, keepdim);
}

Tensor linalg_norm(const Tensor& self, const std::optional<Scalar>& ord, OptionalIntArrayRef dim,
                   bool keepdim, std::optional<ScalarType> dtype) {
  const char* op = "linalg.norm";
  TENGEN_CHECK(!dim || dim->size() == 1 || dim->size() == 2, op,
               ": If dim is specified, it must be of length 1 or 2. Got ", dim ? *dim : IntArrayRef());
  TENGEN_CHECK(dim || !ord || self.dim() == 1 || self.dim() == 2, op,
               ": If dim is not specified but ord is, the input must be 1D or 2D. Got ", self.dim(), "D.");
  if (ord && (dim ? dim->size() : size_t(self.dim())) == 2)
    return linalg_matrix_norm(self, *ord, dim ? *dim : IntArrayRef{0, 1}, keepdim, dtype);
  return linalg_vector_norm(self, ord.value_or(2), dim, keepdim, dtype);
}
Tensor linalg_norm(const Tensor& self, std::string_view ord, OptionalIntArrayRef dim, bool keepdim,
                   std::optional<ScalarType> dtype) {
  return linalg_matrix_norm(self, ord, dim ? *dim : IntArrayRef{0, 1}, keepdim, dtype);
}

namespace {

void check_condition(const Tensor& self) {
  TENGEN_CHECK(self.dim() >= 2, "linalg.cond: The input tensor must have at least 2 dimensions.");
}

/// |A| |A^-1|; infinite where there is no inverse.
template <class Order>
Tensor condition(const Tensor& self, const Order& order) {
  check_square(detail::str("linalg.cond(ord=", order, ")").c_str(), self);
  const auto [inverse, info] = linalg_inv_ex(self);
  const Tensor finite = inverse.masked_fill(per_matrix(info > 0), 0);
  const Tensor product = linalg_matrix_norm(self, order) * linalg_matrix_norm(finite, order);
  return product.masked_fill(info > 0, INFINITY);
}

}  // namespace

Tensor linalg_cond(const Tensor& self, const std::optional<Scalar>& p) {
  check_condition(self);
  const double order = p ? p->toDouble() : 2, magnitude = std::abs(order);
  if (!(magnitude == 1 || magnitude == 2 || std::isinf(magnitude)))
    fail<ValueError>("linalg.cond got an invalid norm type: ", order);
  if (magnitude != 2 && self.numel() > 0) return condition(self, Scalar(order));
  if (self.size(-1) == 0 || self.size(-2) == 0) return zeros(batch_sizes(self), self.options());
  const Tensor S = linalg_svdvals(self), first = S.select(-1, 0), last = S.select(-1, -1);
  return order > 0 ? first / last : last / first;
}

Tensor linalg_cond(const Tensor& self, std::string_view p) {
  check_condition(self);
  if (p != "fro" && p != "nuc") fail<ValueError>("linalg.cond got an invalid norm type: ", p);
  check_square(detail::str("linalg.cond(ord=", p, ")").c_str(), self);
  if (self.numel() == 0) return zeros(batch_sizes(self), self.options());
  if (p == "fro") return condition(self, p);
  const Tensor S = linalg_svdvals(self);
  return S.sum({-1}) * S.reciprocal().sum({-1});
}

}  // namespace tengen::inline api
