// Sampling at given places by plain loops.
#include <cmath>

#include <tengen/autograd/ops/sampling.h>

#include "array.h"
#include "checks.h"

namespace op_table {

using namespace tengen;

namespace {

struct Choice {
  int64_t mode, padding;
  bool align;
};

/// Where `x` lies after padding; outside of [0, size) there are zeros.
double padded(double x, int64_t size, const Choice& c) {
  if (c.padding == 0) return x;
  if (c.padding == 2) {
    const double low = c.align ? 0 : -0.5, high = c.align ? double(size - 1) : double(size) - 0.5;
    if (high == low) return 0;
    while (x < low || x > high) x = x < low ? 2 * low - x : 2 * high - x;
  }
  return std::min(std::max(x, 0.0), double(size - 1));
}

double keys(double d) {
  const double a = -0.75;
  if (d <= 1) return (a + 2) * d * d * d - (a + 3) * d * d + 1;
  return d < 2 ? a * d * d * d - 5 * a * d * d + 8 * a * d - 4 * a : 0;
}

/// The weights of an axis's elements at `place` in [-1, 1].
std::vector<double> weights(double place, int64_t size, const Choice& c) {
  const double x = c.align ? (place + 1) / 2 * double(size - 1) : ((place + 1) * double(size) - 1) / 2;
  std::vector<double> out(size_t(size), 0);
  const auto add = [&](double at, double weight) {
    if (at >= 0 && at <= double(size - 1)) out[size_t(at)] += weight;
  };
  if (c.mode == 2) {
    for (double k = std::floor(x) - 1; k <= std::floor(x) + 2; ++k)
      add(padded(k, size, c), keys(std::abs(x - k)));
    return out;
  }
  const double moved = padded(x, size, c);
  if (c.mode == 1) {
    add(std::nearbyint(moved), 1);
  } else {
    add(std::floor(moved), 1 - (moved - std::floor(moved)));
    add(std::floor(moved) + 1, moved - std::floor(moved));
  }
  return out;
}

Tensor sample_loops(const Tensors& in, const Choice& c) {
  const int64_t dims = in[0].dim() - 2;
  Sizes sizes = sizes_of(in[0]), shape = sizes_of(in[1]);
  const Tensor volume = dims == 2 ? in[0].unsqueeze(2) : in[0];
  const Array x(volume), grid(in[1].reshape({sizes[0], -1, dims}));
  const int64_t places = grid.sizes[1];
  Array out({sizes[0], sizes[1], places});
  for (int64_t n = 0; n < sizes[0]; ++n)
    for (int64_t q = 0; q < places; ++q) {
      const auto wx = weights(grid({n, q, 0}), x.sizes[4], c), wy = weights(grid({n, q, 1}), x.sizes[3], c);
      const auto wz = dims == 3 ? weights(grid({n, q, 2}), x.sizes[2], c) : std::vector<double>{1};
      each_index({sizes[1], x.sizes[2], x.sizes[3], x.sizes[4]}, [&](const Sizes& i) {
        out({n, i[0], q}) +=
            wz[size_t(i[1])] * wy[size_t(i[2])] * wx[size_t(i[3])] * x({n, i[0], i[1], i[2], i[3]});
      });
    }
  Sizes result{sizes[0], sizes[1]};
  result.insert(result.end(), shape.begin() + 1, shape.end() - 1);
  return make(out.data, result);
}

}  // namespace

void add_sample(Rows& rows) {
  for (const int64_t mode : {0, 1, 2})
    for (const int64_t padding : {0, 1, 2})
      for (const bool align : {false, true}) {
        if (mode == 2 && align != (padding == 1)) continue;  // 16 taps of second derivatives take their time
        const Choice c{mode, padding, align};
        rows.push_back(
            {.name = "grid_sampler",
             .call = [=](const Tensors& in) -> Tensors {
               return {grid_sampler(in[0], in[1], mode, padding, align)};
             },
             .samples =
                 [=] {
                   std::vector<Sample> samples{
                       {"image", {uniform({1, 1, 3, 4}), uniform({1, 1, 2, 2}, -1.7, 1.7, 3)}},
                       {"batch", {uniform({2, 2, 1, 2}), uniform({2, 1, 1, 2}, -1.7, 1.7, 4)}},
                       {"no places", {uniform({1, 1, 2, 2}), uniform({1, 0, 2, 2})}}};
                   if (mode < 2 && !align)
                     samples.push_back(
                         {"volume", {uniform({1, 1, 2, 3, 2}), uniform({1, 1, 1, 2, 3}, -1.7, 1.7, 5)}});
                   return samples;
                 },
             .reference = [=](const Tensors& in) -> Tensors { return {sample_loops(in, c)}; },
             .tolerance32 = 1e-3,
             // A place that is rounded to 16 bits is another one.
             .ulps16 = 0,
             .gradient_ulps16 = 0,
             .also = {"grid_sampler_2d", "grid_sampler_3d"}});
      }
  const Tensor image = uniform({1, 2, 3, 3}), places = uniform({1, 2, 2, 2});
  rows[0].errors = {
      {"dimensions", [=] { grid_sampler(image[0], places, 0, 0, false); }, "expected 4D or 5D input"},
      {"batch",
       [=] {
         grid_sampler(image, uniform({2, 2, 2, 2}), 0, 0, false);
       },
       "same batch size"},
      {"places",
       [=] {
         grid_sampler(image, uniform({1, 2, 2, 3}), 0, 0, false);
       },
       "size 2 in last dimension"},
      {"types", [=] { grid_sampler(image, places.to(kFloat), 0, 0, false); }, "same floating type"},
      {"cubic",
       [] {
         grid_sampler_3d(uniform({1, 1, 2, 2, 2}), uniform({1, 1, 1, 1, 3}), 2, 0, false);
       },
       "only supports 4D input"},
      {"two",
       [=] {
         grid_sampler_2d(uniform({1, 1, 2, 2, 2}), places, 0, 0, false);
       },
       "expected 4D input"}};

  for (const bool align : {false, true})
    for (const Sizes& size : {Sizes{2, 1, 3, 2}, Sizes{1, 1, 2, 1, 3}}) {
      const auto dims = int64_t(size.size()) - 2;
      rows.push_back(
          {.name = "affine_grid_generator",
           .call = [=](const Tensors& in) -> Tensors { return {affine_grid_generator(in[0], size, align)}; },
           .samples =
               [=] {
                 return shapes({{{size[0], dims, dims + 1}}});
               },
           .reference = [=](const Tensors& in) -> Tensors {
             const Array theta(in[0]);
             Sizes spatial(size.begin() + 2, size.end()), shape = spatial;
             shape.insert(shape.begin(), size[0]);
             std::vector<double> out;
             each_index(shape, [&](const Sizes& i) {
               std::vector<double> place;  // x, y(, z), 1
               for (size_t d = size_t(dims); d-- > 0;) {
                 const double n = double(spatial[d]), at = double(i[d + 1]);
                 place.push_back(n == 1 ? 0 : align ? 2 * at / (n - 1) - 1 : (2 * at + 1) / n - 1);
               }
               place.push_back(1);
               for (int64_t k = 0; k < dims; ++k) {
                 double sum = 0;
                 for (int64_t j = 0; j <= dims; ++j) sum += theta({i[0], k, j}) * place[size_t(j)];
                 out.push_back(sum);
               }
             });
             shape.push_back(dims);
             return {make(out, shape)};
           },
           .errors = {{"theta",
                       [=] {
                         affine_grid_generator(uniform({1, 2, 2}), size, align);
                       },
                       "affine matrices of floating type"}}});
    }
}

OP_TABLE_TESTS(sample)

}  // namespace op_table
