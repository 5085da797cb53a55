// Options of pooling layers. The stride is the kernel size unless it is set.
#pragma once

#include <optional>

#include <tengen/nn/expanding_array.h>
#include <tengen/tensor/arg.h>

namespace tengen::nn {

template <size_t D>
struct MaxPoolOptions {
  MaxPoolOptions(ExpandingArray<D> kernel_size) : kernel_size_(kernel_size), stride_(kernel_size) {}
  TENGEN_ARG(ExpandingArray<D>, kernel_size);
  TENGEN_ARG(ExpandingArray<D>, stride);
  TENGEN_ARG(ExpandingArray<D>, padding) = 0;
  TENGEN_ARG(ExpandingArray<D>, dilation) = 1;
  TENGEN_ARG(bool, ceil_mode) = false;
};
using MaxPool1dOptions = MaxPoolOptions<1>;
using MaxPool2dOptions = MaxPoolOptions<2>;

/// divisor_override (2-d only): what a window's sum is divided by instead of its size.
template <size_t D>
struct AvgPoolOptions {
  AvgPoolOptions(ExpandingArray<D> kernel_size) : kernel_size_(kernel_size), stride_(kernel_size) {}
  TENGEN_ARG(ExpandingArray<D>, kernel_size);
  TENGEN_ARG(ExpandingArray<D>, stride);
  TENGEN_ARG(ExpandingArray<D>, padding) = 0;
  TENGEN_ARG(bool, ceil_mode) = false;
  TENGEN_ARG(bool, count_include_pad) = true;
  TENGEN_ARG(std::optional<int64_t>, divisor_override) = std::nullopt;
};
using AvgPool1dOptions = AvgPoolOptions<1>;
using AvgPool2dOptions = AvgPoolOptions<2>;

template <class Size>
struct AdaptiveAvgPoolOptions {
  AdaptiveAvgPoolOptions(Size output_size) : output_size_(output_size) {}
  TENGEN_ARG(Size, output_size);
};
using AdaptiveAvgPool1dOptions = AdaptiveAvgPoolOptions<ExpandingArray<1>>;
using AdaptiveAvgPool2dOptions = AdaptiveAvgPoolOptions<ExpandingArrayWithOptionalElem<2>>;

namespace functional {
using MaxPool1dFuncOptions = MaxPool1dOptions;
using MaxPool2dFuncOptions = MaxPool2dOptions;
using AvgPool1dFuncOptions = AvgPool1dOptions;
using AvgPool2dFuncOptions = AvgPool2dOptions;
using AdaptiveAvgPool1dFuncOptions = AdaptiveAvgPool1dOptions;
using AdaptiveAvgPool2dFuncOptions = AdaptiveAvgPool2dOptions;
}  // namespace functional
}  // namespace tengen::nn
