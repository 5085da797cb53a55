// Convolution. It is linear in the input and in the weight, so three operators are closed under
// differentiation: the convolution, the gradient of its input (which is also the transposed convolution) and
// the gradient of its weight.
#include <tengen/autograd/ops/low_precision.h>
#include <tengen/autograd/ops/spatial.h>
#include <tengen/tensor/kernel_view.h>

namespace tengen::inline api {

using autograd::Grads;
using autograd::Node;
using autograd::record;

namespace {

using Shape = Conv2dShape;

/// Tensor cores take 16-bit numbers, which a CPU computes in float.
bool is_widened(const Tensor& t) { return is_low_precision(t.dtype()) && t.is_cpu(); }

// ---- integers: their kernels are nobody's bottleneck, so products of shifted windows will do
/// For each position of the kernel, body(window, w): what of `padded` (N,G,C,H,W) meets it (N,G,C,H',W') and
/// the weights there (G,O,C).
template <class Body>
void each_tap(const Tensor& padded, const Tensor& weight, const Shape& s, const Body& body) {
  const Tensor w =
      weight.reshape({s.groups, s.out_channels / s.groups, s.in_channels / s.groups, s.kernel_h, s.kernel_w});
  for (int64_t h = 0; h < s.kernel_h; ++h)
    for (int64_t v = 0; v < s.kernel_w; ++v) {
      const int64_t top = h * s.dilation_h, left = v * s.dilation_w;
      body(padded.slice(3, top, top + (s.out_h - 1) * s.stride_h + 1, s.stride_h)
               .slice(4, left, left + (s.out_w - 1) * s.stride_w + 1, s.stride_w),
           w.select(4, v).select(3, h));
    }
}

DimVector padded_sizes(const Shape& s) {
  return {s.batch, s.groups, s.in_channels / s.groups, s.in_h + 2 * s.pad_h, s.in_w + 2 * s.pad_w};
}

Tensor convolve_integers(const Tensor& x, const Tensor& weight, const Tensor& bias, const Shape& s) {
  const Tensor padded = constant_pad_nd(x, {s.pad_w, s.pad_w, s.pad_h, s.pad_h}).reshape(padded_sizes(s));
  Tensor out = zeros({s.batch, s.groups, s.out_channels / s.groups, s.out_h, s.out_w}, x.options());
  each_tap(padded, weight, s, [&](const Tensor& window, const Tensor& w) {
    out += (window.unsqueeze(2) * w.unsqueeze(-1).unsqueeze(-1)).sum({3}).to(x.dtype());
  });
  out = out.reshape({s.batch, s.out_channels, s.out_h, s.out_w});
  return bias.defined() ? out + bias.reshape({s.out_channels, 1, 1}) : out;
}

Tensor transpose_integers(const Tensor& grad, const Tensor& weight, const Shape& s) {
  Tensor padded = zeros(padded_sizes(s), grad.options());
  const Tensor g = grad.reshape({s.batch, s.groups, s.out_channels / s.groups, 1, s.out_h, s.out_w});
  each_tap(padded, weight, s, [&](Tensor window, const Tensor& w) {
    window += (g * w.unsqueeze(-1).unsqueeze(-1)).sum({2}).to(grad.dtype());
  });
  return padded.reshape({s.batch, s.in_channels, s.in_h + 2 * s.pad_h, s.in_w + 2 * s.pad_w})
      .slice(2, s.pad_h, s.pad_h + s.in_h)
      .slice(3, s.pad_w, s.pad_w + s.in_w)
      .contiguous();
}

Tensor input_grad(const Tensor& grad, const Tensor& weight, const Shape& shape);
Tensor weight_grad(const Tensor& grad, const Tensor& input, const Shape& shape);

/// x (N,C,H,W), weight (O,C/groups,KH,KW), bias (O) or undefined -> (N,O,H',W')
Tensor convolve(const Tensor& input, const Tensor& weights, const Tensor& bias, const Shape& s) {
  check_same_device("conv2d", {&input, &weights, &bias});
  if (!is_floating_point(input.dtype())) return convolve_integers(input, weights, bias, s);
  const Tensor x = input.contiguous(), weight = weights.contiguous(),
               b = bias.defined() ? bias.contiguous() : bias;
  Tensor out = empty({s.batch, s.out_channels, s.out_h, s.out_w}, x.options());
  if (is_widened(x)) {
    NoGradGuard no_grad;
    out = convolve(x.to(kFloat), weight.to(kFloat), b.defined() ? b.to(kFloat) : b, s).to(x.dtype());
  } else if (out.numel()) {
    kernels(x).conv2d(x.dtype(), s, x.data_ptr(), weight.data_ptr(), b.defined() ? b.data_ptr() : nullptr,
                      out.data_ptr());
  }
  return record("conv2d", out, {x, weight, b}, {x, weight}, [s](Node& node, const Tensor& grad) -> Grads {
    return {node.needs(0) ? input_grad(grad, node.saved(1), s) : Tensor(),
            node.needs(1) ? weight_grad(grad, node.saved(0), s) : Tensor(),
            node.needs(2) ? grad.sum({0, 2, 3}) : Tensor()};
  });
}

/// grad (N,O,H',W'), weight (O,C/groups,KH,KW) -> (N,C,H,W)
Tensor input_grad(const Tensor& gradient, const Tensor& weights, const Shape& s) {
  check_same_device("conv_transpose2d", {&gradient, &weights});
  if (!is_floating_point(gradient.dtype())) return transpose_integers(gradient, weights, s);
  const Tensor grad = gradient.contiguous(), weight = weights.contiguous();
  Tensor out = empty({s.batch, s.in_channels, s.in_h, s.in_w}, grad.options());
  if (is_widened(grad)) {
    NoGradGuard no_grad;
    out = input_grad(grad.to(kFloat), weight.to(kFloat), s).to(grad.dtype());
  } else if (grad.numel() == 0) {
    out.zero_();
  } else if (out.numel()) {
    kernels(grad).conv2d_input_grad(grad.dtype(), s, grad.data_ptr(), weight.data_ptr(), out.data_ptr());
  }
  return record("conv2d_input_grad", out, {grad, weight}, {grad, weight},
                [s](Node& node, const Tensor& g) -> Grads {
                  return {node.needs(0) ? convolve(g, node.saved(1), {}, s) : Tensor(),
                          node.needs(1) ? weight_grad(node.saved(0), g, s) : Tensor()};
                });
}

/// grad (N,O,H',W'), x (N,C,H,W) -> (O,C/groups,KH,KW)
Tensor weight_grad(const Tensor& gradient, const Tensor& input, const Shape& s) {
  check_same_device("conv2d_weight_grad", {&gradient, &input});
  const Tensor grad = gradient.contiguous(), x = input.contiguous();
  Tensor out = empty({s.out_channels, s.in_channels / s.groups, s.kernel_h, s.kernel_w}, grad.options());
  if (is_widened(grad)) {
    NoGradGuard no_grad;
    out = weight_grad(grad.to(kFloat), x.to(kFloat), s).to(grad.dtype());
  } else if (grad.numel() == 0 || x.numel() == 0) {
    out.zero_();
  } else if (out.numel()) {
    kernels(grad).conv2d_weight_grad(grad.dtype(), s, grad.data_ptr(), x.data_ptr(), out.data_ptr());
  }
  return record("conv2d_weight_grad", out, {grad, x}, {grad, x}, [s](Node& node, const Tensor& g) -> Grads {
    return {node.needs(0) ? convolve(node.saved(1), g, {}, s) : Tensor(),
            node.needs(1) ? input_grad(node.saved(0), g, s) : Tensor()};
  });
}

struct Pair {
  int64_t h, w;
};

/// Arguments of a convolution, checked. `op` has `dims` spatial dimensions; a 1-d one becomes a 2-d one of
/// height 1.
struct Call {
  const char* op;
  size_t dims;

