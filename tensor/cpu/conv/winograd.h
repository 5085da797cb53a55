// Convolution with 3x3 kernels and stride 1 by Winograd's minimal filtering F(M x M, 3 x 3), see
// winograd_transform.h. Over channels each of the N*N products is a matrix product
//     P[i] (tiles, m) = V[i] (tiles, channels) * U[i] (channels, m).
// Channels lie in the vectors' lanes everywhere: the source's pixels are transposed to (y, x, channel), where
// a tile of any size begins at any pixel without waste, and the result's are transposed back. Tiles of one
// image or of several fill the rows of the products.
//
// M is the one of 3 and 4 that costs fewer multiplications for the result's size (9 = 3*3, 20 = 5*4),
// whatever the batch: an image gives the same bits alone and among others. A number that is not finite
// spreads over the tiles that read it.
//
// Error, root of mean square, of the results and of both gradients: at most 4 times that of direct float32
// sums in the order of the kernel, and at most 2e-6 of the root of the sum of the squared products
// (tests/kernels/winograd_test.cpp).
#pragma once

#include <tengen/tensor/cpu/conv/shift.h>
#include <tengen/tensor/cpu/conv/winograd_transform.h>
#include <tengen/tensor/cpu/product/gemm.h>
#include <tengen/tensor/cpu/product/transpose.h>
#include <tengen/tensor/cpu/thread_buffers.h>
#include <tengen/tensor/parallel/parallel.h>

namespace tengen::cpu::TENGEN_ISA {

/// The convolutions that Winograd's method is for.
inline bool small_dense_kernel(const Conv2dShape& s) {
  return s.kernel_h == 3 && s.kernel_w == 3 && s.stride_h == 1 && s.stride_w == 1 && s.dilation_h == 1 &&
         s.dilation_w == 1 && s.groups == 1;
}

/// Multiplications for one image and one pair of channels.
inline int64_t winograd_products(int64_t tile, int64_t height, int64_t width) {
  return divide_up(height, tile) * divide_up(width, tile) * (tile + 2) * (tile + 2);
}

/// Calls f.operator()<M>() for the M to use.
template <class F>
void with_winograd_tile(int64_t height, int64_t width, const F& f) {
  if (winograd_products(3, height, width) < winograd_products(4, height, width))
    f.template operator()<3>();
  else
    f.template operator()<4>();
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

  /// Whether it is worth while: enough channels to repay the transforms, enough pixels for those of the
  /// weights.
  bool pays() const { return sizeof(T) == 4 && m >= 16 && channels >= 16 && out_h * out_w >= 36; }
};

/// Channels of the result that are made together. One row of U of as many is an odd number of cache lines, so
/// that a column of it falls into all sets of the cache.
template <class T>
inline constexpr int64_t kResultBlock = 2 * kTileCols<T>;
/// Elements of U[i] of a block.
template <class T>
constexpr int64_t weight_block(int64_t channels) {
  return odd_lines<T>(channels * kResultBlock<T>);
}

/// U for the channels [from, to): matrix i (channels, kResultBlock) of block b at u + (b*N*N +
/// i)*weight_block.
template <class T, int M>
void winograd_weights(const Winograd<T>& w, int64_t from, int64_t to, T* u) {
  using S = Simd<T>;
  constexpr int L = S::lanes, N = M + 2, kKernels = 8;
  constexpr int64_t kBlock = kResultBlock<T>;
  const int64_t u_size = weight_block<T>(w.channels);
  alignas(64) T taps[kKernels * 9 * L] = {};  // (kernel, tap, m)
  for (int64_t c = from; c < to; c += kKernels) {
    const int64_t kernels = min(kKernels, to - c);
    for (int64_t m = 0; m < w.m; m += L) {
      const T* kernel = w.weight + m * w.kernel_m + c * w.kernel_c;
      const int64_t count = min(L, w.m - m), run = w.kernel_c == 9 ? kernels : 1;
      for (int64_t k = 0; k < kernels; k += run)
        transpose(kernel + k * w.kernel_c, w.kernel_m, count, 9 * run, taps + k * 9 * L, L);
      T* block = u + m / kBlock * N * N * u_size + m % kBlock;
      for (int64_t k = 0; k < kernels; ++k)
        expand_tile<T, M, WeightTransform<M>>(
            [&](int y, int x) __attribute__((always_inline)) {
              return S::load(taps + (9 * k + (w.turned ? 8 - 3 * y - x : 3 * y + x)) * L);
            },
            [&](int i, int j, typename S::V value) __attribute__((always_inline)) {
              S::store(block + (N * i + j) * u_size + (c + k) * kBlock, value);
            });
    }
  }
}

/// How images are cut into bands of `rows` rows of tiles of `images` images, of at most about `most` tiles.
struct TileBands {
  int64_t tiles_y, tiles_x, rows, images, row_blocks, image_blocks;

