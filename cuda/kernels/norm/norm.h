// Layer normalisation's part of fill_norm.
#pragma once

#include <tengen/tensor/kernels.h>

namespace tengen::cuda {

void layer_norm(Dtype dtype, int64_t rows, int64_t size, const void* in, const void* weight, const void* bias,
                double eps, void* out, void* mean, void* invstd);
void layer_norm_grad(Dtype dtype, int64_t rows, int64_t size, const void* grad_out, const void* in,
                     const void* mean, const void* invstd, const void* weight, void* grad_in,
                     void* grad_weight, void* grad_bias);

}  // namespace tengen::cuda
