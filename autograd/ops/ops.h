// The differentiable operators: the list of all that are public, by family.
//
// An operator is a free function; its method on Tensor stands beneath it. Both are defined, with the backward
// rule beneath the forward, in the file that heads the family. An in-place form is a method with an
// underscore, x.mul_(y): it computes the same into x, whose shape and type stay.
//
// Names, arguments, defaults, broadcasting, type promotion and results are PyTorch's. Unless an operator says
// otherwise it takes any shape and gives a result of that shape, all its floating-point tensors get
// gradients, and these can be differentiated any number of times. Errors are tengen::Error and name the
// operator, what was expected and what was found.
#pragma once

#include <tengen/autograd/ops/indexing.h>
#include <tengen/tensor/factories.h>
#include <tengen/tensor/promotion.h>
#include <tengen/tensor/tensor.h>

namespace tengen::inline api {

/// How a loss is reduced: not at all, to its mean, to its sum.
namespace Reduction {
enum Reduction : int64_t { None, Mean, Sum };
}

// ---- arithmetic.cpp: operands broadcast against each other and are promoted to a common type --------------

/// self + alpha * other. Integers take a whole alpha only.
Tensor add(const Tensor& self, const Tensor& other, const Scalar& alpha = 1);
Tensor add(const Tensor& self, const Scalar& other, const Scalar& alpha = 1);
inline Tensor Tensor::add(const Tensor& other, const Scalar& alpha) const {
  return tengen::add(*this, other, alpha);
}
inline Tensor Tensor::add(const Scalar& other, const Scalar& alpha) const {
  return tengen::add(*this, other, alpha);
}
inline Tensor operator+(const Tensor& a, const Tensor& b) { return add(a, b); }
inline Tensor operator+(const Tensor& a, const Scalar& b) { return add(a, b); }
inline Tensor operator+(const Scalar& a, const Tensor& b) { return add(b, a); }

/// self - alpha * other. Bool tensors are refused: use logical_xor or logical_not.
Tensor sub(const Tensor& self, const Tensor& other, const Scalar& alpha = 1);
Tensor sub(const Tensor& self, const Scalar& other, const Scalar& alpha = 1);
inline Tensor Tensor::sub(const Tensor& other, const Scalar& alpha) const {
  return tengen::sub(*this, other, alpha);
}
inline Tensor Tensor::sub(const Scalar& other, const Scalar& alpha) const {
  return tengen::sub(*this, other, alpha);
}
inline Tensor operator-(const Tensor& a, const Tensor& b) { return sub(a, b); }
inline Tensor operator-(const Tensor& a, const Scalar& b) { return sub(a, b); }

/// other - alpha * self: sub with the operands exchanged.
Tensor rsub(const Tensor& self, const Scalar& other, const Scalar& alpha = 1);
inline Tensor operator-(const Scalar& a, const Tensor& b) { return rsub(b, a); }

/// self * other, element by element.
Tensor mul(const Tensor& self, const Tensor& other);
Tensor mul(const Tensor& self, const Scalar& other);
inline Tensor Tensor::mul(const Tensor& other) const { return tengen::mul(*this, other); }
inline Tensor Tensor::mul(const Scalar& other) const { return tengen::mul(*this, other); }
inline Tensor operator*(const Tensor& a, const Tensor& b) { return mul(a, b); }
inline Tensor operator*(const Tensor& a, const Scalar& b) { return mul(a, b); }
inline Tensor operator*(const Scalar& a, const Tensor& b) { return mul(b, a); }

/// self / other. Without `rounding_mode` this is true division: integers give the default dtype. "trunc"
/// rounds towards zero and "floor" down: the gradient is then 0, and division of integers by 0 an error.
Tensor div(const Tensor& self, const Tensor& other);
Tensor div(const Tensor& self, const Scalar& other);
Tensor div(const Tensor& self, const Tensor& other, std::optional<std::string_view> rounding_mode);
Tensor div(const Tensor& self, const Scalar& other, std::optional<std::string_view> rounding_mode);
inline Tensor Tensor::div(const Tensor& other) const { return tengen::div(*this, other); }
inline Tensor Tensor::div(const Scalar& other) const { return tengen::div(*this, other); }
inline Tensor Tensor::div(const Tensor& other, std::optional<std::string_view> rounding_mode) const {
  return tengen::div(*this, other, rounding_mode);
}
inline Tensor Tensor::div(const Scalar& other, std::optional<std::string_view> rounding_mode) const {
  return tengen::div(*this, other, rounding_mode);
}
inline Tensor operator/(const Tensor& a, const Tensor& b) { return div(a, b); }
inline Tensor operator/(const Tensor& a, const Scalar& b) { return div(a, b); }
inline Tensor operator/(const Scalar& a, const Tensor& b) { return mul(b.reciprocal(), a); }

/// self / other rounded down: div with rounding_mode "floor".
Tensor floor_divide(const Tensor& self, const Tensor& other);
Tensor floor_divide(const Tensor& self, const Scalar& other);
inline Tensor Tensor::floor_divide(const Tensor& other) const { return tengen::floor_divide(*this, other); }
inline Tensor Tensor::floor_divide(const Scalar& other) const { return tengen::floor_divide(*this, other); }

/// self - other * floor(self / other): what Python's % gives, with the sign of other.
Tensor remainder(const Tensor& self, const Tensor& other);
Tensor remainder(const Tensor& self, const Scalar& other);
inline Tensor Tensor::remainder(const Tensor& other) const { return tengen::remainder(*this, other); }
inline Tensor Tensor::remainder(const Scalar& other) const { return tengen::remainder(*this, other); }
inline Tensor operator%(const Tensor& a, const Tensor& b) { return remainder(a, b); }
inline Tensor operator%(const Tensor& a, const Scalar& b) { return remainder(a, b); }

/// self - other * trunc(self / other): what C's fmod gives, with the sign of self.
Tensor fmod(const Tensor& self, const Tensor& other);
Tensor fmod(const Tensor& self, const Scalar& other);
inline Tensor Tensor::fmod(const Tensor& other) const { return tengen::fmod(*this, other); }
inline Tensor Tensor::fmod(const Scalar& other) const { return tengen::fmod(*this, other); }

/// self to the power of exponent. Integers to a negative number are refused. The gradient of the exponent is
/// 0 where self is 0 and the exponent is not negative.
Tensor pow(const Tensor& self, const Tensor& exponent);
Tensor pow(const Tensor& self, const Scalar& exponent);
Tensor pow(const Scalar& self, const Tensor& exponent);
inline Tensor Tensor::pow(const Tensor& exponent) const { return tengen::pow(*this, exponent); }
inline Tensor Tensor::pow(const Scalar& exponent) const { return tengen::pow(*this, exponent); }

/// The angle of the point (x=other, y=self) in (-pi, pi]. The gradient at (0, 0) is 0.
Tensor atan2(const Tensor& self, const Tensor& other);
inline Tensor Tensor::atan2(const Tensor& other) const { return tengen::atan2(*this, other); }

/// The larger of two elements; NaN if one of them is. Where they are equal each gets half of the gradient.
Tensor maximum(const Tensor& self, const Tensor& other);
inline Tensor Tensor::maximum(const Tensor& other) const { return tengen::maximum(*this, other); }

/// The smaller of two elements; NaN if one of them is. Where they are equal each gets half of the gradient.
Tensor minimum(const Tensor& self, const Tensor& other);
inline Tensor Tensor::minimum(const Tensor& other) const { return tengen::minimum(*this, other); }

/// self + weight * (end - self): self for weight 0, end for weight 1.
Tensor lerp(const Tensor& self, const Tensor& end, const Scalar& weight);
Tensor lerp(const Tensor& self, const Tensor& end, const Tensor& weight);
inline Tensor Tensor::lerp(const Tensor& end, const Scalar& weight) const {
  return tengen::lerp(*this, end, weight);
}
inline Tensor Tensor::lerp(const Tensor& end, const Tensor& weight) const {
  return tengen::lerp(*this, end, weight);
}

/// self + value * tensor1 * tensor2.
Tensor addcmul(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2, const Scalar& value = 1);
inline Tensor Tensor::addcmul(const Tensor& tensor1, const Tensor& tensor2, const Scalar& value) const {
  return tengen::addcmul(*this, tensor1, tensor2, value);
}

/// self + value * tensor1 / tensor2; floating-point tensors only.
Tensor addcdiv(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2, const Scalar& value = 1);
inline Tensor Tensor::addcdiv(const Tensor& tensor1, const Tensor& tensor2, const Scalar& value) const {
  return tengen::addcdiv(*this, tensor1, tensor2, value);
}

/// min(max(self, min), max); one bound may be missing. The gradient passes where min <= self <= max, the
/// bounds included; a bound that is a tensor gets it elsewhere.
Tensor clamp(const Tensor& self, const std::optional<Scalar>& min,
             const std::optional<Scalar>& max = std::nullopt);
Tensor clamp(const Tensor& self, const std::optional<Tensor>& min,
             const std::optional<Tensor>& max = std::nullopt);
inline Tensor Tensor::clamp(const std::optional<Scalar>& min, const std::optional<Scalar>& max) const {
  return tengen::clamp(*this, min, max);
}
inline Tensor Tensor::clamp(const std::optional<Tensor>& min, const std::optional<Tensor>& max) const {
  return tengen::clamp(*this, min, max);
}

/// clamp without an upper bound.
Tensor clamp_min(const Tensor& self, const Scalar& min);
inline Tensor Tensor::clamp_min(const Scalar& min) const { return tengen::clamp_min(*this, min); }

/// clamp without a lower bound.
Tensor clamp_max(const Tensor& self, const Scalar& max);
inline Tensor Tensor::clamp_max(const Scalar& max) const { return tengen::clamp_max(*this, max); }

// ---- compare.cpp: comparisons and logic, with broadcasting; results are bool and get no gradient ----------

/// self == other.
Tensor eq(const Tensor& self, const Tensor& other);
Tensor eq(const Tensor& self, const Scalar& other);
inline Tensor Tensor::eq(const Tensor& other) const { return tengen::eq(*this, other); }
inline Tensor Tensor::eq(const Scalar& other) const { return tengen::eq(*this, other); }
inline Tensor operator==(const Tensor& a, const Tensor& b) { return eq(a, b); }
inline Tensor operator==(const Tensor& a, const Scalar& b) { return eq(a, b); }
inline Tensor operator==(const Scalar& a, const Tensor& b) { return eq(b, a); }

/// self != other.
Tensor ne(const Tensor& self, const Tensor& other);
Tensor ne(const Tensor& self, const Scalar& other);
inline Tensor Tensor::ne(const Tensor& other) const { return tengen::ne(*this, other); }
inline Tensor Tensor::ne(const Scalar& other) const { return tengen::ne(*this, other); }
inline Tensor operator!=(const Tensor& a, const Tensor& b) { return ne(a, b); }
inline Tensor operator!=(const Tensor& a, const Scalar& b) { return ne(a, b); }
inline Tensor operator!=(const Scalar& a, const Tensor& b) { return ne(b, a); }

/// self < other.
Tensor lt(const Tensor& self, const Tensor& other);
Tensor lt(const Tensor& self, const Scalar& other);
inline Tensor Tensor::lt(const Tensor& other) const { return tengen::lt(*this, other); }
inline Tensor Tensor::lt(const Scalar& other) const { return tengen::lt(*this, other); }
inline Tensor operator<(const Tensor& a, const Tensor& b) { return lt(a, b); }
inline Tensor operator<(const Tensor& a, const Scalar& b) { return lt(a, b); }

/// self <= other.
Tensor le(const Tensor& self, const Tensor& other);
Tensor le(const Tensor& self, const Scalar& other);
inline Tensor Tensor::le(const Tensor& other) const { return tengen::le(*this, other); }
inline Tensor Tensor::le(const Scalar& other) const { return tengen::le(*this, other); }
inline Tensor operator<=(const Tensor& a, const Tensor& b) { return le(a, b); }
inline Tensor operator<=(const Tensor& a, const Scalar& b) { return le(a, b); }

/// self > other.
Tensor gt(const Tensor& self, const Tensor& other);
Tensor gt(const Tensor& self, const Scalar& other);
inline Tensor Tensor::gt(const Tensor& other) const { return tengen::gt(*this, other); }
inline Tensor Tensor::gt(const Scalar& other) const { return tengen::gt(*this, other); }
inline Tensor operator>(const Tensor& a, const Tensor& b) { return gt(a, b); }
inline Tensor operator>(const Tensor& a, const Scalar& b) { return gt(a, b); }
inline Tensor operator<(const Scalar& a, const Tensor& b) { return gt(b, a); }

/// self >= other.
Tensor ge(const Tensor& self, const Tensor& other);
Tensor ge(const Tensor& self, const Scalar& other);
inline Tensor Tensor::ge(const Tensor& other) const { return tengen::ge(*this, other); }
inline Tensor Tensor::ge(const Scalar& other) const { return tengen::ge(*this, other); }
inline Tensor operator>=(const Tensor& a, const Tensor& b) { return ge(a, b); }
inline Tensor operator>=(const Tensor& a, const Scalar& b) { return ge(a, b); }
inline Tensor operator<=(const Scalar& a, const Tensor& b) { return ge(b, a); }
inline Tensor operator>(const Scalar& a, const Tensor& b) { return lt(b, a); }
inline Tensor operator>=(const Scalar& a, const Tensor& b) { return le(b, a); }

/// Bits that are set in both, for integers and bools; the result is of their type.
Tensor bitwise_and(const Tensor& self, const Tensor& other);
Tensor bitwise_and(const Tensor& self, const Scalar& other);
inline Tensor Tensor::bitwise_and(const Tensor& other) const { return tengen::bitwise_and(*this, other); }
inline Tensor Tensor::bitwise_and(const Scalar& other) const { return tengen::bitwise_and(*this, other); }
inline Tensor operator&(const Tensor& a, const Tensor& b) { return bitwise_and(a, b); }
inline Tensor operator&(const Tensor& a, const Scalar& b) { return bitwise_and(a, b); }
inline Tensor operator&(const Scalar& a, const Tensor& b) { return bitwise_and(b, a); }

/// Bits that are set in one or both, for integers and bools; the result is of their type.
Tensor bitwise_or(const Tensor& self, const Tensor& other);
Tensor bitwise_or(const Tensor& self, const Scalar& other);
inline Tensor Tensor::bitwise_or(const Tensor& other) const { return tengen::bitwise_or(*this, other); }
inline Tensor Tensor::bitwise_or(const Scalar& other) const { return tengen::bitwise_or(*this, other); }
inline Tensor operator|(const Tensor& a, const Tensor& b) { return bitwise_or(a, b); }
inline Tensor operator|(const Tensor& a, const Scalar& b) { return bitwise_or(a, b); }
inline Tensor operator|(const Scalar& a, const Tensor& b) { return bitwise_or(b, a); }

/// Bits that are set in just one, for integers and bools; the result is of their type.
Tensor bitwise_xor(const Tensor& self, const Tensor& other);
Tensor bitwise_xor(const Tensor& self, const Scalar& other);
inline Tensor Tensor::bitwise_xor(const Tensor& other) const { return tengen::bitwise_xor(*this, other); }
inline Tensor Tensor::bitwise_xor(const Scalar& other) const { return tengen::bitwise_xor(*this, other); }
inline Tensor operator^(const Tensor& a, const Tensor& b) { return bitwise_xor(a, b); }
inline Tensor operator^(const Tensor& a, const Scalar& b) { return bitwise_xor(a, b); }
inline Tensor operator^(const Scalar& a, const Tensor& b) { return bitwise_xor(b, a); }

/// Bits that are not set, for integers; logical_not for bools.
Tensor bitwise_not(const Tensor& self);
inline Tensor Tensor::bitwise_not() const { return tengen::bitwise_not(*this); }
inline Tensor Tensor::operator~() const { return bitwise_not(); }

/// Whether both are nonzero; tensors of any type.
Tensor logical_and(const Tensor& self, const Tensor& other);
inline Tensor Tensor::logical_and(const Tensor& other) const { return tengen::logical_and(*this, other); }
inline Tensor operator&&(const Tensor& a, const Tensor& b) { return logical_and(a, b); }

/// Whether one or both are nonzero; tensors of any type.
Tensor logical_or(const Tensor& self, const Tensor& other);
inline Tensor Tensor::logical_or(const Tensor& other) const { return tengen::logical_or(*this, other); }
inline Tensor operator||(const Tensor& a, const Tensor& b) { return logical_or(a, b); }

/// Whether just one is nonzero; tensors of any type.
Tensor logical_xor(const Tensor& self, const Tensor& other);
inline Tensor Tensor::logical_xor(const Tensor& other) const { return tengen::logical_xor(*this, other); }

/// Whether an element is zero; a tensor of any type.
Tensor logical_not(const Tensor& self);
inline Tensor Tensor::logical_not() const { return tengen::logical_not(*this); }
inline Tensor operator!(const Tensor& a) { return logical_not(a); }

/// Whether an element is NaN; false for integers.
Tensor isnan(const Tensor& self);
inline Tensor Tensor::isnan() const { return tengen::isnan(*this); }

/// Whether an element is infinite, of either sign; false for integers.
Tensor isinf(const Tensor& self);
inline Tensor Tensor::isinf() const { return tengen::isinf(*this); }

/// Whether an element is neither infinite nor NaN; true for integers.
Tensor isfinite(const Tensor& self);
inline Tensor Tensor::isfinite() const { return tengen::isfinite(*this); }

/// |self - other| <= atol + rtol * |other|, or both equal. NaN is close to NaN with `equal_nan` only.
Tensor isclose(const Tensor& self, const Tensor& other, double rtol = 1e-5, double atol = 1e-8,
               bool equal_nan = false);
inline Tensor Tensor::isclose(const Tensor& other, double rtol, double atol, bool equal_nan) const {
  return tengen::isclose(*this, other, rtol, atol, equal_nan);
}

/// Whether isclose holds for all elements.
bool allclose(const Tensor& self, const Tensor& other, double rtol = 1e-5, double atol = 1e-8,
              bool equal_nan = false);
inline bool Tensor::allclose(const Tensor& other, double rtol, double atol, bool equal_nan) const {
  return tengen::allclose(*this, other, rtol, atol, equal_nan);
}

/// Whether both tensors have the same shape and equal elements.
bool equal(const Tensor& self, const Tensor& other);
inline bool Tensor::equal(const Tensor& other) const { return tengen::equal(*this, other); }

// ---- select.cpp: choice by condition ----------------------------------------------------------------------

/// self where condition is true, else other; all three broadcast. With the condition alone: the coordinates
/// of its nonzero elements, one int64 tensor per dimension.
Tensor where(const Tensor& condition, const Tensor& self, const Tensor& other);
Tensor where(const Tensor& condition, const Tensor& self, const Scalar& other);
Tensor where(const Tensor& condition, const Scalar& self, const Tensor& other);
Tensor where(const Tensor& condition, const Scalar& self, const Scalar& other);
std::vector<Tensor> where(const Tensor& condition);
inline Tensor Tensor::where(const Tensor& condition, const Tensor& other) const {
  return tengen::where(condition, *this, other);
}

/// value where mask (bool) is true, else self; both broadcast. A tensor as value has 0 dimensions.
Tensor masked_fill(const Tensor& self, const Tensor& mask, const Scalar& value);
Tensor masked_fill(const Tensor& self, const Tensor& mask, const Tensor& value);
inline Tensor Tensor::masked_fill(const Tensor& mask, const Scalar& value) const {
  return tengen::masked_fill(*this, mask, value);
}
inline Tensor Tensor::masked_fill(const Tensor& mask, const Tensor& value) const {
  return tengen::masked_fill(*this, mask, value);
}

// ---- math.cpp: functions of one element; where the result is real, integers become the default dtype ------

/// |self|; the gradient at 0 is 0.
Tensor abs(const Tensor& self);
inline Tensor Tensor::abs() const { return tengen::abs(*this); }

/// -self. Bool tensors are refused: use logical_not.
Tensor neg(const Tensor& self);
inline Tensor Tensor::neg() const { return tengen::neg(*this); }
inline Tensor Tensor::operator-() const { return neg(); }

/// -1, 0 or 1; the gradient is 0.
Tensor sign(const Tensor& self);
inline Tensor Tensor::sign() const { return tengen::sign(*this); }

/// e to the power of self.
Tensor exp(const Tensor& self);
inline Tensor Tensor::exp() const { return tengen::exp(*this); }

/// exp(self) - 1, exact near 0.
Tensor expm1(const Tensor& self);
inline Tensor Tensor::expm1() const { return tengen::expm1(*this); }

/// The natural logarithm; NaN below 0.
Tensor log(const Tensor& self);
inline Tensor Tensor::log() const { return tengen::log(*this); }

/// The logarithm to base 2.
Tensor log2(const Tensor& self);
inline Tensor Tensor::log2() const { return tengen::log2(*this); }

/// The logarithm to base 10.
Tensor log10(const Tensor& self);
inline Tensor Tensor::log10() const { return tengen::log10(*this); }

/// log(1 + self), exact near 0.
Tensor log1p(const Tensor& self);
inline Tensor Tensor::log1p() const { return tengen::log1p(*this); }

/// The square root; NaN below 0. The gradient at 0 is infinite.
Tensor sqrt(const Tensor& self);
inline Tensor Tensor::sqrt() const { return tengen::sqrt(*this); }

/// 1 / sqrt(self).
Tensor rsqrt(const Tensor& self);
inline Tensor Tensor::rsqrt() const { return tengen::rsqrt(*this); }

/// 1 / self.
Tensor reciprocal(const Tensor& self);
inline Tensor Tensor::reciprocal() const { return tengen::reciprocal(*this); }

/// self * self; integers stay integers.
Tensor square(const Tensor& self);
inline Tensor Tensor::square() const { return tengen::square(*this); }

/// The sine of an angle in radians.
Tensor sin(const Tensor& self);
inline Tensor Tensor::sin() const { return tengen::sin(*this); }

/// The cosine of an angle in radians.
Tensor cos(const Tensor& self);
inline Tensor Tensor::cos() const { return tengen::cos(*this); }

/// The tangent of an angle in radians.
Tensor tan(const Tensor& self);
inline Tensor Tensor::tan() const { return tengen::tan(*this); }

/// The angle in [-pi/2, pi/2] with this sine; NaN outside of [-1, 1].
Tensor asin(const Tensor& self);
inline Tensor Tensor::asin() const { return tengen::asin(*this); }

/// The angle in [0, pi] with this cosine; NaN outside of [-1, 1].
Tensor acos(const Tensor& self);
inline Tensor Tensor::acos() const { return tengen::acos(*this); }

/// The angle in (-pi/2, pi/2) with this tangent.
Tensor atan(const Tensor& self);
inline Tensor Tensor::atan() const { return tengen::atan(*this); }

/// The hyperbolic sine, (exp(self) - exp(-self)) / 2.
Tensor sinh(const Tensor& self);
inline Tensor Tensor::sinh() const { return tengen::sinh(*this); }

/// The hyperbolic cosine, (exp(self) + exp(-self)) / 2.
Tensor cosh(const Tensor& self);
inline Tensor Tensor::cosh() const { return tengen::cosh(*this); }

/// The error function, 2 / sqrt(pi) times the integral of exp(-t*t) from 0 to self.
Tensor erf(const Tensor& self);
inline Tensor Tensor::erf() const { return tengen::erf(*this); }

/// 1 - erf(self), exact where erf is near 1.
Tensor erfc(const Tensor& self);
inline Tensor Tensor::erfc() const { return tengen::erfc(*this); }

/// The largest whole number not above self; the gradient is 0.
Tensor floor(const Tensor& self);
inline Tensor Tensor::floor() const { return tengen::floor(*this); }

/// The smallest whole number not below self; the gradient is 0.
Tensor ceil(const Tensor& self);
inline Tensor Tensor::ceil() const { return tengen::ceil(*this); }

/// The nearest whole number, halves to the even one; the gradient is 0.
Tensor round(const Tensor& self);
inline Tensor Tensor::round() const { return tengen::round(*this); }

/// self without its fraction; the gradient is 0.
Tensor trunc(const Tensor& self);
inline Tensor Tensor::trunc() const { return tengen::trunc(*this); }

/// self - trunc(self): the fraction, with the sign of self; the gradient is 1.
Tensor frac(const Tensor& self);
inline Tensor Tensor::frac() const { return tengen::frac(*this); }

// ---- activation.cpp: floating-point tensors only, but for tanh, sigmoid and relu --------------------------

/// The hyperbolic tangent, (exp(2*self) - 1) / (exp(2*self) + 1).
Tensor tanh(const Tensor& self);
inline Tensor Tensor::tanh() const { return tengen::tanh(*this); }

/// 1 / (1 + exp(-self)), the logistic function.
Tensor sigmoid(const Tensor& self);
inline Tensor Tensor::sigmoid() const { return tengen::sigmoid(*this); }

/// max(self, 0); the gradient at 0 is 0 (Nair and Hinton 2010). relu and silu take their argument by value:
/// they reuse a temporary's memory, and share one backward rule with batch_norm in training mode.
Tensor relu(Tensor self);
inline Tensor Tensor::relu() const { return tengen::relu(*this); }

/// min(max(self, 0), 6); the gradient is 0 at both ends.
Tensor relu6(const Tensor& self);

/// self where it is positive, else negative_slope * self (Maas et al. 2013).
Tensor leaky_relu(const Tensor& self, const Scalar& negative_slope = 0.01);

/// self * sigmoid(self), also known as swish (Elfwing et al. 2017, Ramachandran et al. 2017).
Tensor silu(Tensor self);

/// self * P(X <= self) for a normal X (Hendrycks and Gimpel 2016). `approximate`: "none" computes it with
/// erf, "tanh" as 0.5 * self * (1 + tanh(sqrt(2/pi) * (self + 0.044715 * self^3))).
Tensor gelu(const Tensor& self, std::string_view approximate = "none");

/// self where it is positive, else alpha * (exp(self) - 1) (Clevert et al. 2015).
Tensor elu(const Tensor& self, const Scalar& alpha = 1);

/// log(1 + exp(beta * self)) / beta, a smooth relu; self itself where beta * self is above threshold.
Tensor softplus(const Tensor& self, const Scalar& beta = 1, const Scalar& threshold = 20);

/// min(max(self, min_val), max_val). Unlike clamp's, the gradient is 0 on the bounds.
Tensor hardtanh(const Tensor& self, const Scalar& min_val = -1, const Scalar& max_val = 1);

/// self * tanh(softplus(self)) (Misra 2019).
Tensor mish(const Tensor& self);

/// log(sigmoid(self)), exact where the sigmoid is near 0 or 1.
Tensor log_sigmoid(const Tensor& self);

/// relu in place; the next three are what PyTorch also has as functions.
Tensor& relu_(Tensor& self);
/// silu in place.
Tensor& silu_(Tensor& self);
/// sigmoid in place.
Tensor& sigmoid_(Tensor& self);
/// leaky_relu in place.
Tensor& leaky_relu_(Tensor& self, const Scalar& negative_slope = 0.01);

// ---- softmax.cpp: floating-point tensors only; `dtype` converts self first --------------------------------

/// exp(self) / sum(exp(self)) along `dim`; does not overflow, as the maximum is subtracted first.
Tensor softmax(const Tensor& self, int64_t dim, std::optional<ScalarType> dtype = std::nullopt);
inline Tensor Tensor::softmax(int64_t dim, std::optional<ScalarType> dtype) const {
  return tengen::softmax(*this, dim, dtype);
}

/// log(softmax(self)) along `dim`, exact where the softmax is near 0.
Tensor log_softmax(const Tensor& self, int64_t dim, std::optional<ScalarType> dtype = std::nullopt);
inline Tensor Tensor::log_softmax(int64_t dim, std::optional<ScalarType> dtype) const {
  return tengen::log_softmax(*this, dim, dtype);
}

// ---- dropout.cpp ------------------------------------------------------------------------------------------

/// Zeroes elements with probability p and scales the rest by 1 / (1 - p); the identity when not training
/// (Srivastava et al. 2014). Draws from the default generator of input's device.
Tensor dropout(const Tensor& input, double p, bool train);

// ---- reduce.cpp: `dim` is one, several, or {} for all; it goes, or with keepdim stays with size 1 ---------

/// The sum of elements. Integers and bools give int64 unless `dtype` says otherwise.
Tensor sum(const Tensor& self, std::optional<ScalarType> dtype = std::nullopt);
Tensor sum(const Tensor& self, IntArrayRef dim, bool keepdim = false,
           std::optional<ScalarType> dtype = std::nullopt);
inline Tensor Tensor::sum(std::optional<ScalarType> dtype) const { return tengen::sum(*this, dtype); }
inline Tensor Tensor::sum(IntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype) const {
  return tengen::sum(*this, dim, keepdim, dtype);
}

/// Sums the dimensions that broadcasting from `size` to self's shape would have expanded.
Tensor sum_to_size(const Tensor& self, IntArrayRef size);
inline Tensor Tensor::sum_to_size(IntArrayRef size) const { return tengen::sum_to_size(*this, size); }

/// The arithmetic mean; of integers with a floating-point `dtype` only. NaN when there are no elements.
Tensor mean(const Tensor& self, std::optional<ScalarType> dtype = std::nullopt);
Tensor mean(const Tensor& self, IntArrayRef dim, bool keepdim = false,
            std::optional<ScalarType> dtype = std::nullopt);
inline Tensor Tensor::mean(std::optional<ScalarType> dtype) const { return tengen::mean(*this, dtype); }
inline Tensor Tensor::mean(IntArrayRef dim, bool keepdim, std::optional<ScalarType> dtype) const {
  return tengen::mean(*this, dim, keepdim, dtype);
}

/// The sum of squared distances to the mean, divided by n - 1 if `unbiased`, else by n. Here and in std and
/// var_mean a bool alone is `unbiased`, a number or a list is `dim`.
Tensor var(const Tensor& self, IntArrayRef dim = {}, bool unbiased = true, bool keepdim = false);
inline Tensor Tensor::var(IntArrayRef dim, bool unbiased, bool keepdim) const {
  return tengen::var(*this, dim, unbiased, keepdim);
}
inline Tensor var(const Tensor& self, std::same_as<bool> auto unbiased) {
  return var(self, IntArrayRef(), unbiased);
}
inline Tensor Tensor::var(std::same_as<bool> auto unbiased) const { return var(IntArrayRef(), unbiased); }

/// The square root of var; the gradient is 0 where it is 0.
Tensor std(const Tensor& self, IntArrayRef dim = {}, bool unbiased = true, bool keepdim = false);
inline Tensor Tensor::std(IntArrayRef dim, bool unbiased, bool keepdim) const {
  return tengen::std(*this, dim, unbiased, keepdim);
}
inline Tensor std(const Tensor& self, std::same_as<bool> auto unbiased) {
  return std(self, IntArrayRef(), unbiased);
}
inline Tensor Tensor::std(std::same_as<bool> auto unbiased) const { return std(IntArrayRef(), unbiased); }

/// (var, mean).
std::tuple<Tensor, Tensor> var_mean(const Tensor& self, IntArrayRef dim = {}, bool unbiased = true,
                                    bool keepdim = false);
inline std::tuple<Tensor, Tensor> var_mean(const Tensor& self, std::same_as<bool> auto unbiased) {
  return var_mean(self, IntArrayRef(), unbiased);
}

/// The product of elements. Integers and bools give int64 unless `dtype` says otherwise.
Tensor prod(const Tensor& self, std::optional<ScalarType> dtype = std::nullopt);
Tensor prod(const Tensor& self, int64_t dim, bool keepdim = false,
            std::optional<ScalarType> dtype = std::nullopt);
inline Tensor Tensor::prod(std::optional<ScalarType> dtype) const { return tengen::prod(*this, dtype); }
inline Tensor Tensor::prod(int64_t dim, bool keepdim, std::optional<ScalarType> dtype) const {
  return tengen::prod(*this, dim, keepdim, dtype);
}

/// The largest element, or NaN if there is one; an error without elements. Equal ones share the gradient.
Tensor amax(const Tensor& self, IntArrayRef dim = {}, bool keepdim = false);
inline Tensor Tensor::amax(IntArrayRef dim, bool keepdim) const { return tengen::amax(*this, dim, keepdim); }

/// The smallest element, or NaN if there is one; an error without elements. Equal ones share the gradient.
Tensor amin(const Tensor& self, IntArrayRef dim = {}, bool keepdim = false);
inline Tensor Tensor::amin(IntArrayRef dim, bool keepdim) const { return tengen::amin(*this, dim, keepdim); }

/// With self alone as amax, with another tensor as maximum. With `dim`: (values, indices), the index being
/// that of the first of equal elements, which gets the whole gradient.
Tensor max(const Tensor& self);
Tensor max(const Tensor& self, const Tensor& other);
std::tuple<Tensor, Tensor> max(const Tensor& self, int64_t dim, bool keepdim = false);
inline Tensor Tensor::max() const { return tengen::max(*this); }
inline Tensor Tensor::max(const Tensor& other) const { return tengen::max(*this, other); }
inline std::tuple<Tensor, Tensor> Tensor::max(int64_t dim, bool keepdim) const {
  return tengen::max(*this, dim, keepdim);
}

/// With self alone as amin, with another tensor as minimum. With `dim`: (values, indices), the index being
/// that of the first of equal elements, which gets the whole gradient.
Tensor min(const Tensor& self);
Tensor min(const Tensor& self, const Tensor& other);
std::tuple<Tensor, Tensor> min(const Tensor& self, int64_t dim, bool keepdim = false);
inline Tensor Tensor::min() const { return tengen::min(*this); }
inline Tensor Tensor::min(const Tensor& other) const { return tengen::min(*this, other); }
inline std::tuple<Tensor, Tensor> Tensor::min(int64_t dim, bool keepdim) const {
  return tengen::min(*this, dim, keepdim);
}

/// The position (int64) of the first largest element, or NaN, along `dim` or in the flattened tensor.
Tensor argmax(const Tensor& self, std::optional<int64_t> dim = std::nullopt, bool keepdim = false);
inline Tensor Tensor::argmax(std::optional<int64_t> dim, bool keepdim) const {
  return tengen::argmax(*this, dim, keepdim);
}

/// The position (int64) of the first smallest element, or NaN, along `dim` or in the flattened tensor.
Tensor argmin(const Tensor& self, std::optional<int64_t> dim = std::nullopt, bool keepdim = false);
inline Tensor Tensor::argmin(std::optional<int64_t> dim, bool keepdim) const {
  return tengen::argmin(*this, dim, keepdim);
}

/// log(sum(exp(self))) without overflow.
Tensor logsumexp(const Tensor& self, IntArrayRef dim, bool keepdim = false);
inline Tensor Tensor::logsumexp(IntArrayRef dim, bool keepdim) const {
  return tengen::logsumexp(*this, dim, keepdim);
}

/// sum(|self|^p)^(1/p). p infinite: the largest magnitude, or the smallest if negative; p = 0: the number of
/// nonzero elements; std::nullopt: 2. The gradient is 0 where the norm is. Floating-point tensors only.
Tensor norm(const Tensor& self, const Scalar& p = 2);
Tensor norm(const Tensor& self, const std::optional<Scalar>& p, IntArrayRef dim, bool keepdim = false);
inline Tensor Tensor::norm(const Scalar& p) const { return tengen::norm(*this, p); }
inline Tensor Tensor::norm(const std::optional<Scalar>& p, IntArrayRef dim, bool keepdim) const {
  return tengen::norm(*this, p, dim, keepdim);
}

/// Whether any element is nonzero: bool, but uint8 for uint8.
Tensor any(const Tensor& self);
Tensor any(const Tensor& self, int64_t dim, bool keepdim = false);
inline Tensor Tensor::any() const { return tengen::any(*this); }
inline Tensor Tensor::any(int64_t dim, bool keepdim) const { return tengen::any(*this, dim, keepdim); }

/// Whether all elements are nonzero: bool, but uint8 for uint8.
Tensor all(const Tensor& self);
Tensor all(const Tensor& self, int64_t dim, bool keepdim = false);
inline Tensor Tensor::all() const { return tengen::all(*this); }
inline Tensor Tensor::all(int64_t dim, bool keepdim) const { return tengen::all(*this, dim, keepdim); }

/// How many elements are not 0: int64.
Tensor count_nonzero(const Tensor& self, std::optional<int64_t> dim = std::nullopt);
Tensor count_nonzero(const Tensor& self, IntArrayRef dim);
inline Tensor Tensor::count_nonzero(std::optional<int64_t> dim) const {
  return tengen::count_nonzero(*this, dim);
}
inline Tensor Tensor::count_nonzero(IntArrayRef dim) const { return tengen::count_nonzero(*this, dim); }
inline Tensor count_nonzero(const Tensor& self, int64_t dim) { return count_nonzero(self, IntArrayRef(dim)); }
inline Tensor Tensor::count_nonzero(int64_t dim) const { return count_nonzero(IntArrayRef(dim)); }

/// The middle element in order, the lower of two; NaN where there is one. With `dim`: (values, indices).
Tensor median(const Tensor& self);
std::tuple<Tensor, Tensor> median(const Tensor& self, int64_t dim, bool keepdim = false);
inline Tensor Tensor::median() const { return tengen::median(*this); }
inline std::tuple<Tensor, Tensor> Tensor::median(int64_t dim, bool keepdim) const {
  return tengen::median(*this, dim, keepdim);
}

// ---- scan.cpp ---------------------------------------------------------------------------------------------

/// Running sums along `dim`. Integers and bools give int64 unless `dtype` says otherwise.
Tensor cumsum(const Tensor& self, int64_t dim, std::optional<ScalarType> dtype = std::nullopt);
inline Tensor Tensor::cumsum(int64_t dim, std::optional<ScalarType> dtype) const {
  return tengen::cumsum(*this, dim, dtype);
}

/// Running products along `dim`. Integers and bools give int64 unless `dtype` says otherwise. Gradients are
/// exact where elements are 0.
Tensor cumprod(const Tensor& self, int64_t dim, std::optional<ScalarType> dtype = std::nullopt);
inline Tensor Tensor::cumprod(int64_t dim, std::optional<ScalarType> dtype) const {
  return tengen::cumprod(*this, dim, dtype);
}

// ---- sort.cpp: NaN counts as the largest element; indices are int64 ---------------------------------------

/// (values, indices) in ascending or descending order along `dim`; always stable, whatever `stable` says.
std::tuple<Tensor, Tensor> sort(const Tensor& self, int64_t dim = -1, bool descending = false);
std::tuple<Tensor, Tensor> sort(const Tensor& self, std::optional<bool> stable, int64_t dim = -1,
                                bool descending = false);
inline std::tuple<Tensor, Tensor> Tensor::sort(int64_t dim, bool descending) const {
  return tengen::sort(*this, dim, descending);
}
inline std::tuple<Tensor, Tensor> Tensor::sort(std::optional<bool> stable, int64_t dim,
                                               bool descending) const {
  return tengen::sort(*this, stable, dim, descending);
}

/// The indices that sort gives.
Tensor argsort(const Tensor& self, int64_t dim = -1, bool descending = false);
inline Tensor Tensor::argsort(int64_t dim, bool descending) const {
  return tengen::argsort(*this, dim, descending);
}
inline Tensor argsort(const Tensor& self, std::same_as<bool> auto stable, int64_t dim = -1,
                      bool descending = false) {
  return std::get<1>(sort(self, std::optional<bool>(stable), dim, descending));
}
inline Tensor Tensor::argsort(std::same_as<bool> auto stable, int64_t dim, bool descending) const {
  return tengen::argsort(*this, stable, dim, descending);
}

/// (values, indices) of the k largest or smallest elements along `dim`: (..., n, ...) -> (..., k, ...). They
/// are in order, whatever `sorted` says.
std::tuple<Tensor, Tensor> topk(const Tensor& self, int64_t k, int64_t dim = -1, bool largest = true,
                                bool sorted = true);
inline std::tuple<Tensor, Tensor> Tensor::topk(int64_t k, int64_t dim, bool largest, bool sorted) const {
  return tengen::topk(*this, k, dim, largest, sorted);
}

/// (values, inverse, counts), no gradient: the distinct elements in ascending order, always sorted; which of
/// them each element of self is, in self's shape; how often each occurs. What is not asked for is empty.
std::tuple<Tensor, Tensor, Tensor> _unique2(const Tensor& self, bool sorted = true,
                                            bool return_inverse = false, bool return_counts = false);

/// How often each number from 0 on occurs in self (N), which holds integers that are not negative:
/// (max(minlength, largest + 1)) int64, or sums of the weights (N) of its occurrences. No gradient.
Tensor bincount(const Tensor& self, const std::optional<Tensor>& weights = std::nullopt,
                int64_t minlength = 0);

/// Where to insert each element of self so that the sequence stays sorted: before equal elements, or behind
/// them if `right`. The sequence is (S) for all, or (..., S) for rows (..., N). No gradient.
Tensor searchsorted(const Tensor& sorted_sequence, const Tensor& self, bool out_int32 = false,
                    bool right = false);

// ---- view.cpp: results share memory with self, and in-place writes go through -----------------------------

/// The same elements in row-major order as another shape; one size may be -1 and follows from the others.
/// Copies where strides cannot express it (view refuses).
Tensor reshape(const Tensor& self, IntArrayRef shape);
inline Tensor Tensor::reshape(IntArrayRef shape) const { return tengen::reshape(*this, shape); }
inline Tensor Tensor::reshape_as(const Tensor& other) const { return reshape(other.sizes()); }

/// Dimensions `start_dim` to `end_dim` become one, () becomes (1). Copies where reshape does.
Tensor flatten(const Tensor& self, int64_t start_dim = 0, int64_t end_dim = -1);
inline Tensor Tensor::flatten(int64_t start_dim, int64_t end_dim) const {
  return tengen::flatten(*this, start_dim, end_dim);
}

/// flatten of all dimensions.
Tensor ravel(const Tensor& self);
inline Tensor Tensor::ravel() const { return tengen::ravel(*this); }

/// Dimension `dim` becomes several: (..., n, ...) -> (..., sizes..., ...). One size may be -1.
Tensor unflatten(const Tensor& self, int64_t dim, IntArrayRef sizes);
inline Tensor Tensor::unflatten(int64_t dim, IntArrayRef sizes) const {
  return tengen::unflatten(*this, dim, sizes);
}

/// Without all dimensions of size 1, or without those given if their size is 1.
Tensor squeeze(const Tensor& self);
Tensor squeeze(const Tensor& self, int64_t dim);
Tensor squeeze(const Tensor& self, IntArrayRef dim);
inline Tensor Tensor::squeeze() const { return tengen::squeeze(*this); }
inline Tensor Tensor::squeeze(int64_t dim) const { return tengen::squeeze(*this, dim); }
inline Tensor Tensor::squeeze(IntArrayRef dim) const { return tengen::squeeze(*this, dim); }

/// With a dimension of size 1 inserted at `dim`, which may be -1 for the last.
Tensor unsqueeze(const Tensor& self, int64_t dim);
inline Tensor Tensor::unsqueeze(int64_t dim) const { return tengen::unsqueeze(*this, dim); }

/// A view of the whole tensor: another tensor with the same memory, shape and history.
Tensor alias(const Tensor& self);
inline Tensor Tensor::alias() const { return tengen::alias(*this); }

/// Dimension i of the result is dimension dims[i] of self.
Tensor permute(const Tensor& self, IntArrayRef dims);
inline Tensor Tensor::permute(IntArrayRef dims) const { return tengen::permute(*this, dims); }

/// Two dimensions exchanged.
Tensor transpose(const Tensor& self, int64_t dim0, int64_t dim1);
inline Tensor Tensor::transpose(int64_t dim0, int64_t dim1) const {
  return tengen::transpose(*this, dim0, dim1);
}
inline Tensor Tensor::mT() const { return transpose(-2, -1); }

/// transpose under NumPy's name.
Tensor swapaxes(const Tensor& self, int64_t dim0, int64_t dim1);
inline Tensor Tensor::swapaxes(int64_t dim0, int64_t dim1) const {
  return tengen::swapaxes(*this, dim0, dim1);
}

/// The transpose of a matrix; tensors of 0 or 1 dimensions stay as they are.
Tensor t(const Tensor& self);
inline Tensor Tensor::t() const { return tengen::t(*this); }

/// Dimension `source` moved to position `destination`, or each of several; the others keep their order.
Tensor movedim(const Tensor& self, int64_t source, int64_t destination);
Tensor movedim(const Tensor& self, IntArrayRef source, IntArrayRef destination);
inline Tensor Tensor::movedim(int64_t source, int64_t destination) const {
  return tengen::movedim(*this, source, destination);
}
inline Tensor Tensor::movedim(IntArrayRef source, IntArrayRef destination) const {
  return tengen::movedim(*this, source, destination);
}

/// Dimensions of size 1, and new ones in front, repeated to `size` without copying; -1 keeps a size.
Tensor broadcast_to(const Tensor& self, IntArrayRef size);
inline Tensor Tensor::broadcast_to(IntArrayRef size) const { return tengen::broadcast_to(*this, size); }

/// Each tensor as broadcast_to the shape that all of them broadcast to.
std::vector<Tensor> broadcast_tensors(TensorList tensors);

/// The coordinates of a grid: tensors (N1), (N2)... -> as many of shape (N1,N2,...), the i-th varying along
/// dimension i. `indexing` "ij" (the default) or "xy", which exchanges the first two dimensions.
std::vector<Tensor> meshgrid(TensorList tensors);
std::vector<Tensor> meshgrid(TensorList tensors, std::string_view indexing);

/// The part at one index of a dimension, which goes. A negative index counts from the end.
Tensor select(const Tensor& self, int64_t dim, int64_t index);
inline Tensor Tensor::select(int64_t dim, int64_t index) const { return tengen::select(*this, dim, index); }
inline Tensor Tensor::operator[](int64_t index) const { return select(0, index); }

/// Python's start:end:step along a dimension; bounds beyond its size mean its end, `step` is positive.
Tensor slice(const Tensor& self, int64_t dim = 0, std::optional<int64_t> start = std::nullopt,
             std::optional<int64_t> end = std::nullopt, int64_t step = 1);
inline Tensor Tensor::slice(int64_t dim, std::optional<int64_t> start, std::optional<int64_t> end,
                            int64_t step) const {
  return tengen::slice(*this, dim, start, end, step);
}

/// `length` elements of a dimension from `start` on; beyond its size is an error.
Tensor narrow(const Tensor& self, int64_t dim, int64_t start, int64_t length);
inline Tensor Tensor::narrow(int64_t dim, int64_t start, int64_t length) const {
  return tengen::narrow(*this, dim, start, length);
}

/// The elements with dim2 index = dim1 index + offset, as a last dimension; the two dimensions go.
Tensor diagonal(const Tensor& self, int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1);
inline Tensor Tensor::diagonal(int64_t offset, int64_t dim1, int64_t dim2) const {
  return tengen::diagonal(*this, offset, dim1, dim2);
}

/// Pieces of `split_size` along `dim`, the last perhaps smaller, or of the sizes in a list. Pieces cannot be
/// written in place while gradients are recorded.
std::vector<Tensor> split(const Tensor& self, int64_t split_size, int64_t dim = 0);
std::vector<Tensor> split(const Tensor& self, IntArrayRef split_sizes, int64_t dim = 0);
inline std::vector<Tensor> Tensor::split(int64_t split_size, int64_t dim) const {
  return tengen::split(*this, split_size, dim);
}
inline std::vector<Tensor> Tensor::split(IntArrayRef split_sizes, int64_t dim) const {
  return tengen::split(*this, split_sizes, dim);
}

/// split into pieces of the sizes in a list.
std::vector<Tensor> split_with_sizes(const Tensor& self, IntArrayRef split_sizes, int64_t dim = 0);
inline std::vector<Tensor> Tensor::split_with_sizes(IntArrayRef split_sizes, int64_t dim) const {
  return tengen::split_with_sizes(*this, split_sizes, dim);
}

/// At most `chunks` pieces of equal size along `dim`, the last perhaps smaller.
std::vector<Tensor> chunk(const Tensor& self, int64_t chunks, int64_t dim = 0);
inline std::vector<Tensor> Tensor::chunk(int64_t chunks, int64_t dim) const {
  return tengen::chunk(*this, chunks, dim);
}

/// The parts at every index of a dimension, which goes.
std::vector<Tensor> unbind(const Tensor& self, int64_t dim = 0);
inline std::vector<Tensor> Tensor::unbind(int64_t dim) const { return tengen::unbind(*this, dim); }

// ---- strided.cpp ------------------------------------------------------------------------------------------

/// A view of self's memory with any shape and strides, counted in elements from the storage's begin. Elements
/// may overlap: their gradients are added.
Tensor as_strided(const Tensor& self, IntArrayRef size, IntArrayRef stride,
                  std::optional<int64_t> storage_offset = std::nullopt);
inline Tensor Tensor::as_strided(IntArrayRef size, IntArrayRef stride,
                                 std::optional<int64_t> storage_offset) const {
  return tengen::as_strided(*this, size, stride, storage_offset);
}

// ---- copy.cpp ---------------------------------------------------------------------------------------------

/// A contiguous copy, which passes the gradient on.
Tensor clone(const Tensor& self, std::optional<MemoryFormat> format = std::nullopt);
inline Tensor Tensor::clone(std::optional<MemoryFormat> format) const { return tengen::clone(*this, format); }

/// The same memory without history; as the method.
Tensor detach(const Tensor& self);

/// Whether the tensor's type is a floating-point one.
bool is_floating_point(const Tensor& self);

// ---- assemble.cpp: results are new memory -----------------------------------------------------------------

/// Tensors one behind the other along an existing dimension; other sizes must agree, types are promoted. A
/// tensor of shape (0) goes with all.
Tensor cat(TensorList tensors, int64_t dim = 0);

/// cat under another name.
Tensor concat(TensorList tensors, int64_t dim = 0);

/// Tensors of one shape along a new dimension: (A,B), (A,B)... -> (n,A,B) for dim 0.
Tensor stack(TensorList tensors, int64_t dim = 0);

/// cat along dimension 1, or 0 for tensors of 0 or 1 dimensions.
Tensor hstack(TensorList tensors);

/// cat along dimension 0, where tensors of 0 or 1 dimensions count as one row.
Tensor vstack(TensorList tensors);

/// Every element `repeats` times in a row, along `dim` or of the flattened tensor; a tensor says how often
/// for each index of the dimension.
Tensor repeat_interleave(const Tensor& self, int64_t repeats, std::optional<int64_t> dim = std::nullopt);
Tensor repeat_interleave(const Tensor& self, const Tensor& repeats,
                         std::optional<int64_t> dim = std::nullopt);
inline Tensor Tensor::repeat_interleave(int64_t repeats, std::optional<int64_t> dim) const {
  return tengen::repeat_interleave(*this, repeats, dim);
}
inline Tensor Tensor::repeat_interleave(const Tensor& repeats, std::optional<int64_t> dim) const {
  return tengen::repeat_interleave(*this, repeats, dim);
}

/// The whole tensor repeated along each dimension; missing counts in front are 1.
Tensor tile(const Tensor& self, IntArrayRef repeats);
inline Tensor Tensor::tile(IntArrayRef repeats) const { return tengen::tile(*this, repeats); }

/// The elements of these dimensions in reverse order.
Tensor flip(const Tensor& self, IntArrayRef dims);
inline Tensor Tensor::flip(IntArrayRef dims) const { return tengen::flip(*this, dims); }

/// Elements moved by shifts[i] along dims[i]; those that leave at the end come in at the begin. No dims: the
/// flattened tensor by one shift.
Tensor roll(const Tensor& self, IntArrayRef shifts, IntArrayRef dims = {});
inline Tensor Tensor::roll(IntArrayRef shifts, IntArrayRef dims) const {
  return tengen::roll(*this, shifts, dims);
}

/// Rotated by k times 90 degrees from dims[0] towards dims[1].
Tensor rot90(const Tensor& self, int64_t k = 1, IntArrayRef dims = {0, 1});
inline Tensor Tensor::rot90(int64_t k, IntArrayRef dims) const { return tengen::rot90(*this, k, dims); }

/// Matrices (..., rows, columns) with zeros above a diagonal: 0 is the main one, 1 the next above it.
Tensor tril(const Tensor& self, int64_t diagonal = 0);
inline Tensor Tensor::tril(int64_t diagonal) const { return tengen::tril(*this, diagonal); }

/// Matrices (..., rows, columns) with zeros below a diagonal: 0 is the main one, 1 the next above it.
Tensor triu(const Tensor& self, int64_t diagonal = 0);
inline Tensor Tensor::triu(int64_t diagonal) const { return tengen::triu(*this, diagonal); }

/// A vector (n) gives the matrix (n + |diagonal|, n + |diagonal|) with it on a diagonal, a matrix a copy of
/// its diagonal.
Tensor diag(const Tensor& self, int64_t diagonal = 0);
inline Tensor Tensor::diag(int64_t diagonal) const { return tengen::diag(*this, diagonal); }

/// `pad` gives two amounts per dimension, before and after, the last dimension first; negative amounts crop.
/// `mode`: "constant" (with `value`, default 0), "reflect", "replicate" or "circular".
Tensor pad(const Tensor& self, IntArrayRef pad, std::string_view mode = "constant",
           std::optional<double> value = std::nullopt);

/// pad with "reflect" of the last dimension: (C, L) or (N, C, L), `padding` of 2.
Tensor reflection_pad1d(const Tensor& self, IntArrayRef padding);
/// pad with "reflect" of the last two dimensions: (C, H, W) or (N, C, H, W), `padding` of 4.
Tensor reflection_pad2d(const Tensor& self, IntArrayRef padding);
/// pad with "reflect" of the last three dimensions: (C, D, H, W) or (N, C, D, H, W), `padding` of 6.
Tensor reflection_pad3d(const Tensor& self, IntArrayRef padding);
/// As reflection_pad1d, with "replicate".
Tensor replication_pad1d(const Tensor& self, IntArrayRef padding);
/// As reflection_pad2d, with "replicate".
Tensor replication_pad2d(const Tensor& self, IntArrayRef padding);
/// As reflection_pad3d, with "replicate".
Tensor replication_pad3d(const Tensor& self, IntArrayRef padding);

/// pad with a constant.
Tensor constant_pad_nd(const Tensor& self, IntArrayRef pad, const Scalar& value = 0);

/// Class numbers (...) -> (..., num_classes), both int64: 1 at the class, 0 elsewhere. num_classes -1 stands
/// for the largest number + 1.
Tensor one_hot(const Tensor& self, int64_t num_classes = -1);

// ---- index.cpp: indices are int64 and get no gradient -----------------------------------------------------

/// Advanced indexing as NumPy's: one entry per dimension from the first on, integers (negative ones count
/// from the end) or a mask; an entry without a tensor takes the dimension whole. Index tensors broadcast to a
/// shape I: their dimensions become I, in place if they are adjacent, else in front.
Tensor index(const Tensor& self, ArrayRef<std::optional<Tensor>> indices);
inline Tensor Tensor::operator[](const Tensor& at) const { return index({at}); }

/// A copy of self with `values`, broadcast, at what index would read; `accumulate` adds them, else one of
/// those for the same element remains.
Tensor index_put(const Tensor& self, ArrayRef<std::optional<Tensor>> indices, const Tensor& values,
                 bool accumulate = false);

/// index_put in place.
Tensor& index_put_(Tensor& self, ArrayRef<std::optional<Tensor>> indices, const Tensor& values,
                   bool accumulate = false);

/// out[i][j] = self[index[i][j]][j] for dim 0, out[i][j] = self[i][index[i][j]] for dim 1, and so on: the
/// result has the shape of index.
Tensor gather(const Tensor& self, int64_t dim, const Tensor& index);
inline Tensor Tensor::gather(int64_t dim, const Tensor& index) const {
  return tengen::gather(*this, dim, index);
}

/// A copy of self with out[index[i][j]][j] = src[i][j] for dim 0, and so on; the reverse of gather. Of
/// several values for one element one remains.
Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src);
Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, const Scalar& value);
inline Tensor Tensor::scatter(int64_t dim, const Tensor& index, const Tensor& src) const {
  return tengen::scatter(*this, dim, index, src);
}
inline Tensor Tensor::scatter(int64_t dim, const Tensor& index, const Scalar& value) const {
  return tengen::scatter(*this, dim, index, value);
}

