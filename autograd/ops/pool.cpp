// Pooling over windows. The maximum is a gather with the positions found in the forward pass; averages and
// their gradients are a pair of linear operators, each the other's rule.
#include <limits>

#include <tengen/autograd/ops/checks.h>
#include <tengen/autograd/ops/low_precision.h>
#include <tengen/tensor/kernel_view.h>

namespace tengen::inline api {

using autograd::Grads;
using autograd::Node;
using autograd::record;

namespace {

struct Pair {
  int64_t h, w;
};

Pair pair(const char* op, const char* what, IntArrayRef values) {
  TENGEN_CHECK(values.size() == 1 || values.size() == 2, op, ": ", what,
               " must either be a single int, or a tuple of two ints, but got ", values);
  for (int64_t value : values)
    TENGEN_CHECK(value <= kLargestStep, op, ": ", what, " is out of range, got ", values);
  return {values[0], values.back()};
}

int64_t output_size(int64_t in, int64_t kernel, int64_t pad, int64_t stride, int64_t dilation,
                    bool ceil_mode) {
  const int64_t room = in + 2 * pad - dilation * (kernel - 1) - 1;
  if (room < 0 && !(ceil_mode && room > -stride)) return 0;
  int64_t out = (room + (ceil_mode ? stride - 1 : 0)) / stride + 1;
  // The last window must begin inside the input or its left padding.
  if (ceil_mode && (out - 1) * stride >= in + pad) --out;
  return out;
}

Pool2dShape shape_of(const char* op, const Tensor& x, IntArrayRef kernel_size, IntArrayRef stride,
                     IntArrayRef padding, IntArrayRef dilation, bool ceil_mode) {
  TENGEN_CHECK(x.dim() == 3 || x.dim() == 4, op,
               ": expected 3D or 4D (batch mode) tensor, but got input of size ", x.sizes());
  const Pair kernel = pair(op, "kernel_size", kernel_size);
  const Pair step = stride.empty() ? kernel : pair(op, "stride", stride);
  const Pair pad = pair(op, "padding", padding), spread = pair(op, "dilation", dilation);
  TENGEN_CHECK(kernel.h > 0 && kernel.w > 0, op, ": kernel size should be greater than zero, but got ",
               kernel_size);
  TENGEN_CHECK(step.h > 0 && step.w > 0, op, ": stride should be greater than zero, but got ", stride);
  TENGEN_CHECK(spread.h > 0 && spread.w > 0, op, ": dilation should be greater than zero, but got ",
               dilation);
  TENGEN_CHECK(pad.h >= 0 && pad.w >= 0 && pad.h <= kernel.h / 2 && pad.w <= kernel.w / 2, op,
               ": pad should be at least zero and at most half of kernel size, but got pad=", padding,
               " and kernel_size=", kernel_size);
  Pool2dShape s{.planes = x.dim() == 4 ? x.size(0) * x.size(1) : x.size(0),
                .in_h = x.size(-2),
                .in_w = x.size(-1),
                .out_h = 0,
                .out_w = 0,
                .kernel_h = kernel.h,
                .kernel_w = kernel.w,
                .stride_h = step.h,
                .stride_w = step.w,
                .pad_h = pad.h,
                .pad_w = pad.w,
                .dilation_h = spread.h,
                .dilation_w = spread.w};
  s.out_h = output_size(s.in_h, s.kernel_h, s.pad_h, s.stride_h, s.dilation_h, ceil_mode);
  s.out_w = output_size(s.in_w, s.kernel_w, s.pad_w, s.stride_w, s.dilation_w, ceil_mode);
  TENGEN_CHECK(s.out_h > 0 && s.out_w > 0, op, ": given input size: ", x.sizes(), ", kernel_size ",
               kernel_size, ", calculated output size: (", s.out_h, " x ", s.out_w,
               "). Output size is too small");
  return s;
}

/// t's sizes with the last two replaced.
DimVector with_plane(const Tensor& t, int64_t h, int64_t w) {
  DimVector sizes(t.sizes());
  sizes[sizes.size() - 2] = h;
  sizes[sizes.size() - 1] = w;
  return sizes;
}

/// grad (..., H', W') added into zeros (..., H, W) at the positions that max_pool2d found.
Tensor max_pool_grad(const Tensor& gradient, const Tensor& indices, int64_t h, int64_t w) {
  const Tensor grad = gradient.contiguous();
  Tensor out = empty(with_plane(grad, h, w), grad.options());
  const int64_t out_size = grad.size(-2) * grad.size(-1), planes = out_size ? grad.numel() / out_size : 0;
  if (out.numel())
    kernels(grad).max_pool2d_grad(grad.dtype(), planes, h * w, out_size, grad.data_ptr(),
                                  indices.data_ptr<int64_t>(), out.data_ptr());
  return record("max_pool2d_grad", out, {grad}, {indices}, [](Node& node, const Tensor& g) -> Grads {
    const Tensor at = node.saved(0);
    return {g.flatten(-2).gather(-1, at.flatten(-2)).reshape(at.sizes())};
  });
}

/// Over the windows' places in turn: the elements of all windows that lie there, and where in the plane.
Tensor max_pool_integers(const Tensor& x, const Pool2dShape& s, Tensor* indices) {
  TENGEN_CHECK(x.dtype() != kBool, "max_pool2d: not implemented for bool tensors");
  const int64_t span_h = (s.out_h - 1) * s.stride_h + s.dilation_h * (s.kernel_h - 1) + 1,
                span_w = (s.out_w - 1) * s.stride_w + s.dilation_w * (s.kernel_w - 1) + 1;
  const Scalar least = visit_compute(x.dtype(), "max_pool2d", [](auto zero) -> Scalar {
    return std::numeric_limits<decltype(zero)>::lowest();
  });
  const auto padded = [&](const Tensor& t, const Scalar& value) {
    return constant_pad_nd(t, {s.pad_w, span_w - s.in_w - s.pad_w, s.pad_h, span_h - s.in_h - s.pad_h},
                           value);
  };
  const Tensor values = padded(x, least),
               places =
                   padded(arange(s.in_h * s.in_w, x.options().dtype(kLong)).view({1, s.in_h, s.in_w}), -1);
  Tensor best, at;
  for (int64_t h = 0; h < s.kernel_h; ++h)
    for (int64_t w = 0; w < s.kernel_w; ++w) {
      const auto window = [&](const Tensor& t) {
        const int64_t top = h * s.dilation_h, left = w * s.dilation_w;
        return t.slice(-2, top, top + (s.out_h - 1) * s.stride_h + 1, s.stride_h)
            .slice(-1, left, left + (s.out_w - 1) * s.stride_w + 1, s.stride_w);
      };
      const Tensor value = window(values), place = window(places).expand(value.sizes());
      const bool first = !best.defined();
      // Padding gives way to what the plane holds, even where that is the least number.
      const Tensor better = first ? Tensor() : (value > best) | ((at < 0) & (place >= 0));
      best = first ? value.clone() : where(better, value, best);
      at = first ? place.clone() : where(better, place, at);
    }
  if (indices) *indices = at;
  return best;
}

Tensor max_pool(const Tensor& self, const Pool2dShape& s, Tensor* indices) {
  if (!is_floating_point(self.dtype())) return max_pool_integers(self, s, indices);
  if (CastOperands cast = with_float_kernels(Autocast::None, {self}))
    return cast.back(max_pool(cast(self), s, indices));
  const Tensor x = self.contiguous();
  Tensor out = empty(with_plane(x, s.out_h, s.out_w), x.options());
  Tensor positions;
  if (indices || autograd::must_record({x})) positions = empty(out.sizes(), x.options().dtype(kLong));
  if (out.numel())
    kernels(x).max_pool2d(x.dtype(), s, x.data_ptr(), out.data_ptr(),
                          positions.defined() ? positions.data_ptr<int64_t>() : nullptr);
  if (indices) *indices = positions;
  return record("max_pool2d", out, {x}, {positions},
                [h = s.in_h, w = s.in_w](Node& node, const Tensor& grad) -> Grads {
                  return {constant_gradient(node, 0, max_pool_grad(grad, node.saved(0), h, w))};
                });
}

Tensor avg_pool(const Tensor& self, const Pool2dShape& s);

Tensor avg_pool_grad(const Tensor& gradient, const Pool2dShape& s) {
  const Tensor grad = gradient.contiguous();
  Tensor out = empty(with_plane(grad, s.in_h, s.in_w), grad.options());
  if (out.numel()) kernels(grad).avg_pool2d_grad(grad.dtype(), s, grad.data_ptr(), out.data_ptr());
  return record("avg_pool2d_grad", out, {grad}, {},
                [s](Node&, const Tensor& g) -> Grads { return {avg_pool(g, s)}; });
}

Tensor avg_pool(const Tensor& self, const Pool2dShape& s) {
  if (CastOperands cast = with_float_kernels(Autocast::None, {self}))
    return cast.back(avg_pool(cast(self), s));
  const Tensor x = self.contiguous();
  Tensor out = empty(with_plane(x, s.out_h, s.out_w), x.options());
  if (out.numel()) kernels(x).avg_pool2d(x.dtype(), s, x.data_ptr(), out.data_ptr());
  return record("avg_pool2d", out, {x}, {}, [s](Node& node, const Tensor& grad) -> Grads {
    return {constant_gradient(node, 0, avg_pool_grad(grad, s))};
  });
}

/// (C,L) or (N,C,L) -> (C,1,L) or (N,C,1,L), and the argument of a 1-d operator for the new dimension.
Tensor to_2d(const char* op, const Tensor& self) {
  TENGEN_CHECK(self.dim() == 2 || self.dim() == 3, op,
               ": expected 2D or 3D (batch mode) tensor, but got input of size ", self.sizes());
  return self.unsqueeze(-2);
}
DimVector to_2d(const char* op, const char* what, IntArrayRef value, int64_t first) {
  TENGEN_CHECK(value.size() == 1, op, ": ", what, " must be one int, but got ", value);
  return {first, value[0]};
}

/// (..., in) -> (..., out): the means of windows of different sizes that may overlap. No element, be it NaN
/// or infinite, takes part in the mean of a window that it is not in.
Tensor window_means(const Tensor& x, int64_t out) {
  const int64_t in = x.size(-1), longest = out == 0 ? 1 : std::min(in, (in + out - 1) / out + 1);
  std::vector<int64_t> places;
  std::vector<int64_t> counts;
  for (int64_t i = 0; i < out; ++i) {
    const int64_t begin = i * in / out, end = ((i + 1) * in + out - 1) / out;
    counts.push_back(end - begin);
    for (int64_t k = 0; k < longest; ++k) places.push_back(std::min(begin + k, in - 1));
  }
  const Tensor count = tensor(counts).to(x.device());
  const Tensor beyond = arange(longest, count.options()) >= count.unsqueeze(-1);
  const Tensor windows = x.index_select(-1, tensor(places).to(x.device())).unflatten(-1, {out, longest});
  return windows.masked_fill(beyond, 0).sum(-1) / count;
}

/// (..., in) -> (..., out): the sums of an axis's windows; what lies beyond the input counts as 0.
Tensor window_sums(const Tensor& x, int64_t out, int64_t kernel, int64_t stride, int64_t pad) {
  const int64_t span = (out - 1) * stride + 1, behind = span + kernel - 1 - pad - x.size(-1);
  const Tensor padded = constant_pad_nd(x, {pad, std::max<int64_t>(behind, 0)});
  Tensor sums = padded.slice(-1, 0, span, stride);
  for (int64_t k = 1; k < kernel; ++k) sums = sums + padded.slice(-1, k, k + span, stride);
  return sums;
}
/// How many elements each window of an axis has.
Tensor window_counts(int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t pad, bool with_pad) {
  std::vector<int64_t> counts;
  for (int64_t i = 0; i < out; ++i) {
    const int64_t begin = i * stride - pad, end = std::min(begin + kernel, in + pad);
    counts.push_back(with_pad ? end - begin : std::min(end, in) - std::max<int64_t>(begin, 0));
  }
  return tensor(counts);
}
/// Means of integers, rounded toward zero.
Tensor avg_pool_of_integers(const Tensor& x, const Pool2dShape& s) {
  if (s.out_h == 0 || s.out_w == 0) return empty(with_plane(x, s.out_h, s.out_w), x.options());
  const Tensor rows = window_sums(x, s.out_w, s.kernel_w, s.stride_w, s.pad_w).transpose(-2, -1);
  const Tensor sums = window_sums(rows, s.out_h, s.kernel_h, s.stride_h, s.pad_h).transpose(-2, -1);
  if (s.divisor != 0) return sums.div(s.divisor, "trunc").contiguous();
  const Tensor h = window_counts(s.in_h, s.out_h, s.kernel_h, s.stride_h, s.pad_h, s.count_include_pad);
  const Tensor w = window_counts(s.in_w, s.out_w, s.kernel_w, s.stride_w, s.pad_w, s.count_include_pad);
  return sums.div((h.unsqueeze(1) * w).to(x.device()), "trunc").contiguous();
}

}  // namespace

Tensor max_pool2d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride, IntArrayRef padding,
                  IntArrayRef dilation, bool ceil_mode) {
  return max_pool(self, shape_of("max_pool2d", self, kernel_size, stride, padding, dilation, ceil_mode),
                  nullptr);
}

