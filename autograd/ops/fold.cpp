// The windows of a convolution as columns, and columns added up at the places of their windows: a pair of
// linear operators, each the other's rule.
#include <tengen/autograd/ops/layers.h>
#include <tengen/autograd/record.h>

namespace tengen::inline api {

using autograd::Grads;
using autograd::Node;
using autograd::record;

namespace {

struct Pair {
  int64_t h, w;
};

/// Where the windows of images (N,C,in) lie.
struct Windows {
  Pair in, kernel, dilation, pad, stride, out;

  Windows(const char* op, IntArrayRef size, IntArrayRef kernel_size, IntArrayRef spread, IntArrayRef padding,
          IntArrayRef step) {
    const auto pair = [&](const char* what, IntArrayRef values, int64_t least) {
      TENGEN_CHECK(values.size() == 1 || values.size() == 2, op, ": it is expected ", what,
                   " equals to 1 or 2 numbers, but got size ", values.size());
      for (int64_t value : values)
        TENGEN_CHECK(value >= least && value <= kLargestStep, op, ": ", what, " should be ",
                     least ? "greater than zero" : "non-negative", ", but got ", values);
      return Pair{values[0], values.back()};
    };
    in = pair("output_size", size, 1), kernel = pair("kernel_size", kernel_size, 1);
    dilation = pair("dilation", spread, 1), pad = pair("padding", padding, 0);
    stride = pair("stride", step, 1);
    const auto count = [](int64_t in, int64_t kernel, int64_t dilation, int64_t pad, int64_t stride) {
      const int64_t room = in + 2 * pad - dilation * (kernel - 1) - 1;
      return room < 0 ? 0 : room / stride + 1;
    };
    out = {count(in.h, kernel.h, dilation.h, pad.h, stride.h),
           count(in.w, kernel.w, dilation.w, pad.w, stride.w)};
    TENGEN_CHECK(out.h > 0 && out.w > 0, op, ": given an image of (", in.h, ", ", in.w,
                 "), kernel_size=", kernel_size, ", dilation=", spread, ", padding=", padding,
                 ", stride=", step, ", calculated shape of the array of sliding blocks as (", out.h, ", ",
                 out.w, "), but its components must be at least one");
  }

  int64_t kernel_count() const { return kernel.h * kernel.w; }
  /// The elements that windows have in common with `padded` (N,C,H,W): (N,C,KH,KW,H',W') of its memory.
  Tensor of(const Tensor& padded) const {
    const IntArrayRef s = padded.strides();
    return padded.as_strided(
        {padded.size(0), padded.size(1), kernel.h, kernel.w, out.h, out.w},
        {s[0], s[1], dilation.h * s[2], dilation.w * s[3], stride.h * s[2], stride.w * s[3]});
  }
};

Tensor to_columns(const Tensor& x, const Windows& windows);

/// (N, C*KH*KW, H'*W') -> (N,C,H,W)
Tensor to_image(const Tensor& columns, const Windows& w) {
  Tensor out;
  {
    NoGradGuard no_grad;
    const int64_t batch = columns.size(0), channels = columns.size(1) / w.kernel_count();
    const Tensor parts = columns.reshape({batch, channels, w.kernel.h, w.kernel.w, w.out.h, w.out.w});
    const Tensor padded =
        zeros({batch, channels, w.in.h + 2 * w.pad.h, w.in.w + 2 * w.pad.w}, columns.options());
    const Tensor windows = w.of(padded);
    // Elements of one place of the window do not overlap.
    for (int64_t h = 0; h < w.kernel.h; ++h)
      for (int64_t v = 0; v < w.kernel.w; ++v)
        windows.select(2, h).select(2, v).add_(parts.select(2, h).select(2, v));
    out = padded.slice(2, w.pad.h, w.pad.h + w.in.h).slice(3, w.pad.w, w.pad.w + w.in.w).contiguous();
  }
  return record("col2im", out, {columns}, {},
                [w](Node&, const Tensor& grad) -> Grads { return {to_columns(grad, w)}; });
}

/// (N,C,H,W) -> (N, C*KH*KW, H'*W')
Tensor to_columns(const Tensor& x, const Windows& w) {
  Tensor out;
  {
    NoGradGuard no_grad;
    const Tensor padded = constant_pad_nd(x, {w.pad.w, w.pad.w, w.pad.h, w.pad.h}).contiguous();
    out = w.of(padded).reshape({x.size(0), x.size(1) * w.kernel_count(), w.out.h * w.out.w});
    if (out.is_alias_of(x)) out = out.clone();
  }
  return record("im2col", out, {x}, {},
                [w](Node&, const Tensor& grad) -> Grads { return {to_image(grad, w)}; });
}

}  // namespace

Tensor im2col(const Tensor& self, IntArrayRef kernel_size, IntArrayRef dilation, IntArrayRef padding,
              IntArrayRef stride) {
  TENGEN_CHECK(self.dim() == 3 || self.dim() == 4, "im2col: expected 3D or 4D (batch mode) tensor, but got ",
               self.sizes());
  const Windows windows("im2col", {self.size(-2), self.size(-1)}, kernel_size, dilation, padding, stride);
  return self.dim() == 4 ? to_columns(self, windows) : to_columns(self.unsqueeze(0), windows).squeeze(0);
}

Tensor col2im(const Tensor& self, IntArrayRef output_size, IntArrayRef kernel_size, IntArrayRef dilation,
              IntArrayRef padding, IntArrayRef stride) {
  TENGEN_CHECK(self.dim() == 2 || self.dim() == 3, "col2im: expected 2D or 3D (batch mode) tensor, but got ",
               self.sizes());
  const Windows w("col2im", output_size, kernel_size, dilation, padding, stride);
  TENGEN_CHECK(self.size(-2) % w.kernel_count() == 0,
               "col2im: expected size of input's dimension 1 to be divisible by the product of kernel_size, ",
               "but got input.size(1)=", self.size(-2), " and kernel_size=", kernel_size);
  TENGEN_CHECK(self.size(-1) == w.out.h * w.out.w, "col2im: given output_size=", output_size,
               ", kernel_size=", kernel_size, ", dilation=", dilation, ", padding=", padding,
               ", stride=", stride, ", expected size of input's dimension 2 to match the number of sliding ",
               "blocks ", w.out.h, " * ", w.out.w, " = ", w.out.h * w.out.w, ", but got ", self.size(-1));
  return self.dim() == 3 ? to_image(self, w) : to_image(self.unsqueeze(0), w).squeeze(0);
}

}  // namespace tengen::inline api
