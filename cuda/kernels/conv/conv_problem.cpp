#include <tengen/cuda/kernels/conv/conv_problem.h>

#include <algorithm>
#include <numeric>

namespace tengen::cuda {
namespace {

/// Digits of pixels: (image, y, x), read with a step; `planes` planes of b for each image.
Axis pixels(int64_t images, int64_t height, int64_t width, int64_t planes, int64_t b_height,
            int64_t b_width) {
  Axis axis;
  axis.size = int(images * height * width);
  axis.second = Divisor(std::max<int64_t>(height, 1));
  axis.third = Divisor(std::max<int64_t>(width, 1));
  axis.plane = int(planes * b_height * b_width);
  axis.pitch = int(b_width);
  return axis;
}
/// Digits of weights: (channel, tap y, tap x); a plane of b for each channel.
Axis taps(int64_t channels, int64_t taps_y, int64_t taps_x, int64_t b_height, int64_t b_width) {
  return pixels(channels, taps_y, taps_x, 1, b_height, b_width);
}
void walk(Axis& axis, int64_t step_y, int64_t begin_y, int64_t step_x, int64_t begin_x) {
  axis.step_y = int(step_y), axis.begin_y = int(begin_y), axis.step_x = int(step_x),
  axis.begin_x = int(begin_x);
}
void point_other(Axis& axis, int64_t first, int64_t second, int64_t third, int64_t begin = 0) {
  axis.other[0] = int(first), axis.other[1] = int(second), axis.other[2] = int(third),
  axis.other[3] = int(begin);
}

/// Which taps an input row (or column) of one phase reads: first_tap + j * tap_step for j < taps, from row
/// i + begin - j * spread of the output for the i-th row of the phase.
struct Phase {
  int64_t rows, first_tap, tap_step, taps, begin, spread;
};
Phase phase_of(int64_t phase, int64_t in, int64_t kernel, int64_t stride, int64_t pad, int64_t dilation) {
  Phase p{};
  p.rows = phase < in ? (in - phase + stride - 1) / stride : 0;
  const int64_t common = std::gcd(dilation, stride), rest = (phase + pad) % stride;
  p.tap_step = stride / common;
  p.spread = dilation / common;
  if (rest % common) return p;  // these rows lie between the taps
  while (p.first_tap * dilation % stride != rest) ++p.first_tap;
  p.taps = p.first_tap < kernel ? (kernel - p.first_tap + p.tap_step - 1) / p.tap_step : 0;
  p.begin = (phase + pad - p.first_tap * dilation) / stride;
  return p;
}

}  // namespace

ConvProblem output_problem(const Conv2dShape& s, int64_t images) {
  const int64_t channels = s.in_channels / s.groups, weights = channels * s.kernel_h * s.kernel_w;
  const int64_t in_plane = s.in_h * s.in_w, out_plane = s.out_h * s.out_w;
  ConvProblem p;
  p.m = int(s.out_channels / s.groups), p.groups = int(s.groups);
  p.n = pixels(images, s.out_h, s.out_w, s.in_channels, s.in_h, s.in_w);
  walk(p.n, s.stride_h, -s.pad_h, s.stride_w, -s.pad_w);
  point_other(p.n, s.out_channels * out_plane, s.out_w, 1);
  p.k = taps(channels, s.kernel_h, s.kernel_w, s.in_h, s.in_w);
  walk(p.k, s.dilation_h, 0, s.dilation_w, 0);
  point_other(p.k, s.kernel_h * s.kernel_w, s.kernel_w, 1);
  p.height = int(s.in_h), p.width = int(s.in_w);
  p.a_row = int(weights), p.out_row = int(out_plane);
  p.a_group = p.m * weights, p.b_group = channels * in_plane, p.out_group = p.m * out_plane;
  p.dense_rows = out_plane % 4 == 0;
  return p;
}

ConvProblem input_grad_problem(const Conv2dShape& s, int64_t images, int64_t phase_y, int64_t phase_x) {
  const Phase y = phase_of(phase_y, s.in_h, s.kernel_h, s.stride_h, s.pad_h, s.dilation_h);
  const Phase x = phase_of(phase_x, s.in_w, s.kernel_w, s.stride_w, s.pad_w, s.dilation_w);
  const int64_t in_plane = s.in_h * s.in_w, out_plane = s.out_h * s.out_w,
                taps_of_all = s.kernel_h * s.kernel_w;
  const int64_t in = s.in_channels / s.groups, out = s.out_channels / s.groups;
  ConvProblem p;
  p.m = int(in), p.groups = int(s.groups);
  p.n = pixels(images, y.rows, x.rows, s.out_channels, s.out_h, s.out_w);
  walk(p.n, 1, y.begin, 1, x.begin);
  point_other(p.n, s.in_channels * in_plane, s.stride_h * s.in_w, s.stride_w, phase_y * s.in_w + phase_x);
  p.k = taps(out, y.taps, x.taps, s.out_h, s.out_w);
  walk(p.k, -y.spread, 0, -x.spread, 0);
  point_other(p.k, in * taps_of_all, y.tap_step * s.kernel_w, x.tap_step,
              y.first_tap * s.kernel_w + x.first_tap);
  p.height = int(s.out_h), p.width = int(s.out_w);
  p.a_row = int(taps_of_all), p.out_row = int(in_plane);
  p.a_group = out * in * taps_of_all, p.b_group = out * out_plane, p.out_group = in * in_plane;
  p.dense_rows = s.stride_h == 1 && s.stride_w == 1 && in_plane % 4 == 0;
  return p;
}

ConvProblem weight_grad_problem(const Conv2dShape& s, int64_t images) {
  const int64_t channels = s.in_channels / s.groups, weights = channels * s.kernel_h * s.kernel_w;
  const int64_t in_plane = s.in_h * s.in_w, out_plane = s.out_h * s.out_w;
  ConvProblem p;
  p.m = int(s.out_channels / s.groups), p.groups = int(s.groups);
  p.n = taps(channels, s.kernel_h, s.kernel_w, s.in_h, s.in_w);
  walk(p.n, s.dilation_h, 0, s.dilation_w, 0);
  point_other(p.n, s.kernel_h * s.kernel_w, s.kernel_w, 1);
  p.k = pixels(images, s.out_h, s.out_w, s.in_channels, s.in_h, s.in_w);
  walk(p.k, s.stride_h, -s.pad_h, s.stride_w, -s.pad_w);
  point_other(p.k, s.out_channels * out_plane, s.out_w, 1);
  p.height = int(s.in_h), p.width = int(s.in_w);
  p.a_row = int(out_plane), p.out_row = int(weights);
  p.a_group = p.m * out_plane, p.b_group = channels * in_plane, p.out_group = p.m * weights;
  p.dense_rows = weights % 4 == 0;
  return p;
}

}  // namespace tengen::cuda
