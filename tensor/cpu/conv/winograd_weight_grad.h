// The gradient of 3x3 kernels by Winograd's method. Forward it computes (winograd_transform.h)
//     Y = A^T [ (G g G^T) * (B^T d B) ] A      for every tile of M x M results Y, N x N inputs d,
// so with dY given,   dU = sum over tiles of (A dY A^T) * (B^T d B)   and   dg = G^T dU G:
// N*N matrix products  dU[i] (m, channels) = Z[i]^T (m, tiles) * V[i] (tiles, channels).
#pragma once

#include <tengen/tensor/cpu/conv/winograd.h>
#include <tengen/tensor/cpu/conv/winograd_transform.h>
#include <tengen/tensor/cpu/product/gemm.h>
#include <tengen/tensor/cpu/product/transpose.h>
#include <tengen/tensor/cpu/thread_buffers.h>
#include <tengen/tensor/parallel/parallel.h>

namespace tengen::cpu::TENGEN_ISA {

template <class T>
bool winograd_weight_grad_pays(const Conv2dShape& s) {
  return sizeof(T) == 4 && s.in_channels >= 16 && s.out_channels >= 16 && s.out_h * s.out_w >= 36;
}

template <class T, int M>
void winograd_weight_grad(const Conv2dShape& s, const T* grad_output, const T* input, T* grad_weight) {
  using S = Simd<T>;
  constexpr int L = S::lanes, N = M + 2;
  // A chunk makes the sums of kChannels times kChannels channels over a slice of the bands of about kTiles
  // tiles: the sums, Z and V of a band stay in a second-level cache of 512 KB. More channels would save
  // transforms, and cost more in memory traffic.
  constexpr int64_t kChannels = 32, kTiles = 40, kWork = 1 << 19, kChunks = 8;
  const int64_t in_plane = s.in_h * s.in_w, out_plane = s.out_h * s.out_w;
  const int64_t work = s.batch * winograd_products(M, s.out_h, s.out_w) * s.out_channels * s.in_channels;
  const int64_t want = max(1, min(kChunks, work / kWork));
  const TileBands bands(s.batch, s.out_h, s.out_w, M, kTiles);
  const int64_t m_blocks = divide_up(s.out_channels, kChannels),
                c_blocks = divide_up(s.in_channels, kChannels);
  const int64_t slices = max(1, min(bands.count(), divide_up(want, m_blocks * c_blocks)));
  // Matrix j of slice i, (out_channels, in_channels), is at sums + (i*N*N + j)*matrix.
  const int64_t pitch = divide_up(s.in_channels, L) * L, matrix = odd_lines<T>(s.out_channels * pitch);
  T* sums = thread_buffers().partial.get<T>(slices * N * N * matrix);

  parallel_for(m_blocks * c_blocks * slices, [&](int64_t chunk) {
    const int64_t slice = chunk % slices, begin = bands.count() * slice / slices,
                  end = bands.count() * (slice + 1) / slices;
    const int64_t c = chunk / slices % c_blocks * kChannels, channels = min(kChannels, s.in_channels - c);
    const int64_t m = chunk / slices / c_blocks * kChannels, height = min(kChannels, s.out_channels - m);
    const int64_t z_pitch = divide_up(height, L) * L, v_pitch = divide_up(channels, L) * L;
    ThreadBuffers& my = thread_buffers();
    T* z = my.packed.get<T>(bands.most() * N * N * z_pitch);
    T* v = my.panel.get<T>(bands.most() * N * N * v_pitch);
    int64_t* v_row = my.row.get<int64_t>(bands.most());
    for (int64_t t = 0; t < bands.most(); ++t) v_row[t] = t * N * N * v_pitch;

    for (int64_t b = begin; b < end; ++b) {
      const int64_t image = b / bands.row_blocks * bands.images, row = b % bands.row_blocks * bands.rows;
      const int64_t rows = min(bands.rows, bands.tiles_y - row), images = min(bands.images, s.batch - image);
      const int64_t image_tiles = rows * bands.tiles_x;
      {
        const PixelWindow window(row * M, 0, rows * M, bands.tiles_x * M, kTransformed, s.out_h, s.out_w,
                                 my.index);
        T* pixels = window.zeros<T>(my.columns);
        for (int64_t n = 0; n < images; ++n)
          expand_band<T, M, OutputTransform<M>>(
              window, grad_output + ((image + n) * s.out_channels + m) * out_plane, out_plane, height, rows,
              bands.tiles_x, pixels, z + n * image_tiles * N * N * z_pitch, z_pitch);
      }
      {
        const PixelWindow window(row * M - s.pad_h, -s.pad_w, rows * M + 2, bands.tiles_x * M + 2,
                                 kTransformed, s.in_h, s.in_w, my.index);
        T* pixels = window.zeros<T>(my.columns);
        for (int64_t n = 0; n < images; ++n)
          expand_band<T, M, InputTransform<M>>(window, input + ((image + n) * s.in_channels + c) * in_plane,
                                               in_plane, channels, rows, bands.tiles_x, pixels,
                                               v + n * image_tiles * N * N * v_pitch, v_pitch);
      }
      for (int64_t i = 0; i < N * N; ++i)
        multiply<T>({.rows = height,
                     .cols = v_pitch,
                     .k = images * image_tiles,
                     .a = z + i * z_pitch,
                     .a_pitch = 1,
                     .b = v + i * v_pitch,
                     .b_row = v_row,
                     .out = sums + (slice * N * N + i) * matrix + m * pitch + c,
                     .out_pitch = pitch,
                     .accumulate = b > begin,
                     .a_step = N * N * z_pitch});
    }
  });

  parallel_ranges(s.out_channels, divide_up(4096, s.in_channels * slices), [&](int64_t from, int64_t to) {
    alignas(64) T taps[9 * L];  // (tap, channel)
    for (int64_t m = from; m < to; ++m)
      for (int64_t c = 0; c < s.in_channels; c += L) {
        contract_tile<T, M, WeightTransform<M>>(
            [&](int i, int j) __attribute__((always_inline)) {
              const T* at = sums + (N * i + j) * matrix + m * pitch + c;
              auto sum = S::load(at);
              for (int64_t slice = 1; slice < slices; ++slice) sum += S::load(at += N * N * matrix);
              return sum;
            },
            [&](int y, int x, typename S::V value)
                __attribute__((always_inline)) { S::store(taps + (3 * y + x) * L, value); });
        transpose(taps, L, 9, min(L, s.in_channels - c), grad_weight + (m * s.in_channels + c) * 9, 9);
      }
  });
}

template <class T>
void winograd_weight_grad(const Conv2dShape& s, const T* grad_output, const T* input, T* grad_weight) {
  with_winograd_tile(s.out_h, s.out_w,
                     [&]<int M>() { winograd_weight_grad<T, M>(s, grad_output, input, grad_weight); });
}

}  // namespace tengen::cpu::TENGEN_ISA
