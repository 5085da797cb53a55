// The convolutions that are timed: every distinct one of yolov5n at 320 px, and residual towers for Go.
#pragma once

#include <vector>

#include <tengen/tensor/kernels.h>

namespace bench {

struct Layer {
  tengen::Conv2dShape shape;
  int count;  // how often the network has it
};

inline tengen::Conv2dShape layer(int64_t batch, int64_t in, int64_t out, int64_t size, int64_t kernel,
                                 int64_t stride) {
  int64_t pad = kernel == 6 ? 2 : kernel / 2, o = (size + 2 * pad - kernel) / stride + 1;
  return {batch, in, size, size, out, o, o, kernel, kernel, stride, stride, pad, pad};
}

inline std::vector<Layer> yolov5n(int64_t batch) {
  auto l = [&](int count, int64_t in, int64_t out, int64_t size, int64_t kernel, int64_t stride) {
    return Layer{layer(batch, in, out, size, kernel, stride), count};
  };
  return {
      l(1, 3, 16, 320, 6, 2),   l(1, 16, 32, 160, 3, 2),  l(2, 32, 16, 80, 1, 1),   l(1, 16, 16, 80, 1, 1),
      l(1, 16, 16, 80, 3, 1),   l(1, 32, 32, 80, 1, 1),   l(1, 32, 64, 80, 3, 2),   l(2, 64, 32, 40, 1, 1),
      l(3, 32, 32, 40, 1, 1),   l(3, 32, 32, 40, 3, 1),   l(2, 64, 64, 40, 1, 1),   l(1, 64, 128, 40, 3, 2),
      l(4, 128, 64, 20, 1, 1),  l(5, 64, 64, 20, 1, 1),   l(5, 64, 64, 20, 3, 1),   l(3, 128, 128, 20, 1, 1),
      l(1, 128, 256, 20, 3, 2), l(5, 256, 128, 10, 1, 1), l(2, 128, 128, 10, 1, 1), l(2, 128, 128, 10, 3, 1),
      l(2, 256, 256, 10, 1, 1), l(1, 512, 256, 10, 1, 1), l(2, 256, 64, 20, 1, 1),  l(1, 128, 64, 20, 1, 1),
      l(2, 128, 32, 40, 1, 1),  l(1, 64, 64, 40, 3, 2),   l(1, 128, 128, 20, 3, 2), l(1, 64, 24, 40, 1, 1),
      l(1, 128, 24, 20, 1, 1),  l(1, 256, 24, 10, 1, 1)};
}

inline std::vector<Layer> go_towers() {
  std::vector<Layer> layers;
  for (int64_t size : {9, 19})
    for (int64_t batch : {1, 8, 64})
      for (int64_t channels : {32, 64, 128})
        layers.push_back({layer(batch, channels, channels, size, 3, 1), 1});
  return layers;
}

/// Multiply-adds counted as two, padding included.
inline double flops(const tengen::Conv2dShape& s) {
  return 2.0 * double(s.batch * s.out_channels * s.out_h * s.out_w) *
         double(s.in_channels / s.groups * s.kernel_h * s.kernel_w);
}

}  // namespace bench
