#include <tengen/nn/pooling.h>

#include <ostream>

#include <tengen/autograd/ops/spatial.h>
#include <tengen/nn/given.h>
#include <tengen/tensor/factories.h>

namespace tengen::nn {
namespace functional {

namespace {

// The sizes asked for; the input's where std::nullopt stands.
template <size_t D>
std::array<int64_t, D> sizes(const Tensor& input, const ExpandingArrayWithOptionalElem<D>& wanted) {
  std::array<int64_t, D> out;
  for (size_t d = 0; d < D; ++d) out[d] = wanted[d].value_or(input.size(int64_t(d) - int64_t(D)));
  return out;
}

}  // namespace

#define TENGEN_DEFINE(D)                                                                                 \
  Tensor max_pool##D##d(const Tensor& input, const MaxPool##D##dFuncOptions& options) {                  \
    return tengen::max_pool##D##d(input, *options.kernel_size(), *options.stride(), *options.padding(),  \
                                  *options.dilation(), options.ceil_mode());                             \
  }                                                                                                      \
  std::tuple<Tensor, Tensor> max_pool##D##d_with_indices(const Tensor& input,                            \
                                                         const MaxPool##D##dFuncOptions& options) {      \
    return tengen::max_pool##D##d_with_indices(input, *options.kernel_size(), *options.stride(),         \
                                               *options.padding(), *options.dilation(),                  \
                                               options.ceil_mode());                                     \
  }                                                                                                      \
  Tensor adaptive_max_pool##D##d(const Tensor& input, const AdaptiveMaxPool##D##dFuncOptions& options) { \
    return std::get<0>(adaptive_max_pool##D##d_with_indices(input, options));                            \
  }
TENGEN_DEFINE(1)
TENGEN_DEFINE(2)
TENGEN_DEFINE(3)
#undef TENGEN_DEFINE

Tensor avg_pool1d(const Tensor& input, const AvgPool1dFuncOptions& options) {
  return tengen::avg_pool1d(input, *options.kernel_size(), *options.stride(), *options.padding(),
                            options.ceil_mode(), options.count_include_pad());
}
Tensor avg_pool2d(const Tensor& input, const AvgPool2dFuncOptions& options) {
  return tengen::avg_pool2d(input, *options.kernel_size(), *options.stride(), *options.padding(),
                            options.ceil_mode(), options.count_include_pad(), options.divisor_override());
}
Tensor avg_pool3d(const Tensor& input, const AvgPool3dFuncOptions& options) {
  return tengen::avg_pool3d(input, *options.kernel_size(), *options.stride(), *options.padding(),
                            options.ceil_mode(), options.count_include_pad(), options.divisor_override());
}
Tensor adaptive_avg_pool1d(const Tensor& input, const AdaptiveAvgPool1dFuncOptions& options) {
  return tengen::adaptive_avg_pool1d(input, *options.output_size());
}
Tensor adaptive_avg_pool2d(const Tensor& input, const AdaptiveAvgPool2dFuncOptions& options) {
  return tengen::adaptive_avg_pool2d(input, sizes(input, options.output_size()));
}
Tensor adaptive_avg_pool3d(const Tensor& input, const AdaptiveAvgPool3dFuncOptions& options) {
  return tengen::adaptive_avg_pool3d(input, sizes(input, options.output_size()));
}
std::tuple<Tensor, Tensor> adaptive_max_pool1d_with_indices(const Tensor& input,
                                                            const AdaptiveMaxPool1dFuncOptions& options) {
  return tengen::adaptive_max_pool1d(input, *options.output_size());
}
std::tuple<Tensor, Tensor> adaptive_max_pool2d_with_indices(const Tensor& input,
                                                            const AdaptiveMaxPool2dFuncOptions& options) {
  return tengen::adaptive_max_pool2d(input, sizes(input, options.output_size()));
}
std::tuple<Tensor, Tensor> adaptive_max_pool3d_with_indices(const Tensor& input,
                                                            const AdaptiveMaxPool3dFuncOptions& options) {
  return tengen::adaptive_max_pool3d(input, sizes(input, options.output_size()));
}