/// A copy of self with out[index[i][j]][j] += src[i][j] for dim 0, and so on; the adjoint of gather.
Tensor scatter_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src);
inline Tensor Tensor::scatter_add(int64_t dim, const Tensor& index, const Tensor& src) const {
  return tengen::scatter_add(*this, dim, index, src);
}

/// The parts at these indices of a dimension, `index` (n): (..., size, ...) -> (..., n, ...).
Tensor index_select(const Tensor& self, int64_t dim, const Tensor& index);
inline Tensor Tensor::index_select(int64_t dim, const Tensor& index) const {
  return tengen::index_select(*this, dim, index);
}

/// A copy of self with alpha * source[i] added at index[i] of a dimension; the adjoint of index_select.
Tensor index_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source,
                 const Scalar& alpha = 1);
inline Tensor Tensor::index_add(int64_t dim, const Tensor& index, const Tensor& source,
                                const Scalar& alpha) const {
  return tengen::index_add(*this, dim, index, source, alpha);
}

/// The elements at these positions of the flattened tensor, in index's shape.
Tensor take(const Tensor& self, const Tensor& index);
inline Tensor Tensor::take(const Tensor& index) const { return tengen::take(*this, index); }

/// Rows of weight (n,features): indices (...) -> (..., features). Row `padding_idx` gets no gradient.
Tensor embedding(const Tensor& weight, const Tensor& indices, int64_t padding_idx = -1);

