// Resampling: weights of source pixels.
#include <algorithm>
#include <cmath>

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
}

OP_TABLE_TESTS(resample)

}  // namespace op_table
