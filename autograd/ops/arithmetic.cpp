// Sums, products, quotients, powers and what is built like them.
#include <cmath>

#include <tengen/autograd/ops/low_precision.h>
#include <tengen/autograd/ops/pointwise.h>
#include <tengen/autograd/ops/replace.h>

namespace tengen::inline api {
namespace {

Tensor zeros_for(const Tensor& grad) { return zeros_like(grad); }

void check_alpha(const char* name, ScalarType type, const Scalar& alpha) {
  TENGEN_CHECK(is_floating_point(type) || !alpha.isFloatingPoint(), name,
               ": for integral input tensors, argument alpha must not be a floating point number");
}

void check_sub(const TensorOrScalar& a, const TensorOrScalar& b) {
  auto is_bool = [](const TensorOrScalar& x) { return x.operand().type == kBool; };
  TENGEN_CHECK(
      !(is_bool(a) && is_bool(b)),
      "sub: subtraction of two bool tensors is not supported; use bitwise_xor or logical_xor instead");
  TENGEN_CHECK(!is_bool(a) && !is_bool(b),
               "sub: subtraction with a bool tensor is not supported; use bitwise_not or logical_not to "
               "invert a mask");
}

// a + alpha * b
Tensor sum_of(const char* name, const TensorOrScalar& a, const TensorOrScalar& b, const Scalar& alpha) {
  ScalarType type = common_type(a.operand(), b.operand());
  check_alpha(name, type, alpha);
  Tensor out = alpha.equal(1)    ? compute(Binary::add, a, b, type, type, {}, name)
               : alpha.equal(-1) ? compute(Binary::sub, a, b, type, type, {}, name)
                                 : compute(Binary::add_scaled, a, b, type, type, fitting(alpha, type), name);
  return record(name, std::move(out), {a, b}, {}, [alpha](Node& node, const Tensor& grad) -> Grads {
    return {node.needs(0) ? grad : Tensor(), !node.needs(1)    ? Tensor()
                                             : alpha.equal(1)  ? grad
                                             : alpha.equal(-1) ? -grad
                                                               : grad * alpha};
  });
}

Tensor& add_into(const char* name, const Tensor& self, const TensorOrScalar& other, const Scalar& alpha) {
  ScalarType type = common_type(Operand(self), other.operand());
  check_alpha(name, type, alpha);
  auto otherwise = [&] { return sum_of(name, self, other, alpha); };
  if (alpha.equal(1)) return compute_(name, Binary::add, self, other, type, {}, otherwise);
  if (alpha.equal(-1)) return compute_(name, Binary::sub, self, other, type, {}, otherwise);
  return compute_(name, Binary::add_scaled, self, other, type, fitting(alpha, type), otherwise);
}

}  // namespace

Tensor add(const Tensor& self, const Tensor& other, const Scalar& alpha) {
  return sum_of("add", self, other, alpha);
}
Tensor add(const Tensor& self, const Scalar& other, const Scalar& alpha) {
  return sum_of("add", self, other, alpha);
}
Tensor sub(const Tensor& self, const Tensor& other, const Scalar& alpha) {
  check_sub(self, other);
  return sum_of("sub", self, other, -alpha);
}
Tensor sub(const Tensor& self, const Scalar& other, const Scalar& alpha) {
  check_sub(self, other);
  return sum_of("sub", self, other, -alpha);
}
Tensor rsub(const Tensor& self, const Scalar& other, const Scalar& alpha) {
  check_sub(other, self);
  return sum_of("rsub", other, self, -alpha);
}
Tensor& Tensor::add_(const Tensor& other, const Scalar& alpha) const {
  return add_into("add_", *this, other, alpha);
}
Tensor& Tensor::add_(const Scalar& other, const Scalar& alpha) const {
  return add_into("add_", *this, other, alpha);
}
Tensor& Tensor::sub_(const Tensor& other, const Scalar& alpha) const {
  check_sub(*this, other);
  return add_into("sub_", *this, other, -alpha);
}
Tensor& Tensor::sub_(const Scalar& other, const Scalar& alpha) const {
  check_sub(*this, other);
  return add_into("sub_", *this, other, -alpha);
}

Tensor mul(const Tensor& self, const Tensor& other) {
  Tensor out = compute(Binary::mul, self, other, {}, "mul");
  return record("mul", std::move(out), {self, other},
                {other.requires_grad() ? self : kNoTensor, self.requires_grad() ? other : kNoTensor},
                [](Node& node, const Tensor& grad) -> Grads {
                  return {node.needs(0) ? grad * node.saved(1) : Tensor(),
                          node.needs(1) ? grad * node.saved(0) : Tensor()};
                });
}
Tensor mul(const Tensor& self, const Scalar& other) {
  return record("mul", compute(Binary::mul, self, other), {self}, {},
                [other](Node&, const Tensor& grad) -> Grads { return {grad * other}; });
}
Tensor& Tensor::mul_(const Tensor& other) const {
  return compute_("mul_", Binary::mul, *this, other, result_type(*this, other), {},
                  [&] { return clone().mul(other); });
}
Tensor& Tensor::mul_(const Scalar& other) const {
  return compute_("mul_", Binary::mul, *this, other, result_type(*this, other), {},
                  [&] { return mul(other); });
}

// ---- division
Tensor div(const Tensor& self, const Tensor& other) {
  ScalarType type = real_type_of(self, other);
  Tensor out = compute(Binary::div, self, other, type, type, {}, "div");
  return record("div", out, {self, other}, {other, other.requires_grad() ? out : kNoTensor},
                [](Node& node, const Tensor& grad) -> Grads {
                  Tensor other = node.saved(0), quotient = grad / other;
                  return {quotient, node.needs(1) ? -quotient * node.saved(1) : Tensor()};
                });
}
Tensor div(const Tensor& self, const Scalar& other) {
  ScalarType type = real_type_of(self, other);
  return record("div", compute(Binary::div, self, other, type, type), {self}, {},
                [other](Node&, const Tensor& grad) -> Grads { return {grad / other}; });
}
Tensor& Tensor::div_(const Tensor& other) const {
  return compute_("div_", Binary::div, *this, other, real_type_of(*this, other), {},
                  [&] { return div(other); });
}
Tensor& Tensor::div_(const Scalar& other) const {
  return compute_("div_", Binary::div, *this, other, real_type_of(*this, other), {},
                  [&] { return div(other); });
}

namespace {

std::string_view rounding(std::string_view mode) {
  TENGEN_CHECK(mode == "trunc" || mode == "floor",
               "div: expected rounding_mode to be one of none, 'trunc' or 'floor' but got '", mode, "'");
  return mode;
}

// Quotients without a fraction: flat, so the gradient is zero.
Tensor whole_quotient(const Tensor& self, const TensorOrScalar& other, std::string_view mode) {
  Tensor out = compute(mode == "trunc" ? Binary::div_trunc : Binary::div_floor, self, other, {}, "div");
  if (!is_floating_point(out.dtype())) return out;
  return record("div", out, {self, other}, {}, [](Node& node, const Tensor& grad) -> Grads {
    return {node.needs(0) ? zeros_for(grad) : Tensor(), node.needs(1) ? zeros_for(grad) : Tensor()};
  });
}

}  // namespace

Tensor div(const Tensor& self, const Tensor& other, std::optional<std::string_view> mode) {
  return mode ? whole_quotient(self, other, rounding(*mode)) : div(self, other);
}
Tensor div(const Tensor& self, const Scalar& other, std::optional<std::string_view> mode) {
  return mode ? whole_quotient(self, other, rounding(*mode)) : div(self, other);
}
Tensor floor_divide(const Tensor& self, const Tensor& other) { return whole_quotient(self, other, "floor"); }
Tensor floor_divide(const Tensor& self, const Scalar& other) { return whole_quotient(self, other, "floor"); }

namespace {
Tensor& whole_quotient_(const char* name, const Tensor& self, const TensorOrScalar& other,
                        std::string_view mode) {
  const Binary op = mode == "trunc" ? Binary::div_trunc : Binary::div_floor;
  return compute_(name, op, self, other, common_type(self, other.operand()), {},
                  [&] { return whole_quotient(self, other, mode); });
}
}  // namespace

Tensor& Tensor::div_(const Tensor& other, std::optional<std::string_view> mode) const {
  return mode ? whole_quotient_("div_", *this, other, rounding(*mode)) : div_(other);
}
Tensor& Tensor::div_(const Scalar& other, std::optional<std::string_view> mode) const {
  return mode ? whole_quotient_("div_", *this, other, rounding(*mode)) : div_(other);
}
Tensor& Tensor::floor_divide_(const Tensor& other) const {
  return whole_quotient_("floor_divide_", *this, other, "floor");
}
Tensor& Tensor::floor_divide_(const Scalar& other) const {
  return whole_quotient_("floor_divide_", *this, other, "floor");
}

// self - quotient * other, the quotient rounded down (remainder) or towards zero (fmod).
namespace {
Tensor rest(const char* name, Binary op, const Tensor& self, const TensorOrScalar& other) {
  Tensor out = compute(op, self, other, {}, name);
  if (!other.tensor)
    return record(name, out, {self}, {}, [](Node&, const Tensor& grad) -> Grads { return {grad}; });
  return record(name, out, {self, *other.tensor}, {self, *other.tensor},
                [floor = op == Binary::remainder](Node& node, const Tensor& grad) -> Grads {
                  return {grad, node.needs(1)
                                    ? -grad * node.saved(0).div(node.saved(1), floor ? "floor" : "trunc")
                                    : Tensor()};
                });
}
}  // namespace

Tensor remainder(const Tensor& self, const Tensor& other) {
  return rest("remainder", Binary::remainder, self, other);
}
Tensor remainder(const Tensor& self, const Scalar& other) {
  return rest("remainder", Binary::remainder, self, other);
}
Tensor& Tensor::remainder_(const Tensor& other) const {
  return compute_("remainder_", Binary::remainder, *this, other, result_type(*this, other), {},
                  [&] { return clone().remainder(other); });
}
Tensor& Tensor::remainder_(const Scalar& other) const {
  return compute_("remainder_", Binary::remainder, *this, other, result_type(*this, other), {},
                  [&] { return remainder(other); });
}
Tensor fmod(const Tensor& self, const Tensor& other) { return rest("fmod", Binary::fmod, self, other); }
Tensor fmod(const Tensor& self, const Scalar& other) { return rest("fmod", Binary::fmod, self, other); }
Tensor& Tensor::fmod_(const Tensor& other) const {
  return compute_("fmod_", Binary::fmod, *this, other, result_type(*this, other), {},
                  [&] { return clone().fmod(other); });
}
Tensor& Tensor::fmod_(const Scalar& other) const {
  return compute_("fmod_", Binary::fmod, *this, other, result_type(*this, other), {},
                  [&] { return fmod(other); });
}

// ---- powers
namespace {

// Exponents that have a cheaper name. In place, where self has the result's type.
Tensor power(const Tensor& self, const Scalar& exponent, bool in_place) {
  ScalarType type = result_type(self, exponent);
  double p = exponent.toDouble();
  TENGEN_CHECK(is_floating_point(type) || type == kBool || p >= 0,
               "pow: integers to negative integer powers are not allowed");
  if (!is_floating_point(type)) exponent.require_fits(type);
  const auto unary = [&](Unary op, Params params = {}) {
    if (!in_place) return compute(op, self, type, type, params);
    compute_into(self, op, self, type, params);
    return self;
  };
  const auto binary = [&](const Tensor& a, const TensorOrScalar& b, Binary op) {
    if (!in_place) return compute(op, a, b, type, type);
    compute_into(self, op, a, b, type);
    return self;
  };
  if (p == 2) return unary(Unary::square);
  if (p == 3) {
    Tensor square = compute(Unary::square, self, type, type);
    return binary(square, self, Binary::mul);
  }
  if (is_floating_point(type)) {
    if (p == 0.5) return unary(Unary::sqrt);
    if (p == -0.5) return unary(Unary::rsqrt);
    if (p == -1) return unary(Unary::reciprocal);
  }
  return unary(Unary::pow_scalar, p);
}

}  // namespace

Tensor pow(const Tensor& self, const Scalar& exponent) {
  if (CastOperands cast = to_float32(Autocast::CUDA, {self})) return pow(cast(self), exponent);
  return record("pow", power(self, exponent, false), {self}, {self},
                [exponent](Node& node, const Tensor& grad) -> Grads {
                  if (exponent.equal(0)) return {zeros_for(grad)};
                  return {grad * exponent *
                          node.saved(0).pow(exponent.isFloatingPoint() ? Scalar(exponent.toDouble() - 1)
                                                                       : Scalar(exponent.toLong() - 1))};
                });
}
Tensor pow(const Tensor& self, const Tensor& exponent) {
  if (CastOperands cast = to_float32(Autocast::CUDA, {self, exponent}))
    return pow(cast(self), cast(exponent));
  Tensor out = compute(Binary::pow, self, exponent, {}, "pow");
  return record("pow", out, {self, exponent}, {self, exponent, exponent.requires_grad() ? out : kNoTensor},
                [](Node& node, const Tensor& grad) -> Grads {
                  Tensor base = node.saved(0), exponent = node.saved(1), to_base, to_exponent;
                  if (node.needs(0))
                    to_base = where(exponent == 0, 0.0, grad * exponent * base.pow(exponent - 1));
                  if (node.needs(1))  // 0^y is flat for y >= 0, where log(0) would say otherwise
                    to_exponent =
                        where((base == 0) & (exponent >= 0), 0.0, grad * node.saved(2) * base.log());
                  return {to_base, to_exponent};
                });
}
Tensor pow(const Scalar& self, const Tensor& exponent) {
  if (CastOperands cast = to_float32(Autocast::CUDA, {exponent})) return pow(self, cast(exponent));
  Tensor out = compute(Binary::pow, self, exponent, {}, "pow");
  return record("pow", out, {exponent}, {exponent, out}, [self](Node& node, const Tensor& grad) -> Grads {
    if (self.equal(0)) return {where(node.saved(0) >= 0, 0.0, grad * node.saved(1) * std::log(0.0))};
    return {grad * node.saved(1) * std::log(self.toDouble())};
  });
}
Tensor& Tensor::pow_(const Scalar& exponent) const {
  if (!writes_into("pow_", *this, result_type(*this, exponent), {}))
    return assign_("pow_", *this, clone().pow(exponent));
  power(*this, exponent, true);
  return written("pow_", *this);
}
Tensor& Tensor::pow_(const Tensor& exponent) const {
  return compute_("pow_", Binary::pow, *this, exponent, result_type(*this, exponent), {},
                  [&] { return clone().pow(exponent); });
}

// ---- two at a time
Tensor atan2(const Tensor& self, const Tensor& other) {
  ScalarType type = real_type_of(self, other);
  Tensor out = compute(Binary::atan2, self, other, type, type, {}, "atan2");
  return record("atan2", out, {self, other}, {self, other}, [](Node& node, const Tensor& grad) -> Grads {
    const Tensor y = node.saved(0), x = node.saved(1), square = x * x + y * y;
    const Tensor scaled = where(square == 0, 0.0, grad / square);  // no direction, no slope
    return {node.needs(0) ? scaled * x : Tensor(), node.needs(1) ? -scaled * y : Tensor()};
  });
}
Tensor& Tensor::atan2_(const Tensor& other) const {
  return compute_("atan2_", Binary::atan2, *this, other, real_type_of(*this, other), {},
                  [&] { return clone().atan2(other); });
}

namespace {
Tensor choose(const char* name, Binary op, const Tensor& self, const Tensor& other) {
  Tensor out = compute(op, self, other, {}, name);
  return record(name, out, {self, other}, {self, other}, [op](Node& node, const Tensor& grad) -> Grads {
    Tensor a = node.saved(0), b = node.saved(1);
    Tensor shared = where(a == b, grad / 2, grad), less = a<b, more = a> b;
    if (op == Binary::minimum) std::swap(less, more);
    return {node.needs(0) ? shared.masked_fill(less, 0) : Tensor(),
            node.needs(1) ? shared.masked_fill(more, 0) : Tensor()};
  });
}
}  // namespace

Tensor maximum(const Tensor& self, const Tensor& other) {
  return choose("maximum", Binary::maximum, self, other);
}
Tensor minimum(const Tensor& self, const Tensor& other) {
  return choose("minimum", Binary::minimum, self, other);
}

// ---- three at a time
Tensor lerp(const Tensor& self, const Tensor& end, const Scalar& weight) {
  const ScalarType type = result_type(self, end);
  weight.require_fits(type);
  Tensor out = compute(Ternary::lerp, self, end, weight, type, {}, "lerp");
  return record("lerp", out, {self, end}, {},
                [w = weight.toDouble()](Node& node, const Tensor& grad) -> Grads {
                  return {node.needs(0) ? grad * (1 - w) : Tensor(), node.needs(1) ? grad * w : Tensor()};
                });
}
Tensor lerp(const Tensor& self, const Tensor& end, const Tensor& weight) {
  Tensor out = compute(Ternary::lerp, self, end, weight, common_type({self, end, weight}), {}, "lerp");
  return record(
      "lerp", out, {self, end, weight}, {self, end, weight}, [](Node& node, const Tensor& grad) -> Grads {
        Tensor weight = node.saved(2);
        return {node.needs(0) ? grad * (1 - weight) : Tensor(), node.needs(1) ? grad * weight : Tensor(),
                node.needs(2) ? grad * (node.saved(1) - node.saved(0)) : Tensor()};
      });
}
Tensor& Tensor::lerp_(const Tensor& end, const Scalar& weight) const {
  const ScalarType type = result_type(*this, end);
  weight.require_fits(type);
  return compute_("lerp_", Ternary::lerp, *this, end, weight, type, {}, [&] { return lerp(end, weight); });
}
Tensor& Tensor::lerp_(const Tensor& end, const Tensor& weight) const {
  return compute_("lerp_", Ternary::lerp, *this, end, weight, common_type({*this, end, weight}), {},
                  [&] { return clone().lerp(end, weight); });
}

Tensor addcmul(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2, const Scalar& value) {
  ScalarType type = common_type({self, tensor1, tensor2});
  check_alpha("addcmul", type, value);
  Tensor out = compute(Ternary::addcmul, self, tensor1, tensor2, type, fitting(value, type), "addcmul");
  return record("addcmul", out, {self, tensor1, tensor2}, {tensor1, tensor2},
                [value](Node& node, const Tensor& grad) -> Grads {
                  const auto scaled = [&](const Tensor& product) {
                    return value.equal(1) ? product : product * value;
                  };
                  return {grad, node.needs(1) ? scaled(grad * node.saved(1)) : Tensor(),
                          node.needs(2) ? scaled(grad * node.saved(0)) : Tensor()};
                });
}
Tensor& Tensor::addcmul_(const Tensor& tensor1, const Tensor& tensor2, const Scalar& value) const {
  const ScalarType type = common_type({*this, tensor1, tensor2});
  return compute_("addcmul_", Ternary::addcmul, *this, tensor1, tensor2, type, fitting(value, type),
                  [&] { return addcmul(tensor1, tensor2, value); });
}

Tensor addcdiv(const Tensor& self, const Tensor& tensor1, const Tensor& tensor2, const Scalar& value) {
  ScalarType type = common_type({self, tensor1, tensor2});
  TENGEN_CHECK(is_floating_point(type), "addcdiv: integer division is not supported, found tensors of type ",
               type);
  Tensor out = compute(Ternary::addcdiv, self, tensor1, tensor2, type, fitting(value, type), "addcdiv");
  return record("addcdiv", out, {self, tensor1, tensor2}, {tensor1, tensor2},
                [value](Node& node, const Tensor& grad) -> Grads {
                  Tensor divisor = node.saved(1), scaled = grad * value / divisor;
                  return {grad, node.needs(1) ? scaled : Tensor(),
                          node.needs(2) ? -scaled * node.saved(0) / divisor : Tensor()};
                });
}
Tensor& Tensor::addcdiv_(const Tensor& tensor1, const Tensor& tensor2, const Scalar& value) const {
  TENGEN_CHECK(is_floating_point(), "addcdiv_: integer division is not supported, found a tensor of type ",
               dtype());
  const ScalarType type = common_type({*this, tensor1, tensor2});
  return compute_("addcdiv_", Ternary::addcdiv, *this, tensor1, tensor2, type, fitting(value, type),
                  [&] { return addcdiv(tensor1, tensor2, value); });
}

// ---- clamp
namespace {

struct Bounds {
  ScalarType type;
  Params params;
  Bounds(const Tensor& self, const std::optional<Scalar>& min, const std::optional<Scalar>& max)
      : type(self.dtype()) {
    TENGEN_CHECK(min || max, "clamp: at least one of 'min' or 'max' must not be None");
    constexpr double inf = __builtin_inf();
    if (min) type = promote_types(type, result_type(self, *min));
    if (max) type = promote_types(type, result_type(self, *max));
    params = {min ? lower_bound(*min, type) : -inf, max ? upper_bound(*max, type) : inf};
  }
  /// Then everything becomes NaN.
  bool has_nan() const { return std::isnan(params.values[0]) || std::isnan(params.values[1]); }
};

}  // namespace

Tensor clamp(const Tensor& self, const std::optional<Scalar>& min, const std::optional<Scalar>& max) {
  Bounds bounds(self, min, max);
  if (bounds.has_nan()) return self.to(bounds.type, false, /*copy=*/true).fill_(NAN);
  Tensor out = compute(Unary::clamp, self, bounds.type, bounds.type, bounds.params);
  return record("clamp", out, {self}, {self}, [bounds](Node& node, const Tensor& grad) -> Grads {
    Tensor x = node.saved(0);
    if (!GradMode::is_enabled()) return {compute(Binary::clamp_grad, grad, x, bounds.params)};
    return {where((x >= bounds.params.values[0]) & (x <= bounds.params.values[1]), grad, 0.0)};
  });
}

Tensor clamp(const Tensor& self, const std::optional<Tensor>& min, const std::optional<Tensor>& max) {
  TENGEN_CHECK(min || max, "clamp: at least one of 'min' or 'max' must not be None");
  Tensor out = self;
  {
    NoGradGuard no_grad;
    if (min) out = maximum(out, *min);
    if (max) out = minimum(out, *max);
  }
  return record("clamp", out, {self, min, max}, {self, min, max},
                [](Node& node, const Tensor& grad) -> Grads {
                  Tensor x = node.saved(0), min = node.saved(1), max = node.saved(2);
                  Tensor below = min.defined() ? x < min : zeros_like(x, kBool),
                         above = max.defined() ? x > max : zeros_like(x, kBool);
                  if (min.defined() && max.defined())
                    below = below & (min < max), above = above | (max < min);
                  return {where(below | above, 0.0, grad), node.needs(1) ? where(below, grad, 0.0) : Tensor(),
                          node.needs(2) ? where(above, grad, 0.0) : Tensor()};
                });
}
Tensor clamp_min(const Tensor& self, const Scalar& min) { return clamp(self, min, std::nullopt); }
Tensor clamp_max(const Tensor& self, const Scalar& max) { return clamp(self, std::nullopt, max); }
Tensor& Tensor::clamp_(const std::optional<Scalar>& min, const std::optional<Scalar>& max) const {
  Bounds bounds(*this, min, max);
  if (bounds.has_nan() && bounds.type == dtype()) return fill_(NAN);
  return compute_("clamp_", Unary::clamp, *this, bounds.type, bounds.params,
                  [&] { return clone().clamp(min, max); });
}
Tensor& Tensor::clamp_(const std::optional<Tensor>& min, const std::optional<Tensor>& max) const {
  return autograd::replace_("clamp_", *this, {min, max}, [&](const Tensor& x) { return x.clamp(min, max); });
}
Tensor& Tensor::clamp_min_(const Scalar& min) const { return clamp_(min, std::nullopt); }
Tensor& Tensor::clamp_max_(const Scalar& max) const { return clamp_(std::nullopt, max); }

}  // namespace tengen::inline api
