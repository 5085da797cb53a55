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

void add_picks(Rows& rows) {
  rows.push_back(
      {.name = "msort",
       .call = [](const Tensors& in) -> Tensors { return {msort(in[0])}; },
       .samples =
           [] {
             return std::vector<Sample>{{"matrix", {distinct({4, 3})}}};
           },
       .reference = [](const Tensors& in) -> Tensors { return {ordered(in[0], 0, 4, false)[0]}; }});
  for (int64_t k : {1, 3})
    rows.push_back(
        {.name = "kthvalue",
         .call = [=](const Tensors& in) { return listed(kthvalue(in[0], k, 0)); },
         .samples =
             [] {
               return std::vector<Sample>{{"vector", {distinct({5})}}, {"matrix", {distinct({4, 3})}}};
             },
         .reference = [=](const Tensors& in) -> Tensors {
           Tensors sorted = ordered(in[0], 0, 4, false);
           return {sorted[0].select(0, k - 1).clone(), sorted[1].select(0, k - 1).clone()};
         },
         .errors = {{"k", [] { kthvalue(ones({2}), 3); }, "kthvalue: expected k from 1 to 2"}}});
  rows.push_back({.name = "kthvalue",
                  .call = [](const Tensors& in) { return listed(in[0].kthvalue(2, -1, true)); },
                  .samples =
                      [] {
                        return std::vector<Sample>{{"NaN last", {make({3, NAN, 1}, {3})}}};
                      },
                  .reference = [](const Tensors&) -> Tensors {
                    return {make({3}, {1}), make({0}, {1})};
                  },
                  .differentiable = false});
  rows.push_back({.name = "mode",
                  .call = [](const Tensors& in) { return listed(mode(in[0])) + listed(in[0].mode(0, true)); },
                  .samples =
                      [] {
                        return std::vector<Sample>{
                            {"repeated", {make({1, 2, 2, 1, 3, 5, 4, 4, 4, 5}, {2, 5})}},
                            {"integers", {integers({20, 30}, 5)}},
                            {"0-d", {make({2}, {})}}};
                      },
                  .reference =
                      [](const Tensors& in) {
                        Tensors out;
                        for (size_t dim : {1, 0}) {
                          Plain x(in[0]);
                          if (x.sizes.empty()) {
                            out.push_back(in[0]), out.push_back(make({0}, {}));
                            continue;
                          }
                          C sizes = x.sizes;
                          sizes[dim] = 1;
                          if (dim == 1) sizes.pop_back();
                          auto found = [&](C c, bool value) {
                            if (dim == 1) c.push_back(0);
                            std::map<double, std::pair<int64_t, int64_t>> seen;  // count, last place
                            for (int64_t i = 0; i < x.sizes[dim]; ++i) {
                              c[dim] = i;
                              auto& entry = seen[x(c)];
                              ++entry.first, entry.second = i;
                            }
                            auto best = seen.begin();
                            for (auto it = seen.begin(); it != seen.end(); ++it)
                              if (it->second.first > best->second.first) best = it;
                            return value ? best->first : double(best->second.second);
                          };
                          out.push_back(build(sizes, [&](const C& c) { return found(c, true); }));
                          out.push_back(build(sizes, [&](const C& c) { return found(c, false); }));
                        }
                        return out;
                      },
                  .errors = {{"empty",
                              [] {
                                mode(ones({2, 0}));
                              },
                              "mode: expected dimension 1 to have elements"}},
                  .differentiable = false});  // at ties of real numbers there is no derivative
}

Tensors listed3(const std::tuple<Tensor, Tensor, Tensor>& all) {
  return {std::get<0>(all), std::get<1>(all), std::get<2>(all)};
}

/// One sample and what an operator gives for it.
void add_literal(Rows& rows, const char* name, std::function<Tensors(const Tensors&)> call, Tensors inputs,
                 Tensors expected, std::vector<std::string> also = {}) {
  Row row;
  row.name = name;
  row.call = std::move(call);
  row.samples = [inputs] { return std::vector<Sample>{{"literal", inputs}}; };
  row.reference = [expected](const Tensors&) { return expected; };
  row.differentiable = false;
  row.also = std::move(also);
  rows.push_back(row);
}

void add_sets(Rows& rows) {
  add_literal(rows, "unique_consecutive",
              [](const Tensors& in) { return listed3(unique_consecutive(in[0], true, true)); },
              {make({1, 1, 2, 2, 1, 1}, {2, 3})},
              {make({1, 2, 1}, {3}), make({0, 0, 1, 1, 2, 2}, {2, 3}), make({2, 2, 2}, {3})});
  add_literal(rows, "unique_consecutive",
              [](const Tensors& in) { return listed3(unique_consecutive(in[0], true, true)); },
              {make({}, {0})}, {make({}, {0}), make({}, {0}), make({}, {0})});
  const Tensor repeated = make({1, 1, 1, 1, 2, 1}, {3, 2});
  const Tensors grouped = {make({1, 1, 2, 1}, {2, 2}), make({0, 0, 1}, {3}), make({2, 1}, {2})};
  add_literal(
      rows, "unique_consecutive",
      [](const Tensors& in) { return listed3(unique_consecutive(in[0], true, true, 0)); }, {repeated},
      grouped);
  add_literal(
      rows, "unique_dim_consecutive",
      [](const Tensors& in) { return listed3(unique_dim_consecutive(in[0], 0, true, true)); }, {repeated},
      grouped);
  const Tensor mixed = make({3, 1, 1, 1, 3, 1}, {3, 2});
  add_literal(rows, "unique_dim",
              [](const Tensors& in) { return listed3(unique_dim(in[0], 0, true, true, true)); }, {mixed},
              {make({1, 1, 3, 1}, {2, 2}), make({1, 0, 1}, {3}), make({1, 2}, {2})});
  add_literal(rows, "unique_dim",
              [](const Tensors& in) { return Tensors{std::get<0>(unique_dim(in[0], 1))}; }, {mixed},
              {make({1, 3, 1, 1, 1, 3}, {3, 2})});
  add_literal(
      rows, "bucketize",
      [](const Tensors& in) {
        return Tensors{bucketize(in[0], in[1]), bucketize(in[0], in[1], true, true), bucketize(3, in[1])};
      },
      {make({0, 1, 5, 6}, {2, 2}), make({1, 3, 5}, {3})},
      {make({0, 0, 2, 3}, {2, 2}), make({0, 1, 3, 3}, {2, 2}), make({1}, {})});
  rows.back().errors = {{"matrix",
                         [] {
                           bucketize(ones({2}), ones({2, 2}));
                         },
                         "bucketize: boundaries tensor must be"}};
  add_literal(rows, "isin",
              [](const Tensors& in) {
                return Tensors{isin(in[0], in[1]), isin(in[0], in[1], false, true), isin(in[0], 4),
                               isin(2, in[1]), isin(in[0], in[1].slice(0, 0, 0))};
              },
              {make({1, 2, NAN, 4}, {2, 2}), make({4, 2, NAN}, {3})},
              {make({0, 1, 0, 1}, {2, 2}), make({1, 0, 1, 0}, {2, 2}), make({0, 0, 0, 1}, {2, 2}),
               make({1}, {}), make({0, 0, 0, 0}, {2, 2})});
}

}  // namespace

void add_sort(Rows& rows) {
  add_picks(rows);
  add_sets(rows);
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