  /// As many numbers as dimensions.
  DimVector numbers(const char* what, IntArrayRef values, int64_t least) const {
    TENGEN_CHECK(values.size() == 1 || values.size() == dims, op, ": expected ", what,
                 " to be a single integer value or a list of ", dims, " values, but got ", values);
    for (int64_t value : values)
      TENGEN_CHECK(value >= least && value <= kLargestStep, op, ": ",
                   value > least ? "too large "
                   : least       ? "non-positive "
                                 : "negative ",
                   what, " is not supported, got ", values);
    return values.size() == dims ? DimVector(values) : DimVector(dims, values[0]);
  }
  Pair pair(const char* what, IntArrayRef values, int64_t least, int64_t missing) const {
    const DimVector all = numbers(what, values, least);
    return dims == 1 ? Pair{missing, all[0]} : Pair{all[0], all[1]};
  }

  void check(const Tensor& input, const Tensor& weight, const Tensor& bias, int64_t groups,
             bool transposed) const {
    TENGEN_CHECK(weight.dim() == int64_t(dims) + 2, op, ": expected a weight of ", dims + 2,
                 " dimensions, but got ", weight.sizes());
    TENGEN_CHECK(input.dim() == int64_t(dims) + 1 || input.dim() == int64_t(dims) + 2, op, ": expected ",
                 dims + 1, "D (unbatched) or ", dims + 2,
                 "D (batched) input, but got input of size: ", input.sizes());
    TENGEN_CHECK(input.dtype() == weight.dtype() && (!bias.defined() || bias.dtype() == input.dtype()), op,
                 ": input, weight and bias should have the same type, but got ", input.dtype(), ", ",
                 weight.dtype(), " and ", bias.defined() ? bias.dtype() : weight.dtype());
    TENGEN_CHECK(input.dtype() != kBool, op, ": not implemented for bool tensors");
    TENGEN_CHECK(groups > 0, op, ": non-positive groups is not supported, got ", groups);
    TENGEN_CHECK(weight.size(0) >= groups && weight.size(0) % groups == 0, op, ": given groups=", groups,
                 ", expected weight to be divisible by ", groups, " at dimension 0, but got weight of size ",
                 weight.sizes(), " instead");
    const int64_t channels = input.size(-1 - int64_t(dims));
    const int64_t expected = transposed ? weight.size(0) : weight.size(1) * groups;
    TENGEN_CHECK(channels == expected, op, ": given groups=", groups, ", weight of size ", weight.sizes(),
                 ", expected input", input.sizes(), " to have ", expected, " channels, but got ", channels,
                 " channels instead");
    const int64_t outputs = transposed ? weight.size(1) * groups : weight.size(0);
    TENGEN_CHECK(!bias.defined() || (bias.dim() == 1 && bias.size(0) == outputs), op,
                 ": given weight of size ", weight.sizes(), ", expected bias to be 1-dimensional with ",
                 outputs, " elements, but got bias of size ", bias.sizes(), " instead");
  }

