// Sums of products and distances, against loops.
#include <cmath>

#include "array.h"
#include "checks.h"
#include "einsum_loops.h"

using namespace tengen;

namespace op_table {
namespace {

/// The p-norm of the difference of row i of a and row j of b.
double distance(const Tensor& a, int64_t i, const Tensor& b, int64_t j, double p) {
  const std::vector<double> x = values(a.select(0, i)), y = values(b.select(0, j));
  double sum = 0;
  for (size_t k = 0; k < x.size(); ++k) sum += std::pow(std::abs(x[k] - y[k]), p);
  return std::pow(sum, 1 / p);
}
Tensor distances(const Tensor& a, const Tensor& b, double p) {
  std::vector<double> out;
  for (int64_t i = 0; i < a.size(0); ++i)
    for (int64_t j = 0; j < b.size(0); ++j) out.push_back(distance(a, i, b, j, p));
  return make(out, {a.size(0), b.size(0)});
}

}  // namespace

void add_products(Rows& rows) {
  rows.push_back({.name = "tensordot",
                  .call = [](const Tensors& x) -> Tensors {
                    return {tensordot(x[0], x[1], {0, 2}, {2, 0}), tensordot(x[0], x[1], {}, {})};
                  },
                  .samples =
                      [] {
                        return shapes({{{2, 1, 3}, {3, 2, 2}}});
                      },
                  .reference = [](const Tensors& x) -> Tensors {
                    return {einsum_loops("abc,cda->bd", x), einsum_loops("abc,def->abcdef", x)};
                  },
                  .errors = {{"sizes", [] { tensordot(ones({2}), ones({3}), {0}, {0}); },
                              "tensordot: contracted dimensions need to match"}},
                  .gradient_ulps16 = 8});
  rows.push_back({.name = "tensordot",
                  .call = [](const Tensors& x) -> Tensors { return {tensordot(x[0], x[1], {0}, {1})}; },
                  .samples =
                      [] {
                        return shapes({{{1, 2}, {2, 3}}, {{3, 2}, {2, 1}}});
                      },
                  .reference = [](const Tensors& x) -> Tensors {
                    const Tensor a = x[0].size(0) == 1 ? x[0].expand({3, 2}).contiguous() : x[0],
                                 b = x[1].size(1) == 1 ? x[1].expand({2, 3}).contiguous() : x[1];
                    return {einsum_loops("ab,da->bd", {a, b})};
                  },
                  .gradient_ulps16 = 8});
  rows.push_back(
      {.name = "inner",
       .call = [](const Tensors& x) -> Tensors {
         return {inner(x[0], x[1]), x[0].inner(x[1].select(0, 0).select(0, 0))};
       },
       .samples =
           [] {
             return shapes({{{2, 3}, {4, 3}}, {{3}, {2, 3}}});
           },
       .reference = [](const Tensors& x) -> Tensors {
         return {einsum_loops(x[0].dim() == 1 ? "a,ba->b" : "ca,ba->cb", x),
                 elementwise({x[0], x[1].select(0, 0).select(0, 0)},
                             [](const std::vector<double>& v) { return v[0] * v[1]; })[0]};
       },
       .errors = {{"sizes", [] { inner(ones({2}), ones({3})); }, "inner: the last dimension must match"}},
       .ulps16 = 2,
       .gradient_ulps16 = 8});
  rows.push_back({.name = "vdot",
                  .call = [](const Tensors& x) -> Tensors { return {vdot(x[0], x[1])}; },
                  .samples =
                      [] {
                        return shapes({{{3}, {3}}});
                      },
                  .reference = [](const Tensors& x) -> Tensors { return {einsum_loops("a,a->", x)}; }});
  for (double p : {2.0, 1.0, 3.0})
    rows.push_back({.name = "cdist",
                    .call = [=](const Tensors& x) -> Tensors { return {cdist(x[0], x[1], p)}; },
                    .samples =
                        [] {
                          return shapes({{{3, 2}, {2, 2}}});
                        },
                    .reference = [=](const Tensors& x) -> Tensors { return {distances(x[0], x[1], p)}; },
                    .errors = {{"columns",
                                [] {
                                  cdist(ones({2, 3}), ones({2, 2}));
                                },
                                "cdist: expected x1 and x2 to have the same number of columns"}},
                    .ulps16 = 2,
                    .gradient_ulps16 = 8});
  rows.push_back({.name = "cdist",
                  .call = [](const Tensors& x) -> Tensors { return {cdist(x[0], x[1], 2, 1)}; },
                  .samples =
                      [] {
                        return shapes({{{3, 2}, {2, 2}}});
                      },
                  .reference = [](const Tensors& x) -> Tensors { return {distances(x[0], x[1], 2)}; },
                  .ulps16 = 0});  // cancellation
  rows.push_back({.name = "cdist",
                  .call = [](const Tensors& x) -> Tensors { return {cdist(x[0], x[1])}; },
                  .samples =
                      [] {
                        return shapes({{{2, 3, 2}, {2, 2}}});
                      },
                  .reference = [](const Tensors& x) -> Tensors {
                    return {stack({distances(x[0][0], x[1], 2), distances(x[0][1], x[1], 2)})};
                  },
                  .ulps16 = 2,
                  .gradient_ulps16 = 8});
  rows.push_back({.name = "pdist",
                  .call = [](const Tensors& x) -> Tensors {
                    return {pdist(x[0]), pdist(x[0], 3)};
                  },
                  .samples =
                      [] {
                        return shapes({{{4, 3}}});
                      },
                  .reference = [](const Tensors& x) -> Tensors {
                    Tensors out;
                    for (double p : {2.0, 3.0}) {
                      std::vector<double> d;
                      for (int64_t i = 0; i < 4; ++i)
                        for (int64_t j = i + 1; j < 4; ++j) d.push_back(distance(x[0], i, x[0], j, p));
                      out.push_back(make(d, {6}));
                    }
                    return out;
                  },
                  .errors = {{"1-d", [] { pdist(ones({3})); }, "pdist: only supports 2D tensors"}},
                  .ulps16 = 2,
                  .gradient_ulps16 = 8});
}

OP_TABLE_TESTS(products)

}  // namespace op_table