/// The coordinates of elements that are not 0, in row-major order: (count, dimensions) int64. No gradient.
Tensor nonzero(const Tensor& self);
inline Tensor Tensor::nonzero() const { return tengen::nonzero(*this); }

/// The elements where mask (bool) is true, in row-major order: (count). Both broadcast.
Tensor masked_select(const Tensor& self, const Tensor& mask);
inline Tensor Tensor::masked_select(const Tensor& mask) const { return tengen::masked_select(*this, mask); }

// ---- linalg.cpp: products; operands have the same type ----------------------------------------------------

/// (n) (n) -> (), (m,k) (k) -> (m), (k) (k,n) -> (n), (m,k) (k,n) -> (m,n), and for batches, which broadcast:
/// (...,m,k) (...,k,n) -> (...,m,n).
Tensor matmul(const Tensor& self, const Tensor& other);
inline Tensor Tensor::matmul(const Tensor& other) const { return tengen::matmul(*this, other); }

/// The product of two matrices: (m,k) (k,n) -> (m,n).
Tensor mm(const Tensor& self, const Tensor& mat2);
inline Tensor Tensor::mm(const Tensor& other) const { return tengen::mm(*this, other); }

/// Products of pairs of matrices: (b,m,k) (b,k,n) -> (b,m,n).
Tensor bmm(const Tensor& self, const Tensor& mat2);
inline Tensor Tensor::bmm(const Tensor& other) const { return tengen::bmm(*this, other); }

