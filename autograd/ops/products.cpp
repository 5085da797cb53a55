// Sums of products over any dimensions, and distances between rows.
#include <tengen/autograd/ops/checks.h>
#include <tengen/autograd/ops/low_precision.h>
#include <tengen/tensor/shape.h>

namespace tengen::inline api {

Tensor tensordot(const Tensor& self, const Tensor& other, IntArrayRef dims_self, IntArrayRef dims_other) {
  TENGEN_CHECK(dims_self.size() == dims_other.size(),
               "tensordot: both dimension lists should have same length, "
               "but got ",
               dims_self, " and ", dims_other);
  // A dimension of size 1 stands against any size: the other operand is summed.
  Tensor a = self, b = other;
  SmallVector<bool, 8> in_a(size_t(self.dim()), false), in_b(size_t(other.dim()), false);
  DimVector order_a, contracted_a, order_b, sizes;
  int64_t inner = 1;
  for (size_t i = 0; i < dims_self.size(); ++i) {
    const int64_t p = wrap_dim(dims_self[i], self.dim()), q = wrap_dim(dims_other[i], other.dim());
    TENGEN_CHECK(!in_a[p] && !in_b[q], "tensordot: a dimension appears twice in ", dims_self, " or ",
                 dims_other);
    in_a[p] = in_b[q] = true;
    contracted_a.push_back(p);
    order_b.push_back(q);
    const int64_t m = self.size(p), n = other.size(q);
    TENGEN_CHECK(m == n || m == 1 || n == 1,
                 "tensordot: contracted dimensions need to match, but first has size ", m, " in dim ", p,
                 " and second has size ", n, " in dim ", q);
    if (m == 1 && n != 1) b = b.sum(q, true);
    if (n == 1 && m != 1) a = a.sum(p, true);
    inner *= m == 1 || n == 1 ? 1 : m;
  }
  // (rest of a, contracted) and (contracted, rest of b)
  for (int64_t d = 0; d < self.dim(); ++d)
    if (!in_a[d]) order_a.push_back(d), sizes.push_back(self.size(d));
  int64_t rows = 1, columns = 1;
  for (int64_t size : sizes) rows *= size;
  for (int64_t d : contracted_a) order_a.push_back(d);
  for (int64_t d = 0; d < other.dim(); ++d)
    if (!in_b[d]) order_b.push_back(d), sizes.push_back(other.size(d)), columns *= other.size(d);
  return a.permute(order_a)
      .reshape({rows, inner})
      .mm(b.permute(order_b).reshape({inner, columns}))
      .reshape(sizes);
}

Tensor inner(const Tensor& self, const Tensor& other) {
  if (self.dim() == 0 || other.dim() == 0) return self * other;
  TENGEN_CHECK(self.size(-1) == other.size(-1),
               "inner: the last dimension must match on both input tensors but got "
               "shapes ",
               self.sizes(), " and ", other.sizes());
  return tensordot(self, other, {-1}, {-1});
}

Tensor vdot(const Tensor& self, const Tensor& other) { return dot(self, other); }

// ---- distances
namespace {

// sqrt(|x|^2 + |y|^2 - 2 x y), flat where it is 0.
Tensor euclidean(const Tensor& x1, const Tensor& x2) {
  const auto squares = [](const Tensor& x) { return x.square().sum(-1, true); };
  const Tensor square = squares(x1) + squares(x2).mT() - x1.matmul(x2.mT()) * 2, none = square <= 0;
  return square.masked_fill(none, 1).sqrt().masked_fill(none, 0);
}

}  // namespace

Tensor cdist(const Tensor& x1, const Tensor& x2, double p, std::optional<int64_t> compute_mode) {
  check_floating("cdist", x1.dtype());
  check_floating("cdist", x2.dtype());
  TENGEN_CHECK(x1.dim() >= 2 && x2.dim() >= 2 && x1.size(-1) == x2.size(-1),
               "cdist: expected x1 and x2 to have the same number of columns, but got shapes ", x1.sizes(),
               " and ", x2.sizes());
  TENGEN_CHECK(p >= 0, "cdist: only supports non-negative p values, but got ", p);
  if (CastOperands cast = to_float32(Autocast::CUDA, {x1, x2}))
    return cdist(cast(x1), cast(x2), p, compute_mode);
  const int64_t mode = compute_mode.value_or(0);
  TENGEN_CHECK(mode >= 0 && mode <= 2, "cdist: compute_mode is 0, 1 or 2, but got ", mode);
  if (p == 2 && (mode == 1 || (mode == 0 && (x1.size(-2) > 25 || x2.size(-2) > 25))))
    return euclidean(x1, x2);
  return (x1.unsqueeze(-2) - x2.unsqueeze(-3)).norm(p, -1);
}

Tensor pdist(const Tensor& self, double p) {
  TENGEN_CHECK(self.dim() == 2, "pdist: only supports 2D tensors, but got shape ", self.sizes());
  check_floating("pdist", self.dtype());
  TENGEN_CHECK(p >= 0, "pdist: only supports non-negative p values, but got ", p);
  const Tensor pairs =
      triu_indices(self.size(0), self.size(0), 1, TensorOptions(kLong).device(self.device()));
  return (self.index_select(0, pairs[0]) - self.index_select(0, pairs[1])).norm(p, -1);
}

}  // namespace tengen::inline api
