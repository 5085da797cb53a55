// Functions of one number.
#include <cmath>

#include <tengen/autograd/ops/low_precision.h>
#include <tengen/autograd/ops/pointwise.h>

namespace tengen {
namespace {

// A real function: integers become the default dtype.
Tensor real(Unary op, const Tensor& self) {
  ScalarType type = real_type(self.dtype());
  return compute(op, self, type, type);
}

Tensor not_bool(const char* name, const Tensor& self) {
  TENGEN_CHECK(self.dtype() != kBool, name, ": not implemented for bool tensors");
  return self;
}

}  // namespace

// A real function and its rule: where autocasting computes it in float32, what is kept (self or out), and the
// gradient made of it and of `g`.
#define TENGEN_REAL(name, where, kept, ...)                                               \
  Tensor name(const Tensor& self) {                                                       \
    if (CastOperands cast = to_float32(Autocast::where, {self})) return name(cast(self)); \
    Tensor out = real(Unary::name, self);                                                 \
    return record(#name, out, {self}, {kept}, [](Node& node, const Tensor& g) -> Grads {  \
      Tensor kept = node.saved(0);                                                        \
      return {__VA_ARGS__};                                                               \
    });                                                                                   \
  }
TENGEN_REAL(exp, CUDA, out, (g * out))
TENGEN_REAL(expm1, CUDA, out, (g * (out + 1)))
TENGEN_REAL(log, CUDA, self, (g / self))
TENGEN_REAL(log2, CUDA, self, (g / (self * M_LN2)))
TENGEN_REAL(log10, CUDA, self, (g / (self * M_LN10)))
TENGEN_REAL(log1p, CUDA, self, (g / (self + 1)))
TENGEN_REAL(sqrt, None, out, (g / (out * 2)))
TENGEN_REAL(rsqrt, CUDA, out, (g * -0.5 * out.pow(3)))
TENGEN_REAL(reciprocal, CUDA, out, (-g * out.square()))
TENGEN_REAL(sin, None, self, (g * self.cos()))
TENGEN_REAL(cos, None, self, (-g * self.sin()))
TENGEN_REAL(tan, CUDA, out, (g * (out.square() + 1)))
TENGEN_REAL(asin, CUDA, self, (g * (1 - self.square()).rsqrt()))
TENGEN_REAL(acos, CUDA, self, (-g * (1 - self.square()).rsqrt()))
TENGEN_REAL(atan, None, self, (g / (self.square() + 1)))
TENGEN_REAL(sinh, CUDA, self, (g * self.cosh()))
TENGEN_REAL(cosh, CUDA, self, (g * self.sinh()))
TENGEN_REAL(erf, None, self, (g * (-self.square()).exp() * M_2_SQRTPI))
TENGEN_REAL(erfc, None, self, (g * (-self.square()).exp() * -M_2_SQRTPI))
#undef TENGEN_REAL

Tensor neg(const Tensor& self) {
  TENGEN_CHECK(
      self.dtype() != kBool,
      "neg: negation of a bool tensor is not supported; use bitwise_not or logical_not to invert a mask");
  return record("neg", compute(Unary::neg, self), {self}, {},
                [](Node&, const Tensor& g) -> Grads { return {-g}; });
}
Tensor abs(const Tensor& self) {
  return record("abs", compute(Unary::abs, not_bool("abs", self)), {self}, {self},
                [](Node& node, const Tensor& g) -> Grads { return {g * node.saved(0).sign()}; });
}
Tensor square(const Tensor& self) {
  ScalarType type = self.dtype() == kBool ? kLong : self.dtype();
  return record("square", compute(Unary::square, self, type, type), {self}, {self},
                [](Node& node, const Tensor& g) -> Grads { return {g * (node.saved(0) * 2)}; });
}

// Steps: flat wherever they have a derivative. Integers stay as they are.
#define TENGEN_STEP(name)                                                           \
  Tensor name(const Tensor& self) {                                                 \
    if (is_integral(self.dtype(), true)) return not_bool(#name, self).clone();      \
    return record(#name, compute(Unary::name, self), {self}, {},                    \
                  [](Node&, const Tensor& g) -> Grads { return {zeros_like(g)}; }); \
  }
TENGEN_STEP(floor)
TENGEN_STEP(ceil)
TENGEN_STEP(round)
TENGEN_STEP(trunc)
#undef TENGEN_STEP
Tensor sign(const Tensor& self) {
  return record("sign", compute(Unary::sign, self), {self}, {},
                [](Node&, const Tensor& g) -> Grads { return {zeros_like(g)}; });
}
Tensor frac(const Tensor& self) { return self - self.trunc(); }

// `before` is what the rule may keep of self: nothing, so self itself serves, or its values, so a copy must.
#define TENGEN_METHODS(name, type, before)                                                          \
  Tensor Tensor::name() const { return tengen::name(*this); }                                       \
  Tensor& Tensor::name##_() const {                                                                 \
    return compute_(#name "_", Unary::name, *this, type, {}, [&] { return tengen::name(before); }); \
  }
#define TENGEN_REAL_METHODS(name, before) TENGEN_METHODS(name, real_type(dtype()), before)
TENGEN_REAL_METHODS(exp, *this)
TENGEN_REAL_METHODS(expm1, *this)
TENGEN_REAL_METHODS(log, clone())
TENGEN_REAL_METHODS(log2, clone())
TENGEN_REAL_METHODS(log10, clone())
TENGEN_REAL_METHODS(log1p, clone())
TENGEN_REAL_METHODS(sqrt, *this)
TENGEN_REAL_METHODS(rsqrt, *this)
TENGEN_REAL_METHODS(reciprocal, *this)
TENGEN_REAL_METHODS(sin, clone())
TENGEN_REAL_METHODS(cos, clone())
TENGEN_REAL_METHODS(tan, *this)
TENGEN_REAL_METHODS(asin, clone())
TENGEN_REAL_METHODS(acos, clone())
TENGEN_REAL_METHODS(atan, clone())
TENGEN_REAL_METHODS(sinh, clone())
TENGEN_REAL_METHODS(cosh, clone())
TENGEN_REAL_METHODS(erf, clone())
TENGEN_REAL_METHODS(erfc, clone())
// Where integers or bools take another way than the formula, only real tensors are written directly.
TENGEN_REAL_METHODS(floor, *this)
TENGEN_REAL_METHODS(ceil, *this)
TENGEN_REAL_METHODS(round, *this)
TENGEN_REAL_METHODS(trunc, *this)
TENGEN_METHODS(abs, dtype() == kBool ? ScalarType::Undefined : dtype(), clone())
TENGEN_METHODS(neg, dtype() == kBool ? ScalarType::Undefined : dtype(), *this)
TENGEN_METHODS(sign, dtype(), *this)
TENGEN_METHODS(square, dtype() == kBool ? kLong : dtype(), clone())
#undef TENGEN_REAL_METHODS
#undef TENGEN_METHODS
Tensor Tensor::frac() const { return tengen::frac(*this); }
Tensor& Tensor::frac_() const {
  autograd::writes_directly("frac_", *this, {});
  return assign_("frac_", *this, frac());
}

}  // namespace tengen