/// A matrix times a vector: (m,k) (k) -> (m).
Tensor mv(const Tensor& self, const Tensor& vec);
inline Tensor Tensor::mv(const Tensor& vec) const { return tengen::mv(*this, vec); }

/// The inner product of two vectors: (n) (n) -> ().
Tensor dot(const Tensor& self, const Tensor& other);
inline Tensor Tensor::dot(const Tensor& other) const { return tengen::dot(*this, other); }

/// All products of two vectors' elements: (m) (n) -> (m,n).
Tensor outer(const Tensor& self, const Tensor& vec2);
inline Tensor Tensor::outer(const Tensor& other) const { return tengen::outer(*this, other); }

/// beta * self + alpha * (mat1 mat2): (m,k) (k,n) -> (m,n), self broadcast. A factor of 0 gives 0 even where
/// the other one is NaN.
Tensor addmm(const Tensor& self, const Tensor& mat1, const Tensor& mat2, const Scalar& beta = 1,
             const Scalar& alpha = 1);
inline Tensor Tensor::addmm(const Tensor& mat1, const Tensor& mat2, const Scalar& beta,
                            const Scalar& alpha) const {
  return tengen::addmm(*this, mat1, mat2, beta, alpha);
}

/// beta * self + alpha * (batch1 batch2): (b,m,k) (b,k,n) -> (b,m,n), self broadcast; as addmm.
Tensor baddbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2, const Scalar& beta = 1,
               const Scalar& alpha = 1);

