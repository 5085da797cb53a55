// Square products that every program times: tengen, LibTorch and OpenBLAS.
#pragma once

#include <cstdint>
#include <string>

namespace bench {

inline constexpr int64_t kGemmSizes[] = {64, 128, 256, 512, 1024, 2048};

inline std::string gemm_name(int64_t n) { return "gemm/" + std::to_string(n); }
inline double gemm_flops(int64_t n) { return 2.0 * double(n) * double(n) * double(n); }

}  // namespace bench
