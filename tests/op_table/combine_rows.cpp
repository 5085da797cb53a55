// Combinations, and channels and pixels in another order.
#include <cmath>

#include "checks.h"
#include "coordinates.h"

using namespace tengen;

namespace op_table {

using C = Coordinates;

void add_combine(Rows& rows) {
  rows.push_back({.name = "cartesian_prod",
                  .call = [](const Tensors& x) -> Tensors {
                    return {cartesian_prod(x), cartesian_prod({x[0]})};
                  },
                  .samples =
                      [] {
                        return std::vector<Sample>{
                            {"three", {uniform({2}), uniform({3}, -2, 2, 2), uniform({2}, -2, 2, 3)}}};
                      },
                  .reference = [](const Tensors& x) -> Tensors {
                    std::vector<double> out;
                    for (double a : values(x[0]))
                      for (double b : values(x[1]))
                        for (double c : values(x[2])) out.insert(out.end(), {a, b, c});
                    return {make(out, {12, 3}), x[0]};
                  },
                  .errors = {{"matrix",
                              [] {
                                cartesian_prod({ones({2, 2})});
                              },
                              "cartesian_prod: expected vectors"}}});
  rows.push_back({.name = "combinations",
                  .call = [](const Tensors& x) -> Tensors {
                    return {combinations(x[0]), combinations(x[0], 3), combinations(x[0], 2, true),
                            combinations(x[0], 1)};
                  },
                  .samples = shapes({{"vector", {4}}}),
                  .reference = [](const Tensors& x) -> Tensors {
                    const std::vector<double> v = values(x[0]);
                    std::vector<double> two, three, again;
                    for (size_t i = 0; i < 4; ++i)
                      for (size_t j = i; j < 4; ++j) {
                        again.insert(again.end(), {v[i], v[j]});
                        if (j == i) continue;
                        two.insert(two.end(), {v[i], v[j]});
                        for (size_t k = j + 1; k < 4; ++k) three.insert(three.end(), {v[i], v[j], v[k]});
                      }
                    return {make(two, {6, 2}), make(three, {4, 3}), make(again, {10, 2}), make(v, {4, 1})};
                  },
                  .errors = {{"matrix",
                              [] {
                                combinations(ones({2, 2}));
                              },
                              "combinations: expect a 1D vector"}}});
  rows.push_back(
      {.name = "vander",
       .call = [](const Tensors& x) -> Tensors {
         return {vander(x[0]), vander(x[0], 3, true), vander(x[0], 0)};
       },
       .samples = shapes({{"vector", {4}}}),
       .reference = [](const Tensors& x) -> Tensors {
         const std::vector<double> v = values(x[0]);
         return {build({4, 4}, [&](const C& c) { return std::pow(v[size_t(c[0])], 3 - double(c[1])); }),
                 build({4, 3}, [&](const C& c) { return std::pow(v[size_t(c[0])], double(c[1])); }),
                 make({}, {4, 0})};
       },
       .errors = {{"matrix",
                   [] {
                     vander(ones({2, 2}));
                   },
                   "vander: x must be a one-dimensional tensor"}},
       .ulps16 = 4,
       .gradient_ulps16 = 16});
  rows.push_back({.name = "channel_shuffle",
                  .call = [](const Tensors& x) -> Tensors { return {channel_shuffle(x[0], 2)}; },
                  .samples = shapes({{"3-d", {2, 4, 3}}, {"4-d", {1, 6, 2, 2}}}),
                  .reference = [](const Tensors& in) -> Tensors {
                    Plain x(in[0]);
                    return {build(x.sizes, [&](C c) {
                      c[1] = c[1] % 2 * (x.sizes[1] / 2) + c[1] / 2;
                      return x(c);
                    })};
                  },
                  .errors = {{"groups",
                              [] {
                                channel_shuffle(ones({1, 3, 2}), 2);
                              },
                              "must be divisible by groups"}}});
  rows.push_back({.name = "pixel_shuffle",
                  .call = [](const Tensors& x) -> Tensors {
                    return {pixel_shuffle(x[0], 2), pixel_unshuffle(pixel_shuffle(x[0], 2), 2)};
                  },
                  .samples = shapes({{"batch", {2, 4, 2, 3}}, {"3-d", {8, 1, 2}}}),
                  .reference = [](const Tensors& in) -> Tensors {
                    Plain x(in[0]);
                    C sizes = x.sizes;
                    const size_t n = sizes.size();
                    sizes[n - 3] /= 4, sizes[n - 2] *= 2, sizes[n - 1] *= 2;
                    return {build(sizes,
                                  [&](C c) {
                                    c[n - 3] = c[n - 3] * 4 + c[n - 2] % 2 * 2 + c[n - 1] % 2;
                                    c[n - 2] /= 2, c[n - 1] /= 2;
                                    return x(c);
                                  }),
                            in[0]};
                  },
                  .errors = {{"channels",
                              [] {
                                pixel_shuffle(ones({1, 3, 2, 2}), 2);
                              },
                              "pixel_shuffle: expected"},
                             {"size",
                              [] {
                                pixel_unshuffle(ones({1, 3, 2, 3}), 2);
                              },
                              "pixel_unshuffle: expected"}},
                  .also = {"pixel_unshuffle"}});
}

OP_TABLE_TESTS(combine)

}  // namespace op_table