namespace {

using FractionalPool = std::tuple<Tensor, Tensor> (*)(const Tensor&, IntArrayRef, IntArrayRef, const Tensor&);

template <size_t D>
std::tuple<Tensor, Tensor> fractional_max_pool(const char* name, FractionalPool pool, const Tensor& input,
                                               const FractionalMaxPoolOptions<D>& options) {
  constexpr auto dims = int64_t(D);
  TENGEN_CHECK(input.dim() == dims + 1 || input.dim() == dims + 2, name, ": expected ", dims + 1, "D or ",
               dims + 2, "D (batch mode) tensor, but got ", input.sizes());
  TENGEN_CHECK(options.output_size() || options.output_ratio(), name,
               " requires specifying either an output_size or an output_ratio");
  std::array<int64_t, D> out;
  for (size_t d = 0; d < D; ++d)
    out[d] = options.output_size()
                 ? (*options.output_size())[d]
                 : int64_t(double(input.size(int64_t(d) - dims)) * (*options.output_ratio())[d]);
  Tensor samples = options._random_samples();
  if (!samples.defined())
    samples =
        rand({input.dim() == dims + 1 ? 1 : input.size(0), input.size(-dims - 1), dims}, input.options());
  return pool(input, *options.kernel_size(), out, samples);
}

// The output's size, checked against what pooling could have come from.
template <size_t D>
std::vector<int64_t> unpool_output_size(const Tensor& input, const MaxUnpoolFuncOptions<D>& options) {
  TENGEN_CHECK(input.dim() == int64_t(D) + 1 || input.dim() == int64_t(D) + 2, "max_unpool", D,
               "d: expected ", D + 1, "D or ", D + 2, "D (batch mode) tensor, but got ", input.sizes());
  std::vector<int64_t> usual;
  for (size_t d = 0; d < D; ++d)
    usual.push_back((input.size(int64_t(d) - int64_t(D)) - 1) * options.stride()[d] +
                    options.kernel_size()[d] - 2 * options.padding()[d]);
  if (!options.output_size()) return usual;
  IntArrayRef wanted = *options.output_size();
  if (wanted.size() == D + 2) wanted = wanted.slice(2);
  TENGEN_CHECK(wanted.size() == D, "output_size should be a sequence containing ", D, " or ", D + 2,
               " elements, but it has a length of '", wanted.size(), "'");
  for (size_t d = 0; d < D; ++d) {
    const int64_t least = usual[d] - options.stride()[d], most = usual[d] + options.stride()[d];
    TENGEN_CHECK(least <= wanted[d] && wanted[d] <= most, "invalid output_size ", wanted, " (dim ", d,
                 " must be between ", least, " and ", most, ")");
  }
  return {wanted.begin(), wanted.end()};
}

// From the means of x^p; a sum that is negative, as odd powers may be, keeps its sign.
template <size_t D>
Tensor p_norm(const Tensor& means, const LPPoolOptions<D>& options) {
  double count = 1;
  for (int64_t size : *options.kernel_size()) count *= double(size);
  return (means.sign() * means.abs().relu()).mul(count).pow(1 / options.norm_type());
}

}  // namespace

std::tuple<Tensor, Tensor> fractional_max_pool2d_with_indices(const Tensor& input,
                                                              const FractionalMaxPool2dFuncOptions& options) {
  return fractional_max_pool("fractional_max_pool2d", tengen::fractional_max_pool2d, input, options);
}
std::tuple<Tensor, Tensor> fractional_max_pool3d_with_indices(const Tensor& input,
                                                              const FractionalMaxPool3dFuncOptions& options) {
  return fractional_max_pool("fractional_max_pool3d", tengen::fractional_max_pool3d, input, options);
}
Tensor fractional_max_pool2d(const Tensor& input, const FractionalMaxPool2dFuncOptions& options) {
  return std::get<0>(fractional_max_pool2d_with_indices(input, options));
}
Tensor fractional_max_pool3d(const Tensor& input, const FractionalMaxPool3dFuncOptions& options) {
  return std::get<0>(fractional_max_pool3d_with_indices(input, options));
}

