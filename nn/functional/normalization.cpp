#include <tengen/nn/functional/normalization.h>

#include <tengen/autograd/ops/ops.h>
#include <tengen/nn/functional/given.h>

namespace tengen::nn::functional {
Tensor batch_norm(const Tensor& input, const Tensor& running_mean, const Tensor& running_var,
                  const BatchNormFuncOptions& options) {
  TENGEN_CHECK(input.dim() >= 2, "batch_norm: expected (N,C,...), found shape ", input.sizes());
  if (options.training()) {
    int64_t values = 1;
    for (int64_t d = 0; d < input.dim(); ++d) values *= d == 1 ? 1 : input.size(d);
    TENGEN_CHECK(values != 1, "Expected more than 1 value per channel when training, got input size ",
                 input.sizes());
  }
  return tengen::batch_norm(input, given(options.weight()), given(options.bias()), given(running_mean),
                            given(running_var), options.training(), options.momentum().value_or(0),
                            options.eps());
}
Tensor layer_norm(const Tensor& input, const LayerNormFuncOptions& options) {
  return tengen::layer_norm(input, options.normalized_shape(), given(options.weight()), given(options.bias()),
                            options.eps());
}
Tensor group_norm(const Tensor& input, const GroupNormFuncOptions& options) {
  return tengen::group_norm(input, options.num_groups(), given(options.weight()), given(options.bias()),
                            options.eps());
}
Tensor normalize(const Tensor& input, const NormalizeFuncOptions& options) {
  Tensor length = input.norm(Scalar(options.p()), options.dim(), /*keepdim=*/true);
  return input / length.clamp_min(options.eps());
}

}  // namespace tengen::nn::functional