  /// (C,L), (N,C,L), (C,H,W) or (N,C,H,W) -> (N,C,H,W)
  Tensor to_4d(const Tensor& t) const {
    Tensor batched = t.dim() == int64_t(dims) + 1 ? t.unsqueeze(0) : t;
    return dims == 1 ? batched.unsqueeze(2) : batched;
  }
  Tensor from_4d(const Tensor& t, const Tensor& like) const {
    Tensor out = dims == 1 ? t.squeeze(2) : t;
    return like.dim() == int64_t(dims) + 1 ? out.squeeze(0) : out;
  }

  Tensor convolution(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,
                     IntArrayRef stride, IntArrayRef padding, IntArrayRef dilation, int64_t groups) const {
    const Tensor b = bias.value_or(Tensor());
    check(input, weight, b, groups, false);
    const Pair steps = pair("stride", stride, 1, 1), pad = pair("padding", padding, 0, 0),
               spread = pair("dilation", dilation, 1, 1);
    const Tensor x = to_4d(input), w = dims == 1 ? weight.unsqueeze(2) : weight;
    Shape s{.batch = x.size(0),
            .in_channels = x.size(1),
            .in_h = x.size(2),
            .in_w = x.size(3),
            .out_channels = w.size(0),
            .out_h = 0,
            .out_w = 0,
            .kernel_h = w.size(2),
            .kernel_w = w.size(3),
            .stride_h = steps.h,
            .stride_w = steps.w,
            .pad_h = pad.h,
            .pad_w = pad.w,
            .dilation_h = spread.h,
            .dilation_w = spread.w,
            .groups = groups};
    const int64_t extra_h = s.in_h + 2 * s.pad_h - s.dilation_h * (s.kernel_h - 1) - 1;
    const int64_t extra_w = s.in_w + 2 * s.pad_w - s.dilation_w * (s.kernel_w - 1) - 1;
    TENGEN_CHECK(extra_h >= 0 && extra_w >= 0 && s.kernel_h > 0 && s.kernel_w > 0, op,
                 ": calculated padded input size per channel: (", s.in_h + 2 * s.pad_h, " x ",
                 s.in_w + 2 * s.pad_w, "), kernel size: (", s.dilation_h * (s.kernel_h - 1) + 1, " x ",
                 s.dilation_w * (s.kernel_w - 1) + 1,
                 "). Kernel size can't be greater than actual input size");
    s.out_h = extra_h / s.stride_h + 1, s.out_w = extra_w / s.stride_w + 1;
    return from_4d(convolve(x, w, b, s), input);
  }

