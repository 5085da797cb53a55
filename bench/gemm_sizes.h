// Square products that every program times: tengen, LibTorch and OpenBLAS.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <tengen/bench/bench.h>

namespace bench {

inline std::vector<int64_t> gemm_sizes(Scale scale) {
  switch (scale) {
    case Scale::gpu:
      return {256, 512, 1024, 2048, 4096, 8192};
    case Scale::tiny:
      return {16};
    default:
      return {64, 128, 256, 512, 1024, 2048};
  }
}

inline std::string gemm_name(int64_t n) { return "gemm/" + std::to_string(n); }
inline double gemm_flops(int64_t n) { return 2.0 * double(n) * double(n) * double(n); }

}  // namespace bench
