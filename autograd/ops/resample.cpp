// Resampling of images. Each kernel and its transpose are a pair of linear operators, each the other's
// rule.
#include <algorithm>
#include <array>
#include <cmath>

#include <tengen/autograd/ops/checks.h>
#include <tengen/autograd/ops/low_precision.h>
#include <tengen/autograd/ops/sampling.h>
#include <tengen/tensor/kernel_view.h>

#include "cubic.h"

namespace tengen::inline api {

using autograd::Grads;
using autograd::Node;
using autograd::record;

namespace {

using Kernel = void (*)(Dtype, const ResampleShape&, const void*, void*);

/// Names and kernels of one direction and of its transpose.
struct Method {
  const char *name, *grad_name;
  Kernel Kernels::*forward;
  Kernel Kernels::*grad;
};
constexpr Method kNearest{"upsample_nearest2d", "upsample_nearest2d_grad", &Kernels::upsample_nearest2d,
                          &Kernels::upsample_nearest2d_grad};
constexpr Method kBilinear{"upsample_bilinear2d", "upsample_bilinear2d_grad", &Kernels::upsample_bilinear2d,
                           &Kernels::upsample_bilinear2d_grad};

/// (N,C,H,W) -> (N,C,H',W'), or with `transpose` the other way.
Tensor resample(const Method& method, const Tensor& self, const ResampleShape& s, bool transpose) {
  if (self.scalar_type() == kByte)  // an image: halves are rounded up
    return (resample(method, self.to(kFloat), s, transpose) + 0.5).to(kByte);
  if (CastOperands cast = with_float_kernels(Autocast::CUDA, {self}))
    return cast.back(resample(method, cast(self), s, transpose));
  const Tensor x = self.contiguous();
  Tensor out =
      empty({x.size(0), x.size(1), transpose ? s.in_h : s.out_h, transpose ? s.in_w : s.out_w}, x.options());
  const Kernel kernel = kernels(x).*(transpose ? method.grad : method.forward);
  if (out.numel()) kernel(x.dtype(), s, x.data_ptr(), out.data_ptr());
  return record(transpose ? method.grad_name : method.name, out, {x}, {},
                [&method, s, transpose](Node&, const Tensor& grad) -> Grads {
                  return {resample(method, grad, s, !transpose)};
                });
}

/// Source pixels per target pixel.
double scale_of(int64_t in, int64_t out, std::optional<double> factor, bool align_corners) {
  if (align_corners) return out > 1 ? double(in - 1) / double(out - 1) : 0;
  return factor && *factor > 0 ? 1 / *factor : double(in) / double(out);
}

ResampleShape shape_of(const char* op, const Tensor& self, IntArrayRef size, std::optional<double> scales_h,
                       std::optional<double> scales_w, bool align_corners) {
  TENGEN_CHECK(self.dim() == 4, op, ": expected a 4D tensor (N,C,H,W), but got ", self.sizes());
  if (self.scalar_type() != kByte) check_floating(op, self.dtype());
  TENGEN_CHECK(size.size() == 2, op, ": it is expected output_size equals to 2, but got size ", size.size());
  const int64_t in_h = self.size(2), in_w = self.size(3);
  TENGEN_CHECK(in_h > 0 && in_w > 0 && size[0] > 0 && size[1] > 0, op,
               ": input and output sizes should be greater than 0, but got input (H: ", in_h, ", W: ", in_w,
               ") output (H: ", size[0], ", W: ", size[1], ")");
  return {.planes = self.size(0) * self.size(1),
          .in_h = in_h,
          .in_w = in_w,
          .out_h = size[0],
          .out_w = size[1],
          .scale_h = scale_of(in_h, size[0], scales_h, align_corners),
          .scale_w = scale_of(in_w, size[1], scales_w, align_corners),
          .align_corners = align_corners};
}

}  // namespace

Tensor upsample_nearest2d(const Tensor& self, IntArrayRef output_size, std::optional<double> scales_h,
                          std::optional<double> scales_w) {
  ResampleShape s = shape_of("upsample_nearest2d", self, output_size, scales_h, scales_w, false);
  // PyTorch takes these two cases exactly, whatever the factor says.
  const auto exact = [](int64_t in, int64_t out, double scale) {
    return out == in ? 1 : out == 2 * in ? 0.5 : scale;
  };
  s.scale_h = exact(s.in_h, s.out_h, s.scale_h);
  s.scale_w = exact(s.in_w, s.out_w, s.scale_w);
  return resample(kNearest, self, s, false);
}

Tensor upsample_nearest1d(const Tensor& self, IntArrayRef output_size, std::optional<double> scales) {
  TENGEN_CHECK(self.dim() == 3, "upsample_nearest1d: expected a 3D tensor (N,C,L), but got ", self.sizes());
  TENGEN_CHECK(output_size.size() == 1,
               "upsample_nearest1d: it is expected output_size equals to 1, but got size ",
               output_size.size());
  return upsample_nearest2d(self.unsqueeze(2), {1, output_size[0]}, std::nullopt, scales).squeeze(2);
}

Tensor upsample_bilinear2d(const Tensor& self, IntArrayRef output_size, bool align_corners,
                           std::optional<double> scales_h, std::optional<double> scales_w) {
  return resample(kBilinear, self,
                  shape_of("upsample_bilinear2d", self, output_size, scales_h, scales_w, align_corners),
                  false);
}

// ---- one and three dimensions: in planes, and then along the depth

namespace {

using Scales = std::array<std::optional<double>, 3>;

void check_spatial(const char* op, const Tensor& self, IntArrayRef output_size, size_t dims) {
  TENGEN_CHECK(self.dim() == int64_t(dims) + 2, op, ": expected a ", dims + 2, "D tensor, but got ",
               self.sizes());
  TENGEN_CHECK(output_size.size() == dims, op, ": it is expected output_size equals to ", dims,
               ", but got size ", output_size.size());
  for (size_t d = 0; d < dims; ++d)
    TENGEN_CHECK(self.size(int64_t(d) + 2) > 0 && output_size[d] > 0, op,
                 ": input and output sizes should be greater than 0, but got input ", self.sizes(),
                 " and output_size ", output_size);
}

/// resize(x (N,C,H,W), size, scale_h, scale_w) of the planes of (N,C,D,H,W), and of its depth.
template <class Resize>
Tensor of_volume(const char* op, const Tensor& self, IntArrayRef size, const Scales& scales,
                 const Resize& resize) {
  check_spatial(op, self, size, 3);
  const int64_t channels = self.size(1);
  const Tensor planes = resize(self.flatten(1, 2), size.slice(1), scales[1], scales[2])
                            .unflatten(1, {channels, self.size(2)});  // (N,C,D,H',W')
  const int64_t plane[] = {size[0], size[1] * size[2]};
  return resize(planes.flatten(3), plane, scales[0], std::nullopt).unflatten(3, size.slice(1));
}

/// (N,C,...) -> (N,C,output_size): along each axis the element below the new one's center.
Tensor nearest_exact(const char* op, const Tensor& self, IntArrayRef size, const Scales& scales) {
  check_spatial(op, self, size, size.size());
  Tensor out = self;
  for (size_t d = 0; d < size.size(); ++d) {
    const int64_t in = self.size(int64_t(d) + 2);
    const auto scale = float(scale_of(in, size[d], scales[d], false));
    std::vector<int64_t> index;
    for (int64_t i = 0; i < size[d]; ++i)
      index.push_back(std::min(int64_t(std::floor((float(i) + 0.5f) * scale)), in - 1));
    out = out.index_select(int64_t(d) + 2, tensor(index).to(self.device()));
  }
  return out;
}

/// Along dimension `dim` the sums of four neighbors.
Tensor cubic(const Tensor& x, int64_t dim, int64_t out, double scale, bool align_corners) {
  const int64_t in = x.size(dim);
  std::vector<int64_t> index[4];
  std::vector<double> weight[4];
  for (int64_t i = 0; i < out; ++i) {
    const double place = align_corners ? scale * double(i) : scale * (double(i) + 0.5) - 0.5;
    const double floor = std::floor(place), t = place - floor;
    for (int k = 0; k < 4; ++k) {
      const int64_t at = int64_t(floor) + k - 1;
      index[k].push_back(std::clamp<int64_t>(at, 0, in - 1));
      weight[k].push_back(cubic_weight(std::abs(t - double(k - 1)), k == 1 || k == 2));
    }
  }
  DimVector shape(size_t(x.dim()), 1);
  shape[size_t(dim)] = out;
  Tensor sum;
  for (int k = 0; k < 4; ++k) {
    const Tensor part = x.index_select(dim, tensor(index[k]).to(x.device())) *
                        tensor(weight[k], kDouble).to(x.options()).view(shape);
    sum = k ? sum + part : part;
  }
  return sum;
}

}  // namespace

Tensor upsample_nearest3d(const Tensor& self, IntArrayRef output_size, std::optional<double> scales_d,
                          std::optional<double> scales_h, std::optional<double> scales_w) {
  return of_volume(
      "upsample_nearest3d", self, output_size, {scales_d, scales_h, scales_w},
      [](const Tensor& x, IntArrayRef size, auto h, auto w) { return upsample_nearest2d(x, size, h, w); });
}

Tensor _upsample_nearest_exact1d(const Tensor& self, IntArrayRef output_size, std::optional<double> scales) {
  TENGEN_CHECK(output_size.size() == 1, "_upsample_nearest_exact1d: output_size must be one int, but got ",
               output_size);
  return nearest_exact("_upsample_nearest_exact1d", self, output_size, {scales});
}
Tensor _upsample_nearest_exact2d(const Tensor& self, IntArrayRef output_size, std::optional<double> scales_h,
                                 std::optional<double> scales_w) {
  TENGEN_CHECK(output_size.size() == 2, "_upsample_nearest_exact2d: output_size must be two ints, but got ",
               output_size);
  return nearest_exact("_upsample_nearest_exact2d", self, output_size, {scales_h, scales_w});
}
Tensor _upsample_nearest_exact3d(const Tensor& self, IntArrayRef output_size, std::optional<double> scales_d,
                                 std::optional<double> scales_h, std::optional<double> scales_w) {
  TENGEN_CHECK(output_size.size() == 3, "_upsample_nearest_exact3d: output_size must be three ints, but got ",
               output_size);
  return nearest_exact("_upsample_nearest_exact3d", self, output_size, {scales_d, scales_h, scales_w});
}

Tensor upsample_linear1d(const Tensor& self, IntArrayRef output_size, bool align_corners,
                         std::optional<double> scales) {
  check_spatial("upsample_linear1d", self, output_size, 1);
  return upsample_bilinear2d(self.unsqueeze(2), {1, output_size[0]}, align_corners, std::nullopt, scales)
      .squeeze(2);
}

Tensor upsample_trilinear3d(const Tensor& self, IntArrayRef output_size, bool align_corners,
                            std::optional<double> scales_d, std::optional<double> scales_h,
                            std::optional<double> scales_w) {
  check_floating("upsample_trilinear3d", self.dtype());
  return of_volume("upsample_trilinear3d", self, output_size, {scales_d, scales_h, scales_w},
                   [=](const Tensor& x, IntArrayRef size, auto h, auto w) {
                     return upsample_bilinear2d(x, size, align_corners, h, w);
                   });
}

Tensor upsample_bicubic2d(const Tensor& self, IntArrayRef output_size, bool align_corners,
                          std::optional<double> scales_h, std::optional<double> scales_w) {
  const char* op = "upsample_bicubic2d";
  if (self.scalar_type() == kByte)  // an image: halves are rounded up, what overshoots is cut off
    return (upsample_bicubic2d(self.to(kFloat), output_size, align_corners, scales_h, scales_w) + 0.5)
        .clamp(0, 255)
        .to(kByte);
  if (CastOperands cast = with_float_kernels(Autocast::CUDA, {self}))
    return cast.back(upsample_bicubic2d(cast(self), output_size, align_corners, scales_h, scales_w));
  check_floating(op, self.dtype());
  check_spatial(op, self, output_size, 2);
  const double h = scale_of(self.size(2), output_size[0], scales_h, align_corners),
               w = scale_of(self.size(3), output_size[1], scales_w, align_corners);
  return cubic(cubic(self, 3, output_size[1], w, align_corners), 2, output_size[0], h, align_corners);
}

}  // namespace tengen::inline api
