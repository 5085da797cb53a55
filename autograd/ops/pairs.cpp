// Functions of two numbers.
#include <cmath>

#include <tengen/autograd/ops/checks.h>
#include <tengen/autograd/ops/pointwise.h>
#include <tengen/autograd/ops/replace.h>

namespace tengen::inline api {
namespace {

// An operator that takes floating-point numbers only.
Tensor floating(const char* name, Binary op, const Tensor& a, const Tensor& b) {
  const ScalarType type = common_type(a, b);
  check_floating(name, type);
  return compute(op, a, b, type, type, {}, name);
}

Tensor of_integers(const char* name, Binary op, const TensorOrScalar& a, const TensorOrScalar& b) {
  const ScalarType type = common_type(a.operand(), b.operand());
  TENGEN_CHECK(is_integral(type, false), name, ": expected integers but got ", type);
  return compute(op, a, b, type, type, {}, name);
}
Tensor& of_integers_(const char* name, Binary op, const Tensor& self, const TensorOrScalar& other) {
  return autograd::replace_(name, self, {other},
                            [&](const Tensor& x) { return of_integers(name, op, x, other); });
}

}  // namespace

// ---- signs and steps
namespace {

Tensor with_sign(const Tensor& self, const TensorOrScalar& other) {
  const ScalarType type = real_type_of(self, other);
  const Tensor out = compute(Binary::copysign, self, other, type, type, {}, "copysign");
  return record("copysign", out, {self, other}, {self, out}, [](Node& node, const Tensor& grad) -> Grads {
    // Whether the sign was changed: 1, -1, or 0 where self is.
    const Tensor change = node.saved(0).detach().sign() * node.saved(1).detach().sign();
    return {node.needs(0) ? grad * change : Tensor(), node.needs(1) ? zeros_like(grad) : Tensor()};
  });
}
Tensor& with_sign_(const Tensor& self, const TensorOrScalar& other) {
  return autograd::replace_("copysign_", self, {other}, [&](const Tensor& x) { return with_sign(x, other); });
}

}  // namespace

Tensor copysign(const Tensor& self, const Tensor& other) { return with_sign(self, other); }
Tensor copysign(const Tensor& self, const Scalar& other) { return with_sign(self, other); }
Tensor& Tensor::copysign_(const Tensor& other) const { return with_sign_(*this, other); }
Tensor& Tensor::copysign_(const Scalar& other) const { return with_sign_(*this, other); }

Tensor heaviside(const Tensor& self, const Tensor& values) {
  TENGEN_CHECK(self.dtype() == values.dtype(), "heaviside: expected tensors of one dtype, but got ",
               self.dtype(), " and ", values.dtype());
  return compute(Binary::heaviside, self, values, {}, "heaviside");
}
Tensor& Tensor::heaviside_(const Tensor& values) const {
  return autograd::replace_("heaviside_", *this, {values},
                            [&](const Tensor& x) { return x.heaviside(values); });
}

Tensor nextafter(const Tensor& self, const Tensor& other) {
  TENGEN_CHECK(common_type(self, other) == kFloat || common_type(self, other) == kDouble,
               "nextafter: expected float32 or float64 tensors, but got ", self.dtype(), " and ",
               other.dtype());
  return floating("nextafter", Binary::nextafter, self, other);
}
Tensor& Tensor::nextafter_(const Tensor& other) const {
  return autograd::replace_("nextafter_", *this, {other},
                            [&](const Tensor& x) { return x.nextafter(other); });
}

// ---- lengths and extremes
Tensor hypot(const Tensor& self, const Tensor& other) {
  const Tensor out = floating("hypot", Binary::hypot, self, other);
  return record("hypot", out, {self, other}, {self, other, out}, [](Node& node, const Tensor& grad) -> Grads {
    const Tensor scaled = grad / node.saved(2);
    return {node.needs(0) ? scaled * node.saved(0) : Tensor(),
            node.needs(1) ? scaled * node.saved(1) : Tensor()};
  });
}
Tensor& Tensor::hypot_(const Tensor& other) const {
  return autograd::replace_("hypot_", *this, {other}, [&](const Tensor& x) { return x.hypot(other); });
}

namespace {

// The whole gradient goes to the operand that was taken.
Tensor choose(const char* name, Binary op, const Tensor& self, const Tensor& other) {
  Tensor out = compute(op, self, other, {}, name);
  return record(name, out, {self, other}, {self, other}, [op](Node& node, const Tensor& grad) -> Grads {
    const Tensor a = node.saved(0), b = node.saved(1);
    const Tensor first = (op == Binary::fmax ? a >= b : a <= b) | b.isnan();
    return {node.needs(0) ? where(first, grad, 0) : Tensor(),
            node.needs(1) ? where(first, 0, grad) : Tensor()};
  });
}

}  // namespace

Tensor fmax(const Tensor& self, const Tensor& other) { return choose("fmax", Binary::fmax, self, other); }
Tensor fmin(const Tensor& self, const Tensor& other) { return choose("fmin", Binary::fmin, self, other); }

// ---- powers and logarithms
Tensor float_power(const Tensor& self, const Tensor& exponent) {
  return self.to(kDouble).pow(exponent.to(kDouble));
}
Tensor float_power(const Tensor& self, const Scalar& exponent) {
  return self.to(kDouble).pow(exponent.toDouble());
}
Tensor float_power(const Scalar& self, const Tensor& exponent) {
  return pow(self.toDouble(), exponent.to(kDouble));
}
Tensor& Tensor::float_power_(const Tensor& exponent) const {
  TENGEN_CHECK(dtype() == kDouble, "float_power_: the base given to float_power_ has dtype ", dtype(),
               " but the operation's result requires dtype Double");
  return pow_(exponent.to(kDouble));
}
Tensor& Tensor::float_power_(const Scalar& exponent) const {
  TENGEN_CHECK(dtype() == kDouble, "float_power_: the base given to float_power_ has dtype ", dtype(),
               " but the operation's result requires dtype Double");
  return pow_(exponent.toDouble());
}

Tensor ldexp(const Tensor& self, const Tensor& other) { return self * pow(2.0, other); }
Tensor& Tensor::ldexp_(const Tensor& other) const {
  return autograd::replace_("ldexp_", *this, {other}, [&](const Tensor& x) { return x.ldexp(other); });
}

namespace {
// a - b, 0 where both are the same infinity.
Tensor without_nan(const Tensor& a, const Tensor& b) { return (a - b).masked_fill((a == b) & a.isinf(), 0); }
}  // namespace

Tensor logaddexp(const Tensor& self, const Tensor& other) {
  return record("logaddexp", floating("logaddexp", Binary::logaddexp, self, other), {self, other},
                {self, other}, [](Node& node, const Tensor& grad) -> Grads {
                  const Tensor difference = without_nan(node.saved(0), node.saved(1));
                  return {node.needs(0) ? grad * difference.sigmoid() : Tensor(),
                          node.needs(1) ? grad * (-difference).sigmoid() : Tensor()};
                });
}
Tensor logaddexp2(const Tensor& self, const Tensor& other) {
  return record("logaddexp2", floating("logaddexp2", Binary::logaddexp2, self, other), {self, other},
                {self, other}, [](Node& node, const Tensor& grad) -> Grads {
                  const Tensor difference = without_nan(node.saved(0), node.saved(1)) * M_LN2;
                  return {node.needs(0) ? grad * difference.sigmoid() : Tensor(),
                          node.needs(1) ? grad * (-difference).sigmoid() : Tensor()};
                });
}

namespace {

Tensor times_log(const TensorOrScalar& self, const TensorOrScalar& other) {
  const ScalarType type = real_type_of(self, other);
  Tensor out = compute(Binary::xlogy, self, other, type, type, {}, "xlogy");
  return record(
      "xlogy", out, {self, other}, {self, other},
      [x = self.value, y = other.value](Node& node, const Tensor& grad) -> Grads {
        const Tensor self = node.saved(0), other = node.saved(1);
        Tensor to_self, to_other;
        if (node.needs(0)) {  // flat where 0 * log(other) counts as 0
          const Tensor log = other.defined() ? other.log() : full_like(self, std::log(y.toDouble()));
          const Tensor flat = (self == 0) & (other.defined() ? other <= 0 : log.isinf() | log.isnan());
          to_self = grad * log.masked_fill(flat, 0);
        }
        if (node.needs(1)) to_other = self.defined() ? grad * self / other : grad * x / other;
        return {to_self, to_other};
      });
}
Tensor& times_log_(const Tensor& self, const TensorOrScalar& other) {
  return autograd::replace_("xlogy_", self, {other}, [&](const Tensor& x) { return times_log(x, other); });
}

}  // namespace

Tensor xlogy(const Tensor& self, const Tensor& other) { return times_log(self, other); }
Tensor xlogy(const Tensor& self, const Scalar& other) { return times_log(self, other); }
Tensor xlogy(const Scalar& self, const Tensor& other) { return times_log(self, other); }
Tensor& Tensor::xlogy_(const Tensor& other) const { return times_log_(*this, other); }
Tensor& Tensor::xlogy_(const Scalar& other) const { return times_log_(*this, other); }

// ---- integers
Tensor gcd(const Tensor& self, const Tensor& other) { return of_integers("gcd", Binary::gcd, self, other); }
Tensor& Tensor::gcd_(const Tensor& other) const { return of_integers_("gcd_", Binary::gcd, *this, other); }
Tensor lcm(const Tensor& self, const Tensor& other) { return of_integers("lcm", Binary::lcm, self, other); }
Tensor& Tensor::lcm_(const Tensor& other) const { return of_integers_("lcm_", Binary::lcm, *this, other); }

Tensor bitwise_left_shift(const Tensor& self, const Tensor& other) {
  return of_integers("bitwise_left_shift", Binary::bitwise_left_shift, self, other);
}
Tensor bitwise_left_shift(const Tensor& self, const Scalar& other) {
  return of_integers("bitwise_left_shift", Binary::bitwise_left_shift, self, other);
}
Tensor bitwise_left_shift(const Scalar& self, const Tensor& other) {
  return of_integers("bitwise_left_shift", Binary::bitwise_left_shift, self, other);
}
Tensor& Tensor::bitwise_left_shift_(const Tensor& other) const {
  return of_integers_("bitwise_left_shift_", Binary::bitwise_left_shift, *this, other);
}
Tensor& Tensor::bitwise_left_shift_(const Scalar& other) const {
  return of_integers_("bitwise_left_shift_", Binary::bitwise_left_shift, *this, other);
}
Tensor bitwise_right_shift(const Tensor& self, const Tensor& other) {
  return of_integers("bitwise_right_shift", Binary::bitwise_right_shift, self, other);
}
Tensor bitwise_right_shift(const Tensor& self, const Scalar& other) {
  return of_integers("bitwise_right_shift", Binary::bitwise_right_shift, self, other);
}
Tensor bitwise_right_shift(const Scalar& self, const Tensor& other) {
  return of_integers("bitwise_right_shift", Binary::bitwise_right_shift, self, other);
}
Tensor& Tensor::bitwise_right_shift_(const Tensor& other) const {
  return of_integers_("bitwise_right_shift_", Binary::bitwise_right_shift, *this, other);
}
Tensor& Tensor::bitwise_right_shift_(const Scalar& other) const {
  return of_integers_("bitwise_right_shift_", Binary::bitwise_right_shift, *this, other);
}

}  // namespace tengen::inline api