Tensor max_unpool1d(const Tensor& input, const Tensor& indices, const MaxUnpool1dFuncOptions& options) {
  return tengen::max_unpool2d(input.unsqueeze(-1), indices.unsqueeze(-1),
                              {unpool_output_size(input, options)[0], 1})
      .squeeze(-1);
}
Tensor max_unpool2d(const Tensor& input, const Tensor& indices, const MaxUnpool2dFuncOptions& options) {
  return tengen::max_unpool2d(input, indices, unpool_output_size(input, options));
}
Tensor max_unpool3d(const Tensor& input, const Tensor& indices, const MaxUnpool3dFuncOptions& options) {
  return tengen::max_unpool3d(input, indices, unpool_output_size(input, options), *options.stride(),
                              *options.padding());
}

#define TENGEN_DEFINE(D)                                                                         \
  Tensor lp_pool##D##d(const Tensor& input, const LPPool##D##dFuncOptions& options) {            \
    return p_norm(tengen::avg_pool##D##d(input.pow(options.norm_type()), *options.kernel_size(), \
                                         *options.stride(), 0, options.ceil_mode()),             \
                  options);                                                                      \
  }
TENGEN_DEFINE(1)
TENGEN_DEFINE(2)
TENGEN_DEFINE(3)
#undef TENGEN_DEFINE

}  // namespace functional

namespace {

template <size_t D>
void print(std::ostream& out, const MaxPoolOptions<D>& options) {
  out << std::boolalpha << "torch::nn::MaxPool" << D << "d(kernel_size=" << options.kernel_size()
      << ", stride=" << options.stride() << ", padding=" << options.padding()
      << ", dilation=" << options.dilation() << ", ceil_mode=" << options.ceil_mode() << ')';
}
template <size_t D>
void print(std::ostream& out, const AvgPoolOptions<D>& options) {
  out << "torch::nn::AvgPool" << D << "d(kernel_size=" << options.kernel_size()
      << ", stride=" << options.stride() << ", padding=" << options.padding() << ')';
}
void print_output_size(std::ostream& out, const ExpandingArray<1>& size) { out << size; }
template <size_t D>
void print_output_size(std::ostream& out, const ExpandingArrayWithOptionalElem<D>& size) {
  for (size_t d = 0; d < D; ++d) {
    out << (d ? ", " : "[");
    if (size[d])
      out << *size[d];
    else
      out << "None";
  }
  out << ']';
}
template <class Size>
void print(std::ostream& out, const AdaptiveAvgPoolOptions<Size>& options) {
  out << "torch::nn::AdaptiveAvgPool" << options.output_size().size() << "d(output_size=";
  print_output_size(out, options.output_size());
  out << ')';
}
template <class Size>
void print(std::ostream& out, const AdaptiveMaxPoolOptions<Size>& options) {
  out << "torch::nn::AdaptiveMaxPool" << options.output_size().size() << "d(output_size=";
  print_output_size(out, options.output_size());
  out << ')';
}
template <size_t D>
void print(std::ostream& out, const MaxUnpoolOptions<D>& options) {
  out << "torch::nn::MaxUnpool" << D << "d(kernel_size=" << options.kernel_size()
      << ", stride=" << options.stride() << ", padding=" << options.padding() << ')';
}
template <size_t D>
void print(std::ostream& out, const LPPoolOptions<D>& options) {
  out << std::boolalpha << "torch::nn::LPPool" << D << "d(norm_type=" << options.norm_type()
      << ", kernel_size=" << options.kernel_size() << ", stride=" << options.stride()
      << ", ceil_mode=" << options.ceil_mode() << ')';
}

}  // namespace

#define TENGEN_DEFINE(Name, function)                                                              \
  Tensor Name##Impl::forward(const Tensor& input) { return functional::function(input, options); } \
  void Name##Impl::pretty_print(std::ostream& out) const { print(out, options); }
