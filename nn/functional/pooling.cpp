#include <tengen/nn/functional/pooling.h>

#include <tengen/autograd/ops/ops.h>

namespace tengen::nn::functional {

Tensor max_pool1d(const Tensor& input, const MaxPool1dFuncOptions& options) {
  return tengen::max_pool1d(input, *options.kernel_size(), *options.stride(), *options.padding(),
                            *options.dilation(), options.ceil_mode());
}
Tensor max_pool2d(const Tensor& input, const MaxPool2dFuncOptions& options) {
  return tengen::max_pool2d(input, *options.kernel_size(), *options.stride(), *options.padding(),
                            *options.dilation(), options.ceil_mode());
}
std::tuple<Tensor, Tensor> max_pool2d_with_indices(const Tensor& input, const MaxPool2dFuncOptions& options) {
  return tengen::max_pool2d_with_indices(input, *options.kernel_size(), *options.stride(), *options.padding(),
                                         *options.dilation(), options.ceil_mode());
}
Tensor avg_pool1d(const Tensor& input, const AvgPool1dFuncOptions& options) {
  return tengen::avg_pool1d(input, *options.kernel_size(), *options.stride(), *options.padding(),
                            options.ceil_mode(), options.count_include_pad());
}
Tensor avg_pool2d(const Tensor& input, const AvgPool2dFuncOptions& options) {
  return tengen::avg_pool2d(input, *options.kernel_size(), *options.stride(), *options.padding(),
                            options.ceil_mode(), options.count_include_pad(), options.divisor_override());
}
Tensor adaptive_avg_pool1d(const Tensor& input, const AdaptiveAvgPool1dFuncOptions& options) {
  return tengen::adaptive_avg_pool1d(input, *options.output_size());
}
Tensor adaptive_avg_pool2d(const Tensor& input, const AdaptiveAvgPool2dFuncOptions& options) {
  const auto& wanted = options.output_size();
  return tengen::adaptive_avg_pool2d(
      input, {wanted[0].value_or(input.size(-2)), wanted[1].value_or(input.size(-1))});
}

}  // namespace tengen::nn::functional
