// Differences of neighbors and sums over what lies between them.
#include <tengen/autograd/ops/ops.h>
#include <tengen/tensor/shape.h>

namespace tengen::inline api {
namespace {

/// What follows each element but the last, and what precedes each but the first.
Tensor without_first(const Tensor& x, int64_t dim) { return x.slice(dim, 1); }
Tensor without_last(const Tensor& x, int64_t dim) {
  return x.slice(dim, 0, std::max<int64_t>(x.size(dim) - 1, 0));
}

Tensor neighbors_sum(const Tensor& y, int64_t dim) { return without_last(y, dim) + without_first(y, dim); }

/// The distances of samples along y's dimension `dim`.
Tensor distances(const char* name, const Tensor& y, const Tensor& x, int64_t dim) {
  if (x.dim() == 1) {
    TENGEN_CHECK(x.size(0) == y.size(dim), name,
                 ": there must be one x value for each sample point, but got ", x.size(0), " for ",
                 y.size(dim));
    DimVector shape(size_t(y.dim()), 1);
    shape[wrap_dim(dim, y.dim())] = x.size(0);
    return diff(x.view(shape), 1, dim);
  }
  Tensor wide = x;
  while (wide.dim() < y.dim()) wide = wide.unsqueeze(0);
  return diff(wide, 1, dim);
}

}  // namespace

Tensor diff(const Tensor& self, int64_t n, int64_t dim, const std::optional<Tensor>& prepend,
            const std::optional<Tensor>& append) {
  TENGEN_CHECK(self.dim() >= 1, "diff: expected input to be at least one-dimensional");
  TENGEN_CHECK(n >= 0, "diff: order must be non-negative but got ", n);
  std::vector<Tensor> parts;
  if (prepend && prepend->defined()) parts.push_back(*prepend);
  parts.push_back(self);
  if (append && append->defined()) parts.push_back(*append);
  Tensor out = parts.size() > 1 ? cat(parts, dim) : n == 0 ? self.clone() : self;
  for (n = std::min(n, out.size(dim)); n > 0; --n) {
    const Tensor next = without_first(out, dim), previous = without_last(out, dim);
    out = self.dtype() == kBool ? next.logical_xor(previous) : next - previous;
  }
  return out;
}

Tensor trapezoid(const Tensor& y, const Tensor& x, int64_t dim) {
  return (neighbors_sum(y, dim) * distances("trapezoid", y, x, dim)).sum(dim) / 2;
}
Tensor trapezoid(const Tensor& y, const Scalar& dx, int64_t dim) {
  return (neighbors_sum(y, dim) * dx).sum(dim) / 2;
}
Tensor cumulative_trapezoid(const Tensor& y, const Tensor& x, int64_t dim) {
  return (neighbors_sum(y, dim) * distances("cumulative_trapezoid", y, x, dim)).cumsum(dim) / 2;
}
Tensor cumulative_trapezoid(const Tensor& y, const Scalar& dx, int64_t dim) {
  return (neighbors_sum(y, dim) * dx).cumsum(dim) / 2;
}

}  // namespace tengen::inline api
