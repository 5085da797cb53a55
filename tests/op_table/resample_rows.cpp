// Resampling: weights of source pixels.
#include <algorithm>
#include <cmath>

#include <tengen/autograd/ops/sampling.h>

#include "checks.h"
#include "planes.h"

namespace op_table {

using namespace tengen;

namespace {

/// The weights with which target pixel i sees the source pixels of one axis.
std::vector<double> source_weights(int64_t i, int64_t in, double scale, bool bilinear, bool align) {
  std::vector<double> weights(size_t(in), 0);
  if (!bilinear) {
    weights[size_t(std::min(int64_t(std::floor(float(i) * float(scale))), in - 1))] = 1;
    return weights;
  }
  const double x =
      std::clamp(align ? double(i) * scale : (double(i) + 0.5) * scale - 0.5, 0.0, double(in - 1));
  for (int64_t k = 0; k < in; ++k) weights[size_t(k)] = std::max(0.0, 1 - std::abs(x - double(k)));
  return weights;
}

Row resample_row(bool bilinear, bool align, int64_t h, int64_t w, std::optional<double> scale_h,
                 std::optional<double> scale_w, std::vector<Sizes> cases) {
  return {
      .name = bilinear ? "upsample_bilinear2d" : "upsample_nearest2d",
      .call = [=](const Tensors& in) -> Tensors {
        if (bilinear) return {upsample_bilinear2d(in[0], {h, w}, align, scale_h, scale_w)};
        return {upsample_nearest2d(in[0], {h, w}, scale_h, scale_w)};
      },
      .samples = [=] { return planes(cases); },
      .reference = [=](const Tensors& in) -> Tensors {
        const Array x = planes_of(in[0]);
        Array out({x.sizes[0], h, w});
        const auto scale = [&](int64_t from, int64_t to, std::optional<double> factor) {
          if (align) return to > 1 ? double(from - 1) / double(to - 1) : 0.0;
          return factor ? 1 / *factor : double(from) / double(to);
        };
        each_index(out.sizes, [&](const Sizes& i) {
          const auto wy = source_weights(i[1], x.sizes[1], scale(x.sizes[1], h, scale_h), bilinear, align);
          const auto wx = source_weights(i[2], x.sizes[2], scale(x.sizes[2], w, scale_w), bilinear, align);
          for (int64_t y = 0; y < x.sizes[1]; ++y)
            for (int64_t c = 0; c < x.sizes[2]; ++c)
              out({i[0], i[1], i[2]}) += wy[size_t(y)] * wx[size_t(c)] * x({i[0], y, c});
        });
        return {from_planes(out, in[0])};
      }};
}

/// Keys' cubic with a = -0.75, as a function of the distance.
double keys(double d) {
  d = std::abs(d);
  const double a = -0.75;
  if (d <= 1) return (a + 2) * d * d * d - (a + 3) * d * d + 1;
  return d < 2 ? a * d * d * d - 5 * a * d * d + 8 * a * d - 4 * a : 0;
}

enum class Kind { nearest, exact, linear, cubic };

std::vector<double> axis_weights(Kind kind, int64_t i, int64_t in, double scale, bool align) {
  if (kind == Kind::nearest || kind == Kind::linear)
    return source_weights(i, in, scale, kind == Kind::linear, align);
  std::vector<double> weights(size_t(in), 0);
  if (kind == Kind::exact) {
    weights[size_t(std::min(int64_t((double(i) + 0.5) * scale), in - 1))] = 1;
    return weights;
  }
  const double place = align ? double(i) * scale : (double(i) + 0.5) * scale - 0.5;
  for (auto k = int64_t(std::floor(place)) - 1; k <= int64_t(std::floor(place)) + 2; ++k)
    weights[size_t(std::clamp<int64_t>(k, 0, in - 1))] += keys(place - double(k));
  return weights;
}

/// t with dimension `dim` replaced by weighted sums of itself.
Tensor along(const Tensor& t, size_t dim, const std::vector<std::vector<double>>& weights) {
  const Array x(t);
  Sizes sizes = x.sizes;
  sizes[dim] = int64_t(weights.size());
  int64_t inner = 1;
  for (size_t d = dim + 1; d < sizes.size(); ++d) inner *= sizes[d];
  const int64_t in = x.sizes[dim], outer = int64_t(x.data.size()) / (in * inner);
  std::vector<double> out;
  for (int64_t o = 0; o < outer; ++o)
    for (const auto& row : weights)
      for (int64_t i = 0; i < inner; ++i) {
        double sum = 0;
        for (int64_t k = 0; k < in; ++k) sum += row[size_t(k)] * x.data[size_t((o * in + k) * inner + i)];
        out.push_back(sum);
      }
  return make(out, sizes);
}

using Factors = std::vector<std::optional<double>>;

/// An operator that resamples each axis by itself.
Row axes_row(const char* name, Kind kind, bool align, Sizes size, Factors factors,
             std::function<Tensor(const Tensor&)> call, std::vector<Sizes> cases) {
  return {.name = name,
          .call = [=](const Tensors& in) -> Tensors { return {call(in[0])}; },
          .samples = [=] { return planes(cases); },
          .reference = [=](const Tensors& in) -> Tensors {
            Tensor out = in[0];
            for (size_t d = 0; d < size.size(); ++d) {
              const int64_t from = in[0].size(int64_t(d) + 2);
              const double scale = align ? (size[d] > 1 ? double(from - 1) / double(size[d] - 1) : 0)
                                         : (factors[d] ? 1 / *factors[d] : double(from) / double(size[d]));
              std::vector<std::vector<double>> weights;
              for (int64_t i = 0; i < size[d]; ++i)
                weights.push_back(axis_weights(kind, i, from, scale, align));
              out = along(out, d + 2, weights);
            }
            return {out};
          },
          .errors = {{"dimensions",
                      [=] {
                        call(uniform({2, 3}));
                      },
                      "tensor, but got"}}};
}

}  // namespace

void add_resample(Rows& rows) {
  const Tensor x = uniform({1, 2, 4, 4});
  rows.push_back(resample_row(false, false, 6, 8, {}, {}, {{1, 2, 3, 4}, {0, 1, 3, 4}, {2, 20, 3, 4}}));
  rows.back().errors = {{"dimensions",
                         [=] {
                           upsample_nearest2d(uniform({4, 4}), {2, 2});
                         },
                         "expected a 4D tensor"},
                        {"size",
                         [=] {
                           upsample_nearest2d(x, {0, 2});
                         },
                         "should be greater than 0"},
                        {"sizes", [=] { upsample_nearest2d(x, {2}); }, "output_size equals to 2"}};
  rows.push_back(resample_row(false, false, 5, 7, {}, {}, {{1, 1, 3, 4}, {1, 1, 8, 9}}));
  rows.push_back(resample_row(false, false, 7, 5, 2.5, 1.4, {{1, 1, 3, 4}}));
  rows.push_back(
      resample_row(true, false, 6, 8, {}, {}, {{1, 2, 3, 4}, {0, 1, 3, 4}, {1, 1, 9, 10}, {2, 60, 12, 13}}));
  rows.push_back(resample_row(true, true, 5, 7, {}, {}, {{1, 1, 3, 4}, {1, 1, 1, 2}}));
  rows.push_back(resample_row(true, true, 1, 1, {}, {}, {{1, 1, 3, 4}}));
  rows.push_back(resample_row(true, false, 7, 5, 2.5, 1.4, {{1, 1, 3, 4}}));
  rows.push_back({.name = "upsample_nearest1d",
                  .call = [](const Tensors& in) -> Tensors { return {upsample_nearest1d(in[0], 5)}; },
                  .samples =
                      [] {
                        return planes({{1, 2, 3}});
                      },
                  .reference = [](const Tensors& in) -> Tensors {
                    const Array x(in[0]);
                    Array out({x.sizes[0], x.sizes[1], 5});
                    each_index(out.sizes, [&](const Sizes& i) {
                      out({i[0], i[1], i[2]}) = x({i[0], i[1], i[2] * 3 / 5});
                    });
                    return {out.tensor()};
                  },
                  .errors = {{"dimensions", [=] { upsample_nearest1d(x, 3); }, "expected a 3D tensor"}}});

  const std::optional<double> none;
  rows.push_back(axes_row("upsample_nearest3d", Kind::nearest, false, {3, 5, 4}, {none, none, none},
                          [](const Tensor& t) {
                            return upsample_nearest3d(t, {3, 5, 4});
                          },
                          {{1, 2, 2, 3, 4}}));
  rows.push_back(axes_row("_upsample_nearest_exact1d", Kind::exact, false, {5}, {none},
                          [](const Tensor& t) { return _upsample_nearest_exact1d(t, 5); },
                          {{2, 2, 3}, {1, 1, 7}}));
  rows.push_back(axes_row("_upsample_nearest_exact2d", Kind::exact, false, {5, 2}, {1.75, none},
                          [](const Tensor& t) {
                            return _upsample_nearest_exact2d(t, {5, 2}, 1.75);
                          },
                          {{2, 2, 3, 3}}));
  rows.push_back(axes_row("_upsample_nearest_exact3d", Kind::exact, false, {3, 2, 5}, {none, none, none},
                          [](const Tensor& t) {
                            return _upsample_nearest_exact3d(t, {3, 2, 5});
                          },
                          {{1, 2, 2, 3, 2}}));
  for (const bool align : {false, true}) {
    rows.push_back(axes_row("upsample_linear1d", Kind::linear, align, {5}, {none},
                            [=](const Tensor& t) { return upsample_linear1d(t, 5, align); },
                            {{2, 2, 3}, {1, 1, 7}}));
    rows.push_back(axes_row("upsample_trilinear3d", Kind::linear, align, {3, 2, 5}, {none, none, none},
                            [=](const Tensor& t) {
                              return upsample_trilinear3d(t, {3, 2, 5}, align);
                            },
                            {{1, 2, 2, 3, 3}}));
    rows.push_back(axes_row("upsample_bicubic2d", Kind::cubic, align, {5, 3}, {none, none},
                            [=](const Tensor& t) {
                              return upsample_bicubic2d(t, {5, 3}, align);
                            },
                            {{2, 1, 3, 4}, {1, 1, 2, 1}}));
  }
  rows.push_back(axes_row("upsample_bicubic2d", Kind::cubic, false, {4, 6}, {1.3, 1.6},
                          [](const Tensor& t) {
                            return upsample_bicubic2d(t, {4, 6}, false, 1.3, 1.6);
                          },
                          {{1, 1, 3, 4}}));
}

OP_TABLE_TESTS(resample)

}  // namespace op_table
