// Convolutions and their adjoints: options, functional forms and modules.
//
// Input (N,C,L), (N,C,H,W) or (N,C,D,H,W), or the same without N. The output has K channels; its size is, in
// each dimension,
//   floor((size + 2 * padding - dilation * (kernel_size - 1) - 1) / stride) + 1,
// of a transposed convolution
//   (size - 1) * stride - 2 * padding + dilation * (kernel_size - 1) + output_padding + 1.
#pragma once

#include <optional>

#include <tengen/nn/cloneable.h>
#include <tengen/nn/enum.h>
#include <tengen/nn/expanding_array.h>
#include <tengen/nn/pimpl.h>
#include <tengen/tensor/arg.h>

namespace tengen::nn {

// ---- options. Sizes are one number for all dimensions or one each: 3 or {3, 5}.

/// Padding on both sides of each dimension: numbers, kValid (none) or kSame (as much as keeps the size at
/// stride 1).
template <size_t D>
struct ConvPadding {
  ConvPadding(int64_t numbers) : amount(numbers) {}
  ConvPadding(std::initializer_list<int64_t> numbers) : amount(numbers) {}
  ConvPadding(ExpandingArray<D> numbers) : amount(numbers) {}
  ConvPadding(const std::vector<int64_t>& numbers) : amount(numbers) {}
  ConvPadding(EnumType same_or_valid) : amount(0), same(same_or_valid == kSame) {
    TENGEN_CHECK(same || same_or_valid == kValid,
                 "convolution: padding must be numbers, kSame or kValid, but got ", enum_name(same_or_valid));
  }
  ExpandingArray<D> amount;
  bool same = false;
};

/// Options of Conv1d to Conv3d.
template <size_t D>
struct ConvOptions {
  ConvOptions(int64_t in_channels, int64_t out_channels, ExpandingArray<D> kernel_size)
      : in_channels_(in_channels), out_channels_(out_channels), kernel_size_(kernel_size) {}
  TENGEN_ARG(int64_t, in_channels);             ///< C
  TENGEN_ARG(int64_t, out_channels);            ///< K
  TENGEN_ARG(ExpandingArray<D>, kernel_size);   ///< size of the window
  TENGEN_ARG(ExpandingArray<D>, stride) = 1;    ///< distance between neighbouring windows
  TENGEN_ARG(ConvPadding<D>, padding) = 0;      ///< on both sides of each dimension; kSame needs stride 1
  TENGEN_ARG(ExpandingArray<D>, dilation) = 1;  ///< distance between neighbouring elements of a window
  TENGEN_ARG(int64_t, groups) = 1;              ///< parts of the channels that do not see each other
  TENGEN_ARG(bool, bias) = true;                ///< adds a learnt number to each output channel
  TENGEN_ARG(EnumType, padding_mode) = kZeros;  ///< kZeros, kReflect, kReplicate or kCircular
};
using Conv1dOptions = ConvOptions<1>;
using Conv2dOptions = ConvOptions<2>;
using Conv3dOptions = ConvOptions<3>;

/// Options of ConvTranspose1d to ConvTranspose3d.
template <size_t D>
struct ConvTransposeOptions {
  ConvTransposeOptions(int64_t in_channels, int64_t out_channels, ExpandingArray<D> kernel_size)
      : in_channels_(in_channels), out_channels_(out_channels), kernel_size_(kernel_size) {}
  TENGEN_ARG(int64_t, in_channels);                   ///< C
  TENGEN_ARG(int64_t, out_channels);                  ///< K
  TENGEN_ARG(ExpandingArray<D>, kernel_size);         ///< size of the window
  TENGEN_ARG(ExpandingArray<D>, stride) = 1;          ///< distance between neighbouring windows of the output
  TENGEN_ARG(ExpandingArray<D>, padding) = 0;         ///< what is cut off on both sides of the output
  TENGEN_ARG(ExpandingArray<D>, output_padding) = 0;  ///< what the output is longer at its end
  TENGEN_ARG(int64_t, groups) = 1;                    ///< parts of the channels that do not see each other
  TENGEN_ARG(bool, bias) = true;                      ///< adds a learnt number to each output channel
  TENGEN_ARG(ExpandingArray<D>, dilation) = 1;        ///< distance between neighbouring elements of a window
};
using ConvTranspose1dOptions = ConvTransposeOptions<1>;
using ConvTranspose2dOptions = ConvTransposeOptions<2>;
using ConvTranspose3dOptions = ConvTransposeOptions<3>;

namespace functional {

/// Options of conv1d to conv3d.
template <size_t D>
struct ConvFuncOptions {
  TENGEN_ARG(Tensor, bias) = Tensor();        ///< (K), added to the output (none)
  TENGEN_ARG(ExpandingArray<D>, stride) = 1;  ///< distance between neighbouring windows
  TENGEN_ARG(ConvPadding<D>, padding) = 0;    ///< zeros on both sides of each dimension; kSame needs stride 1
  TENGEN_ARG(ExpandingArray<D>, dilation) = 1;  ///< distance between neighbouring elements of a window
  TENGEN_ARG(int64_t, groups) = 1;              ///< parts of the channels that do not see each other
};
using Conv1dFuncOptions = ConvFuncOptions<1>;
using Conv2dFuncOptions = ConvFuncOptions<2>;
using Conv3dFuncOptions = ConvFuncOptions<3>;

/// Options of conv_transpose1d to conv_transpose3d.
template <size_t D>
struct ConvTransposeFuncOptions {
  TENGEN_ARG(Tensor, bias) = Tensor();                ///< (K), added to the output (none)
  TENGEN_ARG(ExpandingArray<D>, stride) = 1;          ///< distance between neighbouring windows of the output
  TENGEN_ARG(ExpandingArray<D>, padding) = 0;         ///< what is cut off on both sides of the output
  TENGEN_ARG(ExpandingArray<D>, output_padding) = 0;  ///< what the output is longer at its end
  TENGEN_ARG(int64_t, groups) = 1;                    ///< parts of the channels that do not see each other
  TENGEN_ARG(ExpandingArray<D>, dilation) = 1;        ///< distance between neighbouring elements of a window
};
using ConvTranspose1dFuncOptions = ConvTransposeFuncOptions<1>;
using ConvTranspose2dFuncOptions = ConvTransposeFuncOptions<2>;
using ConvTranspose3dFuncOptions = ConvTransposeFuncOptions<3>;

/// Cross-correlation: y[k, i] = sum_{c,j} weight[k, c, j] * x[c, i * stride - padding + j * dilation] +
/// bias[k]. (N,C,L), weight (K, C/groups, kernel) -> (N,K,L').
Tensor conv1d(const Tensor& input, const Tensor& weight, const Conv1dFuncOptions& options = {});
/// The same in two dimensions: (N,C,H,W), weight (K, C/groups, kernel, kernel) -> (N,K,H',W').
Tensor conv2d(const Tensor& input, const Tensor& weight, const Conv2dFuncOptions& options = {});
/// The same in three dimensions: (N,C,D,H,W), weight (K, C/groups, kernel, kernel, kernel) -> (N,K,D',H',W').
Tensor conv3d(const Tensor& input, const Tensor& weight, const Conv3dFuncOptions& options = {});
/// The adjoint of conv1d (its gradient with respect to the input), often called deconvolution: (N,C,L),
/// weight (C, K/groups, kernel) -> (N,K,L').
Tensor conv_transpose1d(const Tensor& input, const Tensor& weight,
                        const ConvTranspose1dFuncOptions& options = {});
/// The adjoint of conv2d: (N,C,H,W), weight (C, K/groups, kernel, kernel) -> (N,K,H',W').
Tensor conv_transpose2d(const Tensor& input, const Tensor& weight,
                        const ConvTranspose2dFuncOptions& options = {});
/// The adjoint of conv3d: (N,C,D,H,W), weight (C, K/groups, kernel, kernel, kernel) -> (N,K,D',H',W').
Tensor conv_transpose3d(const Tensor& input, const Tensor& weight,
                        const ConvTranspose3dFuncOptions& options = {});

}  // namespace functional

// ---- modules

/// What all convolutions share: parameters, drawn uniformly within 1/sqrt(fan_in), and printing. Channels
/// that groups do not divide are an Error.
template <size_t D, class Options, class Derived>
class ConvNdImpl : public Cloneable<Derived> {
 public:
  explicit ConvNdImpl(const Options& options);
  void reset() override;
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;

