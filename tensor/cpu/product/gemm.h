// The matrix product at the bottom of matmul and of the convolutions.
//
// After Goto & van de Geijn, "Anatomy of high-performance matrix multiplication" (2008), in the form that
// BLIS gave it (Van Zee & van de Geijn, 2015): a small *tile* of the result, kTileRows x kTileVecs vectors,
// stays in registers while the tile's rows of A and columns of B stream past. For every k it costs kTileVecs
// vector loads of B and kTileRows broadcasts of A, and does kTileRows*kTileVecs multiply-adds: enough to hide
// the loads. Around it:
//     for blocks of k, so that a (k, tile columns) panel of B stays in the L1 cache   (callers: kBlockDepth)
//       for panels of tile columns                                                    (multiply)
//         for panels of tile rows: the panel of B is reused, A comes from L2          (multiply_panel)
//           tile
// One thing is different. B need not be packed into panels: it is described by the address of each of its
// rows, b + b_row[k]. A matrix that is already row-major needs no copy, and a convolution's matrix (k =
// channel and kernel tap, column = pixel) has the same pixels in many rows, moved by some pixels: those rows
// are *addresses into one copy of the image* instead of kernel_h*kernel_w copies (see shift.h).
#pragma once

#include <tengen/tensor/cpu/common.h>
#include <tengen/tensor/cpu/pointwise/vec.h>

namespace tengen::cpu::TENGEN_ISA {

inline constexpr int kTileRows = kVecRegisters == 32 ? 8 : 4;
inline constexpr int kTileVecs = 3;

/// Columns of one tile.
template <class T>
inline constexpr int kTileCols = kTileVecs* Simd<T>::lanes;

/// Depth of a block: a panel of B of this depth takes 3/4 of the first-level cache, which is 32 KB in
/// processors with AVX2 and mostly 48 KB in those with AVX-512.
template <class T>
inline constexpr int64_t kBlockDepth = (kVecBytes == 64 ? 36 : 24) * 1024 / int64_t(sizeof(T)) / kTileCols<T>;

/// One product out (rows,cols) = start + A (rows,k) * B (k,cols), or out += A * B.
/// A's row i begins at a + i*a_pitch and its elements are a_step apart; B's row p begins at b + b_row[p],
/// out's row i at out + i*out_pitch.
template <class T>
struct Product {
  int64_t rows, cols, k;
  const T* a;
  int64_t a_pitch;
  const T* b;
  const int64_t* b_row;
  T* out;
  int64_t out_pitch;
  const T* bias = nullptr;  // (rows): where the sums start; null: zero
  bool accumulate = false;  // the sums start with what is in out; bias is not looked at
  int64_t a_step = 1;
};

/// Memory that the caller will read next: `segments` runs of `length` elements, `pitch` apart. The product
/// asks for it bit by bit while it computes, so that memory and arithmetic work at the same time.
template <class T>
struct Ahead {
  const T* start = nullptr;
  int64_t segments = 0, length = 0, pitch = 0, done = 0;

  static constexpr int64_t kLine = 64 / int64_t(sizeof(T));
  int64_t lines() const { return segments * divide_up(length, kLine); }
  void fetch(int64_t count) {
    for (; count > 0 && segments > 0; --count) {
      __builtin_prefetch(start + done);
      if ((done += kLine) < length) continue;
      done = 0;
      start += pitch;
      --segments;
    }
  }
};

/// How columns are cut into panels: as many as full width needs, none more than one vector narrower than
/// another (7 vectors are 3 + 2 + 2, not 3 + 3 + 1: a narrow tile waits for its own sums).
template <class T>
struct Panels {
  int64_t cols;
  int64_t vecs = divide_up(cols, Simd<T>::lanes), count = divide_up(vecs, kTileVecs);

