// Between conv.cu, which decides, and the files that hold the kernels.
#pragma once

#include <tengen/cuda/kernels/conv/conv_plan.h>
#include <tengen/tensor/dtype.h>

namespace tengen::cuda {

/// How a problem is cut into blocks: m_tiles * n_tiles * splits * groups; depth is that of a split.
struct Cut {
  int m_tiles, n_tiles, splits, depth;
};

/// One launch of implicit_gemm (implicit_gemm.h).
struct ConvLaunch {
  const char* what;
  Dtype dtype;
  ConvMath math;
  ConvTileKind tile;
  bool depth_is_dense;  // pixels that follow each other along k, rather than along n, follow each other in
                        // memory
  const void *a, *b, *bias;
  void *out, *partial;
  int64_t partial_stride;
};
void launch_conv_fma(const ConvLaunch& launch, const ConvProblem& problem, const Cut& cut);  // conv_fma.cu
void launch_conv_tensor(const ConvLaunch& launch, const ConvProblem& problem,
                        const Cut& cut);  // conv_tensor.cu

}  // namespace tengen::cuda
