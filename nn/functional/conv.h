// Convolutions with options. Input (N,C,L) or (N,C,H,W), or without N; weight (K, C/groups, kernel...), for
// the transposed ones (C, K/groups, kernel...).
#pragma once

#include <tengen/nn/options/conv.h>

namespace tengen::nn::functional {

Tensor conv1d(const Tensor& input, const Tensor& weight, const Conv1dFuncOptions& options = {});
Tensor conv2d(const Tensor& input, const Tensor& weight, const Conv2dFuncOptions& options = {});
Tensor conv_transpose1d(const Tensor& input, const Tensor& weight,
                        const ConvTranspose1dFuncOptions& options = {});
Tensor conv_transpose2d(const Tensor& input, const Tensor& weight,
                        const ConvTranspose2dFuncOptions& options = {});

}  // namespace tengen::nn::functional
