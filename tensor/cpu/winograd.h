// Convolution with 3x3 kernels and stride 1 by Winograd's minimal filtering F(2x2, 3x3) (Lavin & Gray, "Fast
// algorithms for convolutional neural networks", 2015): a tile of 2x2 results is
//     A^T [ (G g G^T) * (B^T d B) ] A      with d the 4x4 inputs below it and g the kernel,
// which takes 16 multiplications instead of 36. Over channels, each of the 16 products is a matrix product
// U[i] (m, channels) * V[i] (channels, tiles). All coefficients are 0, 1, -1 and 1/2: little accuracy is
// lost.
#pragma once

#include <tengen/tensor/cpu/gemm.h>
#include <tengen/tensor/cpu/scratch.h>
#include <tengen/tensor/cpu/shift.h>
#include <tengen/tensor/cpu/transpose.h>
#include <tengen/tensor/parallel.h>

namespace tengen::cpu::TENGEN_ISA {

/// The convolutions that Winograd's method is for.
inline bool small_dense_kernel(const Conv2dShape& s) {
  return s.kernel_h == 3 && s.kernel_w == 3 && s.stride_h == 1 && s.stride_w == 1 && s.dilation_h == 1 &&
         s.dilation_w == 1 && s.groups == 1;
}

/// result (batch, m, y, x) = bias + 3x3 kernels over source (batch, channels, ...). The kernel of (m, c) lies
/// at weight + m*kernel_m + c*kernel_c; `turned`: by half a turn.
template <class T>
struct Winograd {
  int64_t batch, m, channels, in_h, in_w, out_h, out_w, pad_h, pad_w;
  const T* weight;
  int64_t kernel_m, kernel_c;
  bool turned;
  const T *source, *bias;
  T* result;

