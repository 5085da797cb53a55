// The matrix product for kernels that need one.
#pragma once

#include <tengen/tensor/kernels.h>

namespace tengen::cuda {

/// Kernels::matmul of kFloat, kDouble, kHalf or kBFloat16 (summed in float); with allow_tf32, float inputs
/// may be rounded to TF32.
void matmul(Dtype dtype, const MatmulShape& shape, const void* a, const void* b, void* out, bool allow_tf32);

}  // namespace tengen::cuda
