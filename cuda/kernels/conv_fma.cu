// Convolutions by fused multiply-adds. The tiles' sizes stand in conv_plan.cpp too.
#include <tengen/cuda/kernels/implicit_gemm.h>

namespace tengen::cuda {

void launch_conv_fma(const ConvLaunch& l, const ConvProblem& problem, const Cut& cut) {
  if (l.math == ConvMath::kDouble) return launch_tile<FmaTile<double, 64, 64, 32, 32, 2>>(l, problem, cut);
  if (l.tile == kLarge) return launch_tile<FmaTile<float, 128, 128, 32, 64, 2>>(l, problem, cut);
  if (l.tile == kSmall) return launch_tile<FmaTile<float, 64, 64, 32, 32, 4>>(l, problem, cut);
  launch_tile<FmaTile<float, 32, 128, 32, 32, 4>>(l, problem, cut);
}

}  // namespace tengen::cuda
