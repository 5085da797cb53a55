#include <tengen/autograd/ops/spatial.h>

#include "array.h"
#include "checks.h"

namespace op_table {

using namespace tengen;

namespace {

struct Args {
  int64_t stride_h = 1, stride_w = 1, pad_h = 0, pad_w = 0, dilation_h = 1, dilation_w = 1, groups = 1,
          more_h = 0, more_w = 0;
};

/// visit(n, o, c within the group, y, x, ky, kx, iy, ix, input channel) for each product of a convolution.
template <class Visit>
void each_product(const Sizes& in, const Sizes& weight, const Sizes& out, const Args& a, Visit visit) {
  each_index({in[0], weight[0], weight[1], out[2], out[3], weight[2], weight[3]}, [&](const Sizes& i) {
    const int64_t iy = i[3] * a.stride_h + i[5] * a.dilation_h - a.pad_h,
                  ix = i[4] * a.stride_w + i[6] * a.dilation_w - a.pad_w;
    if (iy < 0 || ix < 0 || iy >= in[2] || ix >= in[3]) return;
    const int64_t channel = i[1] / (weight[0] / a.groups) * weight[1] + i[2];
    visit(i, channel, iy, ix);
  });
}

Tensor conv_loops(const Tensor& input, const Tensor& weights, const Tensor& bias, const Args& a) {
  const Array x(input), w(weights);
  const int64_t h = (x.sizes[2] + 2 * a.pad_h - a.dilation_h * (w.sizes[2] - 1) - 1) / a.stride_h + 1;
  const int64_t wide = (x.sizes[3] + 2 * a.pad_w - a.dilation_w * (w.sizes[3] - 1) - 1) / a.stride_w + 1;
  Array out({x.sizes[0], w.sizes[0], h, wide});
  if (bias.defined())
    each_index(out.sizes, [&](const Sizes& i) {
      out({i[0], i[1], i[2], i[3]}) = values(bias)[size_t(i[1])];
    });
  each_product(x.sizes, w.sizes, out.sizes, a, [&](const Sizes& i, int64_t channel, int64_t iy, int64_t ix) {
    out({i[0], i[1], i[3], i[4]}) += x({i[0], channel, iy, ix}) * w({i[1], i[2], i[5], i[6]});
  });
  return out.tensor();
}

/// Spreads each input pixel over the window that the convolution would have read.
Tensor transposed_loops(const Tensor& input, const Tensor& weights, const Tensor& bias, const Args& a) {
  const Array x(input), w(weights);
  const int64_t h =
      (x.sizes[2] - 1) * a.stride_h - 2 * a.pad_h + a.dilation_h * (w.sizes[2] - 1) + a.more_h + 1;
  const int64_t wide =
      (x.sizes[3] - 1) * a.stride_w - 2 * a.pad_w + a.dilation_w * (w.sizes[3] - 1) + a.more_w + 1;
  Array out({x.sizes[0], w.sizes[1] * a.groups, h, wide});
  if (bias.defined())
    each_index(out.sizes, [&](const Sizes& i) {
      out({i[0], i[1], i[2], i[3]}) = values(bias)[size_t(i[1])];
    });
  each_product(out.sizes, w.sizes, x.sizes, a, [&](const Sizes& i, int64_t channel, int64_t iy, int64_t ix) {
    out({i[0], channel, iy, ix}) += x({i[0], i[1], i[3], i[4]}) * w({i[1], i[2], i[5], i[6]});
  });
  return out.tensor();
}

std::optional<Tensor> bias_of(const Tensors& in) {
  return in.size() > 2 ? std::optional(in[2]) : std::nullopt;
}

/// The reference sees pictures with a batch: `dims` spatial dimensions become two.
Tensor to_4d(const Tensor& t, int64_t dims) {
  Tensor batched = t.dim() == dims + 1 ? t.unsqueeze(0) : t;
  return dims == 1 ? batched.unsqueeze(2) : batched;
}
Tensor from_4d(const Tensor& t, const Tensor& like, int64_t dims) {
  Sizes sizes = sizes_of(t);
  if (dims == 1) sizes.erase(sizes.begin() + 2);
  if (like.dim() == dims + 1) sizes.erase(sizes.begin());
  return make(values(t), sizes);
}

Row conv_row(bool transposed, int64_t dims, Args a, std::vector<std::vector<Sizes>> cases) {
  std::string what = transposed ? "conv_transpose" : "conv";
  what += dims == 1 ? "1d" : "2d";
  Row row;
  row.name = what;
  row.call = [=](const Tensors& in) -> Tensors {
    if (dims == 1 && transposed)
      return {
          conv_transpose1d(in[0], in[1], bias_of(in), a.stride_w, a.pad_w, a.more_w, a.groups, a.dilation_w)};
    if (dims == 1) return {conv1d(in[0], in[1], bias_of(in), a.stride_w, a.pad_w, a.dilation_w, a.groups)};
    const DimVector stride{a.stride_h, a.stride_w}, pad{a.pad_h, a.pad_w},
        dilation{a.dilation_h, a.dilation_w};
    if (transposed)
      return {
          conv_transpose2d(in[0], in[1], bias_of(in), stride, pad, {a.more_h, a.more_w}, a.groups, dilation)};
    return {conv2d(in[0], in[1], bias_of(in), stride, pad, dilation, a.groups)};
  };
  row.samples = [=] {
    std::vector<Sample> samples;
    for (const auto& inputs : cases) {
      Sample sample{detail::str("stride ", a.stride_h, a.stride_w, " pad ", a.pad_h, a.pad_w, " dilation ",
                                a.dilation_h, a.dilation_w, " groups ", a.groups, ":"),
                    {}};
      for (const Sizes& sizes : inputs) {
        sample.inputs.push_back(uniform(sizes, -1, 1, sample.inputs.size() + 1));
        sample.what += detail::str(" ", IntArrayRef(sizes));
      }
      samples.push_back(sample);
    }
    return samples;
  };
  row.reference = [=](const Tensors& in) -> Tensors {
    const auto loops = transposed ? transposed_loops : conv_loops;
    return {from_4d(loops(to_4d(in[0], dims), dims == 1 ? in[1].unsqueeze(2) : in[1],
                          in.size() > 2 ? in[2] : Tensor(), a),
                    in[0], dims)};
  };
  return row;
}

/// A convolution of volumes: (N,C,D,H,W) or (C,D,H,W), weight (O,C/groups,...) or, transposed,
/// (C,O/groups,...).
struct Volume {
  Sizes stride{1, 1, 1}, pad{0, 0, 0}, dilation{1, 1, 1}, more{0, 0, 0};
  int64_t groups = 1;
};

/// visit(place of the convolution's input, place of its output, tap), within one channel.
template <class Visit>
void each_meeting(const Sizes& in, const Sizes& out, const Sizes& kernel, const Volume& v, Visit visit) {
  each_index({out[0], out[1], out[2], kernel[0], kernel[1], kernel[2]}, [&](const Sizes& i) {
    Sizes at(3);
    for (size_t d = 0; d < 3; ++d) {
      at[d] = i[d] * v.stride[d] - v.pad[d] + i[d + 3] * v.dilation[d];
      if (at[d] < 0 || at[d] >= in[d]) return;
    }
    visit(at, Sizes{i[0], i[1], i[2]}, Sizes{i[3], i[4], i[5]});
  });
}

Tensor volume_loops(const Tensors& in, const Volume& v, bool transposed) {
  const Array x(in[0].dim() == 5 ? in[0] : in[0].unsqueeze(0)), w(in[1]);
  const Sizes given{x.sizes[2], x.sizes[3], x.sizes[4]}, kernel{w.sizes[2], w.sizes[3], w.sizes[4]};
  Sizes made(3);
  for (size_t d = 0; d < 3; ++d) {
    const int64_t reach = v.dilation[d] * (kernel[d] - 1) + 1;
    made[d] = transposed ? (given[d] - 1) * v.stride[d] - 2 * v.pad[d] + reach + v.more[d]
                         : (given[d] + 2 * v.pad[d] - reach) / v.stride[d] + 1;
  }
  const int64_t channels = transposed ? w.sizes[1] * v.groups : w.sizes[0];
  const int64_t per_in = x.sizes[1] / v.groups, per_out = channels / v.groups;
  Array out({x.sizes[0], channels, made[0], made[1], made[2]});
  each_index({x.sizes[0], v.groups, per_in, per_out}, [&](const Sizes& i) {
    const int64_t c = i[1] * per_in + i[2], o = i[1] * per_out + i[3];
    each_meeting(transposed ? made : given, transposed ? given : made, kernel, v,
                 [&](const Sizes& a, const Sizes& b, const Sizes& k) {
                   if (transposed)
                     out({i[0], o, a[0], a[1], a[2]}) +=
                         x({i[0], c, b[0], b[1], b[2]}) * w({c, i[3], k[0], k[1], k[2]});
                   else
                     out({i[0], o, b[0], b[1], b[2]}) +=
                         x({i[0], c, a[0], a[1], a[2]}) * w({o, i[2], k[0], k[1], k[2]});
                 });
  });
  if (in.size() > 2) {
    const std::vector<double> bias = values(in[2]);
    size_t at = 0;
    each_index(out.sizes, [&](const Sizes& i) { out.data[at++] += bias[size_t(i[1])]; });
  }
  const Tensor batched = out.tensor();
  return in[0].dim() == 5 ? batched : batched.squeeze(0);
}

Row volume_row(bool transposed, Volume v, std::vector<std::vector<Sizes>> cases) {
  return {
      .name = transposed ? "conv_transpose3d" : "conv3d",
      .call = [=](const Tensors& in) -> Tensors {
        if (transposed)
          return {conv_transpose3d(in[0], in[1], bias_of(in), v.stride, v.pad, v.more, v.groups, v.dilation)};
        return {conv3d(in[0], in[1], bias_of(in), v.stride, v.pad, v.dilation, v.groups)};
      },
      .samples = [=] { return shapes(cases); },
      .reference = [=](const Tensors& in) -> Tensors { return {volume_loops(in, v, transposed)}; }};
}

}  // namespace

void add_conv(Rows& rows) {
  const Tensor x = uniform({1, 2, 5, 5}), w = uniform({4, 2, 3, 3});
  rows.push_back(conv_row(
      false, 2, {},
      {{{1, 2, 4, 5}, {2, 2, 3, 2}, {2}}, {{2, 4, 4}, {3, 2, 1, 1}}, {{0, 2, 4, 4}, {3, 2, 3, 3}, {3}}}));
  rows.back().errors = {
      {"channels",
       [=] {
         conv2d(uniform({1, 3, 5, 5}), w);
       },
       "to have 2 channels, but got 3 channels instead"},
      {"dimensions",
       [=] {
         conv2d(uniform({5, 5}), w);
       },
       "3D (unbatched) or 4D (batched) input"},
      {"kernel",
       [=] {
         conv2d(uniform({1, 2, 2, 2}), w);
       },
       "Kernel size can't be greater than actual input size"},
      {"stride", [=] { conv2d(x, w, {}, 0); }, "non-positive stride is not supported"},
      {"padding", [=] { conv2d(x, w, {}, 1, -1); }, "negative padding is not supported"},
      {"padding list",
       [=] {
         conv2d(x, w, {}, 1, {1, 2, 3});
       },
       "expected padding to be a single integer value or a list of 2"},
      {"groups", [=] { conv2d(x, w, {}, 1, 0, 1, 3); }, "divisible by 3 at dimension 0"},
      {"bias", [=] { conv2d(x, w, uniform({3})); }, "expected bias to be 1-dimensional with 4 elements"},
      {"types",
       [=] {
         conv2d(x, ones({4, 2, 3, 3}));
       },
       "should have the same type, but got Double, Float"},
      {"bool", [=] { conv2d(x > 0, w > 0); }, "not implemented for bool"}};
  rows.push_back(conv_row(false, 2, {.stride_h = 2, .stride_w = 1, .pad_h = 1, .pad_w = 2},
                          {{{1, 2, 5, 4}, {2, 2, 3, 3}, {2}}}));
  rows.push_back(conv_row(false, 2, {.stride_h = 2, .stride_w = 2, .pad_h = 2, .pad_w = 2},
                          {{{1, 3, 9, 8}, {4, 3, 6, 6}}}));
  rows.push_back(conv_row(false, 2, {.pad_h = 1, .pad_w = 1, .groups = 2},
                          {{{1, 4, 3, 3}, {2, 2, 3, 3}}, {{1, 2, 4, 3}, {4, 1, 3, 3}}}));
  rows.push_back(conv_row(false, 2, {.pad_h = 2, .pad_w = 1, .dilation_h = 2, .dilation_w = 2},
                          {{{1, 1, 5, 5}, {2, 1, 3, 2}, {2}}}));
  rows.push_back(conv_row(false, 2, {.stride_h = 1, .stride_w = 1, .pad_h = 1, .pad_w = 1},
                          {{{2, 8, 20, 19}, {16, 8, 3, 3}}}));
  rows.push_back(
      conv_row(false, 1, {.stride_w = 2, .pad_w = 1}, {{{2, 2, 5}, {3, 2, 3}, {3}}, {{2, 5}, {1, 2, 2}}}));
  rows.push_back(conv_row(false, 1, {.dilation_w = 2, .groups = 2}, {{{1, 4, 6}, {2, 2, 3}}}));

  rows.push_back(conv_row(
      true, 2, {},
      {{{1, 2, 2, 3}, {2, 2, 2, 2}, {2}}, {{2, 2, 2}, {2, 1, 3, 1}}, {{0, 2, 2, 2}, {2, 3, 2, 2}, {3}}}));
  rows.back().errors = {
      {"output padding",
       [=] {
         conv_transpose2d(uniform({1, 4, 3, 3}), w, {}, 2, 0, 2);
       },
       "output padding must be smaller than"},
      {"channels", [=] { conv_transpose2d(x, w); }, "to have 4 channels, but got 2 channels"},
      {"size",
       [=] {
         conv_transpose2d(uniform({1, 4, 1, 1}), w, {}, 1, 2);
       },
       "Output size is too small"}};
  rows.push_back(conv_row(true, 2,
                          {.stride_h = 2, .stride_w = 3, .pad_h = 1, .pad_w = 1, .more_h = 1, .more_w = 2},
                          {{{1, 2, 3, 2}, {2, 2, 3, 3}, {2}}}));
  rows.push_back(conv_row(true, 2, {.dilation_h = 2, .dilation_w = 1, .groups = 2},
                          {{{1, 4, 2, 2}, {4, 1, 2, 3}, {2}}}));
  rows.push_back(
      conv_row(true, 1, {.stride_w = 2, .more_w = 1}, {{{1, 2, 3}, {2, 2, 3}, {2}}, {{2, 3}, {2, 1, 2}}}));

  const Tensor cube = uniform({1, 2, 3, 3, 3}), taps = uniform({4, 2, 2, 2, 2});
  rows.push_back(volume_row(false, {},
                            {{{1, 2, 3, 2, 3}, {2, 2, 2, 1, 2}, {2}},
                             {{1, 2, 2, 2}, {2, 1, 1, 1, 2}},
                             {{0, 2, 2, 2, 2}, {1, 2, 2, 2, 2}, {1}}}));
  rows.back().errors = {
      {"channels", [=] { conv3d(cube.narrow(1, 0, 1), taps); }, "to have 2 channels, but got 1 channels"},
      {"dimensions",
       [=] {
         conv3d(uniform({3, 3, 3}), taps);
       },
       "4D (unbatched) or 5D (batched) input"},
      {"kernel",
       [=] {
         conv3d(cube, uniform({4, 2, 4, 1, 1}));
       },
       "Kernel size can't be greater"},
      {"stride",
       [=] {
         conv3d(cube, taps, {}, {1, 0, 1});
       },
       "non-positive stride is not supported"}};
  rows.push_back(volume_row(false,
                            {.stride = {2, 1, 2}, .pad = {1, 2, 0}, .dilation = {2, 1, 1}, .groups = 2},
                            {{{2, 2, 3, 2, 3}, {4, 1, 2, 3, 2}, {4}}}));
  rows.push_back(volume_row(false, {.pad = {1, 1, 1}}, {{{1, 3, 6, 9, 10}, {8, 3, 3, 3, 3}}}));
  rows.push_back(volume_row(true, {},
                            {{{1, 2, 2, 1, 2}, {2, 2, 2, 1, 2}, {2}},
                             {{1, 2, 2, 2}, {1, 2, 1, 1, 2}},
                             {{0, 2, 2, 2, 2}, {2, 1, 2, 2, 2}, {1}}}));
  rows.back().errors = {{"output padding",
                         [=] {
                           conv_transpose3d(cube, uniform({2, 1, 2, 2, 2}), {}, 2, 0, {0, 2, 0});
                         },
                         "output padding must be smaller"},
                        {"size",
                         [=] {
                           conv_transpose3d(cube, uniform({2, 1, 1, 1, 1}), {}, 1, {0, 0, 2});
                         },
                         "Output size is too small"}};
  rows.push_back(volume_row(
      true, {.stride = {2, 1, 3}, .pad = {1, 0, 1}, .dilation = {1, 2, 1}, .more = {1, 0, 2}, .groups = 2},
      {{{2, 2, 2, 2, 2}, {2, 2, 2, 2, 3}, {4}}}));
}

OP_TABLE_TESTS(conv)

}  // namespace op_table
