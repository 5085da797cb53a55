// More functions of one and of two elements; ops.h includes this file and says what holds for all.
#pragma once

#include <tengen/tensor/tensor.h>

namespace tengen::inline api {

// ---- math.cpp: functions of one element; integers become the default dtype --------------------------------

/// 2 to the power of self.
Tensor exp2(const Tensor& self);
inline Tensor Tensor::exp2() const { return tengen::exp2(*this); }

/// The number with this hyperbolic sine.
Tensor asinh(const Tensor& self);
inline Tensor Tensor::asinh() const { return tengen::asinh(*this); }

/// The number from 0 on with this hyperbolic cosine; NaN below 1.
Tensor acosh(const Tensor& self);
inline Tensor Tensor::acosh() const { return tengen::acosh(*this); }

/// The number with this hyperbolic tangent; NaN outside of [-1, 1].
Tensor atanh(const Tensor& self);
inline Tensor Tensor::atanh() const { return tengen::atanh(*this); }

/// sin(pi * self) / (pi * self), which is 1 at 0.
Tensor sinc(const Tensor& self);
inline Tensor Tensor::sinc() const { return tengen::sinc(*this); }

// ---- numbers.cpp ------------------------------------------------------------------------------------------

/// log(self / (1 - self)), the inverse of sigmoid. With `eps`, self is first clamped to [eps, 1 - eps], and
/// the gradient is 0 beyond; without it, probabilities outside of [0, 1] give NaN.
Tensor logit(const Tensor& self, std::optional<double> eps = std::nullopt);
inline Tensor Tensor::logit(std::optional<double> eps) const { return tengen::logit(*this, eps); }

/// NaN replaced by `nan` (default 0), infinities by `posinf` and `neginf` (default: the type's largest and
/// smallest number). The gradient is 0 where something is replaced.
Tensor nan_to_num(const Tensor& self, std::optional<double> nan = std::nullopt,
                  std::optional<double> posinf = std::nullopt, std::optional<double> neginf = std::nullopt);
inline Tensor Tensor::nan_to_num(std::optional<double> nan, std::optional<double> posinf,
                                 std::optional<double> neginf) const {
  return tengen::nan_to_num(*this, nan, posinf, neginf);
}

/// An angle in degrees as radians: self * pi / 180.
Tensor deg2rad(const Tensor& self);
inline Tensor Tensor::deg2rad() const { return tengen::deg2rad(*this); }

/// An angle in radians as degrees: self * 180 / pi.
Tensor rad2deg(const Tensor& self);
inline Tensor Tensor::rad2deg() const { return tengen::rad2deg(*this); }

/// sign: PyTorch's differs for complex numbers only.
Tensor sgn(const Tensor& self);
inline Tensor Tensor::sgn() const { return tengen::sgn(*this); }

/// self itself. Bool tensors are refused.
Tensor positive(const Tensor& self);
inline Tensor Tensor::positive() const { return tengen::positive(*this); }

/// Whether the sign is negative, which that of -0.0 is: bool.
Tensor signbit(const Tensor& self);
inline Tensor Tensor::signbit() const { return tengen::signbit(*this); }

/// Whether an element is infinite and positive: bool.
Tensor isposinf(const Tensor& self);
inline Tensor Tensor::isposinf() const { return tengen::isposinf(*this); }

/// Whether an element is infinite and negative: bool.
Tensor isneginf(const Tensor& self);
inline Tensor Tensor::isneginf() const { return tengen::isneginf(*this); }

/// Whether an element has no imaginary part: true for all.
Tensor isreal(const Tensor& self);
inline Tensor Tensor::isreal() const { return tengen::isreal(*this); }

// ---- pairs.cpp: operands broadcast and are promoted to a common type --------------------------------------

/// |self| with the sign of other; integers become the default dtype. The gradient is 0 where self is 0, and 0
/// for other.
Tensor copysign(const Tensor& self, const Tensor& other);
Tensor copysign(const Tensor& self, const Scalar& other);
inline Tensor Tensor::copysign(const Tensor& other) const { return tengen::copysign(*this, other); }
inline Tensor Tensor::copysign(const Scalar& other) const { return tengen::copysign(*this, other); }

/// sqrt(self^2 + other^2) without overflow; floating-point tensors only.
Tensor hypot(const Tensor& self, const Tensor& other);
inline Tensor Tensor::hypot(const Tensor& other) const { return tengen::hypot(*this, other); }

/// 0 where self is negative or NaN, 1 where it is positive, `values` where it is 0; both of one type. No
/// gradient.
Tensor heaviside(const Tensor& self, const Tensor& values);
inline Tensor Tensor::heaviside(const Tensor& values) const { return tengen::heaviside(*this, values); }

/// The next number after self towards other; floating-point tensors only. No gradient.
Tensor nextafter(const Tensor& self, const Tensor& other);
inline Tensor Tensor::nextafter(const Tensor& other) const { return tengen::nextafter(*this, other); }

/// The larger of two elements, or the one that is no NaN. self gets the gradient where they are equal.
Tensor fmax(const Tensor& self, const Tensor& other);
inline Tensor Tensor::fmax(const Tensor& other) const { return tengen::fmax(*this, other); }

/// The smaller of two elements, or the one that is no NaN. self gets the gradient where they are equal.
Tensor fmin(const Tensor& self, const Tensor& other);
inline Tensor Tensor::fmin(const Tensor& other) const { return tengen::fmin(*this, other); }

/// pow in float64.
Tensor float_power(const Tensor& self, const Tensor& exponent);
Tensor float_power(const Tensor& self, const Scalar& exponent);
Tensor float_power(const Scalar& self, const Tensor& exponent);
inline Tensor Tensor::float_power(const Tensor& exponent) const {
  return tengen::float_power(*this, exponent);
}
inline Tensor Tensor::float_power(const Scalar& exponent) const {
  return tengen::float_power(*this, exponent);
}

/// self * 2^other.
Tensor ldexp(const Tensor& self, const Tensor& other);
inline Tensor Tensor::ldexp(const Tensor& other) const { return tengen::ldexp(*this, other); }

/// log(exp(self) + exp(other)) without overflow; floating-point tensors only.
Tensor logaddexp(const Tensor& self, const Tensor& other);
inline Tensor Tensor::logaddexp(const Tensor& other) const { return tengen::logaddexp(*this, other); }

/// log2(2^self + 2^other) without overflow; floating-point tensors only.
Tensor logaddexp2(const Tensor& self, const Tensor& other);
inline Tensor Tensor::logaddexp2(const Tensor& other) const { return tengen::logaddexp2(*this, other); }

/// self * log(other), 0 where self is 0 unless other is NaN; integers become the default dtype.
Tensor xlogy(const Tensor& self, const Tensor& other);
Tensor xlogy(const Tensor& self, const Scalar& other);
Tensor xlogy(const Scalar& self, const Tensor& other);
inline Tensor Tensor::xlogy(const Tensor& other) const { return tengen::xlogy(*this, other); }
inline Tensor Tensor::xlogy(const Scalar& other) const { return tengen::xlogy(*this, other); }

/// The greatest common divisor of two integers, not negative; that of 0 and x is |x|.
Tensor gcd(const Tensor& self, const Tensor& other);
inline Tensor Tensor::gcd(const Tensor& other) const { return tengen::gcd(*this, other); }

/// The least common multiple of two integers, not negative; 0 where one is 0.
Tensor lcm(const Tensor& self, const Tensor& other);
inline Tensor Tensor::lcm(const Tensor& other) const { return tengen::lcm(*this, other); }

/// self * 2^other for integers, without the bits that their type has no room for; 0 where other is negative.
Tensor bitwise_left_shift(const Tensor& self, const Tensor& other);
Tensor bitwise_left_shift(const Tensor& self, const Scalar& other);
Tensor bitwise_left_shift(const Scalar& self, const Tensor& other);
inline Tensor Tensor::bitwise_left_shift(const Tensor& other) const {
  return tengen::bitwise_left_shift(*this, other);
}
inline Tensor Tensor::bitwise_left_shift(const Scalar& other) const {
  return tengen::bitwise_left_shift(*this, other);
}

/// self / 2^other rounded down, for integers; -1 or 0, by the sign of self, where other is negative.
Tensor bitwise_right_shift(const Tensor& self, const Tensor& other);
Tensor bitwise_right_shift(const Tensor& self, const Scalar& other);
Tensor bitwise_right_shift(const Scalar& self, const Tensor& other);
inline Tensor Tensor::bitwise_right_shift(const Tensor& other) const {
  return tengen::bitwise_right_shift(*this, other);
}
inline Tensor Tensor::bitwise_right_shift(const Scalar& other) const {
  return tengen::bitwise_right_shift(*this, other);
}

// ---- rectify.cpp: activation functions made of others; in place they are functions, as in PyTorch ---------

/// 1.0507... * elu(self, 1.6732...), under which activations keep mean 0 and variance 1 (Klambauer et al.
/// 2017).
Tensor selu(const Tensor& self);
/// selu in place.
Tensor& selu_(Tensor& self);

/// self where it is positive, else alpha * (exp(self / alpha) - 1) (Barron 2017).
Tensor celu(const Tensor& self, const Scalar& alpha = 1.0);
/// celu in place.
Tensor& celu_(Tensor& self, const Scalar& alpha = 1.0);

/// elu in place.
Tensor& elu_(Tensor& self, const Scalar& alpha = 1);

/// hardtanh in place.
Tensor& hardtanh_(Tensor& self, const Scalar& min_val = -1, const Scalar& max_val = 1);

/// relu6(self + 3) / 6.
Tensor hardsigmoid(const Tensor& self);
/// hardsigmoid in place.
Tensor& hardsigmoid_(Tensor& self);

/// self * hardsigmoid(self) (Howard et al. 2019).
Tensor hardswish(const Tensor& self);
/// hardswish in place.
Tensor& hardswish_(Tensor& self);

/// self where |self| > lambd, else 0.
Tensor hardshrink(const Tensor& self, const Scalar& lambd = 0.5);
inline Tensor Tensor::hardshrink(const Scalar& lambd) const { return tengen::hardshrink(*this, lambd); }

/// self moved by lambd towards 0, and 0 where |self| <= lambd.
Tensor softshrink(const Tensor& self, const Scalar& lambd = 0.5);

/// self where it is above `threshold`, else `value`.
Tensor threshold(const Tensor& self, const Scalar& threshold, const Scalar& value);
/// threshold in place.
Tensor& threshold_(Tensor& self, const Scalar& threshold, const Scalar& value);

/// The first half of self along `dim`, times the sigmoid of the second (Dauphin et al. 2017).
Tensor glu(const Tensor& self, int64_t dim = -1);

/// self where it is positive, else weight * self; weight has one element, or one per channel, dimension 1 (He
/// et al. 2015).
Tensor prelu(const Tensor& self, const Tensor& weight);
inline Tensor Tensor::prelu(const Tensor& weight) const { return tengen::prelu(*this, weight); }

/// leaky_relu with a random slope (Xu et al. 2015). While training, each element gets its own, uniform in
/// [lower, upper); otherwise the slope is (lower + upper) / 2.
Tensor rrelu(const Tensor& self, const Scalar& lower = 0.125, const Scalar& upper = 1.0 / 3,
             bool training = false, std::optional<Generator> generator = std::nullopt);
/// rrelu in place.
Tensor& rrelu_(Tensor& self, const Scalar& lower = 0.125, const Scalar& upper = 1.0 / 3,
               bool training = false, std::optional<Generator> generator = std::nullopt);

}  // namespace tengen::inline api