/// input weight^T + bias: (..., in), weight (out,in), bias (out) -> (..., out).
Tensor linear(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias = {});

// ---- einsum.cpp -------------------------------------------------------------------------------------------

/// Einstein's sum convention: "bij,bjk->bik" is bmm, "ii->i" the diagonal, "i,j->ij" outer. Letters that the
/// output does not name are summed; "..." stands for further dimensions; without "->" the output is those
/// that occur once, in alphabetical order.
Tensor einsum(std::string_view equation, TensorList operands);

// ---- conv.cpp: cross-correlations with zeros around the input; N may be missing ---------------------------

/// (N,C,L), weight (O,C/groups,K), bias (O) -> (N,O,L'), L' as H' of conv2d.
Tensor conv1d(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias = {},
              IntArrayRef stride = 1, IntArrayRef padding = 0, IntArrayRef dilation = 1, int64_t groups = 1);

/// (N,C,H,W), weight (O,C/groups,KH,KW), bias (O) -> (N,O,H',W') with H' = floor((H + 2*padding -
/// dilation*(KH-1) - 1) / stride) + 1. One number serves both directions. With groups, each part of the
/// channels is convolved by itself.
Tensor conv2d(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias = {},
              IntArrayRef stride = 1, IntArrayRef padding = 0, IntArrayRef dilation = 1, int64_t groups = 1);

