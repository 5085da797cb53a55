// Resampling of pictures. Each kernel and its transpose are a pair of linear operators, each the other's
// rule.
#include <tengen/autograd/ops/checks.h>
#include <tengen/autograd/ops/low_precision.h>
#include <tengen/tensor/kernel_view.h>

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

}  // namespace tengen::inline api
