// Functions of one number.
#include <cmath>

#include <tengen/autograd/ops/low_precision.h>
#include <tengen/autograd/ops/pointwise.h>

namespace tengen::inline api {
namespace {

enum class Saved { input, output };

// A real function: integers become the default dtype. `where`: where autocasting computes it in float32;
// `gradient`: of the gradient that comes in, g, and of the input x or the output y.
template <class Gradient>
Tensor real(const char* name, Unary op, Autocast where, Saved saved, const Tensor& self, Gradient gradient) {
  const CastOperands cast = to_float32(where, {self});
  const Tensor x = cast ? cast(self) : self;
  const ScalarType type = real_type(x.dtype());
  const Tensor out = compute(op, x, type, type);
  return record(name, out, {x}, {saved == Saved::input ? x : out},
                [gradient](Node& node, const Tensor& g) -> Grads { return {gradient(g, node.saved(0))}; });
}
template <class F>
Tensor& real_(const char* name, Unary op, const Tensor& self, F otherwise) {
  return compute_(name, op, self, real_type(self.dtype()), {}, otherwise);
}

Tensor not_bool(const char* name, const Tensor& self) {
  TENGEN_CHECK(self.dtype() != kBool, name, ": not implemented for bool tensors");
  return self;
}

// The type of the formula; bools, which it refuses, are left to the operator.
ScalarType unless_bool(const Tensor& self) {
  return self.dtype() == kBool ? ScalarType::Undefined : self.dtype();
}

Grads zero_rule(Node&, const Tensor& g) { return {zeros_like(g)}; }

Tensor step(const char* name, Unary op, const Tensor& self) {
  if (is_integral(self.dtype(), true)) return not_bool(name, self).clone();
  return record(name, compute(op, self), {self}, {}, zero_rule);
}

}  // namespace

Tensor exp(const Tensor& self) {
  return real("exp", Unary::exp, Autocast::CUDA, Saved::output, self,
              [](const Tensor& g, const Tensor& y) { return g * y; });
}
Tensor& Tensor::exp_() const {
  return real_("exp_", Unary::exp, *this, [&] { return exp(); });
}

Tensor exp2(const Tensor& self) {
  return real("exp2", Unary::exp2, Autocast::None, Saved::output, self,
              [](const Tensor& g, const Tensor& y) { return g * (y * M_LN2); });
}
Tensor& Tensor::exp2_() const {
  return real_("exp2_", Unary::exp2, *this, [&] { return exp2(); });
}

Tensor expm1(const Tensor& self) {
  return real("expm1", Unary::expm1, Autocast::CUDA, Saved::output, self,
              [](const Tensor& g, const Tensor& y) { return g * (y + 1); });
}
Tensor& Tensor::expm1_() const {
  return real_("expm1_", Unary::expm1, *this, [&] { return expm1(); });
}

Tensor log(const Tensor& self) {
  return real("log", Unary::log, Autocast::CUDA, Saved::input, self,
              [](const Tensor& g, const Tensor& x) { return g / x; });
}
Tensor& Tensor::log_() const {
  return real_("log_", Unary::log, *this, [&] { return clone().log(); });
}

Tensor log2(const Tensor& self) {
  return real("log2", Unary::log2, Autocast::CUDA, Saved::input, self,
              [](const Tensor& g, const Tensor& x) { return g / (x * M_LN2); });
}
Tensor& Tensor::log2_() const {
  return real_("log2_", Unary::log2, *this, [&] { return clone().log2(); });
}

Tensor log10(const Tensor& self) {
  return real("log10", Unary::log10, Autocast::CUDA, Saved::input, self,
              [](const Tensor& g, const Tensor& x) { return g / (x * M_LN10); });
}
Tensor& Tensor::log10_() const {
  return real_("log10_", Unary::log10, *this, [&] { return clone().log10(); });
}

Tensor log1p(const Tensor& self) {
  return real("log1p", Unary::log1p, Autocast::CUDA, Saved::input, self,
              [](const Tensor& g, const Tensor& x) { return g / (x + 1); });
}
Tensor& Tensor::log1p_() const {
  return real_("log1p_", Unary::log1p, *this, [&] { return clone().log1p(); });
}

Tensor sqrt(const Tensor& self) {
  return real("sqrt", Unary::sqrt, Autocast::None, Saved::output, self,
              [](const Tensor& g, const Tensor& y) { return g / (y * 2); });
}
Tensor& Tensor::sqrt_() const {
  return real_("sqrt_", Unary::sqrt, *this, [&] { return sqrt(); });
}

Tensor rsqrt(const Tensor& self) {
  return real("rsqrt", Unary::rsqrt, Autocast::CUDA, Saved::output, self,
              [](const Tensor& g, const Tensor& y) { return g * -0.5 * y.pow(3); });
}
Tensor& Tensor::rsqrt_() const {
  return real_("rsqrt_", Unary::rsqrt, *this, [&] { return rsqrt(); });
}

Tensor reciprocal(const Tensor& self) {
  return real("reciprocal", Unary::reciprocal, Autocast::CUDA, Saved::output, self,
              [](const Tensor& g, const Tensor& y) { return -g * y.square(); });
}
Tensor& Tensor::reciprocal_() const {
  return real_("reciprocal_", Unary::reciprocal, *this, [&] { return reciprocal(); });
}

Tensor sin(const Tensor& self) {
  return real("sin", Unary::sin, Autocast::None, Saved::input, self,
              [](const Tensor& g, const Tensor& x) { return g * x.cos(); });
}
Tensor& Tensor::sin_() const {
  return real_("sin_", Unary::sin, *this, [&] { return clone().sin(); });
}

Tensor cos(const Tensor& self) {
  return real("cos", Unary::cos, Autocast::None, Saved::input, self,
              [](const Tensor& g, const Tensor& x) { return -g * x.sin(); });
}
Tensor& Tensor::cos_() const {
  return real_("cos_", Unary::cos, *this, [&] { return clone().cos(); });
}

Tensor tan(const Tensor& self) {
  return real("tan", Unary::tan, Autocast::CUDA, Saved::output, self,
              [](const Tensor& g, const Tensor& y) { return g * (y.square() + 1); });
}
Tensor& Tensor::tan_() const {
  return real_("tan_", Unary::tan, *this, [&] { return tan(); });
}

Tensor asin(const Tensor& self) {
  return real("asin", Unary::asin, Autocast::CUDA, Saved::input, self,
              [](const Tensor& g, const Tensor& x) { return g * (1 - x.square()).rsqrt(); });
}
Tensor& Tensor::asin_() const {
  return real_("asin_", Unary::asin, *this, [&] { return clone().asin(); });
}

Tensor acos(const Tensor& self) {
  return real("acos", Unary::acos, Autocast::CUDA, Saved::input, self,
              [](const Tensor& g, const Tensor& x) { return -g * (1 - x.square()).rsqrt(); });
}
Tensor& Tensor::acos_() const {
  return real_("acos_", Unary::acos, *this, [&] { return clone().acos(); });
}

Tensor atan(const Tensor& self) {
  return real("atan", Unary::atan, Autocast::None, Saved::input, self,
              [](const Tensor& g, const Tensor& x) { return g / (x.square() + 1); });
}
Tensor& Tensor::atan_() const {
  return real_("atan_", Unary::atan, *this, [&] { return clone().atan(); });
}

Tensor sinh(const Tensor& self) {
  return real("sinh", Unary::sinh, Autocast::CUDA, Saved::input, self,
              [](const Tensor& g, const Tensor& x) { return g * x.cosh(); });
}
Tensor& Tensor::sinh_() const {
  return real_("sinh_", Unary::sinh, *this, [&] { return clone().sinh(); });
}

Tensor cosh(const Tensor& self) {
  return real("cosh", Unary::cosh, Autocast::CUDA, Saved::input, self,
              [](const Tensor& g, const Tensor& x) { return g * x.sinh(); });
}
Tensor& Tensor::cosh_() const {
  return real_("cosh_", Unary::cosh, *this, [&] { return clone().cosh(); });
}

Tensor asinh(const Tensor& self) {
  return real("asinh", Unary::asinh, Autocast::None, Saved::input, self,
              [](const Tensor& g, const Tensor& x) { return g * (x.square() + 1).rsqrt(); });
}
Tensor& Tensor::asinh_() const {
  return real_("asinh_", Unary::asinh, *this, [&] { return clone().asinh(); });
}

Tensor acosh(const Tensor& self) {
  return real("acosh", Unary::acosh, Autocast::None, Saved::input, self,
              [](const Tensor& g, const Tensor& x) { return g * (x.square() - 1).rsqrt(); });
}
Tensor& Tensor::acosh_() const {
  return real_("acosh_", Unary::acosh, *this, [&] { return clone().acosh(); });
}

Tensor atanh(const Tensor& self) {
  return real("atanh", Unary::atanh, Autocast::None, Saved::input, self,
              [](const Tensor& g, const Tensor& x) { return g / (1 - x.square()); });
}
Tensor& Tensor::atanh_() const {
  return real_("atanh_", Unary::atanh, *this, [&] { return clone().atanh(); });
}

Tensor sinc(const Tensor& self) {
  return real("sinc", Unary::sinc, Autocast::None, Saved::input, self, [](const Tensor& g, const Tensor& x) {
    const Tensor zero = x == 0, divisor = x.masked_fill(zero, 1);  // the gradient at 0 is 0
    return g * (((x * M_PI).cos() - x.sinc()) / divisor).masked_fill(zero, 0);
  });
}
Tensor& Tensor::sinc_() const {
  return real_("sinc_", Unary::sinc, *this, [&] { return clone().sinc(); });
}

Tensor erf(const Tensor& self) {
  return real("erf", Unary::erf, Autocast::None, Saved::input, self,
              [](const Tensor& g, const Tensor& x) { return g * (-x.square()).exp() * M_2_SQRTPI; });
}
Tensor& Tensor::erf_() const {
  return real_("erf_", Unary::erf, *this, [&] { return clone().erf(); });
}

Tensor erfc(const Tensor& self) {
  return real("erfc", Unary::erfc, Autocast::None, Saved::input, self,
              [](const Tensor& g, const Tensor& x) { return g * (-x.square()).exp() * -M_2_SQRTPI; });
}
Tensor& Tensor::erfc_() const {
  return real_("erfc_", Unary::erfc, *this, [&] { return clone().erfc(); });
}

Tensor neg(const Tensor& self) {
  TENGEN_CHECK(
      self.dtype() != kBool,
      "neg: negation of a bool tensor is not supported; use bitwise_not or logical_not to invert a mask");
  return record("neg", compute(Unary::neg, self), {self}, {},
                [](Node&, const Tensor& g) -> Grads { return {-g}; });
}
Tensor& Tensor::neg_() const {
  return compute_("neg_", Unary::neg, *this, unless_bool(*this), {}, [&] { return neg(); });
}

Tensor abs(const Tensor& self) {
  return record("abs", compute(Unary::abs, not_bool("abs", self)), {self}, {self},
                [](Node& node, const Tensor& g) -> Grads { return {g * node.saved(0).sign()}; });
}
Tensor& Tensor::abs_() const {
  return compute_("abs_", Unary::abs, *this, unless_bool(*this), {}, [&] { return clone().abs(); });
}

Tensor square(const Tensor& self) {
  ScalarType type = self.dtype() == kBool ? kLong : self.dtype();
  return record("square", compute(Unary::square, self, type, type), {self}, {self},
                [](Node& node, const Tensor& g) -> Grads { return {g * (node.saved(0) * 2)}; });
}
Tensor& Tensor::square_() const {
  const ScalarType type = dtype() == kBool ? kLong : dtype();
  return compute_("square_", Unary::square, *this, type, {}, [&] { return clone().square(); });
}

// Steps: flat wherever they have a derivative. Integers stay as they are, so only real tensors are written in
// place directly.
Tensor floor(const Tensor& self) { return step("floor", Unary::floor, self); }
Tensor& Tensor::floor_() const {
  return real_("floor_", Unary::floor, *this, [&] { return floor(); });
}
Tensor ceil(const Tensor& self) { return step("ceil", Unary::ceil, self); }
Tensor& Tensor::ceil_() const {
  return real_("ceil_", Unary::ceil, *this, [&] { return ceil(); });
}
Tensor round(const Tensor& self) { return step("round", Unary::round, self); }
Tensor& Tensor::round_() const {
  return real_("round_", Unary::round, *this, [&] { return round(); });
}
Tensor trunc(const Tensor& self) { return step("trunc", Unary::trunc, self); }
Tensor& Tensor::trunc_() const {
  return real_("trunc_", Unary::trunc, *this, [&] { return trunc(); });
}
Tensor sign(const Tensor& self) { return record("sign", compute(Unary::sign, self), {self}, {}, zero_rule); }
Tensor& Tensor::sign_() const {
  return compute_("sign_", Unary::sign, *this, dtype(), {}, [&] { return sign(); });
}

Tensor frac(const Tensor& self) { return self - self.trunc(); }
Tensor& Tensor::frac_() const {
  autograd::writes_directly("frac_", *this, {});
  return assign_("frac_", *this, frac());
}

}  // namespace tengen::inline api
