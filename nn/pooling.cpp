#include <tengen/nn/pooling.h>

#include <ostream>

#include <tengen/autograd/ops/ops.h>

namespace tengen::nn {
namespace functional {

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

}  // namespace functional

namespace {

template <size_t D>
void print(std::ostream& out, const MaxPoolOptions<D>& options) {
  out << std::boolalpha << "torch::nn::MaxPool" << D << "d(kernel_size=" << options.kernel_size()
      << ", stride=" << options.stride() << ", padding=" << options.padding()
      << ", dilation=" << options.dilation() << ", ceil_mode=" << options.ceil_mode() << ')';
}
template <size_t D>
void print(std::ostream& out, const AvgPoolOptions<D>& options) {
  out << "torch::nn::AvgPool" << D << "d(kernel_size=" << options.kernel_size()
      << ", stride=" << options.stride() << ", padding=" << options.padding() << ')';
}
void print(std::ostream& out, const AdaptiveAvgPool1dOptions& options) {
  out << "torch::nn::AdaptiveAvgPool1d(output_size=" << options.output_size() << ')';
}
void print(std::ostream& out, const AdaptiveAvgPool2dOptions& options) {
  out << "torch::nn::AdaptiveAvgPool2d(output_size=[";
  for (size_t d = 0; d < 2; ++d) {
    out << (d ? ", " : "");
    if (options.output_size()[d])
      out << *options.output_size()[d];
    else
      out << "None";
  }
  out << "])";
}

}  // namespace

#define TENGEN_DEFINE(Name, function)                                                              \
  Tensor Name##Impl::forward(const Tensor& input) { return functional::function(input, options); } \
  void Name##Impl::pretty_print(std::ostream& out) const { print(out, options); }
TENGEN_DEFINE(MaxPool1d, max_pool1d)
TENGEN_DEFINE(MaxPool2d, max_pool2d)
TENGEN_DEFINE(AvgPool1d, avg_pool1d)
TENGEN_DEFINE(AvgPool2d, avg_pool2d)
TENGEN_DEFINE(AdaptiveAvgPool1d, adaptive_avg_pool1d)
TENGEN_DEFINE(AdaptiveAvgPool2d, adaptive_avg_pool2d)
#undef TENGEN_DEFINE

std::tuple<Tensor, Tensor> MaxPool2dImpl::forward_with_indices(const Tensor& input) {
  return functional::max_pool2d_with_indices(input, options);
}

}  // namespace tengen::nn