  TileBands(int64_t batch, int64_t height, int64_t width, int64_t tile, int64_t most)
      : tiles_y(divide_up(height, tile)), tiles_x(divide_up(width, tile)) {
    rows = max(1, min(tiles_y, most / tiles_x));
    row_blocks = divide_up(tiles_y, rows);
    rows = divide_up(tiles_y, row_blocks);
    row_blocks = divide_up(tiles_y, rows);
    images = row_blocks > 1 ? 1 : max(1, min(batch, most / (tiles_y * tiles_x)));
    image_blocks = divide_up(batch, images);
    images = divide_up(batch, image_blocks);
    image_blocks = divide_up(batch, images);
  }
  int64_t count() const { return row_blocks * image_blocks; }
  int64_t most() const { return rows * images * tiles_x; }
};

/// A window of an image's plane and the same pixels in a buffer (y, x, channel) of `pitch` elements a pixel.
/// The window may reach over the image's edge: there the buffer is zero.
struct PixelWindow {
  int64_t top, left, height, width, pitch;  // of the window
  int64_t begin = 0, count = 0;             // the plane's pixels: whole rows of it
  int64_t* place;                           // (count): where each is in the buffer

  /// Elements of the buffer. The last pixel takes what lies left or right of the window.
  int64_t size() const { return (height * width + 1) * pitch; }
  template <class T>
  T* zeros(Buffer& memory) const {
    T* buffer = memory.get<T>(size());
    set_zero(buffer, size());
    return buffer;
  }

