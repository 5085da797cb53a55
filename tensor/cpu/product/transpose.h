// Matrix transposition in registers, for packing operands whose contiguous dimension is the wrong one.
#pragma once

#include <utility>

#include <tengen/tensor/cpu/pointwise/vec.h>
#include <tengen/tensor/cpu/product/gemm.h>

namespace tengen::cpu::TENGEN_ISA {

/// Exchanges the off-diagonal S x S blocks of rows (a, b): lane l of `low` is a[l] or b[l-S], of `high`
/// a[l+S] or b[l].
template <class T, int S, int... Lane>
TENGEN_INLINE void exchange(typename Simd<T>::V& a, typename Simd<T>::V& b,
                            std::integer_sequence<int, Lane...>) {
  constexpr int L = Simd<T>::lanes;
  auto low = __builtin_shufflevector(a, b, ((Lane & S) ? L + Lane - S : Lane)...);
  auto high = __builtin_shufflevector(a, b, ((Lane & S) ? L + Lane : Lane + S)...);
  a = low;
  b = high;
}

template <class T, int S>
TENGEN_INLINE void transpose_steps(typename Simd<T>::V* rows) {
  constexpr int L = Simd<T>::lanes;
  if constexpr (S > 0) {
    TENGEN_UNROLL
    for (int i = 0; i < L; ++i)
      if (!(i & S)) exchange<T, S>(rows[i], rows[i + S], std::make_integer_sequence<int, L>());
    transpose_steps<T, S / 2>(rows);
  }
}

/// out_row(c)[r] = in_row(r)[c] for r < rows, c < cols.
template <class T, class InRow, class OutRow>
TENGEN_INLINE void transpose_rows(InRow in_row, int64_t rows, int64_t cols, OutRow out_row) {
  using S = Simd<T>;
  constexpr int L = S::lanes;
  for (int64_t r = 0; r < rows; r += L) {
    int height = int(rows - r < L ? rows - r : L);
    auto row_mask = S::mask(height);
    for (int64_t c = 0; c < cols; c += L) {
      int width = int(cols - c < L ? cols - c : L);
      typename S::V block[L];
      if (height < L && kVecBytes < 64) {  // where masked stores are slow
        for (int i = 0; i < width; ++i)
          for (int k = 0; k < height; ++k) out_row(c + i)[r + k] = in_row(r + k)[c + i];
      } else if (height == L && width == L) {
        TENGEN_UNROLL
        for (int i = 0; i < L; ++i) block[i] = S::load(in_row(r + i) + c);
        transpose_steps<T, L / 2>(block);
        TENGEN_UNROLL
        for (int i = 0; i < L; ++i) S::store(out_row(c + i) + r, block[i]);
      } else {
        auto col_mask = S::mask(width);
        TENGEN_UNROLL
        for (int i = 0; i < L; ++i)
          block[i] = i < height ? S::load(in_row(r + i) + c, col_mask) : typename S::V{};
        transpose_steps<T, L / 2>(block);
        TENGEN_UNROLL
        for (int i = 0; i < L; ++i)
          if (i < width && height == L)
            S::store(out_row(c + i) + r, block[i]);
          else if (i < width)
            S::store(out_row(c + i) + r, block[i], row_mask);
      }
    }
  }
}

/// out[c*out_pitch + r] = in[r*in_pitch + c] for r < rows, c < cols.
template <class T>
void transpose(const T* in, int64_t in_pitch, int64_t rows, int64_t cols, T* out, int64_t out_pitch) {
  transpose_rows<T>(
      [=](int64_t r) __attribute__((always_inline)) { return in + r * in_pitch; }, rows,
      cols, [=](int64_t c) __attribute__((always_inline)) { return out + c * out_pitch; });
}

template <class T, int... Lane>
TENGEN_INLINE typename Simd<T>::V even_lanes(typename Simd<T>::V a, typename Simd<T>::V b,
                                             std::integer_sequence<int, Lane...>) {
  return __builtin_shufflevector(a, b, (2 * Lane)...);
}
/// Every second element of the 2L elements (a, b).
template <class T>
TENGEN_INLINE typename Simd<T>::V even_lanes(typename Simd<T>::V a, typename Simd<T>::V b) {
  return even_lanes<T>(a, b, std::make_integer_sequence<int, Simd<T>::lanes>());
}

/// (a[0], b[0], a[1], b[1], ...), the first or the second half of it.
template <class T, bool Second, int... Lane>
TENGEN_INLINE typename Simd<T>::V interleave(typename Simd<T>::V a, typename Simd<T>::V b,
                                             std::integer_sequence<int, Lane...>) {
  constexpr int L = Simd<T>::lanes;
  return __builtin_shufflevector(a, b, (Lane / 2 + (Second ? L / 2 : 0) + (Lane & 1 ? L : 0))...);
}
template <class T, bool Second>
TENGEN_INLINE typename Simd<T>::V interleave(typename Simd<T>::V a, typename Simd<T>::V b) {
  return interleave<T, Second>(a, b, std::make_integer_sequence<int, Simd<T>::lanes>());
}

/// Copies count elements. (A vector that overlaps the one before is written faster than part of a vector is.)
template <class T>
TENGEN_INLINE void copy(const T* in, int64_t count, T* out) {
  using S = Simd<T>;
  constexpr int L = S::lanes;
  int64_t i = 0;
  for (; i + L <= count; i += L) S::store(out + i, S::load(in + i));
  if (i == count) return;
  if (count > L) return S::store(out + count - L, S::load(in + count - L));
  auto mask = S::mask(int(count));
  S::store(out, S::load(in, mask), mask);
}

/// out[q*step + p] = phases[p][q]: one row of the result from its phases, `phase_size` apart.
template <class T>
void interleave_row(const T* phases, int64_t phase_size, int64_t step, int64_t width, T* out) {
  using S = Simd<T>;
  constexpr int L = S::lanes;
  if (step == 1) return copy(phases, width, out);
  if (step == 2) {
    int64_t x = 0;
    for (; x + 2 * L <= width; x += 2 * L, phases += L) {
      const auto even = S::load(phases), odd = S::load(phases + phase_size);
      S::store(out + x, interleave<T, false>(even, odd));
      S::store(out + x + L, interleave<T, true>(even, odd));
    }
    for (; x < width; ++x) out[x] = phases[x % 2 * phase_size + x % (2 * L) / 2];
    return;
  }
  for (int64_t p = 0; p < step; ++p)
    for (int64_t x = p; x < width; x += step) out[x] = phases[p * phase_size + x / step];
}

/// out (rows,cols), row-major with out_pitch, from any strides.
template <class T>
void pack(const T* in, int64_t row_stride, int64_t col_stride, int64_t rows, int64_t cols, T* out,
          int64_t out_pitch) {
  if (col_stride == 1) {
    for (int64_t r = 0; r < rows; ++r) copy(in + r * row_stride, cols, out + r * out_pitch);
  } else if (row_stride == 1) {
    transpose(in, col_stride, cols, rows, out, out_pitch);
  } else {
    for (int64_t r = 0; r < rows; ++r)
      for (int64_t c = 0; c < cols; ++c) out[r * out_pitch + c] = in[r * row_stride + c * col_stride];
  }
}

}  // namespace tengen::cpu::TENGEN_ISA
