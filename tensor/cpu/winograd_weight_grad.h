// The gradient of 3x3 kernels by Winograd's method. Forward it computes (winograd.h)
//     Y = A^T [ (G g G^T) * (B^T d B) ] A      for every tile of 2x2 results Y, 4x4 inputs d,
// so with dY given,   dU = sum over tiles of (A dY A^T) * (B^T d B)   and   dg = G^T dU G:
// 16 matrix products Z[i] (m, tiles) * V[i] (tiles, channels) instead of the work of 36.
#pragma once

#include <tengen/tensor/cpu/gemm.h>
#include <tengen/tensor/cpu/scratch.h>
#include <tengen/tensor/cpu/shift.h>
#include <tengen/tensor/cpu/transpose.h>
#include <tengen/tensor/cpu/winograd.h>
#include <tengen/tensor/parallel.h>

namespace tengen::cpu::TENGEN_ISA {

template <class T>
bool winograd_weight_grad_pays(const Conv2dShape& s) {
  return sizeof(T) == 4 && s.in_channels >= 32 && s.out_channels >= 32 &&
         s.batch * divide_up(s.out_h, 2) * divide_up(s.out_w, 2) >= 96;
}

/// A dY A^T of `tiles` tiles of one channel: dY[2*y + x] at copies + index[2*y + x], Z[i] at z + i*z_size.
template <class T>
void winograd_grad_output(const T* copies, const int64_t* index, int64_t tiles, T* z, int64_t z_size) {
  using V = typename Simd<T>::V;
  for (int64_t t = 0; t < tiles; t += Simd<T>::lanes) {
    V rows[4][2];
    TENGEN_UNROLL
    for (int x = 0; x < 2; ++x) {
      V top = Simd<T>::load(copies + index[x] + t), bottom = Simd<T>::load(copies + index[2 + x] + t);
      rows[0][x] = top;
      rows[1][x] = top + bottom;
      rows[2][x] = top - bottom;
      rows[3][x] = -bottom;
    }
    TENGEN_UNROLL
    for (int y = 0; y < 4; ++y) {
      T* to = z + 4 * y * z_size + t;
      Simd<T>::store(to, rows[y][0]);
      Simd<T>::store(to + z_size, rows[y][0] + rows[y][1]);
      Simd<T>::store(to + 2 * z_size, rows[y][0] - rows[y][1]);
      Simd<T>::store(to + 3 * z_size, -rows[y][1]);
    }
  }
}

/// B^T d B of one tile for `channels` channels: d[y][x] at d + y*line + x*channels, V[i] at v + i*v_size.
template <class T>
void winograd_input_channels(const T* d, int64_t line, int64_t channels, T* v, int64_t v_size) {
  using S = Simd<T>;
  using V = typename S::V;
  constexpr int L = S::lanes;
  for (int64_t c = 0; c < channels; c += L) {
    const auto mask = S::mask(int(min(L, channels - c)));
    V rows[4][4];
    TENGEN_UNROLL
    for (int x = 0; x < 4; ++x) {
      V e[4];
      TENGEN_UNROLL
      for (int y = 0; y < 4; ++y) e[y] = S::load(d + y * line + x * channels + c, mask);
      rows[0][x] = e[0] - e[2];
      rows[1][x] = e[1] + e[2];
      rows[2][x] = e[2] - e[1];
      rows[3][x] = e[1] - e[3];
    }
    TENGEN_UNROLL
    for (int y = 0; y < 4; ++y) {
      T* to = v + 4 * y * v_size + c;
      S::store(to, rows[y][0] - rows[y][2], mask);
      S::store(to + v_size, rows[y][1] + rows[y][2], mask);
      S::store(to + 2 * v_size, rows[y][2] - rows[y][1], mask);
      S::store(to + 3 * v_size, rows[y][1] - rows[y][3], mask);
    }
  }
}

/// G^T dU G of one output channel: dU[i] (channels) at u + i*u_size -> (channels, 3, 3).
template <class T>
void winograd_grad_weight(const T* u, int64_t u_size, int64_t channels, T* grad_weight) {
  using S = Simd<T>;
  using V = typename S::V;
  constexpr int L = S::lanes;
  alignas(64) T taps[9 * L];  // (tap, channel)
  const V half = S::broadcast(T(0.5));
  for (int64_t c = 0; c < channels; c += L) {
    const int count = int(min(L, channels - c));
    const auto mask = S::mask(count);
    V rows[3][4];
    TENGEN_UNROLL
    for (int x = 0; x < 4; ++x) {
      V e[4];
      TENGEN_UNROLL
      for (int y = 0; y < 4; ++y) e[y] = S::load(u + (4 * y + x) * u_size + c, mask);
      rows[0][x] = e[0] + half * (e[1] + e[2]);
      rows[1][x] = half * (e[1] - e[2]);
      rows[2][x] = half * (e[1] + e[2]) + e[3];
    }
    TENGEN_UNROLL
    for (int y = 0; y < 3; ++y) {
      const V* e = rows[y];
      S::store(taps + 3 * y * L, e[0] + half * (e[1] + e[2]));
      S::store(taps + (3 * y + 1) * L, half * (e[1] - e[2]));
      S::store(taps + (3 * y + 2) * L, half * (e[1] + e[2]) + e[3]);
    }
    transpose(taps, L, 9, count, grad_weight + 9 * c, 9);
  }
}

template <class T>
void winograd_weight_grad(const Conv2dShape& s, const T* grad_output, const T* input, T* grad_weight) {
  constexpr int L = Simd<T>::lanes;
  // A chunk makes the sums of 64 x 64 channels over a slice of the bands; a band has kTiles
  // to kMostTiles tiles.
  constexpr int64_t kChannels = 64, kTiles = 50, kMostTiles = 96, kChunks = 8, kCopied = 8;
  Axis y(divide_up(s.out_h, 2), s.out_h, 2, 2), x(divide_up(s.out_w, 2), s.out_w, 2, 2);
  for (int64_t k = 0; k < 2; ++k) y.add(k, k), x.add(k, k);
  y.finish();
  x.finish();
  const int64_t in_plane = s.in_h * s.in_w, out_plane = s.out_h * s.out_w;
  const int64_t all_tiles = s.batch * y.results * x.results;
  const int64_t target = max(kTiles, min(kMostTiles, all_tiles / 4));
  const int64_t rows = divide_up(y.results, divide_up(y.results, max(1, target / x.results)));
  const int64_t row_blocks = divide_up(y.results, rows);
  const int64_t images = row_blocks > 1 ? 1 : max(1, min(s.batch, target / (rows * x.results)));
  const int64_t bands = divide_up(s.batch, images) * row_blocks;
  const int64_t m_blocks = divide_up(s.out_channels, kChannels),
                c_blocks = divide_up(s.in_channels, kChannels);
  const int64_t slices = max(1, min(bands, divide_up(min(kChunks, all_tiles / kTiles), m_blocks * c_blocks)));
  const int64_t u_size = s.out_channels * s.in_channels;  // of one of the 16 matrices
  T* sums = scratch().partial.get<T>(slices * 16 * u_size);

  parallel_for(m_blocks * c_blocks * slices, [&](int64_t chunk) {
    const int64_t slice = chunk % slices;
    const int64_t c = chunk / slices % c_blocks * kChannels, channels = min(kChannels, s.in_channels - c);
    const int64_t m = chunk / slices / c_blocks * kChannels, height = min(kChannels, s.out_channels - m);
    const int64_t most = rows * images * x.results, pitch = divide_up(most, L) * L;
    const int64_t z_size = (height * pitch / L | 1) * L, v_size = (divide_up(most * channels, L) | 1) * L;
    const int64_t width = 2 * x.results + 2;  // of the transposed input
    Scratch& my = scratch();
    T* copies = my.columns.get<T>(kCopied * 2 * Band{y, x, 0, rows, images}.template copy_size<T>());
    T* z = my.packed.get<T>(16 * z_size);
    T* v = my.panel.get<T>(16 * v_size);
    T* pixels = my.result.get<T>((2 * rows + 2) * width * channels);
    int64_t* index = my.row.get<int64_t>(4 * kCopied + most);
    int64_t* v_row = index + 4 * kCopied;
    for (int64_t t = 0; t < most; ++t) v_row[t] = t * channels;

    for (int64_t b = bands * slice / slices; b < bands * (slice + 1) / slices; ++b) {
      const int64_t image = b / row_blocks * images, row = b % row_blocks * rows;
      const Band band{y, x, row, min(rows, y.results - row), min(images, s.batch - image)};
      const int64_t tiles = max(0, band.pixels());
      band.fill_index<T>(kCopied, out_plane, index);
      for (int64_t i = 0; i < height; i += kCopied) {
        const int64_t count = min(kCopied, height - i);
        copy_band(band, grad_output + (image * s.out_channels + m + i) * out_plane, count, out_plane,
                  s.out_channels * out_plane, copies);
        for (int64_t k = 0; k < count; ++k)
          winograd_grad_output(copies, index + 4 * k, tiles, z + (i + k) * pitch, z_size);
      }
      for (int64_t n = 0; n < band.images; ++n) {
        transpose_band(s, input + ((image + n) * s.in_channels + c) * in_plane, 2 * row - s.pad_h,
                       2 * band.rows + 2, width, channels, pixels);
        for (int64_t r = 0; r < band.rows; ++r)
          for (int64_t q = 0; q < x.results; ++q)
            winograd_input_channels(pixels + (2 * r * width + 2 * q) * channels, width * channels, channels,
                                    v + ((r * band.images + n) * x.results + q) * channels, v_size);
      }
      for (int64_t i = 0; i < 16; ++i)
        multiply<T>({.rows = height,
                     .cols = channels,
                     .k = tiles,
                     .a = z + i * z_size,
                     .a_pitch = pitch,
                     .b = v + i * v_size,
                     .b_row = v_row,
                     .out = sums + (slice * 16 + i) * u_size + m * s.in_channels + c,
                     .out_pitch = s.in_channels,
                     .accumulate = b > bands * slice / slices});
    }
  });

  parallel_ranges(s.out_channels, divide_up(4096, s.in_channels * slices), [&](int64_t from, int64_t to) {
    for (int64_t m = from; m < to; ++m) {
      T* total = sums + m * s.in_channels;
      for (int64_t i = 0; i < 16; ++i)
        for (int64_t slice = 1; slice < slices; ++slice)
          for (int64_t k = i * u_size; k < i * u_size + s.in_channels; ++k)
            total[k] += total[slice * 16 * u_size + k];
      winograd_grad_weight(total, u_size, s.in_channels, grad_weight + m * s.in_channels * 9);
    }
  });
}

}  // namespace tengen::cpu::TENGEN_ISA
