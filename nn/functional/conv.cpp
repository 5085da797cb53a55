#include <tengen/nn/functional/conv.h>

#include <tengen/autograd/ops/ops.h>
#include <tengen/nn/functional/given.h>

namespace tengen::nn::functional {
namespace {

using Conv = Tensor (*)(const Tensor&, const Tensor&, const std::optional<Tensor>&, IntArrayRef, IntArrayRef,
                        IntArrayRef, int64_t);

template <size_t D>
Tensor conv(Conv op, const Tensor& input, const Tensor& weight, const ConvFuncOptions<D>& options) {
  std::optional<Tensor> bias = given(options.bias());
  if (!options.padding().same)
    return op(input, weight, bias, *options.stride(), *options.padding().amount, *options.dilation(),
              options.groups());
  // dilation * (kernel - 1) zeros in each dimension keep its size; an odd one stands at the end.
  DimVector pad;
  for (size_t d = D; d-- > 0;) {
    TENGEN_CHECK(options.stride()[d] == 1, "convolution: padding kSame needs stride 1, found stride ",
                 options.stride());
    int64_t total = options.dilation()[d] * (weight.size(-int64_t(D) + int64_t(d)) - 1);
    pad.push_back(total / 2);
    pad.push_back(total - total / 2);
  }
  std::array<int64_t, D> none{};
  return op(constant_pad_nd(input, pad), weight, bias, *options.stride(), none, *options.dilation(),
            options.groups());
}

}  // namespace

Tensor conv1d(const Tensor& input, const Tensor& weight, const Conv1dFuncOptions& options) {
  return conv<1>(tengen::conv1d, input, weight, options);
}
Tensor conv2d(const Tensor& input, const Tensor& weight, const Conv2dFuncOptions& options) {
  return conv<2>(tengen::conv2d, input, weight, options);
}
Tensor conv_transpose1d(const Tensor& input, const Tensor& weight,
                        const ConvTranspose1dFuncOptions& options) {
  return tengen::conv_transpose1d(input, weight, given(options.bias()), *options.stride(), *options.padding(),
                                  *options.output_padding(), options.groups(), *options.dilation());
}
Tensor conv_transpose2d(const Tensor& input, const Tensor& weight,
                        const ConvTranspose2dFuncOptions& options) {
  return tengen::conv_transpose2d(input, weight, given(options.bias()), *options.stride(), *options.padding(),
                                  *options.output_padding(), options.groups(), *options.dilation());
}

}  // namespace tengen::nn::functional