TENGEN_DEFINE(MaxPool1d, max_pool1d)
TENGEN_DEFINE(MaxPool2d, max_pool2d)
TENGEN_DEFINE(AvgPool1d, avg_pool1d)
TENGEN_DEFINE(AvgPool2d, avg_pool2d)
TENGEN_DEFINE(AdaptiveAvgPool1d, adaptive_avg_pool1d)
TENGEN_DEFINE(AdaptiveAvgPool2d, adaptive_avg_pool2d)
TENGEN_DEFINE(AdaptiveAvgPool3d, adaptive_avg_pool3d)
TENGEN_DEFINE(MaxPool3d, max_pool3d)
TENGEN_DEFINE(AvgPool3d, avg_pool3d)
TENGEN_DEFINE(AdaptiveMaxPool1d, adaptive_max_pool1d)
TENGEN_DEFINE(AdaptiveMaxPool2d, adaptive_max_pool2d)
TENGEN_DEFINE(AdaptiveMaxPool3d, adaptive_max_pool3d)
TENGEN_DEFINE(LPPool1d, lp_pool1d)
TENGEN_DEFINE(LPPool2d, lp_pool2d)
TENGEN_DEFINE(LPPool3d, lp_pool3d)
#undef TENGEN_DEFINE

#define TENGEN_DEFINE(Name, function)                                                \
  std::tuple<Tensor, Tensor> Name##Impl::forward_with_indices(const Tensor& input) { \
    return functional::function##_with_indices(input, options);                      \
  }
TENGEN_DEFINE(MaxPool1d, max_pool1d)
TENGEN_DEFINE(MaxPool2d, max_pool2d)
TENGEN_DEFINE(MaxPool3d, max_pool3d)
TENGEN_DEFINE(AdaptiveMaxPool1d, adaptive_max_pool1d)
TENGEN_DEFINE(AdaptiveMaxPool2d, adaptive_max_pool2d)
TENGEN_DEFINE(AdaptiveMaxPool3d, adaptive_max_pool3d)
#undef TENGEN_DEFINE

#define TENGEN_DEFINE(D)                                                                              \
  Tensor MaxUnpool##D##dImpl::forward(const Tensor& input, const Tensor& indices,                     \
                                      const std::optional<std::vector<int64_t>>& output_size) {       \
    return functional::max_unpool##D##d(input, indices,                                               \
                                        functional::MaxUnpool##D##dFuncOptions(options.kernel_size()) \
                                            .stride(options.stride())                                 \
                                            .padding(options.padding())                               \
                                            .output_size(output_size));                               \
  }                                                                                                   \
  void MaxUnpool##D##dImpl::pretty_print(std::ostream& out) const { print(out, options); }
TENGEN_DEFINE(1)
TENGEN_DEFINE(2)
TENGEN_DEFINE(3)
#undef TENGEN_DEFINE

namespace {

template <size_t D>
void check(const FractionalMaxPoolOptions<D>& options) {
  TENGEN_CHECK(options.output_size() || options.output_ratio(), "FractionalMaxPool", D,
               "d requires specifying either an output size, or a pooling ratio");
  TENGEN_CHECK(!options.output_size() || !options.output_ratio(),
               "only one of output_size and output_ratio may be specified");
  if (options.output_ratio())
    for (double ratio : **options.output_ratio())
      TENGEN_CHECK(ratio > 0 && ratio < 1, "output_ratio must be between 0 and 1, but got ", ratio);
}

}  // namespace

#define TENGEN_DEFINE(Name, function)                                                                      \
  Name##Impl::Name##Impl(const Name##Options& options) : options(options) { Name##Impl::reset(); }         \
  void Name##Impl::reset() {                                                                               \
    check(options);                                                                                        \
    _random_samples = register_buffer("_random_samples", own(_random_samples, options._random_samples())); \
  }                                                                                                        \
  Tensor Name##Impl::forward(const Tensor& input) { return std::get<0>(forward_with_indices(input)); }     \
  std::tuple<Tensor, Tensor> Name##Impl::forward_with_indices(const Tensor& input) {                       \
    return functional::function##_with_indices(input,                                                      \
                                               Name##Options(options)._random_samples(_random_samples));   \
  }                                                                                                        \
  void Name##Impl::pretty_print(std::ostream& out) const { out << "torch::nn::" #Name "()"; }
TENGEN_DEFINE(FractionalMaxPool2d, fractional_max_pool2d)
TENGEN_DEFINE(FractionalMaxPool3d, fractional_max_pool3d)
#undef TENGEN_DEFINE

}  // namespace tengen::nn
