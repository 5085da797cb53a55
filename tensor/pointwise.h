// Private: not installed; no public header includes it.
// Every pointwise formula, written once, for every backend.
//
// A formula is a template over V: a number (float, double, int64_t) in scalar loops and on a GPU, or a CPU
// vector (cpu/pointwise/vec_math.h) with the same operators. It calls the functions of namespace pw, which a
// backend overloads for its V, and select(condition, a, b). The lists name each primitive once; enums, tables
// of kernels and dispatch are generated from them.
#pragma once

#include <cstdint>

#if defined(TENGEN_ISA)
#include <math.h>
#endif
#if defined(__CUDACC__)
#define TENGEN_HD __host__ __device__
#else
#define TENGEN_HD
#endif
#if defined(TENGEN_ISA)
#include <tengen/tensor/special_functions.h>
#endif

namespace tengen {

// clang-format off
// X(name), one real number (float, double) to one. The functions of pw...
#define TENGEN_UNARY_MATH(X) \
  X(exp) X(exp2) X(expm1) X(log) X(log2) X(log10) X(log1p) X(sqrt) X(sin) X(cos) X(tan) X(asin) X(acos) \
  X(atan) X(sinh) X(cosh) X(tanh) X(asinh) X(acosh) X(atanh) X(erf) X(erfc) X(floor) X(ceil) X(round) X(trunc) \
  X(lgamma) X(digamma) X(erfcx) X(erfinv) X(ndtri) X(log_ndtr) X(i0) X(i0e) X(i1) X(i1e)
// ...and formulas; params where named below.
#define TENGEN_UNARY_REAL(X) \
  X(rsqrt) X(reciprocal) X(sigmoid) X(silu) X(gelu) X(gelu_tanh) X(mish) X(softplus) X(log_sigmoid) \
  X(elu) X(leaky_relu) X(sinc) X(logit) X(nan_to_num) X(entr) X(ndtr)
// One number of any computing type, result of the same type.
#define TENGEN_UNARY_ANY(X) \
  X(neg) X(abs) X(sign) X(square) X(relu) X(clamp) X(pow_scalar)
// The same, integers only.
#define TENGEN_UNARY_INT(X) \
  X(bitwise_not)
// Tests: bool result.
#define TENGEN_UNARY_TEST(X) \
  X(logical_not) X(isnan) X(isinf) X(isfinite) X(signbit)

// Two numbers of one computing type, result of that type.
#define TENGEN_BINARY_ANY(X) \
  X(add) X(sub) X(mul) X(add_scaled) X(div_trunc) X(div_floor) X(remainder) X(maximum) X(minimum) \
  X(fmax) X(fmin) X(heaviside)
#define TENGEN_BINARY_MATH_ANY(X) \
  X(pow) X(fmod)
#define TENGEN_BINARY_INT(X) \
  X(bitwise_and) X(bitwise_or) X(bitwise_xor) X(bitwise_left_shift) X(bitwise_right_shift) X(gcd) X(lcm)
// Real numbers only. *_grad: (gradient, x), or (gradient, y) for sigmoid and tanh.
#define TENGEN_BINARY_MATH(X) \
  X(atan2) X(copysign) X(hypot) X(nextafter) X(igamma) X(igammac) X(zeta)
#define TENGEN_BINARY_REAL(X) \
  X(div) X(sigmoid_grad) X(tanh_grad) X(silu_grad) X(gelu_grad) X(gelu_tanh_grad) X(mish_grad) \
  X(softplus_grad) X(log_sigmoid_grad) X(elu_grad) X(leaky_relu_grad) X(relu_grad) X(clamp_grad) \
  X(hardtanh_grad) X(bce_with_logits) X(logaddexp) X(logaddexp2) X(xlogy) X(xlog1py)
// Bool result.
#define TENGEN_BINARY_TEST(X) \
  X(eq) X(ne) X(lt) X(le) X(gt) X(ge) X(logical_and) X(logical_or) X(logical_xor)

// where: a is bool, b and c of out's type (any).
#define TENGEN_TERNARY(X) \
  X(where) X(addcmul) X(addcdiv) X(lerp) X(bce_with_logits_grad)
// clang-format on

#define TENGEN_ENUMERATOR(name) name,
enum class Unary : uint8_t {
  TENGEN_UNARY_MATH(TENGEN_ENUMERATOR) TENGEN_UNARY_REAL(TENGEN_ENUMERATOR)
      TENGEN_UNARY_ANY(TENGEN_ENUMERATOR) TENGEN_UNARY_INT(TENGEN_ENUMERATOR)
          TENGEN_UNARY_TEST(TENGEN_ENUMERATOR) count
};
enum class Binary : uint8_t {
  TENGEN_BINARY_ANY(TENGEN_ENUMERATOR) TENGEN_BINARY_MATH_ANY(TENGEN_ENUMERATOR)
      TENGEN_BINARY_INT(TENGEN_ENUMERATOR) TENGEN_BINARY_MATH(TENGEN_ENUMERATOR)
          TENGEN_BINARY_REAL(TENGEN_ENUMERATOR) TENGEN_BINARY_TEST(TENGEN_ENUMERATOR) count
};
enum class Ternary : uint8_t { TENGEN_TERNARY(TENGEN_ENUMERATOR) count };
#undef TENGEN_ENUMERATOR

/// Whether a function's result is a bool, whatever its operands are: one of the lists of tests.
constexpr bool gives_bool(Unary op) {
#define TENGEN_CASE(name) case Unary::name:
  switch (op) {
    TENGEN_UNARY_TEST(TENGEN_CASE)
    return true;
    default:
      return false;
  }
#undef TENGEN_CASE
}
constexpr bool gives_bool(Binary op) {
#define TENGEN_CASE(name) case Binary::name:
  switch (op) {
    TENGEN_BINARY_TEST(TENGEN_CASE)
    return true;
    default:
      return false;
  }
#undef TENGEN_CASE
}

/// Errors that kernels find; defined outside of them, so that no kernel's object holds shared inline
/// functions.
[[noreturn]] void zero_division_error();
[[noreturn]] void not_implemented_error(const char* op, int dtype);

#if defined(TENGEN_ISA)  // the rest is for backends, each with a copy of its own
// ---- functions of plain numbers -----------------------------------------------------------------------
namespace pw {
inline namespace TENGEN_ISA {

#define TENGEN_FUNCTION(name)                                   \
  TENGEN_HD inline float name(float x) { return ::name##f(x); } \
  TENGEN_HD inline double name(double x) { return ::name(x); }
TENGEN_FUNCTION(exp)
TENGEN_FUNCTION(exp2)
TENGEN_FUNCTION(expm1)
TENGEN_FUNCTION(log)
TENGEN_FUNCTION(log2)
TENGEN_FUNCTION(log10)
TENGEN_FUNCTION(log1p)
TENGEN_FUNCTION(sqrt)
TENGEN_FUNCTION(sin)
TENGEN_FUNCTION(cos)
TENGEN_FUNCTION(tan)
TENGEN_FUNCTION(asin)
TENGEN_FUNCTION(acos)
TENGEN_FUNCTION(atan)
TENGEN_FUNCTION(sinh)
TENGEN_FUNCTION(cosh)
TENGEN_FUNCTION(tanh)
TENGEN_FUNCTION(asinh)
TENGEN_FUNCTION(acosh)
TENGEN_FUNCTION(atanh)
TENGEN_FUNCTION(erf)
TENGEN_FUNCTION(erfc)
TENGEN_FUNCTION(floor)
TENGEN_FUNCTION(ceil)
TENGEN_FUNCTION(trunc)
TENGEN_FUNCTION(fabs)
#undef TENGEN_FUNCTION
TENGEN_HD inline float round(float x) { return ::nearbyintf(x); }  // half to even
TENGEN_HD inline double round(double x) { return ::nearbyint(x); }
TENGEN_HD inline int64_t fabs(int64_t x) { return x < 0 ? -x : x; }

#define TENGEN_FUNCTION(name)                                               \
  TENGEN_HD inline float name(float x, float y) { return ::name##f(x, y); } \
  TENGEN_HD inline double name(double x, double y) { return ::name(x, y); }
TENGEN_FUNCTION(atan2)
TENGEN_FUNCTION(copysign)
TENGEN_FUNCTION(hypot)
TENGEN_FUNCTION(nextafter)
TENGEN_FUNCTION(pow)
TENGEN_FUNCTION(fmod)
#undef TENGEN_FUNCTION

/// log1p of numbers in [0, 1], which vectors have a shorter way for.
template <class T>
TENGEN_HD T log1p_unit(T x) {
  return log1p(x);
}

template <class T>
TENGEN_HD T select(bool condition, T a, T b) {
  return condition ? a : b;
}

// Integers. Division by zero is an error; -2^63 / -1 wraps.
TENGEN_HD inline int64_t divisor(int64_t b) {
#if !defined(__CUDA_ARCH__)
  if (b == 0) zero_division_error();
#endif
  return b;
}
TENGEN_HD inline int64_t trunc_divide(int64_t a, int64_t b) {
  return b == -1 ? int64_t(0 - uint64_t(a)) : a / divisor(b);
}
TENGEN_HD inline int64_t fmod(int64_t a, int64_t b) { return b == -1 ? 0 : a % divisor(b); }
TENGEN_HD inline int64_t pow(int64_t base, int64_t exponent) {
  if (exponent < 0) return base == 1 ? 1 : base == -1 ? (exponent % 2 ? -1 : 1) : 0;
  uint64_t result = 1, factor = uint64_t(base);
  for (; exponent; exponent >>= 1, factor *= factor)
    if (exponent & 1) result *= factor;
  return int64_t(result);
}

}  // namespace TENGEN_ISA
}  // namespace pw

// ---- formulas: p are the params -----------------------------------------------------------------------
namespace formula {
inline namespace TENGEN_ISA {
using namespace pw;

#define TENGEN_UNARY(name) \
  template <class V>       \
  TENGEN_HD auto name(V x, [[maybe_unused]] const V* p)
#define TENGEN_BINARY(name) \
  template <class V>        \
  TENGEN_HD auto name(V a, V b, [[maybe_unused]] const V* p)

TENGEN_UNARY(rsqrt) { return V(1) / sqrt(x); }
TENGEN_UNARY(reciprocal) { return V(1) / x; }
TENGEN_UNARY(neg) { return -x; }
TENGEN_UNARY(abs) { return fabs(x); }
TENGEN_UNARY(square) { return x * x; }
TENGEN_UNARY(sign) { return select(x > V(0), V(1), select(x < V(0), V(-1), V(0))); }
TENGEN_UNARY(relu) { return select(x < V(0), V(0), x); }
TENGEN_UNARY(clamp) {  // p: min, max
  V low = select(x < p[0], p[0], x);
  return select(low > p[1], p[1], low);
}
TENGEN_UNARY(pow_scalar) { return pow(x, p[0]); }
TENGEN_UNARY(bitwise_not) { return ~x; }
TENGEN_UNARY(logical_not) { return x == V(0); }
TENGEN_UNARY(isnan) { return x != x; }
TENGEN_UNARY(isinf) { return fabs(x) == V(__builtin_inf()); }
TENGEN_UNARY(isfinite) { return fabs(x) < V(__builtin_inf()); }
TENGEN_HD inline bool isinf(int64_t, const int64_t*) { return false; }
TENGEN_HD inline bool isfinite(int64_t, const int64_t*) { return true; }
TENGEN_UNARY(signbit) { return copysign(V(1), x) < V(0); }
TENGEN_HD inline bool signbit(int64_t x, const int64_t*) { return x < 0; }
TENGEN_UNARY(sinc) {
  V angle = V(3.14159265358979323846) * x;
  return select(x == V(0), V(1), sin(angle) / angle);
}
TENGEN_UNARY(logit) {  // p: eps, negative for none
  V low = select(x < p[0], p[0], x), high = V(1) - p[0];
  V inside = select(p[0] < V(0), x, select(low > high, high, low));
  return log(inside / (V(1) - inside));
}
TENGEN_UNARY(entr) { return select(x == V(0), V(0), select(x < V(0), V(-__builtin_inf()), -x * log(x))); }
TENGEN_UNARY(ndtr) { return V(0.5) * erfc(x * V(-0.70710678118654752440)); }
TENGEN_UNARY(nan_to_num) {  // p: for NaN, infinity, negative infinity
  V inf(__builtin_inf());
  return select(x != x, p[0], select(x == inf, p[1], select(x == -inf, p[2], x)));
}

TENGEN_UNARY(sigmoid) { return V(1) / (V(1) + exp(-x)); }
TENGEN_BINARY(sigmoid_grad) { return a * (V(1) - b) * b; }
TENGEN_BINARY(tanh_grad) { return a * (V(1) - b * b); }
TENGEN_UNARY(silu) { return x / (V(1) + exp(-x)); }
TENGEN_BINARY(silu_grad) {
  V s = V(1) / (V(1) + exp(-b));
  return a * s * (V(1) + b * (V(1) - s));
}
TENGEN_UNARY(gelu) { return V(0.5) * x * (V(1) + erf(x * V(0.70710678118654752440))); }
TENGEN_BINARY(gelu_grad) {  // cdf + x pdf of the normal distribution
  V cdf = V(0.5) * (V(1) + erf(b * V(0.70710678118654752440)));
  return a * (cdf + b * V(0.39894228040143267794) * exp(V(-0.5) * b * b));
}
// 0.5 x (1 + tanh(u)), u = sqrt(2/pi) (x + 0.044715 x^3)
TENGEN_UNARY(gelu_tanh) {
  return V(0.5) * x * (V(1) + tanh(V(0.79788456080286535588) * (x + V(0.044715) * x * x * x)));
}
TENGEN_BINARY(gelu_tanh_grad) {
  V t = tanh(V(0.79788456080286535588) * (b + V(0.044715) * b * b * b));
  V slope = V(0.79788456080286535588) * (V(1) + V(3 * 0.044715) * b * b);
  return a * V(0.5) * (V(1) + t + b * (V(1) - t * t) * slope);
}
// tanh(log(1 + w)) = n / (n + 2) with w = e^x, n = w (w + 2): no cancellation; above 20 it is 1 in any
// precision that follows.
TENGEN_UNARY(mish) {
  V w = exp(select(x > V(20), V(20), x)), n = w * (w + V(2));
  return x * select(x > V(20), V(1), n / (n + V(2)));
}
TENGEN_BINARY(mish_grad) {
  V w = exp(select(b > V(20), V(20), b)), n = w * (w + V(2)), d = n + V(2);
  return a * select(b > V(20), V(1), (n + b * V(4) * w * (w + V(1)) / d) / d);
}
TENGEN_UNARY(softplus) {  // p: beta, threshold
  V z = x * p[0];
  return select(z > p[1], x, log1p(exp(z)) / p[0]);
}
TENGEN_BINARY(softplus_grad) {
  V z = b * p[0];
  return select(z > p[1], a, a / (V(1) + exp(-z)));
}
TENGEN_UNARY(log_sigmoid) { return select(x > V(0), V(0), x) - log1p_unit(exp(-fabs(x))); }
TENGEN_BINARY(log_sigmoid_grad) { return a / (V(1) + exp(b)); }
TENGEN_UNARY(elu) { return select(x > V(0), x, p[0] * expm1(x)); }  // p: alpha
TENGEN_BINARY(elu_grad) { return select(b > V(0), a, a * p[0] * exp(b)); }
TENGEN_UNARY(leaky_relu) { return select(x > V(0), x, x * p[0]); }  // p: negative_slope
TENGEN_BINARY(leaky_relu_grad) { return select(b > V(0), a, a * p[0]); }
TENGEN_BINARY(relu_grad) { return select(b <= V(0), V(0), a); }
TENGEN_BINARY(clamp_grad) { return select((b >= p[0]) & (b <= p[1]), a, V(0)); }  // p: min, max
TENGEN_BINARY(hardtanh_grad) { return select((b > p[0]) & (b < p[1]), a, V(0)); }
TENGEN_BINARY(bce_with_logits) { return (V(1) - b) * a - log_sigmoid(a, p); }  // a: logits, b: targets

TENGEN_BINARY(add) { return a + b; }
TENGEN_BINARY(sub) { return a - b; }
TENGEN_BINARY(mul) { return a * b; }
TENGEN_BINARY(div) { return a / b; }
TENGEN_BINARY(add_scaled) { return a + p[0] * b; }
TENGEN_BINARY(maximum) { return select((a > b) | (a != a), a, b); }
TENGEN_BINARY(minimum) { return select((a < b) | (a != a), a, b); }
TENGEN_BINARY(fmax) { return select((a != a) | (b > a), b, a); }
TENGEN_BINARY(fmin) { return select((a != a) | (b < a), b, a); }
TENGEN_BINARY(heaviside) { return select(a == V(0), b, select(a > V(0), V(1), V(0))); }
TENGEN_BINARY(logaddexp) {  // infinities of one sign have no difference
  V distance = select(a == b, V(0), fabs(a - b));
  return select(a < b, b, a) + log1p_unit(exp(-distance));
}
TENGEN_BINARY(logaddexp2) {
  V distance = select(a == b, V(0), fabs(a - b));
  return select(a < b, b, a) + log1p_unit(exp2(-distance)) * V(1.44269504088896340736);
}
TENGEN_BINARY(xlog1py) { return select(b != b, b, select(a == V(0), V(0), a * log1p(b))); }
TENGEN_BINARY(xlogy) { return select(b != b, b, select(a == V(0), V(0), a * log(b))); }
TENGEN_BINARY(bitwise_and) { return a & b; }
TENGEN_BINARY(bitwise_or) { return a | b; }
TENGEN_BINARY(bitwise_xor) { return a ^ b; }
TENGEN_HD inline int64_t bitwise_left_shift(int64_t a, int64_t b, const int64_t*) {
  return b < 0 || b > 63 ? 0 : int64_t(uint64_t(a) << b);
}
TENGEN_HD inline int64_t bitwise_right_shift(int64_t a, int64_t b, const int64_t*) {
  return a >> (b < 0 || b > 63 ? 63 : b);
}
TENGEN_HD inline int64_t gcd(int64_t a, int64_t b, const int64_t*) {
  uint64_t x = a < 0 ? 0 - uint64_t(a) : uint64_t(a), y = b < 0 ? 0 - uint64_t(b) : uint64_t(b);
  while (y) {
    const uint64_t rest = x % y;
    x = y, y = rest;
  }
  return int64_t(x);
}
TENGEN_HD inline int64_t lcm(int64_t a, int64_t b, const int64_t* p) {
  const int64_t divisor = gcd(a, b, p);
  return divisor == 0 ? 0 : fabs(int64_t(uint64_t(a / divisor) * uint64_t(b)));
}
TENGEN_BINARY(div_trunc) { return trunc(a / b); }
// The remainder takes the sign of the divisor, and a = b * floor + remainder, as in Python.
TENGEN_BINARY(remainder) {
  V m = fmod(a, b);
  return select((m != V(0)) & ((b < V(0)) != (m < V(0))), m + b, m);
}
TENGEN_BINARY(div_floor) {
  V m = fmod(a, b);
  V exact = (a - m) / b;
  exact = select((m != V(0)) & ((b < V(0)) != (m < V(0))), exact - V(1), exact);
  V whole = floor(exact);
  whole = select(exact - whole > V(0.5), whole + V(1), whole);
  return select(b == V(0), a / b, select(exact == V(0), copysign(V(0), a / b), whole));
}
TENGEN_HD inline int64_t div_trunc(int64_t a, int64_t b, const int64_t*) { return trunc_divide(a, b); }
TENGEN_HD inline int64_t div_floor(int64_t a, int64_t b, const int64_t*) {
  return trunc_divide(a, b) - (fmod(a, b) != 0 && (a < 0) != (b < 0));
}
TENGEN_BINARY(eq) { return a == b; }
TENGEN_BINARY(ne) { return a != b; }
TENGEN_BINARY(lt) { return a < b; }
TENGEN_BINARY(le) { return a <= b; }
TENGEN_BINARY(gt) { return a > b; }
TENGEN_BINARY(ge) { return a >= b; }
// What a test of V gives. Of two bools, & and | give an int.
template <class V>
using Truth = decltype(V(0) != V(0));
TENGEN_BINARY(logical_and) { return Truth<V>((a != V(0)) & (b != V(0))); }
TENGEN_BINARY(logical_or) { return Truth<V>((a != V(0)) | (b != V(0))); }
TENGEN_BINARY(logical_xor) { return (a != V(0)) != (b != V(0)); }

template <class V>
TENGEN_HD V bce_with_logits_grad(V a, V b, V c, const V* p) {  // a: gradient, b: logits, c: targets
  return a * (sigmoid(b, p) - c);
}
template <class V>
TENGEN_HD V addcmul(V a, V b, V c, const V* p) {
  return a + p[0] * b * c;
}
template <class V>
TENGEN_HD V addcdiv(V a, V b, V c, const V* p) {
  return a + p[0] * b / c;
}
template <class V>
TENGEN_HD V lerp(V a, V b, V c, const V*) {  // from the nearer end: exact at c = 0 and c = 1
  return select(fabs(c) < V(0.5), a + c * (b - a), b - (b - a) * (V(1) - c));
}
#undef TENGEN_UNARY
#undef TENGEN_BINARY

}  // namespace TENGEN_ISA
}  // namespace formula
#endif
}  // namespace tengen
