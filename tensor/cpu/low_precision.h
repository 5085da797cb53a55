// Half and BFloat16 to float and back: a number, or a run of them with the processor's own conversions.
#pragma once

#include <cstdint>

#if defined(__F16C__)
#include <immintrin.h>
#endif

#include <tengen/tensor/cpu/pointwise/vec.h>
#include <tengen/tensor/dtype.h>

namespace tengen::cpu::TENGEN_ISA {

template <class T>
inline constexpr bool is_reduced = __is_same(T, Half) || __is_same(T, BFloat16);

TENGEN_INLINE float widen(BFloat16 x) { return __builtin_bit_cast(float, uint32_t(x.bits) << 16); }

TENGEN_INLINE float widen(Half x) {
#if defined(__F16C__)
  return _cvtsh_ss(x.bits);
#elif defined(__aarch64__)
  return float(__builtin_bit_cast(__fp16, x.bits));
#else  // without branches, so that loops become vector code
  // A product moves the exponent from a bias of 15 to one of 127, and makes subnormal numbers normal ones;
  // infinity and NaN get the largest exponent.
  const uint32_t magnitude = uint32_t(x.bits & 0x7fff) << 13;
  const uint32_t moved = __builtin_bit_cast(uint32_t, __builtin_bit_cast(float, magnitude) * 0x1p112f);
  const uint32_t special = magnitude >= 0x0f800000 ? 0x7f800000 : 0;
  return __builtin_bit_cast(float, moved | special | uint32_t(x.bits & 0x8000) << 16);
#endif
}

/// x as a T, rounded to nearest, ties to even; NaN stays NaN.
template <class T>
TENGEN_INLINE T narrow(float x) {
  T out;
  if constexpr (__is_same(T, BFloat16)) {
    const uint32_t word = __builtin_bit_cast(uint32_t, x);
    out.bits = x != x ? uint16_t{0x7fc0} : uint16_t((word + 0x7fff + ((word >> 16) & 1)) >> 16);
  } else {
#if defined(__F16C__)
    out.bits = uint16_t(_cvtss_sh(x, 0));
#elif defined(__aarch64__)
    out = __builtin_bit_cast(Half, __fp16(x));
#else
    const uint32_t word = __builtin_bit_cast(uint32_t, x), magnitude = word & 0x7fffffff;
    const uint32_t rebased = magnitude - 0x38000000;
    const uint32_t normal = (rebased + 0xfff + ((rebased >> 13) & 1)) >> 13;
    // Below 2^-14 numbers are multiples of 2^-24, at which a sum with 0.5 rounds.
    const float scaled = __builtin_bit_cast(float, magnitude) + 0.5f;
    const uint32_t subnormal = __builtin_bit_cast(uint32_t, scaled) - 0x3f000000;
    const uint32_t finite = magnitude < 0x38800000 ? subnormal : normal;
    const uint32_t bits = magnitude > 0x7f800000    ? 0x7e00
                          : magnitude >= 0x477ff000 ? 0x7c00  // 65520 and above round to infinity
                                                    : finite;
    out.bits = uint16_t(bits | (word >> 16 & 0x8000));
#endif
  }
  return out;
}

/// n numbers that lie one after another.
template <class T>
inline void widen(float* out, const T* in, int64_t n) {
  int64_t i = 0;
  if constexpr (__is_same(T, Half)) {
#if defined(__F16C__)
    for (; i + 8 <= n; i += 8)
      _mm256_storeu_ps(out + i, _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(in + i))));
#endif
  }
  for (; i < n; ++i) out[i] = widen(in[i]);
}
template <class T>
inline void narrow(T* out, const float* in, int64_t n) {
  int64_t i = 0;
  if constexpr (__is_same(T, Half)) {
#if defined(__F16C__)
    for (; i + 8 <= n; i += 8)
      _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i), _mm256_cvtps_ph(_mm256_loadu_ps(in + i), 0));
#endif
  }
  for (; i < n; ++i) out[i] = narrow<T>(in[i]);
}

}  // namespace tengen::cpu::TENGEN_ISA
