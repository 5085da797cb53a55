// Images and volumes at given places: options and functional forms.
#pragma once

#include <optional>

#include <tengen/nn/enum.h>
#include <tengen/tensor/arg.h>
#include <tengen/tensor/tensor.h>

namespace tengen::nn::functional {

/// Options of grid_sample.
struct GridSampleFuncOptions {
  TENGEN_ARG(EnumType, mode) = kBilinear;       ///< kBilinear, kNearest or, for images, kBicubic
  TENGEN_ARG(EnumType, padding_mode) = kZeros;  ///< what lies outside: kZeros, kBorder or kReflection
  /// -1 and 1 are the centers of corner elements; otherwise (the default) the outer edges.
  TENGEN_ARG(std::optional<bool>, align_corners) = std::nullopt;
};

/// The grid for grid_sample that maps the places of an output of `size` by affine maps: theta (N,2,3), size
/// (N,C,H,W) -> (N,H,W,2), or (N,3,4), (N,C,D,H,W) -> (N,D,H,W,3). Jaderberg et al. (2015).
Tensor affine_grid(const Tensor& theta, const IntArrayRef& size, bool align_corners = false);
/// input (N,C,H,W) at places grid (N,H',W',2), (x,y) in [-1, 1] -> (N,C,H',W'); or (N,C,D,H,W),
/// (N,D',H',W',3), (x,y,z) -> (N,C,D',H',W').
Tensor grid_sample(const Tensor& input, const Tensor& grid, const GridSampleFuncOptions& options = {});

}  // namespace tengen::nn::functional
