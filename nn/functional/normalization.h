// Normalisation with options.
#pragma once

#include <tengen/nn/options/normalization.h>

namespace tengen::nn::functional {

/// When training, running_mean and running_var (may be undefined) are updated.
Tensor batch_norm(const Tensor& input, const Tensor& running_mean, const Tensor& running_var,
                  const BatchNormFuncOptions& options = {});
Tensor layer_norm(const Tensor& input, const LayerNormFuncOptions& options);
Tensor group_norm(const Tensor& input, const GroupNormFuncOptions& options);
/// input / max(norm, eps) along dim.
Tensor normalize(const Tensor& input, const NormalizeFuncOptions& options = {});

}  // namespace tengen::nn::functional
