// Every pointwise formula, written once, for every backend.
//
// A formula is a template over V: a number (float, double, an integer) in scalar loops and on a GPU, or a CPU
// vector type with the same operators. It may call the functions of namespace `pw` that the backend overloads for its V.
// The lists below name each primitive once; enums, tables of function pointers and dispatch are generated from them.
#pragma once

#include <cmath>
#include <cstdint>

#if defined(__CUDACC__)
#define TENGEN_HD __host__ __device__
#else
#define TENGEN_HD
#endif

namespace tengen {

// X(name): real functions of one real number (float, double). params: up to 3 doubles.
#define TENGEN_UNARY_REAL(X) \
  X(exp) X(expm1) X(log) X(log2) X(log10) X(log1p) X(sqrt) X(rsqrt) X(reciprocal) X(sin) X(cos) X(tan) X(asin) X(acos) \
  X(atan) X(sinh) X(cosh) X(tanh) X(erf) X(erfc) X(sigmoid) X(silu) X(gelu) X(gelu_tanh) X(mish) X(softplus) \
  X(log_sigmoid) X(elu) X(leaky_relu) X(floor) X(ceil) X(round) X(trunc)
// Functions of one number of any computing type, result of the same type. pow: params[0] the exponent; clamp: params
// min, max (as int64 for integers: exact below 2^53).
#define TENGEN_UNARY_ANY(X) X(neg) X(abs) X(sign) X(square) X(relu) X(bitwise_not) X(clamp) X(pow_scalar)
// Tests: bool result.
#define TENGEN_UNARY_TEST(X) X(logical_not) X(isnan) X(isinf) X(isfinite)

// Two operands of one computing type, result of that type. add_scaled: a + params[0] * b.
#define TENGEN_BINARY_ANY(X) \
  X(add) X(sub) X(mul) X(add_scaled) X(div_trunc) X(div_floor) X(remainder) X(fmod) X(pow) X(maximum) X(minimum) X(bitwise_and) \
  X(bitwise_or) X(bitwise_xor)
// Real operands only. *_grad(g, x or y): gradient formulas of the fused functions above.
#define TENGEN_BINARY_REAL(X) \
  X(div) X(atan2) X(sigmoid_grad) X(tanh_grad) X(silu_grad) X(gelu_grad) X(gelu_tanh_grad) X(mish_grad) X(softplus_grad) \
  X(log_sigmoid_grad) X(elu_grad) X(leaky_relu_grad) X(relu_grad) X(clamp_grad) X(bce_with_logits) X(bce_with_logits_grad)
// Bool result.
#define TENGEN_BINARY_TEST(X) X(eq) X(ne) X(lt) X(le) X(gt) X(ge) X(logical_and) X(logical_or) X(logical_xor)

// where: a is bool, b and c of out's type. addcmul: a + params[0]*b*c. lerp: a + c*(b-a).
#define TENGEN_TERNARY(X) X(where) X(addcmul) X(addcdiv) X(lerp)

#define TENGEN_ENUMERATOR(name) name,
enum class Unary : uint8_t {
  TENGEN_UNARY_REAL(TENGEN_ENUMERATOR) TENGEN_UNARY_ANY(TENGEN_ENUMERATOR) TENGEN_UNARY_TEST(TENGEN_ENUMERATOR) count
};
enum class Binary : uint8_t {
  TENGEN_BINARY_ANY(TENGEN_ENUMERATOR) TENGEN_BINARY_REAL(TENGEN_ENUMERATOR) TENGEN_BINARY_TEST(TENGEN_ENUMERATOR) count
};
enum class Ternary : uint8_t { TENGEN_TERNARY(TENGEN_ENUMERATOR) count };
#undef TENGEN_ENUMERATOR

}  // namespace tengen
