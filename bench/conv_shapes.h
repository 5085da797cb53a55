// The convolutions that are timed: every distinct one of yolov5n, and of residual towers for Go.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bench {

struct ConvShape {
  int64_t batch, in, out, size, kernel, stride;
  int count = 1;  // how often the network has it

  int64_t pad() const { return kernel == 6 ? 2 : kernel / 2; }
  int64_t out_size() const { return (size + 2 * pad() - kernel) / stride + 1; }
  double flops() const {  // forward, padding included
    return 2.0 * double(batch * out * out_size() * out_size()) * double(in * kernel * kernel);
  }
  std::string name() const {
    auto text = [](int64_t n) { return std::to_string(n); };
    return text(in) + "-" + text(out) + " " + text(kernel) + "x" + text(kernel) +
           (stride > 1 ? "/" + text(stride) : "") + " at " + text(size) + " b" + text(batch);
  }
};

/// The shapes for images of `pixels` by `pixels`, a multiple of 32.
inline std::vector<ConvShape> yolov5n_shapes(int64_t batch, int64_t pixels) {
  std::vector<ConvShape> shapes;
  auto add = [&](int count, int64_t in, int64_t out, int64_t size, int64_t kernel, int64_t stride) {
    shapes.push_back({batch, in, out, size * pixels / 320, kernel, stride, count});  // written for 320
  };
  add(1, 3, 16, 320, 6, 2), add(1, 16, 32, 160, 3, 2), add(2, 32, 16, 80, 1, 1), add(1, 16, 16, 80, 1, 1);
  add(1, 16, 16, 80, 3, 1), add(1, 32, 32, 80, 1, 1), add(1, 32, 64, 80, 3, 2), add(2, 64, 32, 40, 1, 1);
  add(3, 32, 32, 40, 1, 1), add(3, 32, 32, 40, 3, 1), add(2, 64, 64, 40, 1, 1), add(1, 64, 128, 40, 3, 2);
  add(4, 128, 64, 20, 1, 1), add(5, 64, 64, 20, 1, 1), add(5, 64, 64, 20, 3, 1), add(3, 128, 128, 20, 1, 1);
  add(1, 128, 256, 20, 3, 2), add(5, 256, 128, 10, 1, 1), add(2, 128, 128, 10, 1, 1),
      add(2, 128, 128, 10, 3, 1);
  add(2, 256, 256, 10, 1, 1), add(1, 512, 256, 10, 1, 1), add(2, 256, 64, 20, 1, 1),
      add(1, 128, 64, 20, 1, 1);
  add(2, 128, 32, 40, 1, 1), add(1, 64, 64, 40, 3, 2), add(1, 128, 128, 20, 3, 2), add(1, 64, 24, 40, 1, 1);
  add(1, 128, 24, 20, 1, 1), add(1, 256, 24, 10, 1, 1);
  return shapes;
}

inline std::vector<ConvShape> go_shapes(const std::vector<int64_t>& sizes,
                                        const std::vector<int64_t>& batches,
                                        const std::vector<int64_t>& channels) {
  std::vector<ConvShape> shapes;
  for (int64_t size : sizes)
    for (int64_t batch : batches)
      for (int64_t c : channels) shapes.push_back({batch, c, c, size, 3, 1});
  return shapes;
}

}  // namespace bench
