// Sorting, against std::stable_sort on vectors.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "checks.h"
#include "coordinates.h"

using namespace tengen;

namespace op_table {
namespace {

using C = Coordinates;

/// Values and positions of the first k elements along dim in stable order.
Tensors ordered(const Tensor& t, size_t dim, int64_t k, bool descending) {
  Plain x(t);
  if (x.sizes.empty()) return {t, build({}, [](auto) { return 0.0; })};
  C sizes = x.sizes;
  sizes[dim] = k;
  auto less = [](double a, double b) { return a < b || (std::isnan(b) && !std::isnan(a)); };
  auto position = [&](C c) {
    std::vector<int64_t> order(size_t(x.sizes[dim]));
    std::iota(order.begin(), order.end(), 0);
    auto value = [&, c](int64_t i) mutable { return c[dim] = i, x(c); };
    std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
      return descending ? less(value(b), value(a)) : less(value(a), value(b));
    });
    return order[size_t(c[dim])];
  };
  return {build(sizes, [&](C c) { return c[dim] = position(c), x(c); }),
          build(sizes, [&](const C& c) { return double(position(c)); })};
}

Tensors listed(const std::tuple<Tensor, Tensor>& pair) { return {std::get<0>(pair), std::get<1>(pair)}; }

Tensors operator+(Tensors a, const Tensors& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace

void add_sort(Rows& rows) {
  rows.push_back({.name = "sort",
                  .call = [](const Tensors& in) { return listed(sort(in[0])) + listed(in[0].sort(0, true)); },
                  .samples =
                      [] {
                        return std::vector<Sample>{{"0-d", {uniform({})}},
                                                   {"vector", {distinct({7})}},
                                                   {"matrix", {distinct({3, 4})}},
                                                   {"3-d", {distinct({2, 2, 3})}},
                                                   {"empty rows", {uniform({2, 0})}},
                                                   {"no rows", {uniform({0, 2})}},
                                                   {"large", {distinct({30, 100}, 0.01)}}};
                      },
                  .reference =
                      [](const Tensors& in) {
                        size_t last = size_t(std::max<int64_t>(in[0].dim(), 1)) - 1;
                        int64_t n = in[0].dim() ? in[0].size(-1) : 1, m = in[0].dim() ? in[0].size(0) : 1;
                        return ordered(in[0], last, n, false) + ordered(in[0], 0, m, true);
                      },
                  .errors = {{"dim", [] { sort(zeros({2}), 1); }, "Dimension out of range"}}});
  rows.push_back({.name = "argsort",
                  .call =
                      [](const Tensors& in) {
                        return listed(in[0].sort(true, -1, false)) + listed(sort(in[0], -1, true)) +
                               Tensors{argsort(in[0]), in[0].argsort(-1, true),
                                       argsort(in[0], true, -1, false)};
                      },
                  .samples =
                      [] {
                        double nan = std::nan("");
                        return std::vector<Sample>{
                            {"equal elements", {make({2, 1, 2, 1, 1, 2, 0}, {7})}},
                            {"NaN and infinity", {make({1, nan, -INFINITY, nan, INFINITY, 0}, {6})}},
                            {"integers", {tensor({3, -1, 3, 7, -1})}},
                            {"many equal", {integers({10, 300}, 5)}}};
                      },
                  .reference =
                      [](const Tensors& in) {
                        size_t last = size_t(in[0].dim()) - 1;
                        int64_t n = in[0].size(-1);
                        Tensors up = ordered(in[0], last, n, false), down = ordered(in[0], last, n, true);
                        return up + down + Tensors{up[1], down[1], up[1]};
                      },
                  .differentiable = false});
  rows.push_back(
      {.name = "topk",
       .call = [](const Tensors& in) { return listed(topk(in[0], 2)) + listed(in[0].topk(1, 0, false)); },
       .samples =
           [] {
             return std::vector<Sample>{{"vector", {distinct({5})}},
                                        {"matrix", {distinct({3, 4})}},
                                        {"all of them", {distinct({2, 2})}},
                                        {"large", {distinct({40, 200}, 0.01)}}};
           },
       .reference =
           [](const Tensors& in) {
             return ordered(in[0], size_t(in[0].dim()) - 1, 2, true) + ordered(in[0], 0, 1, false);
           },
       .errors = {{"k", [] { topk(zeros({3}), 4); }, "selected index k out of range"}}});
  rows.push_back({.name = "topk",
                  .call = [](const Tensors& in) { return listed(topk(in[0], 0, 0)); },
                  .samples =
                      [] {
                        return std::vector<Sample>{{"none of them", {uniform({3, 2})}}};
                      },
                  .reference = [](const Tensors&) -> Tensors {
                    return {build({0, 2}, [](auto) { return 0.0; }), build({0, 2}, [](auto) { return 0.0; })};
                  }});
  rows.push_back(
      {.name = "_unique2",
       .call = [](const Tensors& in) -> Tensors {
         auto [found, inverse, counts] = _unique2(in[0], true, true, true);
         return {found, inverse, counts};
       },
       .samples =
           [] {
             return std::vector<Sample>{{"integers", {tensor({{3, 1, 3}, {2, 1, 3}})}},
                                        {"real", {make({0.5, -1, 0.5, 2}, {4})}},
                                        {"one", {tensor({7})}},
                                        {"empty", {empty({0}, kLong)}},
                                        {"large", {integers({50, 60}, 100)}}};
           },
       .reference = [](const Tensors& in) -> Tensors {
         Plain x(in[0]);
         std::map<double, double> counts, rank;
         for (double v : x.data) ++counts[v];
         std::vector<double> found, count;
         for (auto [v, n] : counts) rank[v] = double(found.size()), found.push_back(v), count.push_back(n);
         int64_t n = int64_t(found.size());
         return {make(found, {n}), build(x.sizes, [&](const C& c) { return rank[x(c)]; }), make(count, {n})};
       },
       .differentiable = false});
  rows.push_back({.name = "bincount",
                  .call = [](const Tensors& in) -> Tensors {
                    return {bincount(in[0]), bincount(in[0], in[1], 8)};
                  },
                  .samples =
                      [] {
                        return std::vector<Sample>{{"vector", {tensor({3, 0, 3, 5}), uniform({4})}},
                                                   {"empty", {empty({0}, kLong), uniform({0})}}};
                      },
                  .reference = [](const Tensors& in) -> Tensors {
                    std::vector<double> x = values(in[0]), weight = values(in[1]);
                    double most = -1;
                    for (double v : x) most = std::max(most, v);
                    std::vector<double> count(size_t(most + 1)), sum(size_t(std::max(most + 1, 8.0)));
                    for (size_t i = 0; i < x.size(); ++i)
                      ++count[size_t(x[i])], sum[size_t(x[i])] += weight[i];
                    return {make(count, {int64_t(count.size())}), make(sum, {int64_t(sum.size())})};
                  },
                  .errors = {{"negative", [] { bincount(tensor({-1})); },
                              "only supports 1-d non-negative integral inputs"},
                             {"weights",
                              [] {
                                bincount(tensor({1, 2}), zeros({1}));
                              },
                              "same length as input"}}});
  rows.back().ulps16 = 0;  // weights that are not float32 are summed in float64, and that is the result
  rows.push_back({.name = "searchsorted",
                  .call = [](const Tensors& in) -> Tensors {
                    return {searchsorted(in[0], in[1]), searchsorted(in[0], in[1], true, true)};
                  },
                  .samples =
                      [] {
                        Tensor steps = make({-1, 0, 0, 0.5, 2}, {5});
                        return std::vector<Sample>{
                            {"one sequence", {steps, make({-2, -1, 0, 0.25, 2, 3}, {2, 3})}},
                            {"0-d", {steps, make({0}, {})}},
                            {"row by row", {make({0, 1, 2, 1, 1, 3}, {2, 3}), make({1, 5, 1, 0}, {2, 2})}}};
                      },
                  .reference = [](const Tensors& in) -> Tensors {
                    Plain row(in[0]), x(in[1]);
                    auto count = [&](auto before) {
                      return build(x.sizes, [&](const C& c) {
                        double n = 0;
                        for (int64_t i = 0; i < row.sizes.back(); ++i)
                          n += before(row.sizes.size() == 1 ? row({i}) : row({c[0], i}), x(c));
                        return n;
                      });
                    };
                    return {count([](double a, double b) { return a < b; }),
                            count([](double a, double b) { return a <= b; })};
                  },
                  .errors = {{"shapes",
                              [] {
                                searchsorted(zeros({2, 3}), zeros({3, 1}));
                              },
                              "boundaries tensor should be 1 dimension"}},
                  .differentiable = false});
}

}  // namespace op_table

OP_TABLE_TESTS(sort)
