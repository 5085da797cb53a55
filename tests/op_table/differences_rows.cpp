// Differences of neighbors and trapezoidal sums.
#include "array.h"
#include "checks.h"

using namespace tengen;

namespace op_table {
namespace {

using V = std::vector<double>;

V steps(const V& v) {
  V out;
  for (size_t i = 1; i < v.size(); ++i) out.push_back(v[i] - v[i - 1]);
  return out;
}
/// The areas of the trapezoids that samples at `x` make.
V areas(const V& y, const V& x) {
  V out;
  for (size_t i = 1; i < y.size(); ++i) out.push_back((y[i] + y[i - 1]) * (x[i] - x[i - 1]) / 2);
  return out;
}
V summed(V v) {
  for (size_t i = 1; i < v.size(); ++i) v[i] += v[i - 1];
  return v;
}
V total(const V& v) { return {v.empty() ? 0 : summed(v).back()}; }
V spaced(size_t n, double dx) {
  V x;
  for (size_t i = 0; i < n; ++i) x.push_back(dx * double(i));
  return x;
}
Tensor without_last_dim(const Tensor& t) { return t.squeeze(-1); }

}  // namespace

void add_differences(Rows& rows) {
  rows.push_back(
      {.name = "diff",
       .call = [](const Tensors& x) -> Tensors {
         return {diff(x[0]), x[0].diff(2), diff(x[0], 0), diff(x[0], 9)};
       },
       .samples =
           [] {
             return shapes({{{4}}, {{2, 5}}});
           },
       .reference = [](const Tensors& x) -> Tensors {
         return {rows_to(x[0], steps), rows_to(x[0], [](const V& v) { return steps(steps(v)); }), x[0],
                 x[0].slice(-1, 0, 0)};
       },
       .errors = {{"0-d", [] { diff(ones({})); }, "diff: expected input to be at least one-dimensional"},
                  {"order", [] { diff(ones({2}), -1); }, "diff: order must be non-negative"}}});
  rows.push_back({.name = "diff",
                  .call = [](const Tensors& x) -> Tensors { return {diff(x[0], 1, 0, x[1], x[2])}; },
                  .samples =
                      [] {
                        return shapes({{{3}, {1}, {2}}});
                      },
                  .reference = [](const Tensors& x) -> Tensors {
                    V v = values(x[1]);
                    for (size_t k : {0, 2})
                      for (double d : values(x[k])) v.push_back(d);
                    return {make(steps(v), {5})};
                  }});
  rows.push_back(
      {.name = "trapezoid",
       .call = [](const Tensors& x) -> Tensors {
         return {trapezoid(x[0]), trapezoid(x[0], 0.5), trapz(x[0], 0.5), cumulative_trapezoid(x[0], 0.5)};
       },
       .samples =
           [] {
             return shapes({{{4}}, {{2, 3}}, {{2, 1}}});
           },
       .reference = [](const Tensors& x) -> Tensors {
         auto sums = [](double dx) {
           return [dx](const V& y) { return total(areas(y, spaced(y.size(), dx))); };
         };
         const Tensor half = without_last_dim(rows_to(x[0], sums(0.5)));
         return {without_last_dim(rows_to(x[0], sums(1))), half, half,
                 rows_to(x[0], [](const V& y) { return summed(areas(y, spaced(y.size(), 0.5))); })};
       },
       .also = {"trapz", "cumulative_trapezoid"}});
  rows.back().ulps16 = 4;
  rows.push_back(
      {.name = "trapezoid",
       .call = [](const Tensors& x) -> Tensors {
         return {trapezoid(x[0], x[1]), trapz(x[0], x[1]), cumulative_trapezoid(x[0], x[1])};
       },
       .samples =
           [] {
             return shapes({{{2, 4}, {4}}, {{3}, {3}}});
           },
       .reference = [](const Tensors& x) -> Tensors {
         const V at = values(x[1]);
         const Tensor sums = without_last_dim(rows_to(x[0], [&](const V& y) { return total(areas(y, at)); }));
         return {sums, sums, rows_to(x[0], [&](const V& y) { return summed(areas(y, at)); })};
       },
       .errors = {{"samples", [] { trapezoid(ones({3}), ones({2})); }, "one x value for each sample point"}},
       .ulps16 = 4,
       .gradient_ulps16 = 4});
}

OP_TABLE_TESTS(differences)

}  // namespace op_table
