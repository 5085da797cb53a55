#include <tengen/nn/conv.h>

#include <cmath>
#include <ostream>

#include <tengen/autograd/ops/spatial.h>
#include <tengen/nn/given.h>
#include <tengen/nn/init.h>
#include <tengen/nn/padding.h>

namespace tengen::nn {
namespace functional {

namespace {

using Conv = Tensor (*)(const Tensor&, const Tensor&, const std::optional<Tensor>&, IntArrayRef, IntArrayRef,
                        IntArrayRef, int64_t);

template <size_t D>
Tensor conv(Conv op, const Tensor& input, const Tensor& weight, const ConvFuncOptions<D>& options) {
  std::optional<Tensor> bias = given(options.bias());
  if (!options.padding().same)
    return op(input, weight, bias, *options.stride(), *options.padding().amount, *options.dilation(),
              options.groups());
  // dilation * (kernel - 1) zeros in each dimension keep its size; an odd remainder goes at the end.
  DimVector pad;
  for (size_t d = D; d-- > 0;) {
    TENGEN_CHECK(options.stride()[d] == 1, "convolution: padding kSame needs stride 1, but got stride ",
                 options.stride());
    int64_t total = options.dilation()[d] * (weight.size(-int64_t(D) + int64_t(d)) - 1);
    pad.push_back(total / 2);
    pad.push_back(total - total / 2);
  }
  std::array<int64_t, D> none{};
  return op(constant_pad_nd(input, pad), weight, bias, *options.stride(), none, *options.dilation(),
            options.groups());
}

}  // namespace

Tensor conv1d(const Tensor& input, const Tensor& weight, const Conv1dFuncOptions& options) {
  return conv<1>(tengen::conv1d, input, weight, options);
}
Tensor conv2d(const Tensor& input, const Tensor& weight, const Conv2dFuncOptions& options) {
  return conv<2>(tengen::conv2d, input, weight, options);
}
Tensor conv3d(const Tensor& input, const Tensor& weight, const Conv3dFuncOptions& options) {
  return conv<3>(tengen::conv3d, input, weight, options);
}
Tensor conv_transpose1d(const Tensor& input, const Tensor& weight,
                        const ConvTranspose1dFuncOptions& options) {
  return tengen::conv_transpose1d(input, weight, given(options.bias()), *options.stride(), *options.padding(),
                                  *options.output_padding(), options.groups(), *options.dilation());
}
Tensor conv_transpose2d(const Tensor& input, const Tensor& weight,
                        const ConvTranspose2dFuncOptions& options) {
  return tengen::conv_transpose2d(input, weight, given(options.bias()), *options.stride(), *options.padding(),
                                  *options.output_padding(), options.groups(), *options.dilation());
}
Tensor conv_transpose3d(const Tensor& input, const Tensor& weight,
                        const ConvTranspose3dFuncOptions& options) {
  return tengen::conv_transpose3d(input, weight, given(options.bias()), *options.stride(), *options.padding(),
                                  *options.output_padding(), options.groups(), *options.dilation());
}

}  // namespace functional

namespace {

template <class Options>
inline constexpr bool is_transposed = requires(Options options) {
  options.output_padding();
};

}  // namespace

template <size_t D, class Options, class Derived>
ConvNdImpl<D, Options, Derived>::ConvNdImpl(const Options& options) : options(options) {
  ConvNdImpl::reset();
}

template <size_t D, class Options, class Derived>
void ConvNdImpl<D, Options, Derived>::reset() {
  int64_t in = options.in_channels(), out = options.out_channels(), groups = options.groups();
  TENGEN_CHECK(in > 0 && groups > 0 && out > 0,
               "in_channels, groups and out_channels must be positive integers, but got ", in, ", ", groups,
               ", ", out);
  TENGEN_CHECK(in % groups == 0, "in_channels must be divisible by groups, but got ", in, " and ", groups);
  TENGEN_CHECK(out % groups == 0, "out_channels must be divisible by groups, but got ", out, " and ", groups);
  DimVector shape = is_transposed<Options> ? DimVector{in, out / groups} : DimVector{out, in / groups};
  for (int64_t size : *options.kernel_size()) shape.push_back(size);
  weight = this->register_parameter("weight", empty(shape));
  bias = this->register_parameter("bias", options.bias() ? empty({out}) : Tensor());
  reset_parameters();
}

template <size_t D, class Options, class Derived>
void ConvNdImpl<D, Options, Derived>::reset_parameters() {
  init::kaiming_uniform_(weight, std::sqrt(5.0));
  if (bias.defined()) {
    int64_t fan_in = std::get<0>(init::_calculate_fan_in_and_fan_out(weight));
    double bound = fan_in ? 1 / std::sqrt(double(fan_in)) : 0;
    init::uniform_(bias, -bound, bound);
  }
}

template <size_t D, class Options, class Derived>
void ConvNdImpl<D, Options, Derived>::pretty_print(std::ostream& out) const {
  auto differs = [](const ExpandingArray<D>& values, int64_t usual) {
    return *values != *ExpandingArray<D>(usual);
  };
  out << "torch::nn::Conv" << (is_transposed<Options> ? "Transpose" : "") << D << "d("
      << options.in_channels() << ", " << options.out_channels() << ", kernel_size=" << options.kernel_size()
      << ", stride=" << options.stride();
  if constexpr (is_transposed<Options>) {
    if (differs(options.padding(), 0)) out << ", padding=" << options.padding();
  } else if (options.padding().same) {
    out << ", padding='same'";
  } else if (differs(options.padding().amount, 0)) {
    out << ", padding=" << options.padding().amount;
  }
  if (differs(options.dilation(), 1)) out << ", dilation=" << options.dilation();
  if constexpr (is_transposed<Options>)
    if (differs(options.output_padding(), 0)) out << ", output_padding=" << options.output_padding();
  if (options.groups() != 1) out << ", groups=" << options.groups();
  if (!options.bias()) out << ", bias=false";
  if constexpr (!is_transposed<Options>)
    if (options.padding_mode() != kZeros) out << ", padding_mode=" << options.padding_mode();
  out << ')';
}

template class ConvNdImpl<1, Conv1dOptions, Conv1dImpl>;
template class ConvNdImpl<2, Conv2dOptions, Conv2dImpl>;
template class ConvNdImpl<3, Conv3dOptions, Conv3dImpl>;
template class ConvNdImpl<1, ConvTranspose1dOptions, ConvTranspose1dImpl>;
template class ConvNdImpl<2, ConvTranspose2dOptions, ConvTranspose2dImpl>;
template class ConvNdImpl<3, ConvTranspose3dOptions, ConvTranspose3dImpl>;

namespace {

// Other paddings than zeros are made first; the convolution itself then pads nothing.
template <size_t D, class Conv>
Tensor convolve(Conv conv, const Tensor& input, const Tensor& weight, const Tensor& bias,
                const ConvOptions<D>& options) {
  auto call = functional::ConvFuncOptions<D>()
                  .bias(bias)
                  .stride(options.stride())
                  .padding(options.padding())
                  .dilation(options.dilation())
                  .groups(options.groups());
  if (options.padding_mode() == kZeros) return conv(input, weight, call);
  std::vector<int64_t> pad;
  for (size_t d = D; d-- > 0;) {
    int64_t total = options.padding().same ? options.dilation()[d] * (options.kernel_size()[d] - 1)
                                           : 2 * options.padding().amount[d];
    pad.push_back(total / 2);
    pad.push_back(total - total / 2);
  }
  Tensor padded = functional::pad(input, functional::PadFuncOptions(pad).mode(options.padding_mode()));
  return conv(padded, weight, call.padding(0));
}

// The output padding that makes the output have the size wanted.
template <size_t D>
ExpandingArray<D> output_padding(const Tensor& input, const ConvTransposeOptions<D>& options,
                                 const std::optional<IntArrayRef>& wanted) {
  if (!wanted) return options.output_padding();
  IntArrayRef size = wanted->size() == D + 2 ? wanted->slice(2) : *wanted;
  TENGEN_CHECK(size.size() == D, "ConvTranspose: output_size must have ", D, " or ", D + 2,
               " elements, but got ", wanted->size());
  ExpandingArray<D> extra = 0;
  for (size_t d = 0; d < D; ++d) {
    int64_t least = (input.size(-int64_t(D) + int64_t(d)) - 1) * options.stride()[d] -
                    2 * options.padding()[d] + options.dilation()[d] * (options.kernel_size()[d] - 1) + 1;
    TENGEN_CHECK(size[d] >= least && size[d] < least + options.stride()[d], "ConvTranspose: output_size ",
                 size, " is out of range: dimension ", d, " can be ", least, " to ",
                 least + options.stride()[d] - 1);
    (*extra)[d] = size[d] - least;
  }
  return extra;
}

template <size_t D>
functional::ConvTransposeFuncOptions<D> transpose_options(const Tensor& input, const Tensor& bias,
                                                          const ConvTransposeOptions<D>& options,
                                                          const std::optional<IntArrayRef>& output_size) {
  return functional::ConvTransposeFuncOptions<D>()
      .bias(bias)
      .stride(options.stride())
      .padding(options.padding())
      .output_padding(output_padding(input, options, output_size))
      .groups(options.groups())
      .dilation(options.dilation());
}

template <size_t D>
const ConvOptions<D>& checked(const ConvOptions<D>& options) {
  if (options.padding().same)
    for (int64_t stride : *options.stride())
      TENGEN_CHECK(stride == 1, "Conv", D,
                   "d: padding='same' is not supported for strided convolutions, but got stride ",
                   options.stride());
  return options;
}

}  // namespace

Conv1dImpl::Conv1dImpl(const Conv1dOptions& options) : ConvNdImpl(checked(options)) {}
Tensor Conv1dImpl::forward(const Tensor& input) {
  return convolve<1>(functional::conv1d, input, weight, bias, options);
}
Conv2dImpl::Conv2dImpl(const Conv2dOptions& options) : ConvNdImpl(checked(options)) {}
Tensor Conv2dImpl::forward(const Tensor& input) {
  return convolve<2>(functional::conv2d, input, weight, bias, options);
}
Conv3dImpl::Conv3dImpl(const Conv3dOptions& options) : ConvNdImpl(checked(options)) {}
Tensor Conv3dImpl::forward(const Tensor& input) {
  return convolve<3>(functional::conv3d, input, weight, bias, options);
}
ConvTranspose1dImpl::ConvTranspose1dImpl(const ConvTranspose1dOptions& options) : ConvNdImpl(options) {}
Tensor ConvTranspose1dImpl::forward(const Tensor& input, const std::optional<IntArrayRef>& output_size) {
  return functional::conv_transpose1d(input, weight, transpose_options(input, bias, options, output_size));
}
ConvTranspose2dImpl::ConvTranspose2dImpl(const ConvTranspose2dOptions& options) : ConvNdImpl(options) {}
Tensor ConvTranspose2dImpl::forward(const Tensor& input, const std::optional<IntArrayRef>& output_size) {
  return functional::conv_transpose2d(input, weight, transpose_options(input, bias, options, output_size));
}
ConvTranspose3dImpl::ConvTranspose3dImpl(const ConvTranspose3dOptions& options) : ConvNdImpl(options) {}
Tensor ConvTranspose3dImpl::forward(const Tensor& input, const std::optional<IntArrayRef>& output_size) {
  return functional::conv_transpose3d(input, weight, transpose_options(input, bias, options, output_size));
}

}  // namespace tengen::nn
