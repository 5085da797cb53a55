#include <tengen/nn/functional/activation.h>

#include <tengen/autograd/ops/reduced.h>

namespace tengen::nn::functional {
namespace {

Tensor place(const Tensor& input, const Tensor& result, bool inplace) {
  return inplace ? input.copy_(result) : result;
}

}  // namespace

Tensor relu(const Tensor& input, const ReLUFuncOptions& options) {
  return options.inplace() ? input.relu_() : input.relu();
}
Tensor relu6(const Tensor& input, const ReLU6FuncOptions& options) {
  return place(input, tengen::relu6(input), options.inplace());
}
Tensor elu(const Tensor& input, const ELUFuncOptions& options) {
  return place(input, tengen::elu(input, options.alpha()), options.inplace());
}
// Klambauer et al., Self-Normalizing Neural Networks (2017).
Tensor selu(const Tensor& input, const SELUFuncOptions& options) {
  const double alpha = 1.6732632423543772848170429916717, scale = 1.0507009873554804934193349852946;
  return place(input, tengen::elu(input, alpha) * scale, options.inplace());
}
Tensor celu(const Tensor& input, const CELUFuncOptions& options) {
  const double alpha = options.alpha();
  TENGEN_CHECK(alpha != 0, "celu: alpha must not be 0");
  const Tensor positive = input > 0,
               rest = input.masked_fill(positive, 0);  // no inf * 0 where it is not chosen
  return place(input, where(positive, input, (rest / alpha).expm1() * alpha), options.inplace());
}
Tensor leaky_relu(const Tensor& input, const LeakyReLUFuncOptions& options) {
  return place(input, tengen::leaky_relu(input, options.negative_slope()), options.inplace());
}
Tensor hardtanh(const Tensor& input, const HardtanhFuncOptions& options) {
  TENGEN_CHECK(!(options.min_val() > options.max_val()),
               "hardtanh: min_val cannot be greater than max_val, found ", options.min_val(), " and ",
               options.max_val());
  return place(input, tengen::hardtanh(input, options.min_val(), options.max_val()), options.inplace());
}
Tensor threshold(const Tensor& input, const ThresholdFuncOptions& options) {
  return place(
      input,
      autograd::with_constant_gradient(input).masked_fill(input <= options.threshold(), options.value()),
      options.inplace());
}

Tensor gelu(const Tensor& input, const GELUFuncOptions& options) {
  return tengen::gelu(input, options.approximate());
}
Tensor silu(const Tensor& input) { return tengen::silu(input); }
Tensor mish(const Tensor& input) { return tengen::mish(input); }
Tensor softplus(const Tensor& input, const SoftplusFuncOptions& options) {
  return tengen::softplus(input, options.beta(), options.threshold());
}
Tensor logsigmoid(const Tensor& input) { return tengen::log_sigmoid(input); }

Tensor prelu(const Tensor& input, const Tensor& weight) {
  if (Casts cast = lowered(input)) return prelu(cast(input), cast(weight));
  int64_t channels = input.dim() < 2 ? 1 : input.size(1);
  TENGEN_CHECK(weight.numel() == 1 || weight.numel() == channels, "prelu: weight has ", weight.numel(),
               " elements, expected 1 or the number of channels, ", channels);
  DimVector shape(input.dim(), 1);  // (C) -> (1,C,1,...)
  if (input.dim() >= 2) shape[1] = weight.numel();
  const Tensor x = autograd::with_constant_gradient(input);
  return where(x > 0, x, x * autograd::with_constant_gradient(weight).reshape(shape));
}

Tensor hardshrink(const Tensor& input, const HardshrinkFuncOptions& options) {
  return autograd::with_constant_gradient(input).masked_fill(input.abs() <= options.lambda(), 0);
}
Tensor softshrink(const Tensor& input, const SoftshrinkFuncOptions& options) {
  const double lambda = options.lambda();
  TENGEN_CHECK(lambda >= 0, "softshrink: lambda must be greater or equal to 0, but found to be ", lambda);
  const Tensor x = autograd::with_constant_gradient(input);
  return (x - x.sign() * lambda).masked_fill(input.abs() <= lambda, 0);
}
Tensor tanhshrink(const Tensor& input) { return input - input.tanh(); }
Tensor softsign(const Tensor& input) { return input / (input.abs() + 1); }
Tensor glu(const Tensor& input, const GLUFuncOptions& options) {
  int64_t size = input.size(options.dim());
  TENGEN_CHECK(size % 2 == 0, "glu: dimension ", options.dim(), " must have an even size, found ", size);
  return input.narrow(options.dim(), 0, size / 2) * input.narrow(options.dim(), size / 2, size / 2).sigmoid();
}

Tensor softmax(const Tensor& input, const SoftmaxFuncOptions& options) {
  return input.softmax(options.dim(), options.dtype());
}
Tensor softmin(const Tensor& input, const SoftminFuncOptions& options) {
  return input.neg().softmax(options.dim(), options.dtype());
}
Tensor log_softmax(const Tensor& input, const LogSoftmaxFuncOptions& options) {
  return input.log_softmax(options.dim(), options.dtype());
}

}  // namespace tengen::nn::functional
