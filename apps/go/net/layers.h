// What both networks are built from.
#pragma once

#include <tengen/torch.h>

namespace tengen::go {

/// Convolution that keeps the board's size, without bias, then batch norm.
struct ConvNormImpl : nn::Module {
  ConvNormImpl(int64_t in, int64_t out, int64_t kernel);
  Tensor forward(const Tensor& x);  // (B,in,N,N) -> (B,out,N,N)
  /// The running statistics become part of one convolution; fold(false) returns to the layers as trained.
  void fold(bool on);

  nn::Conv2d conv{nullptr};
  nn::BatchNorm2d norm{nullptr};

 private:
  Tensor folded_weight_, folded_bias_;  // defined while folded
};
TENGEN_MODULE(ConvNorm);

/// relu(x + second(relu(first(x)))) with 3x3 convolutions. With `pooling`, a bias that is linear in the
/// pooled input goes to each channel between the two: local patterns may depend on the whole board (Wu 2019).
struct BlockImpl : nn::Module {
  BlockImpl(int64_t channels, bool pooling);
  Tensor forward(const Tensor& x);

  ConvNorm first{nullptr}, second{nullptr};
  nn::Linear bias{nullptr};  // only with pooling
};
TENGEN_MODULE(Block);

/// Pools each channel to its mean, its mean times (N - 14) / 10 and its maximum: (B,C,N,N) -> (B,3C).
Tensor pool(const Tensor& x);

/// (B,C,N,N) + (B,C)
Tensor add_bias(const Tensor& x, const Tensor& bias);

}  // namespace tengen::go
