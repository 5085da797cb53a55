// Images and volumes at other places and resolutions; ops.h includes this file.
#pragma once

#include <tengen/autograd/ops/ops.h>

namespace tengen::inline api {

// ---- sample.cpp -------------------------------------------------------------------------------------------

/// self (N,C,H,W) at places `grid` (N,H',W',2) -> (N,C,H',W'), or (N,C,D,H,W), (N,D',H',W',3) alike. A place
/// is (x,y) or (x,y,z), -1 and 1 being the input's ends: the centers of its corner elements with
/// `align_corners`, else their outer edges. `interpolation_mode` 0 weighs the 4 or 8 nearest elements, 1
/// takes the nearest one, 2 fits cubics (4D only). `padding_mode` says what lies outside: 0 zeros, 1 the
/// border's elements, 2 the reflected input.
Tensor grid_sampler(const Tensor& input, const Tensor& grid, int64_t interpolation_mode, int64_t padding_mode,
                    bool align_corners);

/// grid_sampler of (N,C,H,W).
Tensor grid_sampler_2d(const Tensor& input, const Tensor& grid, int64_t interpolation_mode,
                       int64_t padding_mode, bool align_corners);

/// grid_sampler of (N,C,D,H,W).
Tensor grid_sampler_3d(const Tensor& input, const Tensor& grid, int64_t interpolation_mode,
                       int64_t padding_mode, bool align_corners);

/// The grid for grid_sampler that maps the places of an output of `size` by affine maps: theta (N,2,3), size
/// (N,C,H,W) -> (N,H,W,2), or (N,3,4), (N,C,D,H,W) -> (N,D,H,W,3).
Tensor affine_grid_generator(const Tensor& theta, IntArrayRef size, bool align_corners);

// ---- resample.cpp: as upsample_nearest2d and upsample_bilinear2d, in one and three dimensions and cubic ---

/// (N,C,D,H,W) -> (N,C,output_size): the nearest elements.
Tensor upsample_nearest3d(const Tensor& self, IntArrayRef output_size,
                          std::optional<double> scales_d = std::nullopt,
                          std::optional<double> scales_h = std::nullopt,
                          std::optional<double> scales_w = std::nullopt);

/// (N,C,L) -> (N,C,L'): element i is element floor((i + 0.5) * L / L') of the input, centers being compared.
Tensor _upsample_nearest_exact1d(const Tensor& self, IntArrayRef output_size,
                                 std::optional<double> scales = std::nullopt);

/// (N,C,H,W) -> (N,C,H',W'), as _upsample_nearest_exact1d.
Tensor _upsample_nearest_exact2d(const Tensor& self, IntArrayRef output_size,
                                 std::optional<double> scales_h = std::nullopt,
                                 std::optional<double> scales_w = std::nullopt);

/// (N,C,D,H,W) -> (N,C,D',H',W'), as _upsample_nearest_exact1d.
Tensor _upsample_nearest_exact3d(const Tensor& self, IntArrayRef output_size,
                                 std::optional<double> scales_d = std::nullopt,
                                 std::optional<double> scales_h = std::nullopt,
                                 std::optional<double> scales_w = std::nullopt);

/// (N,C,L) -> (N,C,L'), as upsample_bilinear2d.
Tensor upsample_linear1d(const Tensor& self, IntArrayRef output_size, bool align_corners,
                         std::optional<double> scales = std::nullopt);

/// (N,C,D,H,W) -> (N,C,D',H',W'), as upsample_bilinear2d.
Tensor upsample_trilinear3d(const Tensor& self, IntArrayRef output_size, bool align_corners,
                            std::optional<double> scales_d = std::nullopt,
                            std::optional<double> scales_h = std::nullopt,
                            std::optional<double> scales_w = std::nullopt);

/// (N,C,H,W) -> (N,C,H',W'): each pixel from the 4 x 4 around its place by Keys' cubic convolution (1981)
/// with a = -0.75; the border's elements lie outside.
Tensor upsample_bicubic2d(const Tensor& self, IntArrayRef output_size, bool align_corners,
                          std::optional<double> scales_h = std::nullopt,
                          std::optional<double> scales_w = std::nullopt);

}  // namespace tengen::inline api
