// Kernels that compute each pixel of contiguous planes from other planes: pooling and resampling.
#pragma once

#include <tengen/cuda/kernels/common/common.h>
#include <tengen/cuda/kernels/common/divide.h>

namespace tengen::cuda {

/// out[p][y][x] = f(p, y, x); a thread computes kWide neighbours of a row.
template <class T, int kWide, class F>
__global__ void fill_pixels(int64_t units, Divisor width, Divisor height, F f, T* out) {
  const int64_t t = global_index();
  if (t >= units) return;
  int64_t plane = t;
  const int x = int(width.split(plane)) * kWide, y = int(height.split(plane));
  Vector<T, kWide> pixels;
#pragma unroll
  for (int k = 0; k < kWide; ++k) pixels.values[k] = f(plane, y, x + k);
  store_vector(out + t * kWide, pixels);
}

/// Calls f for all pixels of (planes, height, width). kWide > 1 is for functions that read little: their
/// threads then have more reads under way.
template <int kWide, class T, class F>
void for_pixels(const char* op, int64_t planes, int64_t height, int64_t width, const F& f, T* out) {
  TENGEN_CHECK(height * width < int64_t{1} << 31, op, ": found planes of ", height, " x ", width,
               " pixels; there can be at most 2^31 - 1");
  const int64_t pixels = planes * height * width;
  if (pixels == 0) return;
  if (kWide > 1 && width % kWide == 0 && is_aligned(out))
    launch(op, fill_pixels<T, kWide, F>, grid_for(pixels / kWide), kThreads, 0, pixels / kWide,
           Divisor(width / kWide), Divisor(height), f, out);
  else
    launch(op, fill_pixels<T, 1, F>, grid_for(pixels), kThreads, 0, pixels, Divisor(width), Divisor(height),
           f, out);
}

}  // namespace tengen::cuda
