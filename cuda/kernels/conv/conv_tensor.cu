// Convolutions by tensor cores.
#include <tengen/cuda/kernels/conv/implicit_gemm.h>

namespace tengen::cuda {
namespace {

template <ConvMath kMath, class T>
void launch_type(const ConvLaunch& l, const ConvProblem& problem, const Cut& cut) {
  if (l.tile == kLarge)
    return launch_planned<kMath, kLarge, TensorTile<T, 128, 128, 64, 32, 1>>(l, problem, cut);
  launch_planned<kMath, kSmall, TensorTile<T, 64, 64, 32, 32, 2>>(l, problem, cut);
}

}  // namespace

void launch_conv_tensor(const ConvLaunch& l, const ConvProblem& problem, const Cut& cut) {
  if (l.math == ConvMath::kTf32) return launch_type<ConvMath::kTf32, Tf32>(l, problem, cut);
  constexpr ConvMath kMath = ConvMath::kSixteenBit;
  l.dtype == kHalf ? launch_type<kMath, Half>(l, problem, cut)
                   : launch_type<kMath, BFloat16>(l, problem, cut);
}

}  // namespace tengen::cuda