std::tuple<Tensor, Tensor> max_pool2d_with_indices(const Tensor& self, IntArrayRef kernel_size,
                                                   IntArrayRef stride, IntArrayRef padding,
                                                   IntArrayRef dilation, bool ceil_mode) {
  Tensor indices;
  Tensor out = max_pool(self, shape_of("max_pool2d", self, kernel_size, stride, padding, dilation, ceil_mode),
                        &indices);
  return {out, indices};
}

Tensor max_pool1d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride, IntArrayRef padding,
                  IntArrayRef dilation, bool ceil_mode) {
  const char* op = "max_pool1d";
  const Tensor x = to_2d(op, self);
  const DimVector kernel = to_2d(op, "kernel_size", kernel_size, 1);
  return max_pool(x,
                  shape_of(op, x, kernel, stride.empty() ? kernel : to_2d(op, "stride", stride, 1),
                           to_2d(op, "padding", padding, 0), to_2d(op, "dilation", dilation, 1), ceil_mode),
                  nullptr)
      .squeeze(-2);
}

Tensor avg_pool2d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride, IntArrayRef padding,
                  bool ceil_mode, bool count_include_pad, std::optional<int64_t> divisor_override) {
  TENGEN_CHECK(divisor_override.value_or(1) != 0, "avg_pool2d: divisor must be not zero");
  if (self.scalar_type() != kLong) check_floating("avg_pool2d", self.dtype());
  Pool2dShape s = shape_of("avg_pool2d", self, kernel_size, stride, padding, 1, ceil_mode);
  s.count_include_pad = count_include_pad;
  s.divisor = divisor_override.value_or(0);
  return self.scalar_type() == kLong ? avg_pool_of_integers(self, s) : avg_pool(self, s);
}

