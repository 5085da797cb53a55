// Windows as columns: which element stands where.
#include <tengen/autograd/ops/layers.h>

#include "array.h"
#include "checks.h"

namespace op_table {

using namespace tengen;

namespace {

struct Windows {
  Sizes size, kernel, dilation, pad, stride;

  int64_t count(size_t d) const {
    return (size[d] + 2 * pad[d] - dilation[d] * (kernel[d] - 1) - 1) / stride[d] + 1;
  }
  /// visit(pixel of the image, row and column of the columns) for all that lies inside.
  template <class Visit>
  void each(int64_t channels, Visit visit) const {
    each_index({channels, kernel[0], kernel[1], count(0), count(1)}, [&](const Sizes& i) {
      const int64_t y = i[3] * stride[0] - pad[0] + i[1] * dilation[0],
                    x = i[4] * stride[1] - pad[1] + i[2] * dilation[1];
      if (y >= 0 && x >= 0 && y < size[0] && x < size[1])
        visit(i[0], y, x, (i[0] * kernel[0] + i[1]) * kernel[1] + i[2], i[3] * count(1) + i[4]);
    });
  }
};

void add_pair(Rows& rows, const Windows& w, int64_t batch, int64_t channels) {
  const int64_t column = channels * w.kernel[0] * w.kernel[1], columns = w.count(0) * w.count(1);
  const bool batched = batch >= 0;
  const auto with_batch = [=](Sizes sizes) {
    if (batched) sizes.insert(sizes.begin(), batch);
    return sizes;
  };
  const int64_t samples = batched ? batch : 1;
  rows.push_back({.name = "im2col",
                  .call = [=](const Tensors& x) -> Tensors {
                    return {im2col(x[0], w.kernel, w.dilation, w.pad, w.stride)};
                  },
                  .samples =
                      [=] {
                        return shapes({{with_batch({channels, w.size[0], w.size[1]})}});
                      },
                  .reference = [=](const Tensors& x) -> Tensors {
                    const Array in(x[0].reshape({samples, channels, w.size[0], w.size[1]}));
                    Array out({samples, column, columns});
                    for (int64_t n = 0; n < samples; ++n)
                      w.each(channels, [&](int64_t c, int64_t y, int64_t v, int64_t row, int64_t at) {
                        out({n, row, at}) = in({n, c, y, v});
                      });
                    return {make(out.data, with_batch({column, columns}))};
                  }});
  rows.push_back({.name = "col2im",
                  .call = [=](const Tensors& x) -> Tensors {
                    return {col2im(x[0], w.size, w.kernel, w.dilation, w.pad, w.stride)};
                  },
                  .samples =
                      [=] {
                        return shapes({{with_batch({column, columns})}});
                      },
                  .reference = [=](const Tensors& x) -> Tensors {
                    const Array in(x[0].reshape({samples, column, columns}));
                    Array out({samples, channels, w.size[0], w.size[1]});
                    for (int64_t n = 0; n < samples; ++n)
                      w.each(channels, [&](int64_t c, int64_t y, int64_t v, int64_t row, int64_t at) {
                        out({n, c, y, v}) += in({n, row, at});
                      });
                    return {make(out.data, with_batch({channels, w.size[0], w.size[1]}))};
                  }});
}

}  // namespace

void add_fold(Rows& rows) {
  add_pair(rows, {{3, 4}, {2, 3}, {1, 1}, {0, 0}, {1, 1}}, 2, 2);
  rows[0].errors = {{"size",
                     [] {
                       im2col(uniform({1, 2, 2}), 3, 1, 0, 1);
                     },
                     "must be at least one"},
                    {"dimensions",
                     [] {
                       im2col(uniform({2, 2}), 1, 1, 0, 1);
                     },
                     "expected 3D or 4D"},
                    {"stride",
                     [] {
                       im2col(uniform({1, 2, 2}), 1, 1, 0, 0);
                     },
                     "stride should be greater"}};
  rows[1].errors = {{"columns",
                     [] {
                       col2im(uniform({4, 3}), {3, 3}, 2, 1, 0, 1);
                     },
                     "2 * 2 = 4, but got 3"},
                    {"rows",
                     [] {
                       col2im(uniform({3, 4}), {3, 3}, 2, 1, 0, 1);
                     },
                     "divisible by"}};
  add_pair(rows, {{5, 4}, {2, 2}, {2, 1}, {1, 2}, {1, 3}}, 1, 1);
  add_pair(rows, {{4, 5}, {3, 3}, {1, 1}, {1, 1}, {2, 2}}, -1, 2);
  add_pair(rows, {{2, 2}, {1, 1}, {1, 1}, {0, 0}, {1, 1}}, 0, 1);
  add_pair(rows, {{20, 20}, {3, 3}, {1, 1}, {1, 1}, {1, 1}}, 2, 1);
}

OP_TABLE_TESTS(fold)

}  // namespace op_table
