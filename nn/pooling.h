// Pooling and its reverse: options, functional forms and modules.
//
// Input (N,C,L), (N,C,H,W) or (N,C,D,H,W), or the same without N; each channel is pooled by itself. The
// output's size is, in each dimension, floor((size + 2 * padding - dilation * (kernel_size - 1) - 1) /
// stride) + 1.
#pragma once

#include <optional>
#include <tuple>
#include <vector>

#include <tengen/nn/cloneable.h>
#include <tengen/nn/expanding_array.h>
#include <tengen/nn/pimpl.h>
#include <tengen/tensor/arg.h>

namespace tengen::nn {

// ---- options. Sizes are one number for all dimensions or one each: 3 or {3, 5}.

/// Options of MaxPool1d to MaxPool3d.
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
using MaxPool3dOptions = MaxPoolOptions<3>;

/// Options of AvgPool1d to AvgPool3d.
template <size_t D>
struct AvgPoolOptions {
  AvgPoolOptions(ExpandingArray<D> kernel_size) : kernel_size_(kernel_size), stride_(kernel_size) {}
  TENGEN_ARG(ExpandingArray<D>, kernel_size);  ///< size of the window
  TENGEN_ARG(ExpandingArray<D>, stride);       ///< distance between neighbouring windows (kernel_size)
  TENGEN_ARG(ExpandingArray<D>, padding) = 0;  ///< zeros on both sides; at most half the kernel size
  TENGEN_ARG(bool, ceil_mode) = false;         ///< a last window may reach over the end: sizes are rounded up
  TENGEN_ARG(bool, count_include_pad) = true;  ///< padding counts in the size a sum is divided by
  /// What a window's sum is divided by instead of its size (std::nullopt: its size); AvgPool1d does not use
  /// it.
  TENGEN_ARG(std::optional<int64_t>, divisor_override) = std::nullopt;
};
using AvgPool1dOptions = AvgPoolOptions<1>;
using AvgPool2dOptions = AvgPoolOptions<2>;
using AvgPool3dOptions = AvgPoolOptions<3>;

/// Options of AdaptiveAvgPool1d to AdaptiveAvgPool3d.
template <class Size>
struct AdaptiveAvgPoolOptions {
  AdaptiveAvgPoolOptions(Size output_size) : output_size_(output_size) {}
  /// (L'), (H',W') or (D',H',W'); in the last two std::nullopt keeps the input's size.
  TENGEN_ARG(Size, output_size);
};
using AdaptiveAvgPool1dOptions = AdaptiveAvgPoolOptions<ExpandingArray<1>>;
using AdaptiveAvgPool2dOptions = AdaptiveAvgPoolOptions<ExpandingArrayWithOptionalElem<2>>;
using AdaptiveAvgPool3dOptions = AdaptiveAvgPoolOptions<ExpandingArrayWithOptionalElem<3>>;

/// Options of AdaptiveMaxPool1d to AdaptiveMaxPool3d.
template <class Size>
struct AdaptiveMaxPoolOptions {
  AdaptiveMaxPoolOptions(Size output_size) : output_size_(output_size) {}
  TENGEN_ARG(Size, output_size);  ///< as in AdaptiveAvgPoolOptions
};
using AdaptiveMaxPool1dOptions = AdaptiveMaxPoolOptions<ExpandingArray<1>>;
using AdaptiveMaxPool2dOptions = AdaptiveMaxPoolOptions<ExpandingArrayWithOptionalElem<2>>;
using AdaptiveMaxPool3dOptions = AdaptiveMaxPoolOptions<ExpandingArrayWithOptionalElem<3>>;

/// Options of FractionalMaxPool2d and FractionalMaxPool3d. Exactly one of output_size and output_ratio must
/// be set.
template <size_t D>
struct FractionalMaxPoolOptions {
  using ExpandingArrayDouble = ExpandingArray<D, double>;
  FractionalMaxPoolOptions(ExpandingArray<D> kernel_size) : kernel_size_(kernel_size) {}
  TENGEN_ARG(ExpandingArray<D>, kernel_size);                                ///< size of the window
  TENGEN_ARG(std::optional<ExpandingArray<D>>, output_size) = std::nullopt;  ///< the output's size
  /// Output / input, in (0, 1).
  TENGEN_ARG(std::optional<ExpandingArrayDouble>, output_ratio) = std::nullopt;
  TENGEN_ARG(Tensor, _random_samples) = Tensor();  ///< (N,C,D) in [0, 1), which place windows (drawn)
};
using FractionalMaxPool2dOptions = FractionalMaxPoolOptions<2>;
using FractionalMaxPool3dOptions = FractionalMaxPoolOptions<3>;

/// Options of MaxUnpool1d to MaxUnpool3d: those of the pooling that is undone.
template <size_t D>
struct MaxUnpoolOptions {
  MaxUnpoolOptions(ExpandingArray<D> kernel_size) : kernel_size_(kernel_size), stride_(kernel_size) {}
  TENGEN_ARG(ExpandingArray<D>, kernel_size);  ///< size of the window
  TENGEN_ARG(ExpandingArray<D>, stride);       ///< distance between neighbouring windows (kernel_size)
  TENGEN_ARG(ExpandingArray<D>, padding) = 0;  ///< what was added on both sides
};
using MaxUnpool1dOptions = MaxUnpoolOptions<1>;
using MaxUnpool2dOptions = MaxUnpoolOptions<2>;
using MaxUnpool3dOptions = MaxUnpoolOptions<3>;

/// Options of LPPool1d to LPPool3d.
template <size_t D>
struct LPPoolOptions {
  LPPoolOptions(double norm_type, ExpandingArray<D> kernel_size)
      : norm_type_(norm_type), kernel_size_(kernel_size), stride_(kernel_size) {}
  TENGEN_ARG(double, norm_type);               ///< order of the norm
  TENGEN_ARG(ExpandingArray<D>, kernel_size);  ///< size of the window
  TENGEN_ARG(ExpandingArray<D>, stride);       ///< distance between neighbouring windows (kernel_size)
  TENGEN_ARG(bool, ceil_mode) = false;         ///< a last window may reach over the end: sizes are rounded up
};
using LPPool1dOptions = LPPoolOptions<1>;
using LPPool2dOptions = LPPoolOptions<2>;
using LPPool3dOptions = LPPoolOptions<3>;

namespace functional {

using MaxPool1dFuncOptions = MaxPool1dOptions;
using MaxPool2dFuncOptions = MaxPool2dOptions;
using MaxPool3dFuncOptions = MaxPool3dOptions;
using AvgPool1dFuncOptions = AvgPool1dOptions;
using AvgPool2dFuncOptions = AvgPool2dOptions;
using AvgPool3dFuncOptions = AvgPool3dOptions;
using AdaptiveAvgPool1dFuncOptions = AdaptiveAvgPool1dOptions;
using AdaptiveAvgPool2dFuncOptions = AdaptiveAvgPool2dOptions;
using AdaptiveAvgPool3dFuncOptions = AdaptiveAvgPool3dOptions;
using AdaptiveMaxPool1dFuncOptions = AdaptiveMaxPool1dOptions;
using AdaptiveMaxPool2dFuncOptions = AdaptiveMaxPool2dOptions;
using AdaptiveMaxPool3dFuncOptions = AdaptiveMaxPool3dOptions;
using FractionalMaxPool2dFuncOptions = FractionalMaxPool2dOptions;
using FractionalMaxPool3dFuncOptions = FractionalMaxPool3dOptions;
using LPPool1dFuncOptions = LPPool1dOptions;
using LPPool2dFuncOptions = LPPool2dOptions;
using LPPool3dFuncOptions = LPPool3dOptions;

/// Options of max_unpool1d to max_unpool3d.
template <size_t D>
struct MaxUnpoolFuncOptions {
  MaxUnpoolFuncOptions(ExpandingArray<D> kernel_size) : kernel_size_(kernel_size), stride_(kernel_size) {}
  TENGEN_ARG(ExpandingArray<D>, kernel_size);  ///< size of the window
  TENGEN_ARG(ExpandingArray<D>, stride);       ///< distance between neighbouring windows (kernel_size)
  TENGEN_ARG(ExpandingArray<D>, padding) = 0;  ///< what was added on both sides
  /// The output's size, of several that pooling maps to the input's (std::nullopt: the one that fits
  /// exactly).
  TENGEN_ARG(std::optional<std::vector<int64_t>>, output_size) = std::nullopt;
};
using MaxUnpool1dFuncOptions = MaxUnpoolFuncOptions<1>;
using MaxUnpool2dFuncOptions = MaxUnpoolFuncOptions<2>;
using MaxUnpool3dFuncOptions = MaxUnpoolFuncOptions<3>;

/// The largest element of each window, NaN where there is one: (N,C,L) -> (N,C,L').
Tensor max_pool1d(const Tensor& input, const MaxPool1dFuncOptions& options);
/// The same in two dimensions: (N,C,H,W) -> (N,C,H',W').
Tensor max_pool2d(const Tensor& input, const MaxPool2dFuncOptions& options);
/// Maxima, and where they were (int64): the number of the element in its plane, y * W + x.
std::tuple<Tensor, Tensor> max_pool2d_with_indices(const Tensor& input, const MaxPool2dFuncOptions& options);
/// max_pool1d, and where the maxima were (int64).
std::tuple<Tensor, Tensor> max_pool1d_with_indices(const Tensor& input, const MaxPool1dFuncOptions& options);
/// max_pool2d in three dimensions: (N,C,D,H,W) -> (N,C,D',H',W').
Tensor max_pool3d(const Tensor& input, const MaxPool3dFuncOptions& options);
/// max_pool3d, and where the maxima were (int64): (z * H + y) * W + x.
std::tuple<Tensor, Tensor> max_pool3d_with_indices(const Tensor& input, const MaxPool3dFuncOptions& options);
/// The mean of each window: (N,C,L) -> (N,C,L').
Tensor avg_pool1d(const Tensor& input, const AvgPool1dFuncOptions& options);
/// The same in two dimensions: (N,C,H,W) -> (N,C,H',W').
Tensor avg_pool2d(const Tensor& input, const AvgPool2dFuncOptions& options);
/// The same in three dimensions: (N,C,D,H,W) -> (N,C,D',H',W').
Tensor avg_pool3d(const Tensor& input, const AvgPool3dFuncOptions& options);
/// Means of windows that divide the input as evenly as possible: output i of n is the mean of the elements
/// from floor(i * L / n) to before ceil((i + 1) * L / n). (N,C,L) -> (N,C,output_size).
Tensor adaptive_avg_pool1d(const Tensor& input, const AdaptiveAvgPool1dFuncOptions& options);
/// The same in two dimensions: (N,C,H,W) -> (N,C,output_size[0],output_size[1]).
Tensor adaptive_avg_pool2d(const Tensor& input, const AdaptiveAvgPool2dFuncOptions& options);
/// The same in three dimensions: (N,C,D,H,W) -> (N,C,output_size...).
Tensor adaptive_avg_pool3d(const Tensor& input, const AdaptiveAvgPool3dFuncOptions& options);
/// The maxima of adaptive_avg_pool1d's windows.
Tensor adaptive_max_pool1d(const Tensor& input, const AdaptiveMaxPool1dFuncOptions& options);
/// adaptive_max_pool1d, and where the maxima were (int64).
std::tuple<Tensor, Tensor> adaptive_max_pool1d_with_indices(const Tensor& input,
                                                            const AdaptiveMaxPool1dFuncOptions& options);
/// The maxima of adaptive_avg_pool2d's windows.
Tensor adaptive_max_pool2d(const Tensor& input, const AdaptiveMaxPool2dFuncOptions& options);
/// adaptive_max_pool2d, and where the maxima were (int64).
std::tuple<Tensor, Tensor> adaptive_max_pool2d_with_indices(const Tensor& input,
                                                            const AdaptiveMaxPool2dFuncOptions& options);
/// The maxima of adaptive_avg_pool3d's windows.
Tensor adaptive_max_pool3d(const Tensor& input, const AdaptiveMaxPool3dFuncOptions& options);
/// adaptive_max_pool3d, and where the maxima were (int64).
std::tuple<Tensor, Tensor> adaptive_max_pool3d_with_indices(const Tensor& input,
                                                            const AdaptiveMaxPool3dFuncOptions& options);
/// Maxima of windows at irregular distances, which random numbers choose for each channel: (N,C,H,W). Graham
/// (2014).
Tensor fractional_max_pool2d(const Tensor& input, const FractionalMaxPool2dFuncOptions& options);
/// fractional_max_pool2d, and where the maxima were (int64).
std::tuple<Tensor, Tensor> fractional_max_pool2d_with_indices(const Tensor& input,
                                                              const FractionalMaxPool2dFuncOptions& options);
/// Maxima of windows at irregular distances, which random numbers choose for each channel: (N,C,D,H,W).
/// Graham (2014).
Tensor fractional_max_pool3d(const Tensor& input, const FractionalMaxPool3dFuncOptions& options);
/// fractional_max_pool3d, and where the maxima were (int64).
std::tuple<Tensor, Tensor> fractional_max_pool3d_with_indices(const Tensor& input,
                                                              const FractionalMaxPool3dFuncOptions& options);
/// Puts values where max_pool1d_with_indices found them, and zeros elsewhere.
Tensor max_unpool1d(const Tensor& input, const Tensor& indices, const MaxUnpool1dFuncOptions& options);
/// Puts values where max_pool2d_with_indices found them, and zeros elsewhere.
Tensor max_unpool2d(const Tensor& input, const Tensor& indices, const MaxUnpool2dFuncOptions& options);
/// Puts values where max_pool3d_with_indices found them, and zeros elsewhere.
Tensor max_unpool3d(const Tensor& input, const Tensor& indices, const MaxUnpool3dFuncOptions& options);
/// The p-norm of each window, (sum of x^p)^(1/p): (N,C,L) -> (N,C,L').
Tensor lp_pool1d(const Tensor& input, const LPPool1dFuncOptions& options);
/// The same in two dimensions: (N,C,H,W) -> (N,C,H',W').
Tensor lp_pool2d(const Tensor& input, const LPPool2dFuncOptions& options);
/// The same in three dimensions: (N,C,D,H,W) -> (N,C,D',H',W').
Tensor lp_pool3d(const Tensor& input, const LPPool3dFuncOptions& options);

}  // namespace functional

// ---- modules

/// The largest element of each window: (N,C,L) -> (N,C,L').
class MaxPool1dImpl : public StatelessModule<MaxPool1dImpl, MaxPool1dOptions> {
 public:
  using StatelessModule::StatelessModule;
  MaxPool1dImpl(ExpandingArray<1> kernel_size) : StatelessModule(kernel_size) {}
  Tensor forward(const Tensor& input);
  /// Maxima, and where they were: functional::max_pool1d_with_indices.
  std::tuple<Tensor, Tensor> forward_with_indices(const Tensor& input);
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

/// The largest element of each window: (N,C,D,H,W) -> (N,C,D',H',W').
class MaxPool3dImpl : public StatelessModule<MaxPool3dImpl, MaxPool3dOptions> {
 public:
  using StatelessModule::StatelessModule;
  MaxPool3dImpl(ExpandingArray<3> kernel_size) : StatelessModule(kernel_size) {}
  Tensor forward(const Tensor& input);
  /// Maxima, and where they were: functional::max_pool3d_with_indices.
  std::tuple<Tensor, Tensor> forward_with_indices(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(MaxPool3d);

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

/// The mean of each window: (N,C,D,H,W) -> (N,C,D',H',W').
class AvgPool3dImpl : public StatelessModule<AvgPool3dImpl, AvgPool3dOptions> {
 public:
  using StatelessModule::StatelessModule;
  AvgPool3dImpl(ExpandingArray<3> kernel_size) : StatelessModule(kernel_size) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(AvgPool3d);

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

/// Means of as many windows as the output shall have elements: (N,C,D,H,W) -> (N,C,D',H',W').
class AdaptiveAvgPool3dImpl : public StatelessModule<AdaptiveAvgPool3dImpl, AdaptiveAvgPool3dOptions> {
 public:
  using StatelessModule::StatelessModule;
  AdaptiveAvgPool3dImpl(ExpandingArrayWithOptionalElem<3> output_size) : StatelessModule(output_size) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(AdaptiveAvgPool3d);

/// Maxima of as many windows as the output shall have elements: (N,C,L) -> (N,C,L').
class AdaptiveMaxPool1dImpl : public StatelessModule<AdaptiveMaxPool1dImpl, AdaptiveMaxPool1dOptions> {
 public:
  using StatelessModule::StatelessModule;
  AdaptiveMaxPool1dImpl(ExpandingArray<1> output_size) : StatelessModule(output_size) {}
  Tensor forward(const Tensor& input);
  /// Maxima, and where they were: functional::adaptive_max_pool1d_with_indices.
  std::tuple<Tensor, Tensor> forward_with_indices(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(AdaptiveMaxPool1d);

/// Maxima of as many windows as the output shall have elements: (N,C,H,W) -> (N,C,H',W').
class AdaptiveMaxPool2dImpl : public StatelessModule<AdaptiveMaxPool2dImpl, AdaptiveMaxPool2dOptions> {
 public:
  using StatelessModule::StatelessModule;
  AdaptiveMaxPool2dImpl(ExpandingArrayWithOptionalElem<2> output_size) : StatelessModule(output_size) {}
  Tensor forward(const Tensor& input);
  /// Maxima, and where they were: functional::adaptive_max_pool2d_with_indices.
  std::tuple<Tensor, Tensor> forward_with_indices(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(AdaptiveMaxPool2d);

/// Maxima of as many windows as the output shall have elements: (N,C,D,H,W) -> (N,C,D',H',W').
class AdaptiveMaxPool3dImpl : public StatelessModule<AdaptiveMaxPool3dImpl, AdaptiveMaxPool3dOptions> {
 public:
  using StatelessModule::StatelessModule;
  AdaptiveMaxPool3dImpl(ExpandingArrayWithOptionalElem<3> output_size) : StatelessModule(output_size) {}
  Tensor forward(const Tensor& input);
  /// Maxima, and where they were: functional::adaptive_max_pool3d_with_indices.
  std::tuple<Tensor, Tensor> forward_with_indices(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(AdaptiveMaxPool3d);

/// Maxima of windows at irregular distances, drawn for each channel: (N,C,H,W) -> (N,C,H',W').
class FractionalMaxPool2dImpl : public Cloneable<FractionalMaxPool2dImpl> {
 public:
  FractionalMaxPool2dImpl(ExpandingArray<2> kernel_size)
      : FractionalMaxPool2dImpl(FractionalMaxPool2dOptions(kernel_size)) {}
  explicit FractionalMaxPool2dImpl(const FractionalMaxPool2dOptions& options);
  Tensor forward(const Tensor& input);
  /// Maxima, and where they were: functional::fractional_max_pool2d_with_indices.
  std::tuple<Tensor, Tensor> forward_with_indices(const Tensor& input);
  void reset() override;
  void pretty_print(std::ostream& out) const override;

  FractionalMaxPool2dOptions options;
  Tensor _random_samples;  ///< options._random_samples(), a buffer
};
TENGEN_MODULE(FractionalMaxPool2d);

/// Maxima of windows at irregular distances, drawn for each channel: (N,C,D,H,W) -> (N,C,D',H',W').
class FractionalMaxPool3dImpl : public Cloneable<FractionalMaxPool3dImpl> {
 public:
  FractionalMaxPool3dImpl(ExpandingArray<3> kernel_size)
      : FractionalMaxPool3dImpl(FractionalMaxPool3dOptions(kernel_size)) {}
  explicit FractionalMaxPool3dImpl(const FractionalMaxPool3dOptions& options);
  Tensor forward(const Tensor& input);
  /// Maxima, and where they were: functional::fractional_max_pool3d_with_indices.
  std::tuple<Tensor, Tensor> forward_with_indices(const Tensor& input);
  void reset() override;
  void pretty_print(std::ostream& out) const override;

  FractionalMaxPool3dOptions options;
  Tensor _random_samples;  ///< options._random_samples(), a buffer
};
TENGEN_MODULE(FractionalMaxPool3d);

/// The reverse of MaxPool1d, given the indices that it found; output_size as in functional::max_unpool1d.
class MaxUnpool1dImpl : public StatelessModule<MaxUnpool1dImpl, MaxUnpool1dOptions> {
 public:
  using StatelessModule::StatelessModule;
  MaxUnpool1dImpl(ExpandingArray<1> kernel_size) : StatelessModule(kernel_size) {}
  Tensor forward(const Tensor& input, const Tensor& indices,
                 const std::optional<std::vector<int64_t>>& output_size = std::nullopt);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(MaxUnpool1d);

/// The reverse of MaxPool2d, given the indices that it found; output_size as in functional::max_unpool2d.
class MaxUnpool2dImpl : public StatelessModule<MaxUnpool2dImpl, MaxUnpool2dOptions> {
 public:
  using StatelessModule::StatelessModule;
  MaxUnpool2dImpl(ExpandingArray<2> kernel_size) : StatelessModule(kernel_size) {}
  Tensor forward(const Tensor& input, const Tensor& indices,
                 const std::optional<std::vector<int64_t>>& output_size = std::nullopt);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(MaxUnpool2d);

/// The reverse of MaxPool3d, given the indices that it found; output_size as in functional::max_unpool3d.
class MaxUnpool3dImpl : public StatelessModule<MaxUnpool3dImpl, MaxUnpool3dOptions> {
 public:
  using StatelessModule::StatelessModule;
  MaxUnpool3dImpl(ExpandingArray<3> kernel_size) : StatelessModule(kernel_size) {}
  Tensor forward(const Tensor& input, const Tensor& indices,
                 const std::optional<std::vector<int64_t>>& output_size = std::nullopt);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(MaxUnpool3d);

/// The p-norm of each window: (N,C,L) -> (N,C,L').
class LPPool1dImpl : public StatelessModule<LPPool1dImpl, LPPool1dOptions> {
 public:
  LPPool1dImpl(double norm_type, ExpandingArray<1> kernel_size)
      : StatelessModule(LPPool1dOptions(norm_type, kernel_size)) {}
  explicit LPPool1dImpl(const LPPool1dOptions& options) : StatelessModule(options) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(LPPool1d);

/// The p-norm of each window: (N,C,H,W) -> (N,C,H',W').
class LPPool2dImpl : public StatelessModule<LPPool2dImpl, LPPool2dOptions> {
 public:
  LPPool2dImpl(double norm_type, ExpandingArray<2> kernel_size)
      : StatelessModule(LPPool2dOptions(norm_type, kernel_size)) {}
  explicit LPPool2dImpl(const LPPool2dOptions& options) : StatelessModule(options) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(LPPool2d);

/// The p-norm of each window: (N,C,D,H,W) -> (N,C,D',H',W').
class LPPool3dImpl : public StatelessModule<LPPool3dImpl, LPPool3dOptions> {
 public:
  LPPool3dImpl(double norm_type, ExpandingArray<3> kernel_size)
      : StatelessModule(LPPool3dOptions(norm_type, kernel_size)) {}
  explicit LPPool3dImpl(const LPPool3dOptions& options) : StatelessModule(options) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(LPPool3d);

}  // namespace tengen::nn
