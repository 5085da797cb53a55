// Shapes of convolutions for the tests of kernels, on whatever device.
#pragma once

#include <random>
#include <string>

#include <tengen/tensor/kernels.h>

namespace conv_shapes {

using tengen::Conv2dShape;

inline int64_t outputs(int64_t in, int64_t kernel, int64_t stride, int64_t pad, int64_t dilation) {
  const int64_t span = in + 2 * pad - dilation * (kernel - 1) - 1;
  return span < 0 ? 0 : span / stride + 1;
}

inline Conv2dShape square(int64_t batch, int64_t in, int64_t out, int64_t size, int64_t kernel,
                          int64_t stride, int64_t pad, int64_t groups = 1, int64_t dilation = 1) {
  const int64_t o = outputs(size, kernel, stride, pad, dilation);
  return {batch,  in,     size,   size, out, o,        o,        kernel,
          kernel, stride, stride, pad,  pad, dilation, dilation, groups};
}

/// The largest of each; channels are those of a group.
struct Limits {
  int64_t groups, channels, height, width, kernel;
};
inline Conv2dShape random_shape(const Limits& most, std::mt19937& random) {
  const auto pick = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  };
  Conv2dShape s{};
  s.groups = pick(0, 2) ? 1 : pick(1, most.groups);
  s.batch = pick(0, 3);
  s.in_channels = s.groups * pick(1, most.channels);
  s.out_channels = s.groups * pick(1, most.channels);
  s.in_h = pick(1, most.height), s.in_w = pick(1, most.width);
  s.kernel_h = pick(1, most.kernel), s.kernel_w = pick(1, most.kernel);
  s.stride_h = pick(1, 3), s.stride_w = pick(1, 3);
  s.pad_h = pick(0, 4), s.pad_w = pick(0, 4);
  s.dilation_h = pick(0, 2) ? 1 : pick(1, 3), s.dilation_w = pick(0, 2) ? 1 : pick(1, 3);
  s.out_h = outputs(s.in_h, s.kernel_h, s.stride_h, s.pad_h, s.dilation_h);
  s.out_w = outputs(s.in_w, s.kernel_w, s.stride_w, s.pad_w, s.dilation_w);
  return s;
}

inline std::string describe(const Conv2dShape& s) {
  std::string text;
  for (int64_t v :
       {s.batch, s.in_channels, s.in_h, s.in_w, s.out_channels, s.out_h, s.out_w, s.kernel_h, s.kernel_w,
        s.stride_h, s.stride_w, s.pad_h, s.pad_w, s.dilation_h, s.dilation_w, s.groups})
    text += std::to_string(v) + " ";
  return text;
}

}  // namespace conv_shapes
