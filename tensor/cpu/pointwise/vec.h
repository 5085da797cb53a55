// One register of numbers, of the width that this instruction set has; written with GCC's vector extension.
#pragma once

#include <cstdint>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

/// Asks for complete unrolling of the next loop, whose bounds are compile-time constants: its arrays of
/// vectors then live in registers. TENGEN_UNROLL_TWICE: of two steps of a loop of any length.
#if defined(__clang__)
#define TENGEN_UNROLL _Pragma("clang loop unroll(full)")
#define TENGEN_UNROLL_TWICE _Pragma("clang loop unroll_count(2)")
#else
#define TENGEN_UNROLL _Pragma("GCC unroll 64")
#define TENGEN_UNROLL_TWICE _Pragma("GCC unroll 2")
#endif
#define TENGEN_INLINE inline __attribute__((always_inline))

namespace tengen::cpu::TENGEN_ISA {

#if defined(__AVX512F__)
inline constexpr int kVecBytes = 64, kVecRegisters = 32;
#elif defined(__AVX2__)
inline constexpr int kVecBytes = 32, kVecRegisters = 16;
#elif defined(__aarch64__)
inline constexpr int kVecBytes = 16, kVecRegisters = 32;
#else
inline constexpr int kVecBytes = 16, kVecRegisters = 16;
#endif

/// Vectors of T (float or double). A Mask selects the first n lanes, or those in [from, to), from <= to;
/// memory of the others is not touched, and they are loaded as zero.
template <class T>
struct Simd {
  typedef T V __attribute__((vector_size(kVecBytes)));
  static constexpr int lanes = kVecBytes / int(sizeof(T));

  static TENGEN_INLINE V load(const T* p) {
    V v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
  }
  static TENGEN_INLINE void store(T* p, V v) { __builtin_memcpy(p, &v, sizeof v); }
  static TENGEN_INLINE V broadcast(T x) { return x - V{}; }
  /// a*b + c, rounded once where the processor can.
  static TENGEN_INLINE V fma(V a, V b, V c) {
#if defined(__AVX512F__)
    if constexpr (sizeof(T) == 4)
      return V(_mm512_fmadd_ps(__m512(a), __m512(b), __m512(c)));
    else
      return V(_mm512_fmadd_pd(__m512d(a), __m512d(b), __m512d(c)));
#elif defined(__AVX2__)
    if constexpr (sizeof(T) == 4)
      return V(_mm256_fmadd_ps(__m256(a), __m256(b), __m256(c)));
    else
      return V(_mm256_fmadd_pd(__m256d(a), __m256d(b), __m256d(c)));
#elif defined(__aarch64__)
    for (int i = 0; i < lanes; ++i)
      c[i] = sizeof(T) == 4 ? T(__builtin_fmaf(a[i], b[i], c[i])) : T(__builtin_fma(a[i], b[i], c[i]));
    return c;
#else
    return a * b + c;
#endif
  }

#if defined(__AVX512F__)
  using Mask = __mmask16;
  static TENGEN_INLINE Mask mask(int n) { return Mask((1u << n) - 1); }
  static TENGEN_INLINE Mask mask(int from, int to) { return Mask((1u << to) - (1u << from)); }
  static TENGEN_INLINE V load(const T* p, Mask m) {
    if constexpr (sizeof(T) == 4)
      return V(_mm512_maskz_loadu_ps(m, p));
    else
      return V(_mm512_maskz_loadu_pd(__mmask8(m), p));
  }
  static TENGEN_INLINE void store(T* p, V v, Mask m) {
    if constexpr (sizeof(T) == 4)
      _mm512_mask_storeu_ps(p, m, __m512(v));
    else
      _mm512_mask_storeu_pd(p, __mmask8(m), __m512d(v));
  }
  /// a in the lanes of the mask, b in the others.
  static TENGEN_INLINE V select(Mask m, V a, V b) {
    if constexpr (sizeof(T) == 4)
      return V(_mm512_mask_mov_ps(__m512(b), m, __m512(a)));
    else
      return V(_mm512_mask_mov_pd(__m512d(b), __mmask8(m), __m512d(a)));
  }
#elif defined(__AVX2__)
  using Mask = __m256i;
  static TENGEN_INLINE Mask mask(int n) {
    alignas(64) static constexpr int32_t kOnes[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(kOnes + 8 - n * int(sizeof(T) / 4)));
  }
  static TENGEN_INLINE Mask mask(int from, int to) { return _mm256_andnot_si256(mask(from), mask(to)); }
  static TENGEN_INLINE V load(const T* p, Mask m) {
    if constexpr (sizeof(T) == 4)
      return V(_mm256_maskload_ps(p, m));
    else
      return V(_mm256_maskload_pd(p, m));
  }
  static TENGEN_INLINE void store(T* p, V v, Mask m) {
    if constexpr (sizeof(T) == 4)
      _mm256_maskstore_ps(p, m, __m256(v));
    else
      _mm256_maskstore_pd(p, m, __m256d(v));
  }
  static TENGEN_INLINE V select(Mask m, V a, V b) {
    if constexpr (sizeof(T) == 4)
      return V(_mm256_blendv_ps(__m256(b), __m256(a), _mm256_castsi256_ps(m)));
    else
      return V(_mm256_blendv_pd(__m256d(b), __m256d(a), _mm256_castsi256_pd(m)));
  }
#else
  struct Mask {
    int from, to;
  };
  static TENGEN_INLINE Mask mask(int n) { return {0, n}; }
  static TENGEN_INLINE Mask mask(int from, int to) { return {from, to}; }
  static TENGEN_INLINE V load(const T* p, Mask m) {
    V v{};
    for (int i = m.from; i < m.to; ++i) v[i] = p[i];
    return v;
  }
  static TENGEN_INLINE void store(T* p, V v, Mask m) {
    for (int i = m.from; i < m.to; ++i) p[i] = v[i];
  }
  static TENGEN_INLINE V select(Mask m, V a, V b) {
    for (int i = m.from; i < m.to; ++i) b[i] = a[i];
    return b;
  }
#endif

  static TENGEN_INLINE T sum(V v) {
    if constexpr (kVecBytes == 64) {
      typedef T H __attribute__((vector_size(32)));
      H h[2];
      __builtin_memcpy(h, &v, sizeof v);
      h[0] += h[1];
      return sum32(h[0]);
    } else if constexpr (kVecBytes == 32) {
      return sum32(v);
    } else {
      return sum16(v);
    }
  }

 private:
  template <class H>
  static TENGEN_INLINE T sum32(H h) {
    typedef T Q __attribute__((vector_size(16)));
    Q q[2];
    __builtin_memcpy(q, &h, sizeof q);
    return sum16(q[0] + q[1]);
  }
  template <class Q>
  static TENGEN_INLINE T sum16(Q q) {
    if constexpr (sizeof(T) == 4)
      return (q[0] + q[2]) + (q[1] + q[3]);
    else
      return q[0] + q[1];
  }
};

}  // namespace tengen::cpu::TENGEN_ISA
