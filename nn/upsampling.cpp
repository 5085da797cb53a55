#include <tengen/nn/upsampling.h>

#include <cmath>
#include <ostream>

#include <tengen/autograd/ops/sampling.h>
#include <tengen/autograd/ops/spatial.h>

namespace tengen::nn {
namespace functional {

Tensor interpolate(const Tensor& input, const InterpolateFuncOptions& options) {
  const int64_t spatial = input.dim() - 2;
  const EnumType mode = options.mode();
  const bool weighs = mode == kLinear || mode == kBilinear || mode == kBicubic || mode == kTrilinear;
  TENGEN_CHECK(bool(options.size()) != bool(options.scale_factor()),
               "interpolate: exactly one of size and scale_factor must be given");
  TENGEN_CHECK(weighs || !options.align_corners(),
               "interpolate: align_corners option can only be set with the interpolating modes: kLinear, ",
               "kBilinear, kBicubic and kTrilinear, but got ", enum_name(mode));
  TENGEN_CHECK(!options.antialias(), "interpolate: antialias is not available; set it to false");
  TENGEN_CHECK(spatial >= 1 && spatial <= 3,
               "interpolate: expected (N,C,L), (N,C,H,W) or (N,C,D,H,W), but got shape ", input.sizes());

  std::vector<int64_t> size;
  std::vector<std::optional<double>> s(size_t(spatial), std::nullopt);
  if (options.size()) {
    size = *options.size();
    TENGEN_CHECK(int64_t(size.size()) == spatial, "interpolate: size has ", size.size(), " values for ",
                 spatial, " spatial dimensions");
  } else {
    const auto& factors = *options.scale_factor();
    TENGEN_CHECK(int64_t(factors.size()) == spatial, "interpolate: scale_factor has ", factors.size(),
                 " values for ", spatial, " spatial dimensions");
    for (int64_t d = 0; d < spatial; ++d) {
      const double factor = factors[size_t(d)];
      size.push_back(int64_t(std::floor(double(input.size(d + 2)) * factor)));
      if (!options.recompute_scale_factor().value_or(false)) s[size_t(d)] = factor;
    }
  }
  const bool corners = options.align_corners().value_or(false);
  if (mode == kNearest && spatial == 1) return upsample_nearest1d(input, size, s[0]);
  if (mode == kNearest && spatial == 2) return upsample_nearest2d(input, size, s[0], s[1]);
  if (mode == kNearest) return upsample_nearest3d(input, size, s[0], s[1], s[2]);
  if (mode == kNearestExact && spatial == 1) return _upsample_nearest_exact1d(input, size, s[0]);
  if (mode == kNearestExact && spatial == 2) return _upsample_nearest_exact2d(input, size, s[0], s[1]);
  if (mode == kNearestExact) return _upsample_nearest_exact3d(input, size, s[0], s[1], s[2]);
  if (mode == kArea && spatial == 1) return tengen::adaptive_avg_pool1d(input, size);
  if (mode == kArea && spatial == 2) return tengen::adaptive_avg_pool2d(input, size);
  if (mode == kArea) return tengen::adaptive_avg_pool3d(input, size);
  if (mode == kLinear && spatial == 1) return upsample_linear1d(input, size, corners, s[0]);
  if (mode == kBilinear && spatial == 2) return upsample_bilinear2d(input, size, corners, s[0], s[1]);
  if (mode == kBicubic && spatial == 2) return upsample_bicubic2d(input, size, corners, s[0], s[1]);
  if (mode == kTrilinear && spatial == 3) return upsample_trilinear3d(input, size, corners, s[0], s[1], s[2]);
  fail(
      "interpolate: ", enum_name(mode), " is not available for input of ", input.dim(),
      " dimensions; kNearest, kNearestExact and kArea take 3, 4 and 5, kLinear 3, kBilinear and kBicubic 4, ",
      "kTrilinear 5");
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
