// Other resolutions: options, functional forms and modules of interpolation and pixel shuffling.
#pragma once

#include <optional>
#include <vector>

#include <tengen/nn/cloneable.h>
#include <tengen/nn/enum.h>
#include <tengen/nn/pimpl.h>
#include <tengen/tensor/arg.h>

namespace tengen::nn {

// ---- options

/// Options of Upsample. Exactly one of size and scale_factor must be set, with a value for each spatial
/// dimension.
struct UpsampleOptions {
  TENGEN_ARG(std::optional<std::vector<int64_t>>, size) = std::nullopt;  ///< (L'), (H',W') or (D',H',W')
  TENGEN_ARG(std::optional<std::vector<double>>, scale_factor) = std::nullopt;  ///< output / input
  /// kNearest, kNearestExact, kArea; kLinear (1-d), kBilinear, kBicubic (2-d) or kTrilinear (3-d).
  TENGEN_ARG(EnumType, mode) = kNearest;
  /// With the last four: centers of corner elements keep their values; otherwise (the default) the outer
  /// edges match.
  TENGEN_ARG(std::optional<bool>, align_corners) = std::nullopt;
};

/// Options of PixelShuffle.
struct PixelShuffleOptions {
  PixelShuffleOptions(int64_t upscale_factor) : upscale_factor_(upscale_factor) {}
  TENGEN_ARG(int64_t, upscale_factor);  ///< r: how many times higher and wider the output is
};

/// Options of PixelUnshuffle.
struct PixelUnshuffleOptions {
  PixelUnshuffleOptions(int64_t downscale_factor) : downscale_factor_(downscale_factor) {}
  TENGEN_ARG(int64_t, downscale_factor);  ///< r: how many times higher and wider the input is
};

namespace functional {

using PixelShuffleFuncOptions = PixelShuffleOptions;
using PixelUnshuffleFuncOptions = PixelUnshuffleOptions;

/// Options of interpolate. Exactly one of size and scale_factor must be set, with a value for each spatial
/// dimension.
struct InterpolateFuncOptions {
  TENGEN_ARG(std::optional<std::vector<int64_t>>, size) = std::nullopt;  ///< (L'), (H',W') or (D',H',W')
  TENGEN_ARG(std::optional<std::vector<double>>, scale_factor) = std::nullopt;  ///< output / input
  /// kNearest, kNearestExact, kArea; kLinear (1-d), kBilinear, kBicubic (2-d) or kTrilinear (3-d).
  TENGEN_ARG(EnumType, mode) = kNearest;
  /// With the last four: centers of corner elements keep their values; otherwise (the default) the outer
  /// edges match.
  TENGEN_ARG(std::optional<bool>, align_corners) = std::nullopt;
  /// Source coordinates follow from the sizes; otherwise (the default) from the given scale_factor.
  TENGEN_ARG(std::optional<bool>, recompute_scale_factor) = std::nullopt;
  TENGEN_ARG(bool, antialias) = false;  ///< smooths before it makes smaller; not available, true is an Error
};

/// Resamples (N,C,L), (N,C,H,W) or (N,C,D,H,W) in its last dimensions; with scale_factor a size becomes
/// floor(size * factor). kNearest takes the element at the place rounded down, kNearestExact the one nearest
/// to its center, kLinear, kBilinear and kTrilinear weigh the 2, 4 and 8 nearest, kBicubic fits cubics to 16,
/// and kArea is adaptive average pooling.
Tensor interpolate(const Tensor& input, const InterpolateFuncOptions& options = {});
/// Spreads channels over positions: (N,C*r*r,H,W) -> (N,C,H*r,W*r). Shi et al. (2016).
Tensor pixel_shuffle(const Tensor& input, const PixelShuffleFuncOptions& options);
/// The inverse of pixel_shuffle: (N,C,H*r,W*r) -> (N,C*r*r,H,W).
Tensor pixel_unshuffle(const Tensor& input, const PixelUnshuffleFuncOptions& options);

}  // namespace functional

// ---- modules

/// Resamples the last dimensions to a size or by a factor: functional::interpolate.
class UpsampleImpl : public StatelessModule<UpsampleImpl, UpsampleOptions> {
 public:
  using StatelessModule::StatelessModule;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(Upsample);

/// Spreads channels over positions: (N,C*r*r,H,W) -> (N,C,H*r,W*r).
class PixelShuffleImpl : public StatelessModule<PixelShuffleImpl, PixelShuffleOptions> {
 public:
  explicit PixelShuffleImpl(const PixelShuffleOptions& chosen) : StatelessModule(chosen) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(PixelShuffle);

/// The inverse of PixelShuffle: (N,C,H*r,W*r) -> (N,C*r*r,H,W).
class PixelUnshuffleImpl : public StatelessModule<PixelUnshuffleImpl, PixelUnshuffleOptions> {
 public:
  explicit PixelUnshuffleImpl(const PixelUnshuffleOptions& chosen) : StatelessModule(chosen) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(PixelUnshuffle);

}  // namespace tengen::nn