  Options options;
  Tensor weight;  ///< (K, C/groups, kernel...); transposed: (C, K/groups, kernel...)
  Tensor bias;    ///< (K), or undefined
};

/// Cross-correlation with learnt weights: (N,C,L) -> (N,K,L').
class Conv1dImpl : public ConvNdImpl<1, Conv1dOptions, Conv1dImpl> {
 public:
  Conv1dImpl(int64_t in_channels, int64_t out_channels, ExpandingArray<1> kernel_size)
      : Conv1dImpl(Conv1dOptions(in_channels, out_channels, kernel_size)) {}
  explicit Conv1dImpl(const Conv1dOptions& options);
  Tensor forward(const Tensor& input);
};
TENGEN_MODULE(Conv1d);

/// Cross-correlation with learnt weights: (N,C,H,W) -> (N,K,H',W').
class Conv2dImpl : public ConvNdImpl<2, Conv2dOptions, Conv2dImpl> {
 public:
  Conv2dImpl(int64_t in_channels, int64_t out_channels, ExpandingArray<2> kernel_size)
      : Conv2dImpl(Conv2dOptions(in_channels, out_channels, kernel_size)) {}
  explicit Conv2dImpl(const Conv2dOptions& options);
  Tensor forward(const Tensor& input);
};
TENGEN_MODULE(Conv2d);

/// Cross-correlation with learnt weights: (N,C,D,H,W) -> (N,K,D',H',W').
class Conv3dImpl : public ConvNdImpl<3, Conv3dOptions, Conv3dImpl> {
 public:
  Conv3dImpl(int64_t in_channels, int64_t out_channels, ExpandingArray<3> kernel_size)
      : Conv3dImpl(Conv3dOptions(in_channels, out_channels, kernel_size)) {}
  explicit Conv3dImpl(const Conv3dOptions& options);
  Tensor forward(const Tensor& input);
};
TENGEN_MODULE(Conv3d);

/// The adjoint of Conv1d: (N,C,L) -> (N,K,L'). With a stride, Conv1d maps several sizes to the input's;
/// output_size, (L') or (N,K,L'), chooses one of them instead of options.output_padding().
class ConvTranspose1dImpl : public ConvNdImpl<1, ConvTranspose1dOptions, ConvTranspose1dImpl> {
 public:
  ConvTranspose1dImpl(int64_t in_channels, int64_t out_channels, ExpandingArray<1> kernel_size)
      : ConvTranspose1dImpl(ConvTranspose1dOptions(in_channels, out_channels, kernel_size)) {}
  explicit ConvTranspose1dImpl(const ConvTranspose1dOptions& options);
  Tensor forward(const Tensor& input, const std::optional<IntArrayRef>& output_size = std::nullopt);
};
TENGEN_MODULE(ConvTranspose1d);

/// The adjoint of Conv2d: (N,C,H,W) -> (N,K,H',W'). output_size: see ConvTranspose1dImpl.
class ConvTranspose2dImpl : public ConvNdImpl<2, ConvTranspose2dOptions, ConvTranspose2dImpl> {
 public:
  ConvTranspose2dImpl(int64_t in_channels, int64_t out_channels, ExpandingArray<2> kernel_size)
      : ConvTranspose2dImpl(ConvTranspose2dOptions(in_channels, out_channels, kernel_size)) {}
  explicit ConvTranspose2dImpl(const ConvTranspose2dOptions& options);
  Tensor forward(const Tensor& input, const std::optional<IntArrayRef>& output_size = std::nullopt);
};
TENGEN_MODULE(ConvTranspose2d);

/// The adjoint of Conv3d: (N,C,D,H,W) -> (N,K,D',H',W'). output_size: see ConvTranspose1dImpl.
class ConvTranspose3dImpl : public ConvNdImpl<3, ConvTranspose3dOptions, ConvTranspose3dImpl> {
 public:
  ConvTranspose3dImpl(int64_t in_channels, int64_t out_channels, ExpandingArray<3> kernel_size)
      : ConvTranspose3dImpl(ConvTranspose3dOptions(in_channels, out_channels, kernel_size)) {}
  explicit ConvTranspose3dImpl(const ConvTranspose3dOptions& options);
  Tensor forward(const Tensor& input, const std::optional<IntArrayRef>& output_size = std::nullopt);
};
TENGEN_MODULE(ConvTranspose3d);

extern template class ConvNdImpl<1, Conv1dOptions, Conv1dImpl>;
extern template class ConvNdImpl<2, Conv2dOptions, Conv2dImpl>;
extern template class ConvNdImpl<3, Conv3dOptions, Conv3dImpl>;
extern template class ConvNdImpl<1, ConvTranspose1dOptions, ConvTranspose1dImpl>;
extern template class ConvNdImpl<2, ConvTranspose2dOptions, ConvTranspose2dImpl>;
extern template class ConvNdImpl<3, ConvTranspose3dOptions, ConvTranspose3dImpl>;

}  // namespace tengen::nn
