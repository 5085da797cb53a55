// Model yaml files that are small, and those that once did harm.
#pragma once

#include <string>
#include <vector>

namespace tengen::fuzz {

inline std::string layout_of(const std::string& backbone,
                             const std::string& detect = "[-1, 1, Detect, [nc, anchors]]") {
  return "nc: 2\ndepth_multiple: 1.0\nwidth_multiple: 0.25\nanchors:\n  - [10,13, 16,30]\nbackbone:\n  [" +
         backbone + "]\nhead:\n  [" + detect + "]\n";
}

inline std::vector<std::string> layouts() {
  return {layout_of("[-1, 1, Conv, [8, 3, 2]]"),
          layout_of("[-1, 1, Conv, [8, 3, 2, None, 2]], [-1, 2, C3, [16, False]], [-1, 1, Bottleneck, [8]], "
                    "[-1, 1, SPPF, [8, 5]], "
                    "[-1, 1, nn.Upsample, [None, 2, 'nearest']], [[-1, -1], 1, Concat, [1]]"),
          layout_of("[-1, 1, Conv, [8, 3, 0, 1]]"),
          layout_of("[-1, 1, Conv, [8, 3, -9223372036854775808]]"),
          layout_of("[-1, 1, Conv, [8, 3, 4294967296]], [-1, 1, Conv, [8, 3, 4294967296]]"),
          layout_of("[-1, 1, Conv, [8, 3, 2]], [-1, 2000000000, C3, [8]]"),
          layout_of("[-1, 1, Conv, [2000000000, 99, 2]]"),
          layout_of("[-1, 1, Conv, [8, 3, 2]], [-1, 1, Concat, [-7]], [-1, 1, Upsample, [None, 0]]"),
          "nc: 2\nx: &x [1, 1, 1]\ny: &y [*x, *x, *x]\nanchors: *y\nbackbone: [[-1, 1, Conv, [*y, "
          "*y]]]\nhead: *y\n"};
}

}  // namespace tengen::fuzz
