// Convolutions by tensor cores. The tiles' sizes stand in conv_plan.cpp too.
#include <tengen/cuda/kernels/implicit_gemm.h>

namespace tengen::cuda {
namespace {

template <class T>
void launch_type(const ConvLaunch& l, const ConvProblem& problem, const Cut& cut) {
  if (l.tile == kLarge) return launch_tile<TensorTile<T, 128, 128, 64, 32, 1>>(l, problem, cut);
  launch_tile<TensorTile<T, 64, 64, 32, 32, 2>>(l, problem, cut);
}

}  // namespace

void launch_conv_tensor(const ConvLaunch& l, const ConvProblem& problem, const Cut& cut) {
  if (l.math == ConvMath::kTf32) return launch_type<Tf32>(l, problem, cut);
  l.dtype == kHalf ? launch_type<Half>(l, problem, cut) : launch_type<BFloat16>(l, problem, cut);
}

}  // namespace tengen::cuda
