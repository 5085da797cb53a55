// Sums that skip NaN, quantiles, histograms, covariances.
#include <cmath>

#include <tengen/autograd/ops/checks.h>
#include <tengen/autograd/ops/replace.h>
#include <tengen/tensor/promotion.h>
#include <tengen/tensor/shape.h>

namespace tengen::inline api {

// ---- without NaN
Tensor nansum(const Tensor& self, OptionalIntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype) {
  const Tensor numbers = self.is_floating_point() ? self.masked_fill(self.isnan(), 0) : self;
  return numbers.sum(dim.value_or(IntArrayRef()), keepdim, dtype);
}

Tensor nanmean(const Tensor& self, OptionalIntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype) {
  check_floating("nanmean", self.dtype());
  const Tensor count = self.detach().isnan().logical_not().sum(dim.value_or(IntArrayRef()), keepdim);
  return nansum(self, dim, keepdim, dtype) / count;
}

// ---- quantiles
namespace {

DimVector join_ones(int64_t ones, int64_t last) {
  DimVector shape(size_t(ones), 1);
  shape.push_back(last);
  return shape;
}

Tensor quantile_of(const char* name, const Tensor& self, const Tensor& q, std::optional<int64_t> dim,
                   bool keepdim, std::string_view mode, bool skip_nan) {
  TENGEN_CHECK(self.numel() > 0, name, ": input tensor must be non-empty, but got shape ", self.sizes());
  TENGEN_CHECK(q.dim() <= 1, name, ": q must be a scalar or 1D tensor, but got shape ", q.sizes());
  TENGEN_CHECK(self.dtype() == kFloat || self.dtype() == kDouble, name,
               ": input tensor must be either float or double dtype, but got ", self.dtype());
  TENGEN_CHECK(self.dtype() == q.dtype(), name, ": q tensor must be same dtype as the input tensor, but got ",
               q.dtype(), " and ", self.dtype());
  check_same_device(name, {&self, &q});
  TENGEN_CHECK(
      mode == "linear" || mode == "lower" || mode == "higher" || mode == "midpoint" || mode == "nearest",
      name, ": interpolation must be one of linear, lower, higher, midpoint or nearest, but got ", mode);
  TENGEN_CHECK(((q >= 0) & (q <= 1)).all().item<bool>(), name, ": q values must be in the range [0, 1]");

  const int64_t d = dim ? wrap_dim(*dim, self.dim()) : 0;
  const Tensor rows = !dim || self.dim() == 0 ? self.flatten() : self.movedim(d, -1);
  const int64_t n = rows.size(-1);
  const Tensor sorted = std::get<0>(rows.sort());  // (..., n), NaN last
  const Tensor nans = sorted.detach().isnan().sum(-1, true);
  DimVector shape(sorted.sizes());
  shape.back() = q.numel();
  // The place of each fraction among the sorted elements, (..., Q): behind them all where one is NaN.
  Tensor place =
      (q.reshape(-1) * (skip_nan ? (n - 1 - nans).clamp_min(0) : full_like(nans, n - 1))).expand(shape);
  if (!skip_nan) place = place.masked_fill(nans > 0, n - 1);
  Tensor below = place.detach(), above;
  if (mode == "nearest")
    below = below.round();
  else
    below = mode == "higher" ? below.ceil() : below.floor();
  Tensor out = sorted.gather(-1, below.to(kLong));
  if (mode == "linear" || mode == "midpoint") {
    above = sorted.gather(-1, place.detach().ceil().to(kLong));
    out = mode == "linear" ? out.lerp(above, place - below) : out.lerp(above, 0.5);
  }
  // (..., Q) -> (Q, ...) or (...), with a dimension of size 1 where `keepdim` keeps it.
  if (keepdim) {
    if (dim)
      out = self.dim() == 0 ? out : out.unsqueeze(-1).movedim(-1, d);
    else
      out = out.reshape(join_ones(self.dim(), q.numel()));
  }
  out = out.movedim(-1, 0);
  return q.dim() == 0 ? out.squeeze(0) : out;
}

}  // namespace

Tensor quantile(const Tensor& self, const Tensor& q, std::optional<int64_t> dim, bool keepdim,
                std::string_view interpolation) {
  return quantile_of("quantile", self, q, dim, keepdim, interpolation, false);
}
Tensor quantile(const Tensor& self, double q, std::optional<int64_t> dim, bool keepdim,
                std::string_view interpolation) {
  return quantile(self, scalar_tensor(q, self.options()), dim, keepdim, interpolation);
}
Tensor nanquantile(const Tensor& self, const Tensor& q, std::optional<int64_t> dim, bool keepdim,
                   std::string_view interpolation) {
  return quantile_of("nanquantile", self, q, dim, keepdim, interpolation, true);
}
Tensor nanquantile(const Tensor& self, double q, std::optional<int64_t> dim, bool keepdim,
                   std::string_view interpolation) {
  return nanquantile(self, scalar_tensor(q, self.options()), dim, keepdim, interpolation);
}

// ---- histograms
Tensor histc(const Tensor& self, int64_t bins, const Scalar& min, const Scalar& max) {
  check_floating("histc", self.dtype());
  TENGEN_CHECK(bins > 0, "histc: bins must be > 0, but got ", bins);
  NoGradGuard no_grad;
  double low = min.toDouble(), high = max.toDouble();
  if (low == high && self.numel() > 0) low = self.min().item<double>(), high = self.max().item<double>();
  if (low == high) low -= 1, high += 1;
  TENGEN_CHECK(std::isfinite(low) && std::isfinite(high), "histc: range of [", low, ", ", high,
               "] is not finite");
  TENGEN_CHECK(low < high, "histc: max must be larger than min, but got ", low, " and ", high);
  const Tensor x = self.flatten(), inside = (x >= low) & (x <= high);
  // The upper end belongs to the last bin; what is outside counts 0 somewhere.
  const Tensor bin = ((x - low) * bins / (high - low)).masked_fill(inside.logical_not(), 0).to(kLong);
  return zeros({bins}, self.options()).index_add_(0, bin.clamp_max(bins - 1), inside.to(self.dtype()));
}

// ---- covariances
Tensor cov(const Tensor& self, int64_t correction, const std::optional<Tensor>& fweights,
           const std::optional<Tensor>& aweights) {
  TENGEN_CHECK(self.dim() <= 2, "cov: expected input to have two or fewer dimensions but got shape ",
               self.sizes());
  TENGEN_CHECK(self.dtype() != kBool, "cov: bool tensors are not supported");
  const Tensor x = (self.dim() < 2 ? self.reshape({1, self.numel()}) : self).to(real_type(self.dtype()));
  const int64_t n = x.size(1);
  const auto check = [&](const char* name, const Tensor& weights, bool right_type) {
    TENGEN_CHECK(weights.dim() <= 1 && weights.numel() == n && right_type, "cov: expected ", name,
                 " of shape [", n, "], integers for fweights and real numbers for aweights, but got ",
                 weights.dtype(), " of shape ", weights.sizes());
    TENGEN_CHECK(n == 0 || (weights >= 0).all().item<bool>(), "cov: ", name, " cannot be negative");
  };
  Tensor weights;
  if (fweights && fweights->defined()) {
    check("fweights", *fweights, is_integral(fweights->dtype(), false));
    weights = *fweights;
  }
  if (aweights && aweights->defined()) {
    check("aweights", *aweights, aweights->is_floating_point());
    weights = weights.defined() ? weights * *aweights : *aweights;
  }
  if (!weights.defined()) {
    const Tensor centered = x - x.mean(1, true);
    return (centered.mm(centered.t()) / double(std::max<int64_t>(n - correction, 0))).squeeze();
  }
  const Tensor total = weights.sum();
  TENGEN_CHECK(total.item<double>() != 0, "cov: weights sum to zero, can't be normalized");
  Tensor divisor = total - correction;
  if (aweights && aweights->defined()) divisor = total - (weights * *aweights).sum() * correction / total;
  const Tensor centered = x - ((x * weights).sum(1) / total).unsqueeze(1);
  return (centered.mm((centered * weights).to(x.dtype()).t()) / divisor.clamp_min(0)).squeeze();
}

Tensor corrcoef(const Tensor& self) {
  TENGEN_CHECK(self.dim() <= 2, "corrcoef: expected input to have two or fewer dimensions but got shape ",
               self.sizes());
  const Tensor c = cov(self);
  if (c.dim() == 0) return c / c;
  const Tensor deviation = c.diagonal().sqrt();
  return (c / deviation.unsqueeze(1) / deviation).clamp(-1, 1);
}

// ---- norms
Tensor dist(const Tensor& self, const Tensor& other, const Scalar& p) { return (self - other).norm(p); }

Tensor renorm(const Tensor& self, const Scalar& p, int64_t dim, const Scalar& maxnorm) {
  TENGEN_CHECK(self.dim() >= 2, "renorm: input needs at least 2 dimensions, got ", self.dim(), " dimensions");
  TENGEN_CHECK(p.toDouble() > 0, "renorm: non-positive norm not supported, but got ", p.toDouble());
  TENGEN_CHECK(maxnorm.toDouble() >= 0, "renorm: expected maxnorm to be >= 0 but got ", maxnorm.toDouble());
  dim = wrap_dim(dim, self.dim());
  DimVector others;
  for (int64_t d = 0; d < self.dim(); ++d)
    if (d != dim) others.push_back(d);
  const Tensor norm = self.norm(p, others, true);
  return self * where(norm > maxnorm, maxnorm.toDouble() / (norm + 1e-7), 1);
}
Tensor& Tensor::renorm_(const Scalar& p, int64_t dim, const Scalar& maxnorm) const {
  return autograd::replace_("renorm_", *this, {}, [&](const Tensor& x) { return x.renorm(p, dim, maxnorm); });
}

}  // namespace tengen::inline api
