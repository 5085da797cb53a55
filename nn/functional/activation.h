// Activation functions with options.
#pragma once

#include <tengen/nn/options/activation.h>
#include <tengen/tensor/tensor.h>

namespace tengen::nn::functional {

// With options.inplace() the result is written into the input.
Tensor relu(const Tensor& input, const ReLUFuncOptions& options = {});
Tensor relu6(const Tensor& input, const ReLU6FuncOptions& options = {});
Tensor elu(const Tensor& input, const ELUFuncOptions& options = {});
Tensor selu(const Tensor& input, const SELUFuncOptions& options = {});
Tensor celu(const Tensor& input, const CELUFuncOptions& options = {});
Tensor leaky_relu(const Tensor& input, const LeakyReLUFuncOptions& options = {});
Tensor hardtanh(const Tensor& input, const HardtanhFuncOptions& options = {});
Tensor threshold(const Tensor& input, const ThresholdFuncOptions& options);  // value where input <= threshold

Tensor gelu(const Tensor& input, const GELUFuncOptions& options = {});
Tensor silu(const Tensor& input);
Tensor mish(const Tensor& input);
Tensor softplus(const Tensor& input, const SoftplusFuncOptions& options = {});
Tensor logsigmoid(const Tensor& input);
Tensor prelu(const Tensor& input,
             const Tensor& weight);  // weight: one slope, or one per channel (dimension 1)
Tensor hardshrink(const Tensor& input, const HardshrinkFuncOptions& options = {});
Tensor softshrink(const Tensor& input, const SoftshrinkFuncOptions& options = {});
Tensor tanhshrink(const Tensor& input);                               // x - tanh(x)
Tensor softsign(const Tensor& input);                                 // x / (1 + |x|)
Tensor glu(const Tensor& input, const GLUFuncOptions& options = {});  // first half * sigmoid(second half)

Tensor softmax(const Tensor& input, const SoftmaxFuncOptions& options);
Tensor softmin(const Tensor& input, const SoftminFuncOptions& options);
Tensor log_softmax(const Tensor& input, const LogSoftmaxFuncOptions& options);

}  // namespace tengen::nn::functional
