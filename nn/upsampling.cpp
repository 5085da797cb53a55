#include <tengen/nn/upsampling.h>

#include <cmath>
#include <ostream>

#include <tengen/autograd/ops/ops.h>

namespace tengen::nn {
namespace functional {

Tensor interpolate(const Tensor& input, const InterpolateFuncOptions& options) {
  int64_t spatial = input.dim() - 2;
  EnumType mode = options.mode();
  TENGEN_CHECK(bool(options.size()) != bool(options.scale_factor()),
               "interpolate: exactly one of size and scale_factor must be given");
  TENGEN_CHECK(mode == kBilinear || !options.align_corners(),
               "interpolate: align_corners can only be set with kBilinear, but got ", enum_name(mode));
  TENGEN_CHECK(spatial == 1 || spatial == 2, "interpolate: expected (N,C,L) or (N,C,H,W), but got shape ",
               input.sizes());

  std::vector<int64_t> size;
  std::vector<std::optional<double>> scales(spatial);
  if (options.size()) {
    size = *options.size();
    TENGEN_CHECK(int64_t(size.size()) == spatial, "interpolate: size has ", size.size(), " values for ",
                 spatial, " spatial dimensions");
  } else {
    const auto& factors = *options.scale_factor();
    TENGEN_CHECK(int64_t(factors.size()) == spatial, "interpolate: scale_factor has ", factors.size(),
                 " values for ", spatial, " spatial dimensions");
    for (int64_t d = 0; d < spatial; ++d) {
      size.push_back(int64_t(std::floor(double(input.size(d + 2)) * factors[d])));
      if (!options.recompute_scale_factor().value_or(false)) scales[d] = factors[d];
    }
  }
  if (mode == kNearest && spatial == 1) return upsample_nearest1d(input, size, scales[0]);
  if (mode == kNearest) return upsample_nearest2d(input, size, scales[0], scales[1]);
  if (mode == kArea && spatial == 1) return adaptive_avg_pool1d(input, size);
  if (mode == kArea) return adaptive_avg_pool2d(input, size);
  TENGEN_CHECK(mode == kBilinear && spatial == 2, "interpolate: ", enum_name(mode),
               " is not available for input of ", input.dim(),
               " dimensions; kNearest and kArea take 3 and 4 dimensions, kBilinear takes 4");
  return upsample_bilinear2d(input, size, options.align_corners().value_or(false), scales[0], scales[1]);
}

Tensor pixel_shuffle(const Tensor& input, const PixelShuffleFuncOptions& options) {
  return tengen::pixel_shuffle(input, options.upscale_factor());
}

Tensor pixel_unshuffle(const Tensor& input, const PixelUnshuffleFuncOptions& options) {
  return tengen::pixel_unshuffle(input, options.downscale_factor());
}

}  // namespace functional

namespace F = functional;

Tensor UpsampleImpl::forward(const Tensor& input) {
  return F::interpolate(input, F::InterpolateFuncOptions()
                                   .size(options.size())
                                   .scale_factor(options.scale_factor())
                                   .mode(options.mode())
                                   .align_corners(options.align_corners()));
}
void UpsampleImpl::pretty_print(std::ostream& out) const {
  out << "torch::nn::Upsample(";
  if (options.scale_factor()) {
    out << "scale_factor=[";
    for (size_t i = 0; i < options.scale_factor()->size(); ++i)
      out << (i ? ", " : "") << (*options.scale_factor())[i];
    out << ']';
  } else if (options.size()) {
    out << "size=" << IntArrayRef(*options.size());
  }
  out << ", mode=" << options.mode() << ')';
}

Tensor PixelShuffleImpl::forward(const Tensor& input) { return F::pixel_shuffle(input, options); }
void PixelShuffleImpl::pretty_print(std::ostream& out) const {
  out << "torch::nn::PixelShuffle(upscale_factor=" << options.upscale_factor() << ')';
}

Tensor PixelUnshuffleImpl::forward(const Tensor& input) { return F::pixel_unshuffle(input, options); }
void PixelUnshuffleImpl::pretty_print(std::ostream& out) const {
  out << "torch::nn::PixelUnshuffle(downscale_factor=" << options.downscale_factor() << ')';
}

}  // namespace tengen::nn