Tensor avg_pool1d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride, IntArrayRef padding,
                  bool ceil_mode, bool count_include_pad) {
  const char* op = "avg_pool1d";
  const DimVector kernel = to_2d(op, "kernel_size", kernel_size, 1);
  return avg_pool2d(to_2d(op, self), kernel, stride.empty() ? kernel : to_2d(op, "stride", stride, 1),
                    to_2d(op, "padding", padding, 0), ceil_mode, count_include_pad)
      .squeeze(-2);
}

Tensor adaptive_avg_pool2d(const Tensor& self, IntArrayRef output_size) {
  const char* op = "adaptive_avg_pool2d";
  check_floating(op, self.dtype());
  TENGEN_CHECK(self.dim() == 3 || self.dim() == 4, op, ": expected 3D or 4D tensor, but got ", self.sizes());
  TENGEN_CHECK(output_size.size() == 2 && output_size[0] >= 0 && output_size[1] >= 0, op,
               ": elements of output_size must be greater than or equal to 0, two of them, but got ",
               output_size);
  const int64_t in_h = self.size(-2), in_w = self.size(-1), h = output_size[0], w = output_size[1];
  TENGEN_CHECK(in_h > 0 && in_w > 0, op,
               ": expected input to have non-zero size for non-batch dimensions, but got ", self.sizes());
  if (h > 0 && w > 0 && in_h % h == 0 && in_w % w == 0) return avg_pool2d(self, {in_h / h, in_w / w});
  if (CastOperands cast = with_float_kernels(Autocast::None, {self}))
    return cast.back(adaptive_avg_pool2d(cast(self), output_size));
  const Tensor rows = window_means(autograd::with_constant_gradient(self), w);
  return window_means(rows.transpose(-2, -1), h).transpose(-2, -1).contiguous();
}

Tensor adaptive_avg_pool1d(const Tensor& self, IntArrayRef output_size) {
  const char* op = "adaptive_avg_pool1d";
  return adaptive_avg_pool2d(to_2d(op, self), to_2d(op, "output_size", output_size, 1)).squeeze(-2);
}

}  // namespace tengen::inline api