/// (N,C,L), weight (C,O/groups,K), bias (O) -> (N,O,L'), L' as H' of conv_transpose2d.
Tensor conv_transpose1d(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias = {},
                        IntArrayRef stride = 1, IntArrayRef padding = 0, IntArrayRef output_padding = 0,
                        int64_t groups = 1, IntArrayRef dilation = 1);

/// (N,C,H,W), weight (C,O/groups,KH,KW), bias (O) -> (N,O,H',W') with H' = (H-1)*stride - 2*padding +
/// dilation*(KH-1) + output_padding + 1: the adjoint of conv2d with the same weight.
Tensor conv_transpose2d(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias = {},
                        IntArrayRef stride = 1, IntArrayRef padding = 0, IntArrayRef output_padding = 0,
                        int64_t groups = 1, IntArrayRef dilation = 1);

// ---- pool.cpp: N may be missing; an empty stride is kernel_size; one number serves both directions --------

/// The largest element of every window: (N,C,H,W) -> (N,C,H',W') with H' = floor((H + 2*padding -
/// dilation*(kernel_size-1) - 1) / stride) + 1. `ceil_mode` rounds up, as long as the last window begins
/// inside the input or its padding before it. The first of equal elements gets the gradient.
Tensor max_pool2d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {},
                  IntArrayRef padding = 0, IntArrayRef dilation = 1, bool ceil_mode = false);

