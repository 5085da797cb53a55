// Options of convolutions.
#pragma once

#include <tengen/nn/enum.h>
#include <tengen/nn/expanding_array.h>
#include <tengen/tensor/arg.h>
#include <tengen/tensor/tensor.h>

namespace tengen::nn {

/// Zeros on both sides of each dimension, or kValid (none), or kSame (as many as keep the size at stride 1).
template <size_t D>
struct ConvPadding {
  ConvPadding(int64_t amount) : amount(amount) {}
  ConvPadding(std::initializer_list<int64_t> amount) : amount(amount) {}
  ConvPadding(ExpandingArray<D> amount) : amount(amount) {}
  ConvPadding(const std::vector<int64_t>& amount) : amount(amount) {}
  ConvPadding(EnumType same_or_valid) : amount(0), same(same_or_valid == kSame) {
    TENGEN_CHECK(same || same_or_valid == kValid,
                 "convolution: padding must be numbers, kSame or kValid, found ", enum_name(same_or_valid));
  }
  ExpandingArray<D> amount;
  bool same = false;
};

/// padding_mode: kZeros, kReflect, kReplicate or kCircular.
template <size_t D>
struct ConvOptions {
  ConvOptions(int64_t in_channels, int64_t out_channels, ExpandingArray<D> kernel_size)
      : in_channels_(in_channels), out_channels_(out_channels), kernel_size_(kernel_size) {}
  TENGEN_ARG(int64_t, in_channels);
  TENGEN_ARG(int64_t, out_channels);
  TENGEN_ARG(ExpandingArray<D>, kernel_size);
  TENGEN_ARG(ExpandingArray<D>, stride) = 1;
  TENGEN_ARG(ConvPadding<D>, padding) = 0;
  TENGEN_ARG(ExpandingArray<D>, dilation) = 1;
  TENGEN_ARG(int64_t, groups) = 1;
  TENGEN_ARG(bool, bias) = true;
  TENGEN_ARG(EnumType, padding_mode) = kZeros;
};
using Conv1dOptions = ConvOptions<1>;
using Conv2dOptions = ConvOptions<2>;

template <size_t D>
struct ConvTransposeOptions {
  ConvTransposeOptions(int64_t in_channels, int64_t out_channels, ExpandingArray<D> kernel_size)
      : in_channels_(in_channels), out_channels_(out_channels), kernel_size_(kernel_size) {}
  TENGEN_ARG(int64_t, in_channels);
  TENGEN_ARG(int64_t, out_channels);
  TENGEN_ARG(ExpandingArray<D>, kernel_size);
  TENGEN_ARG(ExpandingArray<D>, stride) = 1;
  TENGEN_ARG(ExpandingArray<D>, padding) = 0;
  TENGEN_ARG(ExpandingArray<D>, output_padding) = 0;
  TENGEN_ARG(int64_t, groups) = 1;
  TENGEN_ARG(bool, bias) = true;
  TENGEN_ARG(ExpandingArray<D>, dilation) = 1;
};
using ConvTranspose1dOptions = ConvTransposeOptions<1>;
using ConvTranspose2dOptions = ConvTransposeOptions<2>;

namespace functional {

template <size_t D>
struct ConvFuncOptions {
  TENGEN_ARG(Tensor, bias) = Tensor();
  TENGEN_ARG(ExpandingArray<D>, stride) = 1;
  TENGEN_ARG(ConvPadding<D>, padding) = 0;
  TENGEN_ARG(ExpandingArray<D>, dilation) = 1;
  TENGEN_ARG(int64_t, groups) = 1;
};
using Conv1dFuncOptions = ConvFuncOptions<1>;
using Conv2dFuncOptions = ConvFuncOptions<2>;

template <size_t D>
struct ConvTransposeFuncOptions {
  TENGEN_ARG(Tensor, bias) = Tensor();
  TENGEN_ARG(ExpandingArray<D>, stride) = 1;
  TENGEN_ARG(ExpandingArray<D>, padding) = 0;
  TENGEN_ARG(ExpandingArray<D>, output_padding) = 0;
  TENGEN_ARG(int64_t, groups) = 1;
  TENGEN_ARG(ExpandingArray<D>, dilation) = 1;
};
using ConvTranspose1dFuncOptions = ConvTransposeFuncOptions<1>;
using ConvTranspose2dFuncOptions = ConvTransposeFuncOptions<2>;

}  // namespace functional
}  // namespace tengen::nn
