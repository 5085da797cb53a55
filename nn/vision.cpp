#include <tengen/nn/vision.h>

#include <tengen/autograd/ops/sampling.h>

namespace tengen::nn::functional {

Tensor affine_grid(const Tensor& theta, const IntArrayRef& size, bool align_corners) {
  TENGEN_CHECK(is_floating_point(theta.dtype()), "Expected theta to have floating point type, but got ",
               theta.dtype());
  const auto dims = int64_t(size.size()) - 2;
  TENGEN_CHECK(dims == 2 || dims == 3, "affine_grid only supports 4D and 5D sizes, for 2D and 3D affine ",
               "transforms, respectively. Got size ", size);
  TENGEN_CHECK(theta.dim() == 3 && theta.size(-2) == dims && theta.size(-1) == dims + 1,
               "Expected a batch of ", dims, "D affine matrices of shape Nx", dims, "x", dims + 1,
               " for size ", size, ". Got ", theta.sizes(), ".");
  for (int64_t n : size) TENGEN_CHECK(n > 0, "Expected non-zero, positive output size. Got ", size);
  return affine_grid_generator(theta, size, align_corners);
}

Tensor grid_sample(const Tensor& input, const Tensor& grid, const GridSampleFuncOptions& options) {
  const EnumType mode = options.mode(), padding = options.padding_mode();
  TENGEN_CHECK(mode == kBilinear || mode == kNearest || mode == kBicubic,
               "grid_sample: expected mode to be kBilinear, kNearest or kBicubic, but got ", enum_name(mode));
  TENGEN_CHECK(padding == kZeros || padding == kBorder || padding == kReflection,
               "grid_sample: expected padding_mode to be kZeros, kBorder or kReflection, but got ",
               enum_name(padding));
  return grid_sampler(input, grid,
                      mode == kBilinear  ? 0
                      : mode == kNearest ? 1
                                         : 2,
                      padding == kZeros    ? 0
                      : padding == kBorder ? 1
                                           : 2,
                      options.align_corners().value_or(false));
}

}  // namespace tengen::nn::functional
