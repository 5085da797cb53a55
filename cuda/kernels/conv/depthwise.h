// Depthwise convolutions, each input channel with `multiplier` output channels of its own: too few products
// for each number that is read to gain from a matrix product, so each thread makes one result from what the
// caches hold.
#pragma once

#include <tengen/cuda/kernels/common/common.h>
#include <tengen/cuda/kernels/common/divide.h>

namespace tengen::cuda {

struct Depthwise {
  int in_h, in_w, out_h, out_w, kernel_h, kernel_w, pad_h, pad_w, dilation_h, dilation_w;
  Divisor in_pitch, in_rows, out_pitch, out_rows, in_channels, out_channels, multiplier, stride_h, stride_w;

  explicit Depthwise(const Conv2dShape& s)
      : in_h(int(s.in_h)),
        in_w(int(s.in_w)),
        out_h(int(s.out_h)),
        out_w(int(s.out_w)),
        kernel_h(int(s.kernel_h)),
        kernel_w(int(s.kernel_w)),
        pad_h(int(s.pad_h)),
        pad_w(int(s.pad_w)),
        dilation_h(int(s.dilation_h)),
        dilation_w(int(s.dilation_w)),
        in_pitch(s.in_w),
        in_rows(s.in_h),
        out_pitch(s.out_w),
        out_rows(s.out_h),
        in_channels(s.in_channels),
        out_channels(s.out_channels),
        multiplier(s.out_channels / s.groups),
        stride_h(s.stride_h),
        stride_w(s.stride_w) {}
};

/// What 16-bit types are summed in, and the others.
template <class T>
using SumOf = decltype(widen(T()));

/// input (images, channels, in_h, in_w), weight (channels*multiplier, kernel_h, kernel_w) -> out (images,
/// channels*multiplier, out_h, out_w) of `size` elements.
template <class T>
__global__ void depthwise_output(const Depthwise d, int size, const T* input, const T* weight, const T* bias,
                                 T* out) {
  const int64_t index = global_index();
  if (index >= size) return;
  int plane = int(index);
  const int x = d.out_pitch.split(plane), y = d.out_rows.split(plane);
  input += d.multiplier.quotient(plane) * (d.in_h * d.in_w);
  const int channel = d.out_channels.split(plane);
  weight += channel * d.kernel_h * d.kernel_w;
  const int top = y * int(d.stride_h.value()) - d.pad_h, left = x * int(d.stride_w.value()) - d.pad_w;
  SumOf<T> sum = bias ? widen(bias[channel]) : SumOf<T>(0);
  for (int i = 0; i < d.kernel_h; ++i) {
    const int from_y = top + i * d.dilation_h;
    if (unsigned(from_y) >= unsigned(d.in_h)) continue;
    for (int j = 0; j < d.kernel_w; ++j) {
      const int from_x = left + j * d.dilation_w;
      if (unsigned(from_x) < unsigned(d.in_w))
        sum += widen(input[from_y * d.in_w + from_x]) * widen(weight[i * d.kernel_w + j]);
    }
  }
  out[index] = narrow<T>(sum);
}

/// The gradient of the input, of `size` elements.
template <class T>
__global__ void depthwise_input_grad(const Depthwise d, int size, const T* grad_output, const T* weight,
                                     T* grad_input) {
  const int64_t index = global_index();
  if (index >= size) return;
  int plane = int(index);
  const int x = d.in_pitch.split(plane), y = d.in_rows.split(plane);
  const int multiplier = int(d.multiplier.value()), taps = d.kernel_h * d.kernel_w;
  grad_output += int64_t(plane) * multiplier * (d.out_h * d.out_w);
  weight += d.in_channels.split(plane) * multiplier * taps;
  SumOf<T> sum = 0;
  for (int i = 0; i < d.kernel_h; ++i) {
    int from_y = y + d.pad_h - i * d.dilation_h;
    if (from_y < 0 || d.stride_h.split(from_y) != 0 || from_y >= d.out_h) continue;
    for (int j = 0; j < d.kernel_w; ++j) {
      int from_x = x + d.pad_w - j * d.dilation_w;
      if (from_x < 0 || d.stride_w.split(from_x) != 0 || from_x >= d.out_w) continue;
      for (int m = 0; m < multiplier; ++m)
        sum += widen(grad_output[m * (d.out_h * d.out_w) + from_y * d.out_w + from_x]) *
               widen(weight[m * taps + i * d.kernel_w + j]);
    }
  }
  grad_input[index] = narrow<T>(sum);
}

/// The gradient of the weights: a block for each of (channels*multiplier, kernel_h, kernel_w).
template <class T>
__global__ void depthwise_weight_grad(const Depthwise d, int64_t images, const T* grad_output, const T* input,
                                      T* grad_weight) {
  const int taps = d.kernel_h * d.kernel_w;
  const int channel = int(blockIdx.x) / taps, tap = int(blockIdx.x) % taps;
  const int begin_y = tap / d.kernel_w * d.dilation_h - d.pad_h,
            begin_x = tap % d.kernel_w * d.dilation_w - d.pad_w;
  const int in_plane = d.in_h * d.in_w, out_plane = d.out_h * d.out_w;
  grad_output += int64_t(channel) * out_plane;
  input += int64_t(d.multiplier.quotient(channel)) * in_plane;
  SumOf<T> sum = 0;
  for (int64_t image = 0; image < images; ++image) {
    for (int i = threadIdx.x; i < out_plane; i += blockDim.x) {
      int row = i;
      const int x = d.out_pitch.split(row) * int(d.stride_w.value()) + begin_x;
      const int y = row * int(d.stride_h.value()) + begin_y;
      if (unsigned(y) < unsigned(d.in_h) && unsigned(x) < unsigned(d.in_w))
        sum += widen(grad_output[i]) * widen(input[y * d.in_w + x]);
    }
    grad_output += int64_t(d.out_channels.value()) * out_plane;
    input += int64_t(d.in_channels.value()) * in_plane;
  }
  sum = block_sum(sum);
  if (threadIdx.x == 0) grad_weight[blockIdx.x] = narrow<T>(sum);
}

}  // namespace tengen::cuda