  Tensor transposed(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,
                    IntArrayRef stride, IntArrayRef padding, IntArrayRef output_padding, int64_t groups,
                    IntArrayRef dilation) const {
    const Tensor b = bias.value_or(Tensor());
    check(input, weight, b, groups, true);
    const Pair steps = pair("stride", stride, 1, 1), pad = pair("padding", padding, 0, 0),
               spread = pair("dilation", dilation, 1, 1);
    const Pair more = pair("output_padding", output_padding, 0, 0);
    TENGEN_CHECK((more.h < steps.h || more.h < spread.h) && (more.w < steps.w || more.w < spread.w), op,
                 ": output padding must be smaller than either stride or dilation, but got output_padding ",
                 output_padding, ", stride ", stride, ", dilation ", dilation);
    const Tensor x = to_4d(input), w = dims == 1 ? weight.unsqueeze(2) : weight;
    // The convolution whose input gradient this is: its output is our input.
    Shape s{.batch = x.size(0),
            .in_channels = w.size(1) * groups,
            .in_h = 0,
            .in_w = 0,
            .out_channels = x.size(1),
            .out_h = x.size(2),
            .out_w = x.size(3),
            .kernel_h = w.size(2),
            .kernel_w = w.size(3),
            .stride_h = steps.h,
            .stride_w = steps.w,
            .pad_h = pad.h,
            .pad_w = pad.w,
            .dilation_h = spread.h,
            .dilation_w = spread.w,
            .groups = groups};
    s.in_h = (s.out_h - 1) * s.stride_h - 2 * s.pad_h + s.dilation_h * (s.kernel_h - 1) + more.h + 1;
    s.in_w = (s.out_w - 1) * s.stride_w - 2 * s.pad_w + s.dilation_w * (s.kernel_w - 1) + more.w + 1;
    TENGEN_CHECK(s.in_h > 0 && s.in_w > 0, op, ": given input size per channel: (", s.out_h, " x ", s.out_w,
                 "), calculated output size per channel: (", s.in_h, " x ", s.in_w,
                 "). Output size is too small");
    Tensor out = input_grad(x, w, s);
    if (b.defined()) out = out + b.reshape({b.size(0), 1, 1});
    return from_4d(out, input);
  }
};

}  // namespace

Tensor conv1d(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,
              IntArrayRef stride, IntArrayRef padding, IntArrayRef dilation, int64_t groups) {
  if (CastOperands cast = to_autocast_type(input))
    return conv1d(cast(input), cast(weight), cast(bias), stride, padding, dilation, groups);
  return Call{"conv1d", 1}.convolution(input, weight, bias, stride, padding, dilation, groups);
}

Tensor conv2d(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,
              IntArrayRef stride, IntArrayRef padding, IntArrayRef dilation, int64_t groups) {
  if (CastOperands cast = to_autocast_type(input))
    return conv2d(cast(input), cast(weight), cast(bias), stride, padding, dilation, groups);
  return Call{"conv2d", 2}.convolution(input, weight, bias, stride, padding, dilation, groups);
}

Tensor conv_transpose1d(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,
                        IntArrayRef stride, IntArrayRef padding, IntArrayRef output_padding, int64_t groups,
                        IntArrayRef dilation) {
  if (CastOperands cast = to_autocast_type(input))
    return conv_transpose1d(cast(input), cast(weight), cast(bias), stride, padding, output_padding, groups,
                            dilation);
  return Call{"conv_transpose1d", 1}.transposed(input, weight, bias, stride, padding, output_padding, groups,
                                                dilation);
}

Tensor conv_transpose2d(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,
                        IntArrayRef stride, IntArrayRef padding, IntArrayRef output_padding, int64_t groups,
                        IntArrayRef dilation) {
  if (CastOperands cast = to_autocast_type(input))
    return conv_transpose2d(cast(input), cast(weight), cast(bias), stride, padding, output_padding, groups,
                            dilation);
  return Call{"conv_transpose2d", 2}.transposed(input, weight, bias, stride, padding, output_padding, groups,
                                                dilation);
}

// ---- volumes: sums over the kernel's depth of convolutions of planes

namespace {

/// (N,C,D,H,W) -> (N,D,C,H,W), or the reverse.
Tensor exchanged(const Tensor& x) { return x.transpose(1, 2); }

}  // namespace

Tensor conv3d(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,
              IntArrayRef stride, IntArrayRef padding, IntArrayRef dilation, int64_t groups) {
  if (CastOperands cast = to_autocast_type(input))
    return conv3d(cast(input), cast(weight), cast(bias), stride, padding, dilation, groups);
  if (CastOperands cast = with_float_kernels(Autocast::None, {input, weight, bias}))
    return cast.back(conv3d(cast(input), cast(weight), cast(bias), stride, padding, dilation, groups));
  const Call call{"conv3d", 3};
  call.check(input, weight, bias.value_or(Tensor()), groups, false);
  const DimVector steps = call.numbers("stride", stride, 1), pad = call.numbers("padding", padding, 0),
                  spread = call.numbers("dilation", dilation, 1);
  const Tensor x = input.dim() == 5 ? input : input.unsqueeze(0);
  for (int64_t d = 0; d < 3; ++d) {
    const int64_t kernel = weight.size(d + 2), reach = spread[size_t(d)] * (kernel - 1) + 1;
    TENGEN_CHECK(kernel > 0 && reach <= x.size(d + 2) + 2 * pad[size_t(d)],
                 "conv3d: calculated padded input size per channel, ", x.size(d + 2) + 2 * pad[size_t(d)],
                 " in dimension ", d, ", is less than the kernel's, ", reach,
                 ". Kernel size can't be greater than actual input size");
  }
  const int64_t batch = x.size(0),
                depth = (x.size(2) + 2 * pad[0] - spread[0] * (weight.size(2) - 1) - 1) / steps[0] + 1;
  const Tensor planes = constant_pad_nd(exchanged(x), {0, 0, 0, 0, 0, 0, pad[0], pad[0]});
  Tensor out;  // (N*D',O,H',W')
  for (int64_t k = 0; k < weight.size(2); ++k) {
    const int64_t first = k * spread[0];
    const Tensor met = planes.slice(1, first, first + (depth - 1) * steps[0] + 1, steps[0]).flatten(0, 1);
    const Tensor part = conv2d(met, weight.select(2, k), k == 0 ? bias : std::nullopt, {steps[1], steps[2]},
                               {pad[1], pad[2]}, {spread[1], spread[2]}, groups);
    out = k == 0 ? part : out + part;
  }
  out = exchanged(out.unflatten(0, {batch, depth})).contiguous();
  return input.dim() == 5 ? out : out.squeeze(0);
}

Tensor conv_transpose3d(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias,
                        IntArrayRef stride, IntArrayRef padding, IntArrayRef output_padding, int64_t groups,
                        IntArrayRef dilation) {
  if (CastOperands cast = to_autocast_type(input))
    return conv_transpose3d(cast(input), cast(weight), cast(bias), stride, padding, output_padding, groups,
                            dilation);
  if (CastOperands cast = with_float_kernels(Autocast::None, {input, weight, bias}))
    return cast.back(conv_transpose3d(cast(input), cast(weight), cast(bias), stride, padding, output_padding,
                                      groups, dilation));
  const Call call{"conv_transpose3d", 3};
  const Tensor b = bias.value_or(Tensor());
  call.check(input, weight, b, groups, true);
  const DimVector steps = call.numbers("stride", stride, 1), pad = call.numbers("padding", padding, 0),
                  spread = call.numbers("dilation", dilation, 1),
                  more = call.numbers("output_padding", output_padding, 0);
  const Tensor x = input.dim() == 5 ? input : input.unsqueeze(0);
  for (int64_t d = 0; d < 3; ++d) {
    const auto i = size_t(d);
    TENGEN_CHECK(more[i] < steps[i] || more[i] < spread[i],
                 "conv_transpose3d: output padding must be smaller ",
                 "than either stride or dilation, but got output_padding ", output_padding, ", stride ",
                 stride, ", dilation ", dilation);
    const int64_t size =
        (x.size(d + 2) - 1) * steps[i] - 2 * pad[i] + spread[i] * (weight.size(d + 2) - 1) + more[i] + 1;
    TENGEN_CHECK(size > 0 && weight.size(d + 2) > 0, "conv_transpose3d: given input ", input.sizes(),
                 " and weight ", weight.sizes(), ", calculated output size in dimension ", d, ": ", size,
                 ". Output size is too small");
  }
  const int64_t batch = x.size(0), depth = x.size(2),
                full = (depth - 1) * steps[0] + spread[0] * (weight.size(2) - 1) + more[0] + 1;
  const Tensor planes = exchanged(x).flatten(0, 1);  // (N*D,C,H,W)
  Tensor out;                                        // (N,full,O,H',W')
  for (int64_t k = 0; k < weight.size(2); ++k) {
    const Tensor part = conv_transpose2d(planes, weight.select(2, k), {}, {steps[1], steps[2]},
                                         {pad[1], pad[2]}, {more[1], more[2]}, groups, {spread[1], spread[2]})
                            .unflatten(0, {batch, depth});
    if (k == 0) out = zeros({batch, full, part.size(2), part.size(3), part.size(4)}, part.options());
    const Tensor places = arange(depth, part.options().dtype(kLong)) * steps[0] + k * spread[0];
    out = out.index_add(1, places, part);
  }
  out = exchanged(out.narrow(1, pad[0], full - 2 * pad[0]));
  if (b.defined()) out = out + b.reshape({b.size(0), 1, 1, 1});
  return input.dim() == 5 ? out.contiguous() : out.squeeze(0).contiguous();
}

}  // namespace tengen::inline api
