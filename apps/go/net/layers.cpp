#include <tengen/apps/go/net/layers.h>

namespace tengen::go {

ConvNormImpl::ConvNormImpl(int64_t in, int64_t out, int64_t kernel)
    : conv(register_module("conv",
                           nn::Conv2d(nn::Conv2dOptions(in, out, kernel).padding(kernel / 2).bias(false)))),
      norm(register_module("norm", nn::BatchNorm2d(out))) {
  nn::init::kaiming_normal_(conv->weight, 0, kFanIn, kReLU);
}

Tensor ConvNormImpl::forward(const Tensor& x) {
  if (!folded_weight_.defined()) return norm(conv(x));
  return conv2d(x, folded_weight_, folded_bias_, /*stride=*/1, conv->weight.size(2) / 2);
}

void ConvNormImpl::fold(bool on) {
  folded_weight_ = folded_bias_ = Tensor();
  if (!on) return;
  NoGradGuard guard;
  const Tensor scale = norm->weight / sqrt(norm->running_var + norm->options.eps());
  folded_weight_ = conv->weight * scale.view({-1, 1, 1, 1});
  folded_bias_ = norm->bias - norm->running_mean * scale;
}

BlockImpl::BlockImpl(int64_t channels, bool pooling)
    : first(register_module("first", ConvNorm(channels, channels, 3))),
      second(register_module("second", ConvNorm(channels, channels, 3))) {
  // A block begins as the identity, which lets gradients through from the first step on.
  nn::init::zeros_(second->norm->weight);
  if (!pooling) return;
  bias = register_module("bias", nn::Linear(nn::LinearOptions(3 * channels, channels).bias(false)));
  nn::init::zeros_(bias->weight);
}

Tensor BlockImpl::forward(const Tensor& x) {
  Tensor hidden = first(x);
  if (bias) hidden = add_bias(hidden, bias(pool(x)));
  return relu(x + second(relu(std::move(hidden))));
}

Tensor pool(const Tensor& x) {
  const Tensor mean = x.mean({2, 3});
  return cat({mean, mean * (double(x.size(2) - 14) / 10), x.amax({2, 3})}, 1);
}

Tensor add_bias(const Tensor& x, const Tensor& bias) {
  return x + bias.view({bias.size(0), bias.size(1), 1, 1});
}

}  // namespace tengen::go