/// (values, indices): max_pool2d, and where in the plane each was found, row * W + column.
std::tuple<Tensor, Tensor> max_pool2d_with_indices(const Tensor& self, IntArrayRef kernel_size,
                                                   IntArrayRef stride = {}, IntArrayRef padding = 0,
                                                   IntArrayRef dilation = 1, bool ceil_mode = false);

/// (N,C,L) -> (N,C,L'), as max_pool2d.
Tensor max_pool1d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {},
                  IntArrayRef padding = 0, IntArrayRef dilation = 1, bool ceil_mode = false);

/// The mean of every window: (N,C,H,W) -> (N,C,H',W'), H' as in max_pool2d. Zeros of the padding count,
/// unless `count_include_pad` is false; `divisor_override` divides by that number instead.
Tensor avg_pool2d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {},
                  IntArrayRef padding = 0, bool ceil_mode = false, bool count_include_pad = true,
                  std::optional<int64_t> divisor_override = std::nullopt);

/// (N,C,L) -> (N,C,L'), as avg_pool2d.
Tensor avg_pool1d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {},
                  IntArrayRef padding = 0, bool ceil_mode = false, bool count_include_pad = true);

/// (N,C,H,W) -> (N,C,output_size): means of windows that cover the input, window i of H' the rows from
/// floor(i*H/H') to below ceil((i+1)*H/H').
Tensor adaptive_avg_pool2d(const Tensor& self, IntArrayRef output_size);

