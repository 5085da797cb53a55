// Functions of one number that are tests, scalings, replacements.
#include <cmath>

#include <tengen/autograd/ops/pointwise.h>
#include <tengen/autograd/ops/replace.h>

namespace tengen::inline api {
namespace {

/// The largest number of a floating type.
double largest(ScalarType type) {
  switch (type) {
    case kHalf:
      return 65504;
    case kBFloat16:
      return 0x1.fep127;
    case kFloat:
      return __FLT_MAX__;
    default:
      return __DBL_MAX__;
  }
}

}  // namespace

Tensor logit(const Tensor& self, std::optional<double> eps) {
  const ScalarType type = real_type(self.dtype());
  const double margin = eps.value_or(-1);
  return record("logit", compute(Unary::logit, self, type, type, margin), {self}, {self},
                [margin](Node& node, const Tensor& grad) -> Grads {
                  const Tensor x = node.saved(0);
                  if (margin < 0) return {where((x >= 0) & (x <= 1), grad / (x * (1 - x)), NAN)};
                  const Tensor inside = (x >= margin) & (x <= 1 - margin),
                               safe = x.masked_fill(inside.logical_not(), 0.5);
                  return {where(inside, grad / (safe * (1 - safe)), 0)};
                });
}
Tensor& Tensor::logit_(std::optional<double> eps) const {
  return compute_("logit_", Unary::logit, *this, real_type(dtype()), eps.value_or(-1),
                  [&] { return clone().logit(eps); });
}

Tensor nan_to_num(const Tensor& self, std::optional<double> nan, std::optional<double> posinf,
                  std::optional<double> neginf) {
  if (!self.is_floating_point()) return self.clone();
  const double limit = largest(self.dtype());
  const Params params(nan.value_or(0), posinf.value_or(limit), neginf.value_or(-limit));
  return record(
      "nan_to_num", compute(Unary::nan_to_num, self, params), {self}, {self},
      [](Node& node, const Tensor& grad) -> Grads { return {where(node.saved(0).isfinite(), grad, 0)}; });
}
Tensor& Tensor::nan_to_num_(std::optional<double> nan, std::optional<double> posinf,
                            std::optional<double> neginf) const {
  return autograd::replace_("nan_to_num_", *this, {},
                            [&](const Tensor& x) { return x.nan_to_num(nan, posinf, neginf); });
}

Tensor deg2rad(const Tensor& self) { return self * (M_PI / 180); }
Tensor& Tensor::deg2rad_() const {
  return autograd::replace_("deg2rad_", *this, {}, [](const Tensor& x) { return x.deg2rad(); });
}
Tensor rad2deg(const Tensor& self) { return self * (180 / M_PI); }
Tensor& Tensor::rad2deg_() const {
  return autograd::replace_("rad2deg_", *this, {}, [](const Tensor& x) { return x.rad2deg(); });
}

Tensor sgn(const Tensor& self) { return self.sign(); }
Tensor& Tensor::sgn_() const { return sign_(); }

Tensor positive(const Tensor& self) {
  TENGEN_CHECK(self.dtype() != kBool, "positive: the `+` operator on a bool tensor is not supported");
  return self;
}

Tensor signbit(const Tensor& self) { return compute(Unary::signbit, self, self.dtype(), kBool); }
Tensor isposinf(const Tensor& self) { return self == INFINITY; }
Tensor isneginf(const Tensor& self) { return self == -INFINITY; }
Tensor isreal(const Tensor& self) { return ones_like(self, kBool); }

}  // namespace tengen::inline api