  /// The first column of a panel; of the one behind the last: cols. The last panels are the narrow ones.
  int64_t begin(int64_t panel) const {
    const int64_t narrow = max(0, panel + kTileVecs * count - vecs - count);
    return min(cols, max(0, kTileVecs * panel - narrow) * Simd<T>::lanes);
  }
};

/// The tile of Rows rows and Vecs vectors of columns at (i, j). Partial: only `mask` lanes of the last vector
/// exist.
template <class T, int Rows, int Vecs, bool Partial>
void tile(const Product<T>& product, int64_t i, int64_t j, typename Simd<T>::Mask mask) {
  using S = Simd<T>;
  using V = typename S::V;
  constexpr int L = S::lanes;
  const int64_t pitch = product.out_pitch, a_pitch = product.a_pitch, depth = product.k;
  T* out = product.out + i * pitch + j;
  auto load = [&](const T* p, int v) __attribute__((always_inline)) {
    return Partial && v == Vecs - 1 ? S::load(p + v * L, mask) : S::load(p + v * L);
  };

  V sum[Rows][Vecs];
  TENGEN_UNROLL
  for (int r = 0; r < Rows; ++r) {
    if (product.accumulate) {
      TENGEN_UNROLL
      for (int v = 0; v < Vecs; ++v) sum[r][v] = load(out + r * pitch, v);
    } else {
      V start = product.bias ? S::broadcast(product.bias[i + r]) : V{};
      TENGEN_UNROLL
      for (int v = 0; v < Vecs; ++v) sum[r][v] = start;
    }
  }

  const T* a = product.a + i * a_pitch;
  const T* b = product.b + j;
  const int64_t* b_row = product.b_row;
  TENGEN_UNROLL_TWICE
  for (int64_t p = 0; p < depth; ++p, a += product.a_step) {
    const T* row = b + b_row[p];
    V x[Vecs];
    TENGEN_UNROLL
    for (int v = 0; v < Vecs; ++v) x[v] = load(row, v);
    TENGEN_UNROLL
    for (int r = 0; r < Rows; ++r) {
      V w = S::broadcast(a[r * a_pitch]);
      TENGEN_UNROLL
      for (int v = 0; v < Vecs; ++v) sum[r][v] = S::fma(w, x[v], sum[r][v]);
    }
  }

  TENGEN_UNROLL
  for (int r = 0; r < Rows; ++r) {
    TENGEN_UNROLL
    for (int v = 0; v < Vecs; ++v) {
      if (Partial && v == Vecs - 1)
        S::store(out + r * pitch + v * L, sum[r][v], mask);
      else
        S::store(out + r * pitch + v * L, sum[r][v]);
    }
  }
}

/// All tiles of one panel of columns; asks for `fetch` lines of `ahead` after each.
template <class T, int Vecs, bool Partial>
void multiply_panel(const Product<T>& product, int64_t j, typename Simd<T>::Mask mask, Ahead<T>& ahead,
                    int64_t fetch) {
  int64_t i = 0;
  for (; i + kTileRows <= product.rows; i += kTileRows) {
    tile<T, kTileRows, Vecs, Partial>(product, i, j, mask);
    ahead.fetch(fetch);
  }
  if constexpr (kTileRows > 4)
    for (; i + 4 <= product.rows; i += 4) tile<T, 4, Vecs, Partial>(product, i, j, mask);
  for (; i + 2 <= product.rows; i += 2) tile<T, 2, Vecs, Partial>(product, i, j, mask);
  for (; i < product.rows; ++i) tile<T, 1, Vecs, Partial>(product, i, j, mask);
}

/// Computes the product. k should be at most about kBlockDepth.
template <class T>
void multiply(const Product<T>& product, Ahead<T> ahead = {}) {
  constexpr int L = Simd<T>::lanes;
  const Panels<T> panels{product.cols};
  const int64_t fetch = divide_up(ahead.lines(), max(1, panels.count * (product.rows / kTileRows)));
  for (int64_t panel = 0; panel < panels.count; ++panel) {
    const int64_t j = panels.begin(panel), cols = panels.begin(panel + 1) - j;
    const int width = int(divide_up(cols, L));
    const auto mask = Simd<T>::mask(int(cols - (width - 1) * L));
    auto run = [&]<bool Partial>() {
      if (width == 3)
        multiply_panel<T, 3, Partial>(product, j, mask, ahead, fetch);
      else if (width == 2)
        multiply_panel<T, 2, Partial>(product, j, mask, ahead, fetch);
      else
        multiply_panel<T, 1, Partial>(product, j, mask, ahead, fetch);
    };
    if (cols % L)
      run.template operator()<true>();
    else
      run.template operator()<false>();
  }
}

}  // namespace tengen::cpu::TENGEN_ISA
