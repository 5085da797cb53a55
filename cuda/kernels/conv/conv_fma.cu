// Convolutions by fused multiply-adds.
#include <tengen/cuda/kernels/conv/implicit_gemm.h>

namespace tengen::cuda {

void launch_conv_fma(const ConvLaunch& l, const ConvProblem& problem, const Cut& cut) {
  if (l.math == ConvMath::kDouble)
    return launch_planned<ConvMath::kDouble, kSmall, FmaTile<double, 64, 64, 32, 32, 2>>(l, problem, cut);
  constexpr ConvMath kMath = ConvMath::kFloat;
  if (l.tile == kLarge)
    return launch_planned<kMath, kLarge, FmaTile<float, 128, 128, 32, 64, 2>>(l, problem, cut);
  if (l.tile == kSmall)
    return launch_planned<kMath, kSmall, FmaTile<float, 64, 64, 32, 32, 4>>(l, problem, cut);
  launch_planned<kMath, kFlat, FmaTile<float, 32, 128, 32, 32, 4>>(l, problem, cut);
}

}  // namespace tengen::cuda
