// Max, average and adaptive average pooling: options, functional forms and modules.
//
// Input (N,C,L) or (N,C,H,W), or the same without N; each channel is pooled by itself. The output's size is,
// in each dimension, floor((size + 2 * padding - dilation * (kernel_size - 1) - 1) / stride) + 1.
#pragma once

#include <optional>
#include <tuple>

#include <tengen/nn/cloneable.h>
#include <tengen/nn/expanding_array.h>
#include <tengen/nn/pimpl.h>
#include <tengen/tensor/arg.h>

namespace tengen::nn {

// ---- options. Sizes are one number for all dimensions or one each: 3 or {3, 5}.

/// Options of MaxPool1d and MaxPool2d.
template <size_t D>
struct MaxPoolOptions {
  MaxPoolOptions(ExpandingArray<D> kernel_size) : kernel_size_(kernel_size), stride_(kernel_size) {}
  TENGEN_ARG(ExpandingArray<D>, kernel_size);  ///< size of the window
  TENGEN_ARG(ExpandingArray<D>, stride);       ///< distance between neighbouring windows (kernel_size)
  TENGEN_ARG(ExpandingArray<D>, padding) = 0;  ///< minus infinity on both sides; at most half the kernel size
  TENGEN_ARG(ExpandingArray<D>, dilation) = 1;  ///< distance between neighbouring elements of a window
  TENGEN_ARG(bool, ceil_mode) = false;  ///< a last window may reach over the end: sizes are rounded up
};
using MaxPool1dOptions = MaxPoolOptions<1>;
using MaxPool2dOptions = MaxPoolOptions<2>;

/// Options of AvgPool1d and AvgPool2d.
template <size_t D>
struct AvgPoolOptions {
  AvgPoolOptions(ExpandingArray<D> kernel_size) : kernel_size_(kernel_size), stride_(kernel_size) {}
  TENGEN_ARG(ExpandingArray<D>, kernel_size);  ///< size of the window
  TENGEN_ARG(ExpandingArray<D>, stride);       ///< distance between neighbouring windows (kernel_size)
  TENGEN_ARG(ExpandingArray<D>, padding) = 0;  ///< zeros on both sides; at most half the kernel size
  TENGEN_ARG(bool, ceil_mode) = false;         ///< a last window may reach over the end: sizes are rounded up
  TENGEN_ARG(bool, count_include_pad) = true;  ///< padding counts in the size a sum is divided by
  /// What a window's sum is divided by instead of its size (std::nullopt: its size); AvgPool2d alone uses it.
  TENGEN_ARG(std::optional<int64_t>, divisor_override) = std::nullopt;
};
using AvgPool1dOptions = AvgPoolOptions<1>;
using AvgPool2dOptions = AvgPoolOptions<2>;

/// Options of AdaptiveAvgPool1d and AdaptiveAvgPool2d.
template <class Size>
struct AdaptiveAvgPoolOptions {
  AdaptiveAvgPoolOptions(Size output_size) : output_size_(output_size) {}
  TENGEN_ARG(Size, output_size);  ///< (L') or (H',W'); in two dimensions std::nullopt keeps the input's
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

/// The largest element of each window, NaN where there is one: (N,C,L) -> (N,C,L').
Tensor max_pool1d(const Tensor& input, const MaxPool1dFuncOptions& options);
/// The same in two dimensions: (N,C,H,W) -> (N,C,H',W').
Tensor max_pool2d(const Tensor& input, const MaxPool2dFuncOptions& options);
/// Maxima, and where they were (int64): the number of the element in its plane, y * W + x.
std::tuple<Tensor, Tensor> max_pool2d_with_indices(const Tensor& input, const MaxPool2dFuncOptions& options);
/// The mean of each window: (N,C,L) -> (N,C,L').
Tensor avg_pool1d(const Tensor& input, const AvgPool1dFuncOptions& options);
/// The same in two dimensions: (N,C,H,W) -> (N,C,H',W').
Tensor avg_pool2d(const Tensor& input, const AvgPool2dFuncOptions& options);
/// Means of windows that divide the input as evenly as possible: output i of n is the mean of the elements
/// from floor(i * L / n) to before ceil((i + 1) * L / n). (N,C,L) -> (N,C,output_size).
Tensor adaptive_avg_pool1d(const Tensor& input, const AdaptiveAvgPool1dFuncOptions& options);
/// The same in two dimensions: (N,C,H,W) -> (N,C,output_size[0],output_size[1]).
Tensor adaptive_avg_pool2d(const Tensor& input, const AdaptiveAvgPool2dFuncOptions& options);

}  // namespace functional

// ---- modules

/// The largest element of each window: (N,C,L) -> (N,C,L').
class MaxPool1dImpl : public StatelessModule<MaxPool1dImpl, MaxPool1dOptions> {
 public:
  using StatelessModule::StatelessModule;
  MaxPool1dImpl(ExpandingArray<1> kernel_size) : StatelessModule(kernel_size) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(MaxPool1d);

/// The largest element of each window: (N,C,H,W) -> (N,C,H',W').
class MaxPool2dImpl : public StatelessModule<MaxPool2dImpl, MaxPool2dOptions> {
 public:
  using StatelessModule::StatelessModule;
  MaxPool2dImpl(ExpandingArray<2> kernel_size) : StatelessModule(kernel_size) {}
  Tensor forward(const Tensor& input);
  /// Maxima, and where they were: functional::max_pool2d_with_indices.
  std::tuple<Tensor, Tensor> forward_with_indices(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(MaxPool2d);

/// The mean of each window: (N,C,L) -> (N,C,L').
class AvgPool1dImpl : public StatelessModule<AvgPool1dImpl, AvgPool1dOptions> {
 public:
  using StatelessModule::StatelessModule;
  AvgPool1dImpl(ExpandingArray<1> kernel_size) : StatelessModule(kernel_size) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(AvgPool1d);

/// The mean of each window: (N,C,H,W) -> (N,C,H',W').
class AvgPool2dImpl : public StatelessModule<AvgPool2dImpl, AvgPool2dOptions> {
 public:
  using StatelessModule::StatelessModule;
  AvgPool2dImpl(ExpandingArray<2> kernel_size) : StatelessModule(kernel_size) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(AvgPool2d);

/// Means of as many windows as the output shall have elements: (N,C,L) -> (N,C,output_size).
class AdaptiveAvgPool1dImpl : public StatelessModule<AdaptiveAvgPool1dImpl, AdaptiveAvgPool1dOptions> {
 public:
  using StatelessModule::StatelessModule;
  AdaptiveAvgPool1dImpl(ExpandingArray<1> output_size) : StatelessModule(output_size) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(AdaptiveAvgPool1d);

/// Means of as many windows as the output shall have elements: (N,C,H,W) -> (N,C,H',W').
class AdaptiveAvgPool2dImpl : public StatelessModule<AdaptiveAvgPool2dImpl, AdaptiveAvgPool2dOptions> {
 public:
  using StatelessModule::StatelessModule;
  AdaptiveAvgPool2dImpl(ExpandingArrayWithOptionalElem<2> output_size) : StatelessModule(output_size) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(AdaptiveAvgPool2d);

}  // namespace tengen::nn