  PixelWindow(int64_t top, int64_t left, int64_t height, int64_t width, int64_t pitch, int64_t plane_h,
              int64_t plane_w, Buffer& memory)
      : top(top), left(left), height(height), width(width), pitch(pitch) {
    const int64_t first = max(0, min(top, plane_h)), last = max(first, min(top + height, plane_h));
    begin = first * plane_w;
    count = (last - first) * plane_w;
    place = memory.get<int64_t>(count);
    for (int64_t y = first, i = 0; y < last; ++y)
      for (int64_t x = 0; x < plane_w; ++x, ++i) {
        const bool inside = x >= left && x < left + width;
        place[i] = (inside ? (y - top) * width + x - left : height * width) * pitch;
      }
  }
  /// (channel, plane) -> the buffer, which was zero.
  template <class T>
  void load(const T* planes, int64_t plane, int64_t channels, T* buffer) const {
    planes += begin;
    transpose_rows<T>(
        [=](int64_t c) __attribute__((always_inline)) { return planes + c * plane; }, channels, count,
        [ buffer, at = place ](int64_t p) __attribute__((always_inline)) { return buffer + at[p]; });
  }
  /// The buffer -> (channel, plane).
  template <class T>
  void store(const T* buffer, int64_t channels, T* planes, int64_t plane) const {
    planes += begin;
    transpose_rows<T>(
        [ buffer, at = place ](int64_t p) __attribute__((always_inline)) { return buffer + at[p]; }, count,
        channels, [=](int64_t c) __attribute__((always_inline)) { return planes + c * plane; });
  }
};

/// Channels that are transformed together: an even number of cache lines of each pixel.
inline constexpr int64_t kTransformed = 32;

/// Tiles of one image's planes, whose pixels are those of the window, through Matrix: matrix i of tile t at
/// out + t*N*N*pitch + i*pitch + channel.
template <class T, int M, class Matrix>
void expand_band(const PixelWindow& window, const T* planes, int64_t plane, int64_t channels, int64_t tiles_y,
                 int64_t tiles_x, T* pixels, T* out, int64_t pitch) {
  using S = Simd<T>;
  constexpr int N = M + 2;
  for (int64_t c = 0; c < channels; c += kTransformed) {
    const int64_t count = min(kTransformed, channels - c);
    window.load(planes + c * plane, plane, count, pixels);
    for (int64_t t = 0; t < tiles_y * tiles_x; ++t) {
      const T* from = pixels + (t / tiles_x * window.width + t % tiles_x) * M * kTransformed;
      T* to = out + t * N * N * pitch + c;
      for (int64_t k = 0; k < count; k += S::lanes)
        expand_tile<T, M, Matrix>(
            [&](int y, int x) __attribute__((always_inline)) {
              return S::load(from + (y * window.width + x) * kTransformed + k);
            },
            [&](int i, int j, typename S::V value)
                __attribute__((always_inline)) { S::store(to + (N * i + j) * pitch + k, value); });
    }
  }
}

template <class T, int M>
void winograd(const Winograd<T>& w) {
  using S = Simd<T>;
  constexpr int L = S::lanes, N = M + 2;
  // Bytes of V in a chunk: with the products it should stay in a second-level cache of 512 KB, through which
  // U streams. Multiply-adds of a chunk, and how many chunks are enough.
  constexpr int64_t kBlock = kResultBlock<T>, kInputBytes = 192 * 1024, kWork = 1 << 19, kChunks = 16;
  const int64_t plane = w.in_h * w.in_w, out_plane = w.out_h * w.out_w;
  const int64_t pitch = divide_up(w.channels, L) * L, tile_size = N * N * pitch;  // of V
  const int64_t work = w.batch * winograd_products(M, w.out_h, w.out_w) * w.m * w.channels;
  const int64_t want = max(1, min(kChunks, work / kWork));
  const int64_t all_tiles = w.batch * divide_up(w.out_h, M) * divide_up(w.out_w, M);
  const TileBands bands(w.batch, w.out_h, w.out_w, M,
                        min(max(12, all_tiles / want), max(8, kInputBytes / int64_t(sizeof(T)) / tile_size)));
  // Few bands: chunks of fewer result channels too, each with the whole input.
  const int64_t m_parts = max(1, min(divide_up(want, bands.count()), w.m / (2 * L)));
  const int64_t m_size = divide_up(divide_up(w.m, m_parts), L) * L, m_blocks = divide_up(w.m, m_size);

  const int64_t u_size = weight_block<T>(w.channels);
  T* u = thread_buffers().weights.get<T>(divide_up(w.m, kBlock) * N * N * u_size);
  parallel_ranges(w.channels, max(8, (1 << 13) / w.m),
                  [&](int64_t from, int64_t to) { winograd_weights<T, M>(w, from, to, u); });

  parallel_for(bands.count() * m_blocks, [&](int64_t chunk) {
    const int64_t first = chunk % m_blocks * m_size, last = min(w.m, first + m_size);
    const int64_t row = chunk / m_blocks % bands.row_blocks * bands.rows;
    const int64_t image = chunk / m_blocks / bands.row_blocks * bands.images;
    const int64_t rows = min(bands.rows, bands.tiles_y - row), images = min(bands.images, w.batch - image);
    const int64_t image_tiles = rows * bands.tiles_x, tiles = images * image_tiles;
    ThreadBuffers& my = thread_buffers();
    T* v = my.packed.get<T>(tiles * tile_size);
    int64_t* u_row = my.row.get<int64_t>(w.channels);
    for (int64_t c = 0; c < w.channels; ++c) u_row[c] = c * kBlock;

    {
      const PixelWindow window(row * M - w.pad_h, -w.pad_w, rows * M + 2, bands.tiles_x * M + 2, kTransformed,
                               w.in_h, w.in_w, my.index);
      T* pixels = window.zeros<T>(my.columns);
      for (int64_t n = 0; n < images; ++n)
        expand_band<T, M, InputTransform<M>>(window, w.source + (image + n) * w.channels * plane, plane,
                                             w.channels, rows, bands.tiles_x, pixels,
                                             v + n * image_tiles * tile_size, pitch);
    }

    const PixelWindow window(row * M, 0, rows * M, bands.tiles_x * M, kBlock, w.out_h, w.out_w, my.index);
    T* pixels = my.columns.get<T>(window.size());
    T* products = my.panel.get<T>(tiles * N * N * kBlock);
    const int64_t blocks = divide_up(w.channels, kBlockDepth<T>), depth = divide_up(w.channels, blocks);
    for (int64_t m = first, count; m < last; m += count) {
      count = min(kBlock - m % kBlock, last - m);
      const T* u_block = u + m / kBlock * N * N * u_size + m % kBlock;
      for (int64_t i = 0; i < N * N; ++i)
        for (int64_t c = 0; c < w.channels; c += depth) {
          const int64_t k = min(depth, w.channels - c);
          multiply<T>({.rows = tiles,
                       .cols = divide_up(count, L) * L,
                       .k = k,
                       .a = v + i * pitch + c,
                       .a_pitch = tile_size,
                       .b = u_block + i * u_size + c * kBlock,
                       .b_row = u_row,
                       .out = products + i * kBlock,
                       .out_pitch = N * N * kBlock,
                       .accumulate = c > 0},
                      {u_block + (c + k < w.channels ? i * u_size + (c + k) * kBlock : (i + 1) * u_size), k,
                       count, kBlock, 0});
        }
      alignas(64) T bias[kBlock] = {};
      for (int64_t k = 0; k < count && w.bias; ++k) bias[k] = w.bias[m + k];
      for (int64_t n = 0; n < images; ++n) {
        for (int64_t t = 0; t < image_tiles; ++t) {
          const T* from = products + (n * image_tiles + t) * N * N * kBlock;
          T* to = pixels + (t / bands.tiles_x * window.width + t % bands.tiles_x) * M * kBlock;
          for (int64_t k = 0; k < count; k += L)
            contract_tile<T, M, OutputTransform<M>>(
                [&](int i, int j)
                    __attribute__((always_inline)) { return S::load(from + (N * i + j) * kBlock + k); },
                [&](int y, int x, typename S::V value) __attribute__((always_inline)) {
                  S::store(to + (y * window.width + x) * kBlock + k, value + S::load(bias + k));
                });
        }
        window.store(pixels, count, w.result + ((image + n) * w.m + m) * out_plane, out_plane);
      }
    }
  });
}

template <class T>
void winograd(const Winograd<T>& w) {
  with_winograd_tile(w.out_h, w.out_w, [&]<int M>() { winograd<T, M>(w); });
}

}  // namespace tengen::cpu::TENGEN_ISA
