// Views that no other operator gives: any strides, windows.
#include "checks.h"
#include "coordinates.h"

namespace op_table {

using namespace tengen;

using C = Coordinates;

void add_strided(Rows& rows) {
  rows.push_back({.name = "as_strided",  // bases of other strides: tests/tensor/indexing_test.cpp
                  .call = [](const Tensors& in) -> Tensors {
                    Tensor x = in[0].contiguous();
                    return {as_strided(x, {2, 2}, {3, 1}, 1), x.as_strided({3, 2}, {1, 2}),
                            x.as_strided({2, 3}, {0, 1})};
                  },
                  .samples = shapes({{"vector", {6}}, {"matrix", {4, 3}}}),
                  .reference = [](const Tensors& in) -> Tensors {
                    std::vector<double> x = values(in[0]);
                    return {build({2, 2}, [&](const C& c) { return x[size_t(1 + 3 * c[0] + c[1])]; }),
                            build({3, 2}, [&](const C& c) { return x[size_t(c[0] + 2 * c[1])]; }),
                            build({2, 3}, [&](const C& c) { return x[size_t(c[1])]; })};
                  },
                  .errors = {{"bounds",
                              [] {
                                as_strided(zeros({24}), {5, 5}, {5, 5});
                              },
                              "out of bounds for storage of size 96"},
                             {"negative", [] { as_strided(zeros({4}), {2}, {-1}); },
                              "Negative strides are not supported"}}});
  rows.push_back({.name = "unfold",
                  .call = [](const Tensors& in) -> Tensors {
                    return {in[0].unfold(0, 3, 2), in[0].unfold(-1, 2, 1)};
                  },
                  .samples = shapes({{"vector", {6}}, {"matrix", {5, 3}}, {"large", {40, 1000}}}),
                  .reference = [](const Tensors& in) -> Tensors {
                    Plain x(in[0]);
                    auto windows = [&](size_t dim, int64_t size, int64_t step) {
                      C sizes = x.sizes;
                      sizes[dim] = (sizes[dim] - size) / step + 1;
                      sizes.push_back(size);
                      return build(sizes, [&](C c) {
                        c[dim] = c[dim] * step + c.back();
                        c.pop_back();
                        return x(c);
                      });
                    };
                    return {windows(0, 3, 2), windows(x.sizes.size() - 1, 2, 1)};
                  },
                  .errors = {{"size", [] { zeros({2}).unfold(0, 5, 1); },
                              "maximum size for tensor at dimension 0 is 2 but size is 5"},
                             {"step", [] { zeros({2}).unfold(0, 1, 0); }, "step is 0 but must be > 0"}}});
}

OP_TABLE_TESTS(strided)

}  // namespace op_table