/// (N,C,L) -> (N,C,output_size), as adaptive_avg_pool2d.
Tensor adaptive_avg_pool1d(const Tensor& self, IntArrayRef output_size);

// ---- resample.cpp: output_size is (H',W'); scales, if given, replace H'/H and W'/W ------------------------

/// (N,C,H,W) -> (N,C,H',W'): row y of the result is row floor(y * H / H') of the input.
Tensor upsample_nearest2d(const Tensor& self, IntArrayRef output_size,
                          std::optional<double> scales_h = std::nullopt,
                          std::optional<double> scales_w = std::nullopt);

/// (N,C,L) -> (N,C,L'), as upsample_nearest2d.
Tensor upsample_nearest1d(const Tensor& self, IntArrayRef output_size,
                          std::optional<double> scales = std::nullopt);

/// (N,C,H,W) -> (N,C,H',W'): each pixel from the four around (y + 0.5) * H / H' - 0.5, or with
/// `align_corners` around y * (H - 1) / (H' - 1), so that corners fall on corners.
Tensor upsample_bilinear2d(const Tensor& self, IntArrayRef output_size, bool align_corners,
                           std::optional<double> scales_h = std::nullopt,
                           std::optional<double> scales_w = std::nullopt);

// ---- norm.cpp: (x - mean) / sqrt(variance + eps) * weight + bias; the variance is the biased one ----------

/// (N,C,...): mean and variance per channel; weight, bias and statistics are (C) (Ioffe and Szegedy 2015). In
/// training those of the batch serve, and running_mean and running_var, if given, move by `momentum` towards
/// them (the variance unbiased); else the running ones serve as constants. cudnn_enabled has no effect.
Tensor batch_norm(const Tensor& input, const std::optional<Tensor>& weight, const std::optional<Tensor>& bias,
                  const std::optional<Tensor>& running_mean, const std::optional<Tensor>& running_var,
                  bool training, double momentum, double eps, bool cudnn_enabled = true);

/// (..., normalized_shape): mean and variance over the last dimensions; weight and bias (normalized_shape)
/// (Ba et al. 2016). cudnn_enable has no effect.
Tensor layer_norm(const Tensor& input, IntArrayRef normalized_shape, const std::optional<Tensor>& weight = {},
                  const std::optional<Tensor>& bias = {}, double eps = 1e-5, bool cudnn_enable = true);

/// (N,C,...): mean and variance over each sample's group of C / num_groups channels; weight and bias (C) (Wu
/// and He 2018). cudnn_enabled has no effect.
Tensor group_norm(const Tensor& input, int64_t num_groups, const std::optional<Tensor>& weight = {},
                  const std::optional<Tensor>& bias = {}, double eps = 1e-5, bool cudnn_enabled = true);

// ---- loss.cpp: `reduction` gives all losses, their mean or their sum; targets get gradients too -----------

/// (self - target)^2.
Tensor mse_loss(const Tensor& self, const Tensor& target, int64_t reduction = Reduction::Mean);

/// |self - target|.
Tensor l1_loss(const Tensor& self, const Tensor& target, int64_t reduction = Reduction::Mean);

/// With d = |self - target|: 0.5 * d^2 / beta where d < beta, else d - 0.5 * beta (Girshick 2015).
Tensor smooth_l1_loss(const Tensor& self, const Tensor& target, int64_t reduction = Reduction::Mean,
                      double beta = 1);

/// With d = |self - target|: 0.5 * d^2 where d < delta, else delta * (d - 0.5 * delta) (Huber 1964).
Tensor huber_loss(const Tensor& self, const Tensor& target, int64_t reduction = Reduction::Mean,
                  double delta = 1);

/// -weight * (target * log(self) + (1 - target) * log(1 - self)) of probabilities; others are an error.
/// Logarithms end at -100, so that a wrong certainty costs a finite amount.
Tensor binary_cross_entropy(const Tensor& self, const Tensor& target,
                            const std::optional<Tensor>& weight = {}, int64_t reduction = Reduction::Mean);

/// binary_cross_entropy of sigmoid(self), exact for any logits. `pos_weight` scales the part with target.
Tensor binary_cross_entropy_with_logits(const Tensor& self, const Tensor& target,
                                        const std::optional<Tensor>& weight = {},
                                        const std::optional<Tensor>& pos_weight = {},
                                        int64_t reduction = Reduction::Mean);

/// -weight[target] * self[target]. self holds log-probabilities (N,C), (N,C,d...) or (C), target numbers of
/// classes (int64) in that shape without C. The mean is weighted; targets equal to `ignore_index` do not
/// count.
Tensor nll_loss(const Tensor& self, const Tensor& target, const std::optional<Tensor>& weight = {},
                int64_t reduction = Reduction::Mean, int64_t ignore_index = -100);

/// nll_loss of log_softmax(self). The target holds class numbers (int64) or, in self's shape, probabilities.
/// `label_smoothing` spreads that fraction of it over all classes (Szegedy et al. 2016).
Tensor cross_entropy_loss(const Tensor& self, const Tensor& target, const std::optional<Tensor>& weight = {},
                          int64_t reduction = Reduction::Mean, int64_t ignore_index = -100,
                          double label_smoothing = 0);

/// target * (log(target) - self), self being log-probabilities, and target too with `log_target`. The mean is
/// over elements; the divergence's own mean is that of nn::functional with kBatchMean.
Tensor kl_div(const Tensor& self, const Tensor& target, int64_t reduction = Reduction::Mean,
              bool log_target = false);

/// x1 . x2 / (max(|x1|, eps) * max(|x2|, eps)) along `dim`; both broadcast.
Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, int64_t dim = 1, double eps = 1e-8);

/// The p-norm of x1 - x2 + eps over the last dimension: (N,D) (N,D) -> (N).
Tensor pairwise_distance(const Tensor& x1, const Tensor& x2, double p = 2, double eps = 1e-6,
                         bool keepdim = false);

/// With c the cosine of both inputs (N,D) or (D): 1 - c where target (N) or () is 1, max(0, c - margin) where
/// it is -1. target gets no gradient.
Tensor cosine_embedding_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                             double margin = 0, int64_t reduction = Reduction::Mean);

/// max(0, d(anchor, positive) - d(anchor, negative) + margin), d being pairwise_distance: (N,D) -> (N). With
/// `swap`, d(positive, negative) counts where it is smaller (Balntas et al. 2016).
Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           double margin = 1, double p = 2, double eps = 1e-6, bool swap = false,
                           int64_t reduction = Reduction::Mean);

}  // namespace tengen::inline api

#include <tengen/autograd/ops/aliases.h>
#include <tengen/autograd/ops/elementary.h>
#include <tengen/autograd/ops/layers.h>
#include <tengen/autograd/ops/linalg.h>
#include <tengen/autograd/ops/linalg_names.h>
#include <tengen/autograd/ops/pieces.h>
#include <tengen/autograd/ops/products.h>
#include <tengen/autograd/ops/rearrange.h>
#include <tengen/autograd/ops/sampling.h>
#include <tengen/autograd/ops/scatter.h>
#include <tengen/autograd/ops/sequences.h>
#include <tengen/autograd/ops/spatial.h>
#include <tengen/autograd/ops/special.h>
#include <tengen/autograd/ops/special_names.h>
#include <tengen/autograd/ops/statistics.h>