  int64_t tiles_y() const { return divide_up(out_h, 2); }
  int64_t tiles_x() const { return divide_up(out_w, 2); }
  /// Whether it is worth while: enough channels to repay the transforms, enough pixels for those of the
  /// weights.
  bool pays() const {
    return sizeof(T) == 4 && m >= 24 && channels >= 24 && batch * tiles_y() * tiles_x() >= 4 * Simd<T>::lanes;
  }
};

/// U[i] (m, channels) for i < 16: row m of all of them.
template <class T>
void winograd_weights(const Winograd<T>& w, int64_t m, T* u) {
  using V = typename Simd<T>::V;
  constexpr int L = Simd<T>::lanes;
  alignas(64) T taps[9 * L];  // (tap, channel)
  const auto half = Simd<T>::broadcast(T(0.5));
  for (int64_t c = 0; c < w.channels; c += L) {
    const int count = int(min(L, w.channels - c));
    const auto mask = Simd<T>::mask(count);
    transpose(w.weight + m * w.kernel_m + c * w.kernel_c, w.kernel_c, count, 9, taps, L);
    V rows[4][3];  // G g
    TENGEN_UNROLL
    for (int x = 0; x < 3; ++x) {
      V g[3];
      TENGEN_UNROLL
      for (int y = 0; y < 3; ++y) g[y] = Simd<T>::load(taps + (w.turned ? 8 - 3 * y - x : 3 * y + x) * L);
      rows[0][x] = g[0];
      rows[1][x] = half * ((g[0] + g[2]) + g[1]);
      rows[2][x] = half * ((g[0] + g[2]) - g[1]);
      rows[3][x] = g[2];
    }
    TENGEN_UNROLL
    for (int y = 0; y < 4; ++y) {
      const V* g = rows[y];
      T* to = u + (4 * y * w.m + m) * w.channels + c;
      const int64_t next = w.m * w.channels;
      Simd<T>::store(to, g[0], mask);
      Simd<T>::store(to + next, half * ((g[0] + g[2]) + g[1]), mask);
      Simd<T>::store(to + 2 * next, half * ((g[0] + g[2]) - g[1]), mask);
      Simd<T>::store(to + 3 * next, g[2], mask);
    }
  }
}

/// B^T d B of `tiles` tiles of one channel: d[4*y + x] at copies + index[4*y + x], V[i] at v + i*v_pitch.
template <class T>
void winograd_input(const T* copies, const int64_t* index, int64_t tiles, T* v, int64_t v_pitch) {
  using V = typename Simd<T>::V;
  for (int64_t t = 0; t < tiles; t += Simd<T>::lanes) {
    V d[4][4];
    TENGEN_UNROLL
    for (int x = 0; x < 4; ++x) {
      V c[4];
      TENGEN_UNROLL
      for (int y = 0; y < 4; ++y) c[y] = Simd<T>::load(copies + index[4 * y + x] + t);
      d[0][x] = c[0] - c[2];
      d[1][x] = c[1] + c[2];
      d[2][x] = c[2] - c[1];
      d[3][x] = c[1] - c[3];
    }
    TENGEN_UNROLL
    for (int y = 0; y < 4; ++y) {
      T* to = v + 4 * y * v_pitch + t;
      Simd<T>::store(to, d[y][0] - d[y][2]);
      Simd<T>::store(to + v_pitch, d[y][1] + d[y][2]);
      Simd<T>::store(to + 2 * v_pitch, d[y][2] - d[y][1]);
      Simd<T>::store(to + 3 * v_pitch, d[y][1] - d[y][3]);
    }
  }
}

/// A^T w A + bias of `tiles` tiles of one m: product i at w + i*w_pitch; result (y, x) of the 2x2 at y_x +
/// (2*y + x)*pitch.
template <class T>
void winograd_output(const T* w, int64_t w_pitch, int64_t tiles, T bias, T* y_x, int64_t pitch) {
  using V = typename Simd<T>::V;
  const V start = Simd<T>::broadcast(bias);
  for (int64_t t = 0; t < tiles; t += Simd<T>::lanes) {
    V rows[2][4];
    TENGEN_UNROLL
    for (int x = 0; x < 4; ++x) {
      V c[4];
      TENGEN_UNROLL
      for (int y = 0; y < 4; ++y) c[y] = Simd<T>::load(w + (4 * y + x) * w_pitch + t);
      rows[0][x] = (c[0] + c[1]) + c[2];
      rows[1][x] = (c[1] - c[2]) - c[3];
    }
    TENGEN_UNROLL
    for (int y = 0; y < 2; ++y) {
      const V* r = rows[y];
      Simd<T>::store(y_x + 2 * y * pitch + t, ((r[0] + r[1]) + r[2]) + start);
      Simd<T>::store(y_x + (2 * y + 1) * pitch + t, ((r[1] - r[2]) - r[3]) + start);
    }
  }
}

template <class T>
void winograd(const Winograd<T>& w) {
  constexpr int L = Simd<T>::lanes;
  // A chunk is a band of tile rows of some images. What it keeps of V should stay in the second-level cache.
  constexpr int64_t kInputBytes = 900 * 1024, kRows = 32, kCopied = 8;
  Axis y(w.tiles_y(), w.in_h, 2, 4), x(w.tiles_x(), w.in_w, 2, 4);
  for (int64_t k = 0; k < 4; ++k) y.add(k, k - w.pad_h), x.add(k, k - w.pad_w);
  y.finish();
  x.finish();
  const int64_t plane = w.in_h * w.in_w, out_plane = w.out_h * w.out_w, image_stride = w.channels * plane;
  const int64_t all_tiles = w.batch * y.results * x.results, chunks = all_tiles < 8 * kTileCols<T> ? 2 : 4;
  const int64_t tiles =
      min(divide_up(all_tiles, chunks), max(2 * L, kInputBytes / (16 * w.channels * int64_t(sizeof(T)))));
  int64_t rows = max(1, min(y.results, tiles / x.results));
  rows = divide_up(y.results, divide_up(y.results, rows));
  const int64_t row_blocks = divide_up(y.results, rows);
  int64_t images = row_blocks > 1 ? 1 : max(1, min(w.batch, tiles / (y.results * x.results)));
  images = divide_up(w.batch, divide_up(w.batch, images));
  const int64_t image_blocks = divide_up(w.batch, images);

  T* u = scratch().weights.get<T>(16 * w.m * w.channels);
  parallel_ranges(w.m, divide_up(4096, w.channels), [&](int64_t from, int64_t to) {
    for (int64_t m = from; m < to; ++m) winograd_weights(w, m, u);
  });

  parallel_for(image_blocks * row_blocks, [&](int64_t chunk) {
    const int64_t image = chunk / row_blocks * images, row = chunk % row_blocks * rows;
    const Band band{y, x, row, min(rows, y.results - row), min(images, w.batch - image)};
    if (band.rows <= 0 || band.images <= 0) return;
    const int64_t count = band.pixels(), pitch = divide_up(count, L) * L;
    // From one of the 16 matrices to the next: an odd number of vectors, or all 16 fall into the same cache
    // sets.
    const int64_t v_size = (w.channels * pitch / L | 1) * L, product_size = (kRows * pitch / L | 1) * L;
    Scratch& my = scratch();
    T* copies = my.columns.get<T>(kCopied * 4 * band.copy_size<T>());
    T* v = my.packed.get<T>(16 * v_size);
    int64_t* index = my.row.get<int64_t>(16 * kCopied + w.channels);
    int64_t* v_row = index + 16 * kCopied;
    band.fill_index<T>(kCopied, plane, index);
    for (int64_t c = 0; c < w.channels; ++c) v_row[c] = c * pitch;

    for (int64_t c = 0; c < w.channels; c += kCopied) {
      const int64_t channels = min(kCopied, w.channels - c);
      copy_band(band, w.source + image * image_stride + c * plane, channels, plane, image_stride, copies);
      for (int64_t i = 0; i < channels; ++i)
        winograd_input(copies, index + 16 * i, count, v + (c + i) * pitch, v_size);
    }
    T* products = my.panel.get<T>(16 * product_size);
    T* parts = my.result.get<T>(4 * pitch);
    const int64_t blocks = divide_up(w.channels, kBlockDepth<T>), depth = divide_up(w.channels, blocks);
    for (int64_t m = 0; m < w.m; m += kRows) {
      const int64_t height = min(kRows, w.m - m);
      for (int64_t i = 0; i < 16; ++i)
        for (int64_t c = 0; c < w.channels; c += depth)
          multiply<T>({.rows = height,
                       .cols = count,
                       .k = min(depth, w.channels - c),
                       .a = u + (i * w.m + m) * w.channels + c,
                       .a_pitch = w.channels,

                       .b = v + i * v_size,
                       .b_row = v_row + c,
                       .out = products + i * product_size,
                       .out_pitch = pitch,
                       .accumulate = c > 0});
      for (int64_t k = 0; k < height; ++k) {
        winograd_output(products + k * pitch, product_size, count, w.bias ? w.bias[m + k] : T(0), parts,
                        pitch);
        // (y, x of the 2x2, tile y, image, tile x) -> (image, y, x)
        for (int64_t n = 0; n < band.images; ++n)
          for (int64_t line = 2 * row; line < min(w.out_h, 2 * (row + band.rows)); ++line)
            interleave_row(parts + line % 2 * 2 * pitch + ((line / 2 - row) * band.images + n) * x.results,
                           pitch, 2, w.out_w,
                           w.result + ((image + n) * w.m + m + k) * out_plane + line * w.out_w);
      }
    }
  });
}

}  // namespace tengen::cpu::TENGEN_ISA
