// Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d.
#pragma once

#include <optional>

#include <tengen/nn/cloneable.h>
#include <tengen/nn/options/conv.h>
#include <tengen/nn/pimpl.h>

namespace tengen::nn {

/// Parameters and printing that all convolutions share.
template <size_t D, class Options, class Derived>
class ConvNdImpl : public Cloneable<Derived> {
 public:
  explicit ConvNdImpl(const Options& options);
  void reset() override;
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;

  Options options;
  Tensor weight;  // (out, in/groups, kernel...); transposed: (in, out/groups, kernel...)
  Tensor bias;    // (out), or undefined
};

/// (N,C,L) -> (N,K,L').
class Conv1dImpl : public ConvNdImpl<1, Conv1dOptions, Conv1dImpl> {
 public:
  Conv1dImpl(int64_t in_channels, int64_t out_channels, ExpandingArray<1> kernel_size)
      : Conv1dImpl(Conv1dOptions(in_channels, out_channels, kernel_size)) {}
  explicit Conv1dImpl(const Conv1dOptions& options);
  Tensor forward(const Tensor& input);
};
TENGEN_MODULE(Conv1d);

/// (N,C,H,W) -> (N,K,H',W').
class Conv2dImpl : public ConvNdImpl<2, Conv2dOptions, Conv2dImpl> {
 public:
  Conv2dImpl(int64_t in_channels, int64_t out_channels, ExpandingArray<2> kernel_size)
      : Conv2dImpl(Conv2dOptions(in_channels, out_channels, kernel_size)) {}
  explicit Conv2dImpl(const Conv2dOptions& options);
  Tensor forward(const Tensor& input);
};
TENGEN_MODULE(Conv2d);

/// The adjoint of Conv1d. output_size: chooses among the sizes that Conv1d maps to the input's.
class ConvTranspose1dImpl : public ConvNdImpl<1, ConvTranspose1dOptions, ConvTranspose1dImpl> {
 public:
  ConvTranspose1dImpl(int64_t in_channels, int64_t out_channels, ExpandingArray<1> kernel_size)
      : ConvTranspose1dImpl(ConvTranspose1dOptions(in_channels, out_channels, kernel_size)) {}
  explicit ConvTranspose1dImpl(const ConvTranspose1dOptions& options);
  Tensor forward(const Tensor& input, const std::optional<IntArrayRef>& output_size = std::nullopt);
};
TENGEN_MODULE(ConvTranspose1d);

/// The adjoint of Conv2d.
class ConvTranspose2dImpl : public ConvNdImpl<2, ConvTranspose2dOptions, ConvTranspose2dImpl> {
 public:
  ConvTranspose2dImpl(int64_t in_channels, int64_t out_channels, ExpandingArray<2> kernel_size)
      : ConvTranspose2dImpl(ConvTranspose2dOptions(in_channels, out_channels, kernel_size)) {}
  explicit ConvTranspose2dImpl(const ConvTranspose2dOptions& options);
  Tensor forward(const Tensor& input, const std::optional<IntArrayRef>& output_size = std::nullopt);
};
TENGEN_MODULE(ConvTranspose2d);

extern template class ConvNdImpl<1, Conv1dOptions, Conv1dImpl>;
extern template class ConvNdImpl<2, Conv2dOptions, Conv2dImpl>;
extern template class ConvNdImpl<1, ConvTranspose1dOptions, ConvTranspose1dImpl>;
extern template class ConvNdImpl<2, ConvTranspose2dOptions, ConvTranspose2dImpl>;

}  // namespace tengen::nn
