// Vec<T>: a register of floats or doubles that behaves as a number, and the functions of namespace pw for it.
//
// Polynomials are Chebyshev interpolants of the function named beside them, made for this file; errors stay
// near one unit in the last place. Functions not written here go element by element through the C library.
#pragma once

#include <tengen/tensor/cpu/pointwise/vec.h>
#include <tengen/tensor/pointwise.h>

namespace tengen::cpu::TENGEN_ISA {

template <class T>
struct Vec {
  using S = Simd<T>;
  using Raw = typename S::V;
  using RawMask = decltype(Raw{} < Raw{});
  static constexpr int lanes = S::lanes;

  /// The result of a comparison.
  struct Mask {
    RawMask raw;
    TENGEN_INLINE Mask operator&(Mask m) const { return {raw & m.raw}; }
    TENGEN_INLINE Mask operator|(Mask m) const { return {raw | m.raw}; }
    TENGEN_INLINE Mask operator!=(Mask m) const { return {raw ^ m.raw}; }
  };

  Raw raw;
  Vec() = default;
  TENGEN_INLINE Vec(Raw value) : raw(value) {}
  TENGEN_INLINE explicit Vec(T value) : raw(S::broadcast(value)) {}

  TENGEN_INLINE Vec operator-() const { return -raw; }
  TENGEN_INLINE friend Vec operator+(Vec a, Vec b) { return a.raw + b.raw; }
  TENGEN_INLINE friend Vec operator-(Vec a, Vec b) { return a.raw - b.raw; }
  TENGEN_INLINE friend Vec operator*(Vec a, Vec b) { return a.raw * b.raw; }
  TENGEN_INLINE friend Vec operator/(Vec a, Vec b) { return a.raw / b.raw; }
  TENGEN_INLINE friend Mask operator==(Vec a, Vec b) { return {a.raw == b.raw}; }
  TENGEN_INLINE friend Mask operator!=(Vec a, Vec b) { return {a.raw != b.raw}; }
  TENGEN_INLINE friend Mask operator<(Vec a, Vec b) { return {a.raw < b.raw}; }
  TENGEN_INLINE friend Mask operator<=(Vec a, Vec b) { return {a.raw <= b.raw}; }
  TENGEN_INLINE friend Mask operator>(Vec a, Vec b) { return {a.raw > b.raw}; }
  TENGEN_INLINE friend Mask operator>=(Vec a, Vec b) { return {a.raw >= b.raw}; }
  TENGEN_INLINE friend Vec select(Mask m, Vec a, Vec b) { return m.raw ? a.raw : b.raw; }
};

/// The bits of floating-point numbers.
template <class T>
struct Float;
template <>
struct Float<float> {
  using Int = int32_t;
  static constexpr int kMantissa = 23;
  static constexpr Int kBias = 127;
  static constexpr float kMagic =
      0x1.8p23f;  // x + kMagic - kMagic rounds x to an integer, which stands in the low bits of the sum
  static constexpr float kMinNormal = 0x1p-126f;
  static constexpr float kLn2Hi = 0.693145751953125f,
                         kLn2Lo = 1.4286068203094173e-06f;  // products of kLn2Hi with exponents are exact
};
template <>
struct Float<double> {
  using Int = int64_t;
  static constexpr int kMantissa = 52;
  static constexpr Int kBias = 1023;
  static constexpr double kMagic = 0x1.8p52;
  static constexpr double kMinNormal = 0x1p-1022;
  static constexpr double kLn2Hi = 0.69314718055966296, kLn2Lo = 2.8235290563031577e-13;
};
template <class T>
using RawInt = typename Vec<T>::RawMask;
template <class T>
TENGEN_INLINE RawInt<T> bits(Vec<T> x) {
  return (RawInt<T>)x.raw;
}
template <class T>
TENGEN_INLINE Vec<T> from_bits(RawInt<T> x) {
  return Vec<T>((typename Vec<T>::Raw)x);
}
template <class T>
TENGEN_INLINE RawInt<T> magic_bits() {
  return bits(Vec<T>(Float<T>::kMagic));
}

template <class T>
TENGEN_INLINE Vec<T> fma(Vec<T> a, Vec<T> b, Vec<T> c) {
  return Simd<T>::fma(a.raw, b.raw, c.raw);
}
/// c[0] + c[1] x + c[2] x^2 + ...
template <class T, class... C>
TENGEN_INLINE Vec<T> polynomial(Vec<T> x, double c0, C... c) {
  if constexpr (sizeof...(c) == 0)
    return Vec<T>(T(c0));
  else
    return fma(polynomial(x, c...), x, Vec<T>(T(c0)));
}
/// f of every element.
template <class T, class F>
inline Vec<T> each(Vec<T> x, F f) {
  for (int i = 0; i < Vec<T>::lanes; ++i) x.raw[i] = f(x.raw[i]);
  return x;
}
template <class T, class F>
inline Vec<T> each(Vec<T> x, Vec<T> y, F f) {
  for (int i = 0; i < Vec<T>::lanes; ++i) x.raw[i] = f(x.raw[i], y.raw[i]);
  return x;
}
template <class T>
TENGEN_INLINE bool any(typename Vec<T>::Mask m) {
#if defined(__AVX512F__)
  return _mm512_test_epi32_mask(__m512i(m.raw), __m512i(m.raw)) != 0;
#elif defined(__AVX2__)
  return !_mm256_testz_si256(__m256i(m.raw), __m256i(m.raw));
#else
  bool found = false;
  for (int i = 0; i < Vec<T>::lanes; ++i) found |= m.raw[i] != 0;
  return found;
#endif
}

// ---- sign, rounding, roots
template <class T>
TENGEN_INLINE Vec<T> fabs(Vec<T> x) {
  return from_bits<T>(bits(x) & ~bits(Vec<T>(T(-0.0))));
}
template <class T>
TENGEN_INLINE Vec<T> copysign(Vec<T> x, Vec<T> sign) {
  RawInt<T> mask = bits(Vec<T>(T(-0.0)));
  return from_bits<T>((bits(x) & ~mask) | (bits(sign) & mask));
}
#if defined(__AVX512F__)
#define TENGEN_VEC_BUILTIN(name, call_ps, call_pd, c_function) \
  template <class T>                                           \
  TENGEN_INLINE Vec<T> name(Vec<T> x) {                        \
    if constexpr (sizeof(T) == 4)                              \
      return typename Vec<T>::Raw(_mm512_maskz_##call_ps);     \
    else                                                       \
      return typename Vec<T>::Raw(_mm512_maskz_##call_pd);     \
  }
#define TENGEN_ROUNDING(name, mode, c_function)                               \
  TENGEN_VEC_BUILTIN(name, roundscale_ps(__mmask16(-1), __m512(x.raw), mode), \
                     roundscale_pd(__mmask8(-1), __m512d(x.raw), mode), c_function)
TENGEN_VEC_BUILTIN(sqrt, sqrt_ps(__mmask16(-1), __m512(x.raw)), sqrt_pd(__mmask8(-1), __m512d(x.raw)),
                   __builtin_sqrt)
#elif defined(__AVX2__)
#define TENGEN_VEC_BUILTIN(name, call_ps, call_pd, c_function) \
  template <class T>                                           \
  TENGEN_INLINE Vec<T> name(Vec<T> x) {                        \
    if constexpr (sizeof(T) == 4)                              \
      return typename Vec<T>::Raw(_mm256_##call_ps);           \
    else                                                       \
      return typename Vec<T>::Raw(_mm256_##call_pd);           \
  }
#define TENGEN_ROUNDING(name, mode, c_function) \
  TENGEN_VEC_BUILTIN(name, round_ps(__m256(x.raw), mode), round_pd(__m256d(x.raw), mode), c_function)
TENGEN_VEC_BUILTIN(sqrt, sqrt_ps(__m256(x.raw)), sqrt_pd(__m256d(x.raw)), __builtin_sqrt)
#else
#define TENGEN_ROUNDING(name, mode, c_function) \
  template <class T>                            \
  inline Vec<T> name(Vec<T> x) {                \
    return each(x, [](T v) {                    \
      if constexpr (sizeof(T) == 4)             \
        return T(c_function##f(v));             \
      else                                      \
        return T(c_function(v));                \
    });                                         \
  }
TENGEN_ROUNDING(sqrt, 0, __builtin_sqrt)
#endif
TENGEN_ROUNDING(round, 8, __builtin_nearbyint)  // modes as in <smmintrin.h>, without raising inexact
TENGEN_ROUNDING(floor, 9, __builtin_floor)
TENGEN_ROUNDING(ceil, 10, __builtin_ceil)
TENGEN_ROUNDING(trunc, 11, __builtin_trunc)
#undef TENGEN_ROUNDING
#undef TENGEN_VEC_BUILTIN

// ---- exponentials
/// x = n ln2 + r with |r| <= ln2/2: n in the low bits of an integer, and r.
template <class T>
struct Reduced {
  Vec<T> r;
  RawInt<T> n;
};
template <class T>
TENGEN_INLINE Reduced<T> reduce_ln2(Vec<T> x) {
  using F = Float<T>;
  Vec<T> shifted = fma(x, Vec<T>(T(1.44269504088896340736)), Vec<T>(F::kMagic));
  Vec<T> n = shifted - Vec<T>(F::kMagic);
  return {fma(-n, Vec<T>(F::kLn2Lo), fma(-n, Vec<T>(F::kLn2Hi), x)), bits(shifted) - magic_bits<T>()};
}
/// e^r - 1 for |r| <= ln2/2.
template <class T>
TENGEN_INLINE Vec<T> expm1_reduced(Vec<T> r) {
  Vec<T> q;
  if constexpr (sizeof(T) == 4)
    q = polynomial(r, 0.5, 0.16666576506635625, 0.041666554013753701, 0.0083632593801224262,
                   0.0013926283929909394);
  else
    q = polynomial(r, 0.5, 0.16666666666666671, 0.041666666666666671, 0.0083333333333260578,
                   0.0013888888888883692, 0.00019841269875091932, 2.4801587325741483e-05,
                   2.7557255056538237e-06, 2.7557273397693973e-07, 2.5105359846830094e-08,
                   2.0914788972602161e-09);
  return fma(q * r, r, r);
}
/// 2^n for |n| <= bias.
template <class T>
TENGEN_INLINE Vec<T> power_of_two(RawInt<T> n) {
  return from_bits<T>((n + Float<T>::kBias) << Float<T>::kMantissa);
}
template <class T>
TENGEN_INLINE Vec<T> clamp_exponent(Vec<T> x) {  // beyond, the result is 0 or infinity anyway
  Vec<T> low(sizeof(T) == 4 ? T(-104) : T(-746)), high(sizeof(T) == 4 ? T(89) : T(710));
  x = select(x < low, low, x);
  return select(x > high, high, x);
}
template <class T>
TENGEN_INLINE Vec<T> exp(Vec<T> x) {
  auto [r, n] = reduce_ln2(clamp_exponent(x));
  RawInt<T> half = n >> 1;  // in two steps: 2^n may be subnormal or too large while the result is not
  return (expm1_reduced(r) + Vec<T>(T(1))) * power_of_two<T>(half) * power_of_two<T>(n - half);
}
template <class T>
TENGEN_INLINE Vec<T> expm1(Vec<T> x) {
  Vec<T> one(T(1)), low(sizeof(T) == 4 ? T(-18) : T(-38)), high(sizeof(T) == 4 ? T(89) : T(710));
  Vec<T> inside = select(x < low, low, x);
  auto [r, n] = reduce_ln2(select(inside > high, high, inside));
  Vec<T> half = power_of_two<T>(n - 1);  // 2 (2^(n-1) p + 2^(n-1) - 1/2): finite up to the largest number
  Vec<T> y = fma(half, expm1_reduced(r), half - Vec<T>(T(0.5)));
  return select(x == Vec<T>(T(0)), x, y + y);
}
template <class T>
TENGEN_INLINE Vec<T> tanh(Vec<T> x) {
  Vec<T> one(T(1)), limit(T(22)), a = fabs(x);
  Vec<T> e = expm1(select(a > limit, limit + limit, a + a));
  return copysign(e / (e + one + one), x);
}

// ---- logarithms
/// Logarithm as e * ln2 + log(m), m in [sqrt(1/2), sqrt(2)): `finish`(e, f, correction) has log(m) = f -
/// correction, f = m - 1.
template <class T, class F>
TENGEN_INLINE Vec<T> logarithm(Vec<T> x, F finish) {
  using B = Float<T>;
  Vec<T> zero(T(0)), one(T(1)), inf{T(__builtin_inf())};
  auto tiny = x < Vec<T>(B::kMinNormal);
  Vec<T> scaled = select(tiny, x * Vec<T>(T(uint64_t(1) << B::kMantissa)), x);
  RawInt<T> root = bits(Vec<T>(T(0.70710678118654752440)));
  RawInt<T> shifted = bits(scaled) - root;
  RawInt<T> mantissa = RawInt<T>{} + ((typename B::Int{1} << B::kMantissa) - 1);
  Vec<T> f = from_bits<T>((shifted & mantissa) + root) - one;
  Vec<T> e = from_bits<T>((shifted >> B::kMantissa) + magic_bits<T>()) - Vec<T>(B::kMagic);
  e = select(tiny, e - Vec<T>(T(B::kMantissa)), e);
  // log(1+f) = 2 atanh(s), s = f / (2+f); arranged so that the leading term f is exact.
  Vec<T> s = f / (f + one + one), z = s * s, r;
  if constexpr (sizeof(T) == 4)
    r = z * polynomial(z, 0.66666666554042009, 0.40000122211810651, 0.28550778633191964, 0.23331614471843498);
  else
    r = z * polynomial(z, 0.66666666666666663, 0.40000000000000885, 0.28571428570799784, 0.22222222392581045,
                       0.18181795547521137, 0.15386244737621665, 0.13268638369266825, 0.13088034850927555);
  Vec<T> half_square = Vec<T>(T(0.5)) * f * f;
  Vec<T> y = finish(e, f, half_square - s * (half_square + r));
  y = select(x == inf, inf, y);
  return select(x > zero, y, select(x == zero, -inf, Vec<T>(T(__builtin_nan("")))));
}
template <class T>
TENGEN_INLINE Vec<T> log(Vec<T> x) {
  return logarithm(x, [](Vec<T> e, Vec<T> f, Vec<T> correction) {
    using B = Float<T>;
    return fma(e, Vec<T>(B::kLn2Hi), f - (correction - e * Vec<T>(B::kLn2Lo)));
  });
}
template <class T>
TENGEN_INLINE Vec<T> log2(Vec<T> x) {
  return logarithm(x, [](Vec<T> e, Vec<T> f, Vec<T> correction) {
    Vec<T> log2e_hi(T(1.4375)), log2e_lo(T(0.0051950408889634073599));
    Vec<T> y = f - correction;
    return e + fma(y, log2e_hi, y * log2e_lo);
  });
}
/// log(u) x / (u - 1) with u = 1 + x rounded: the rounding error of u cancels (Kahan).
template <class T>
TENGEN_INLINE Vec<T> log1p(Vec<T> x) {
  Vec<T> one(T(1)), u = one + x, y = log(u) * (x / (u - one));
  return select((u == one) | (x == Vec<T>(T(__builtin_inf()))), x, y);
}

/// For x in [0, 1]: 2 atanh(s), s = x / (2 + x) <= 1/3, needs no splitting into exponent and mantissa.
template <class T>
TENGEN_INLINE Vec<T> log1p_unit(Vec<T> x) {
  if constexpr (sizeof(T) == 8) return log1p(x);
  Vec<T> s = x / (x + Vec<T>(T(2))), z = s * s;
  Vec<T> q = polynomial(z, 0.6666666732051787, 0.3999970633278867, 0.28592357972206517, 0.21706576025120258,
                        0.2322432842934781);
  return fma(s * z, q, s + s);
}

// ---- trigonometry
/// x = n pi/2 + r with |r| <= pi/4; pi/2 in four parts, products of the first three with n are exact for |x|
/// below the limit.
template <class T>
TENGEN_INLINE Reduced<T> reduce_half_pi(Vec<T> x) {
  constexpr bool single = sizeof(T) == 4;
  constexpr double parts[4] = {single ? 1.5703125 : 1.5707963267341256,
                               single ? 0.00048375129699707031 : 6.077100506303966e-11,
                               single ? 7.5495336204767227e-08 : 2.0222662487111665e-21,
                               single ? 2.5633441515945189e-12 : 8.4784276603688996e-32};
  using F = Float<T>;
  Vec<T> shifted = fma(x, Vec<T>(T(0.63661977236758134308)), Vec<T>(F::kMagic));
  Vec<T> n = shifted - Vec<T>(F::kMagic), r = x;
  for (double part : parts) r = r - n * Vec<T>(T(part));
  return {r, bits(shifted) - magic_bits<T>()};
}
template <class T>
inline constexpr T kTrigonometricLimit = sizeof(T) == 4 ? T(8192) : T(1e6);
template <class T>
TENGEN_INLINE Vec<T> sin_reduced(Vec<T> r) {
  Vec<T> z = r * r, p;
  if constexpr (sizeof(T) == 4)
    p = polynomial(z, -0.16666664650298102, 0.0083327459375481146, -0.00019587387320241361);
  else
    p = polynomial(z, -0.16666666666666666, 0.0083333333333309254, -0.00019841269836722437,
                   2.7557316083825739e-06, -2.5051127945965639e-08, 1.591784866512194e-10);
  return fma(p * z, r, r);
}
template <class T>
TENGEN_INLINE Vec<T> cos_reduced(Vec<T> r) {
  Vec<T> z = r * r, p;
  if constexpr (sizeof(T) == 4)
    p = polynomial(z, 0.041666664647463408, -0.0013888300698073966, 2.4547437462501828e-05);
  else
    p = polynomial(z, 0.041666666666666664, -0.0013888888888887382, 2.480158729874308e-05,
                   -2.7557317260014708e-07, 2.0876143829213935e-09, -1.1382456865840483e-11);
  return fma(p * z, z, fma(z, Vec<T>(T(-0.5)), Vec<T>(T(1))));
}
/// sin(r + quarter turns * pi/2)
template <class T>
TENGEN_INLINE Vec<T> sin_turned(Vec<T> r, RawInt<T> quarters) {
  Vec<T> y = select(typename Vec<T>::Mask{(quarters & 1) == 0}, sin_reduced(r), cos_reduced(r));
  return select(typename Vec<T>::Mask{(quarters & 2) == 0}, y, -y);
}
template <class T>
TENGEN_INLINE bool far(Vec<T> x) {
  return any<T>(fabs(x) > Vec<T>(kTrigonometricLimit<T>));
}
template <class T>
inline Vec<T> sin(Vec<T> x) {
  if (far(x)) return each(x, [](T v) { return pw::sin(v); });
  auto [r, n] = reduce_half_pi(x);
  return select(x == Vec<T>(T(0)), x, sin_turned(r, n));
}
template <class T>
inline Vec<T> cos(Vec<T> x) {
  if (far(x)) return each(x, [](T v) { return pw::cos(v); });
  auto [r, n] = reduce_half_pi(x);
  return sin_turned(r, n + 1);
}

// ---- the error function
template <class T>
inline Vec<T> erf(Vec<T> x) {
  if constexpr (sizeof(T) == 8) {
    return each(x, [](T v) { return pw::erf(v); });
  } else {
    Vec<T> a = fabs(x), limit(T(4)), one(T(1));
    Vec<T> z = x * x, b = select(a > limit, limit, a);
    Vec<T> small = x * polynomial(z, 1.1283791496933062, -0.37612492987340634, 0.11281796525968253,
                                  -0.026765560651571162, 0.0049912312336901493, -0.0005979258060044365);
    // Beyond 0.92: 1 - e^-q, where q approximates -log(erfc).
    Vec<T> q = polynomial(b, -0.00032044153127726646, 1.1302376163746712, 0.63181451665938415,
                          0.110094480827649, -0.026431017603369227, 0.0047635752491493495,
                          -0.00059774347196061108, 4.6177912790400043e-05, -1.6435696536038326e-06);
    return select(a > Vec<T>(T(0.92)), copysign(one - exp(-q), x), small);
  }
}

#define TENGEN_BY_ELEMENT(name)                      \
  template <class T>                                 \
  inline Vec<T> name(Vec<T> x) {                     \
    return each(x, [](T v) { return pw::name(v); }); \
  }
TENGEN_BY_ELEMENT(exp2)
TENGEN_BY_ELEMENT(log10)
TENGEN_BY_ELEMENT(tan)
TENGEN_BY_ELEMENT(asin)
TENGEN_BY_ELEMENT(acos)
TENGEN_BY_ELEMENT(atan)
TENGEN_BY_ELEMENT(sinh)
TENGEN_BY_ELEMENT(cosh)
TENGEN_BY_ELEMENT(asinh)
TENGEN_BY_ELEMENT(acosh)
TENGEN_BY_ELEMENT(atanh)
TENGEN_BY_ELEMENT(erfc)
TENGEN_BY_ELEMENT(lgamma)
TENGEN_BY_ELEMENT(digamma)
TENGEN_BY_ELEMENT(erfcx)
TENGEN_BY_ELEMENT(erfinv)
TENGEN_BY_ELEMENT(ndtri)
TENGEN_BY_ELEMENT(log_ndtr)
TENGEN_BY_ELEMENT(i0)
TENGEN_BY_ELEMENT(i0e)
TENGEN_BY_ELEMENT(i1)
TENGEN_BY_ELEMENT(i1e)
#undef TENGEN_BY_ELEMENT
#define TENGEN_BY_ELEMENT(name)                                 \
  template <class T>                                            \
  inline Vec<T> name(Vec<T> x, Vec<T> y) {                      \
    return each(x, y, [](T a, T b) { return pw::name(a, b); }); \
  }
TENGEN_BY_ELEMENT(atan2)
TENGEN_BY_ELEMENT(hypot)
TENGEN_BY_ELEMENT(nextafter)
TENGEN_BY_ELEMENT(fmod)
TENGEN_BY_ELEMENT(igamma)
TENGEN_BY_ELEMENT(igammac)
TENGEN_BY_ELEMENT(zeta)
#undef TENGEN_BY_ELEMENT

/// Powers of positive floats as e^(y log x) in double: right to the last bit nearly always.
template <class T>
inline Vec<T> pow(Vec<T> x, Vec<T> y) {
  using M = typename Vec<T>::Mask;
  Vec<T> zero(T(0)), inf{T(__builtin_inf())};
  M special = (x <= zero) | (x == inf) | (fabs(y) == inf) | (x != x) | (y != y);
  if (sizeof(T) == 8 || any<T>(special)) return each(x, y, [](T a, T b) { return pw::pow(a, b); });
  if constexpr (sizeof(T) == 4) {
    typedef float Half __attribute__((vector_size(kVecBytes / 2)));
    Half base[2], exponent[2];
    __builtin_memcpy(base, &x, sizeof x);
    __builtin_memcpy(exponent, &y, sizeof y);
    for (int k = 0; k < 2; ++k) {
      using Wide = typename Vec<double>::Raw;
      Vec<double> b(__builtin_convertvector(base[k], Wide)), e(__builtin_convertvector(exponent[k], Wide));
      base[k] = __builtin_convertvector(exp(e * log(b)).raw, Half);
    }
    __builtin_memcpy(&x, base, sizeof x);
  }
  return x;
}

}  // namespace tengen::cpu::TENGEN_ISA
