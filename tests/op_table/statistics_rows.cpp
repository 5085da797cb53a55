// Sums that skip NaN, quantiles, histograms, covariances.
#include <algorithm>
#include <cmath>

#include "array.h"
#include "checks.h"

using namespace tengen;

namespace op_table {
namespace {

using V = std::vector<double>;

/// f of the elements along the last dimension of t, which goes.
Tensor of_rows(const Tensor& t, const std::function<double(const V&)>& f) {
  Sizes sizes = sizes_of(t);
  sizes.pop_back();
  return rows_to(t, [&](const V& row) { return V{f(row)}; }).reshape(sizes);
}

V numbers(V v) {
  v.erase(std::remove_if(v.begin(), v.end(), [](double x) { return std::isnan(x); }), v.end());
  return v;
}
double sum(const V& v) {
  double s = 0;
  for (double x : v) s += x;
  return s;
}

/// Matrices with NaN here and there, one of them with a row of nothing else.
std::vector<Sample> with_nan() {
  Tensor some = distinct({4, 5}, 0.3), all = distinct({2, 3}, 0.3);
  for (int64_t i = 0; i < some.numel(); i += 3) some.data_ptr<double>()[i] = NAN;
  for (int64_t i = 0; i < 3; ++i) all.data_ptr<double>()[i] = NAN;
  return {{"some NaN", {some}}, {"a row of NaN", {all}}};
}
std::vector<Sample> plain() {
  return {{"matrix", {distinct({4, 5}, 0.3)}}, {"small", {distinct({3, 2}, 0.3)}}};
}

double quantile_of(V v, double q, const std::string& mode) {
  std::sort(v.begin(), v.end());
  const double place = q * double(v.size() - 1), low = v[size_t(std::floor(place))],
               high = v[size_t(std::ceil(place))];
  if (mode == "lower") return low;
  if (mode == "higher") return high;
  if (mode == "nearest") return v[size_t(std::nearbyint(place))];
  if (mode == "midpoint") return (low + high) / 2;
  return low + (high - low) * (place - std::floor(place));
}

void add_sums(Rows& rows) {
  auto add = [&](const char* name, auto call, std::function<double(const V&)> reference) {
    for (bool nan : {true, false}) {
      Row row;
      row.name = name;
      row.call = [call](const Tensors& x) { return Tensors{call(x[0])}; };
      row.samples = nan ? with_nan : plain;
      row.reference = [reference](const Tensors& x) { return Tensors{of_rows(x[0], reference)}; };
      row.differentiable = !nan;  // finite differences of NaN
      rows.push_back(row);
    }
  };
  add(
      "nansum", [](const Tensor& x) { return nansum(x, -1); }, [](const V& v) { return sum(numbers(v)); });
  add(
      "nanmean", [](const Tensor& x) { return x.nanmean(1); },
      [](const V& v) { return sum(numbers(v)) / double(numbers(v).size()); });
  rows.back().errors = {
      {"integers", [] { nanmean(tensor({1})); }, "nanmean: expected a floating-point tensor"}};
  rows.push_back({.name = "nansum",
                  .call = [](const Tensors& x) -> Tensors {
                    return {x[0].nansum(), nanmean(x[0], {0, 1}, true)};
                  },
                  .samples =
                      [] {
                        return shapes({{{3, 2}}});
                      },
                  .reference = [](const Tensors& x) -> Tensors {
                    const double s = sum(values(x[0]));
                    return {make({s}, {}), make({s / 6}, {1, 1})};
                  }});
  // The gradient reaches the numbers alone.
  rows.push_back(
      {.name = "nansum",
       .call = [](const Tensors& x) -> Tensors {
         const Tensor holes = x[0].masked_fill(tensor({true, false, false}).to(x[0].device()), NAN);
         return {holes.nansum(), holes.nanmean()};
       },
       .samples = [] { return shapes({{{3}}}); },
       .reference = [](const Tensors& x) -> Tensors {
         const V v = values(x[0]);
         return {make({v[1] + v[2]}, {}), make({(v[1] + v[2]) / 2}, {})};
       },
       .second_order = false});  // 0 * NaN in what is differentiated numerically
}

void add_quantiles(Rows& rows) {
  for (const char* mode : {"linear", "lower", "higher", "nearest", "midpoint"})
    rows.push_back({.name = "quantile",
                    .call = [=](const Tensors& x) -> Tensors {
                      return {quantile(x[0], 0.3, -1, false, mode), x[0].nanquantile(0.8, -1, false, mode)};
                    },
                    .samples = plain,
                    .reference = [=](const Tensors& x) -> Tensors {
                      return {of_rows(x[0], [&](const V& v) { return quantile_of(v, 0.3, mode); }),
                              of_rows(x[0], [&](const V& v) { return quantile_of(v, 0.8, mode); })};
                    },
                    .ulps16 = 0,  // refused
                    .also = {"nanquantile"}});
  rows.back().errors = {
      {"type",
       [] {
         quantile(tensor({1, 2}), 0.5);
       },
       "quantile: input tensor must be either float or double"},
      {"range", [] { quantile(ones({2}), 1.5); }, "quantile: q values must be in the range [0, 1]"},
      {"mode", [] { quantile(ones({2}), 0.5, 0, false, "cubic"); }, "interpolation must be one of linear"},
      {"empty", [] { nanquantile(ones({0}), 0.5); }, "nanquantile: input tensor must be non-empty"}};
  // Fractions in front; all elements; NaN.
  Row row;
  row.name = "quantile";
  row.call = [](const Tensors& x) -> Tensors {
    const Tensor q = tensor({0.25, 0.6}, x[0].options());
    return {quantile(x[0], q, 1), quantile(x[0], q, 1, true), quantile(x[0], q),
            quantile(x[0], q, std::nullopt, true), nanquantile(x[0], q, 1)};
  };
  row.samples = [] {
    std::vector<Sample> all = with_nan();
    for (const Sample& sample : plain()) all.push_back(sample);
    return all;
  };
  row.reference = [](const Tensors& x) -> Tensors {
    auto of = [](double q) {
      return [q](const V& v) { return numbers(v).size() < v.size() ? NAN : quantile_of(v, q, "linear"); };
    };
    auto skipping = [](double q) {
      return [q](const V& v) { return numbers(v).empty() ? NAN : quantile_of(numbers(v), q, "linear"); };
    };
    auto both = [](const Tensor& a, const Tensor& b, const Sizes& sizes) {
      V v = values(a);
      for (double d : values(b)) v.push_back(d);
      return make(v, sizes);
    };
    const int64_t n = x[0].size(0);
    const Tensor a = of_rows(x[0], of(0.25)), b = of_rows(x[0], of(0.6));
    const double all_a = of(0.25)(values(x[0])), all_b = of(0.6)(values(x[0]));
    return {both(a, b, {2, n}), both(a, b, {2, n, 1}), make({all_a, all_b}, {2}),
            make({all_a, all_b}, {2, 1, 1}),
            both(of_rows(x[0], skipping(0.25)), of_rows(x[0], skipping(0.6)), {2, n})};
  };
  row.differentiable = false;
  row.ulps16 = 0;
  rows.push_back(row);
}

void add_counts(Rows& rows) {
  rows.push_back(
      {.name = "histc",
       .call = [](const Tensors& x) -> Tensors {
         return {histc(x[0], 4, 0, 3), x[0].histc(3), histc(x[0].slice(0, 0, 1), 3)};
       },
       .samples =
           [] {
             return std::vector<Sample>{{"vector", {make({1, 2, 1, 3, -1}, {5})}}};
           },
       .reference = [](const Tensors&) -> Tensors {
         return {make({0, 2, 1, 1}, {4}), make({1, 2, 2}, {3}), make({0, 1, 0}, {3})};
       },
       .errors = {{"bins", [] { histc(ones({2}), 0); }, "histc: bins must be > 0"},
                  {"order", [] { histc(ones({2}), 3, 2, 1); }, "histc: max must be larger than min"},
                  {"infinite", [] { histc(full({2}, INFINITY)); }, "is not finite"}},
       .differentiable = false});
}

/// sum_i w_i (x_i - mean x) (y_i - mean y) / divisor.
double covariance(const V& x, const V& y, const V& w, double divisor) {
  double total = 0, mean_x = 0, mean_y = 0, out = 0;
  for (size_t i = 0; i < x.size(); ++i) total += w[i], mean_x += w[i] * x[i], mean_y += w[i] * y[i];
  for (size_t i = 0; i < x.size(); ++i) out += w[i] * (x[i] - mean_x / total) * (y[i] - mean_y / total);
  return out / divisor;
}
std::vector<V> variables(const Tensor& t) {
  const V v = values(t);
  const size_t n = size_t(t.size(-1));
  std::vector<V> out;
  for (size_t i = 0; i < v.size(); i += n) out.emplace_back(v.begin() + i, v.begin() + i + n);
  return out;
}

void add_covariances(Rows& rows) {
  auto matrix = [](const std::vector<V>& x, auto entry) {
    const int64_t k = int64_t(x.size());
    V out;
    for (const V& a : x)
      for (const V& b : x) out.push_back(entry(a, b));
    return make(out, k == 1 ? Sizes{} : Sizes{k, k});
  };
  rows.push_back(
      {.name = "cov",
       .call = [](const Tensors& x) -> Tensors {
         return {cov(x[0]), x[0].cov(0)};
       },
       .samples =
           [] {
             return shapes({{{3, 4}}, {{5}}, {{1, 3}}});
           },
       .reference = [=](const Tensors& t) -> Tensors {
         const auto x = variables(t[0]);
         const V w(x[0].size(), 1);
         auto of = [&](double divisor) {
           return matrix(x, [&](const V& a, const V& b) { return covariance(a, b, w, divisor); });
         };
         return {of(double(x[0].size() - 1)), of(double(x[0].size()))};
       },
       .errors = {{"3-d",
                   [] {
                     cov(ones({2, 2, 2}));
                   },
                   "cov: expected input to have two or fewer"},
                  {"weights", [] { cov(ones({2}), 1, ones({2})); }, "cov: expected fweights of shape [2]"}},
       .ulps16 = 4,
       .gradient_ulps16 = 16});
  rows.push_back({.name = "cov",
                  .call = [](const Tensors& x) -> Tensors {
                    const Tensor often = tensor({1, 2, 1, 3}).to(x[0].device());
                    return {cov(x[0], 1, often), cov(x[0], 1, std::nullopt, x[1]), cov(x[0], 1, often, x[1])};
                  },
                  .samples =
                      [] {
                        return std::vector<Sample>{{"weights", {uniform({2, 4}), uniform({4}, 0.5, 1.5, 3)}}};
                      },
                  .reference = [=](const Tensors& t) -> Tensors {
                    const auto x = variables(t[0]);
                    const V often = {1, 2, 1, 3}, a = values(t[1]);
                    auto of = [&](const V& w, const V& weights) {
                      double total = 0, squares = 0;
                      for (size_t i = 0; i < 4; ++i) total += w[i], squares += w[i] * weights[i];
                      return matrix(x, [&](const V& p, const V& q) {
                        return covariance(p, q, w, total - squares / total);
                      });
                    };
                    V both;
                    for (size_t i = 0; i < 4; ++i) both.push_back(often[i] * a[i]);
                    return {of(often, V(4, 1)), of(a, a), of(both, a)};
                  },
                  .ulps16 = 8,
                  .gradient_ulps16 = 32});
  rows.push_back({.name = "corrcoef",
                  .call = [](const Tensors& x) -> Tensors { return {corrcoef(x[0])}; },
                  .samples =
                      [] {
                        return shapes({{{2, 5}}, {{3, 6}}});
                      },
                  .reference = [=](const Tensors& t) -> Tensors {
                    const auto x = variables(t[0]);
                    const V w(x[0].size(), 1);
                    return {matrix(x, [&](const V& a, const V& b) {
                      return covariance(a, b, w, 1) /
                             std::sqrt(covariance(a, a, w, 1) * covariance(b, b, w, 1));
                    })};
                  },
                  .ulps16 = 8,
                  .gradient_ulps16 = 64});
}

void add_norms(Rows& rows) {
  rows.push_back({.name = "dist",
                  .call = [](const Tensors& x) -> Tensors {
                    return {dist(x[0], x[1]), x[0].dist(x[1], 3)};
                  },
                  .samples =
                      [] {
                        return shapes({{{2, 3}, {3}}, {{4}, {4}}});
                      },
                  .reference = [](const Tensors& x) -> Tensors {
                    double two = 0, three = 0;
                    for (double d : values(elementwise(x, [](const V& v) { return v[0] - v[1]; })[0]))
                      two += d * d, three += std::abs(d * d * d);
                    return {make({std::sqrt(two)}, {}), make({std::cbrt(three)}, {})};
                  },
                  .ulps16 = 4,
                  .gradient_ulps16 = 8});
  rows.push_back(
      {.name = "renorm",
       .call = [](const Tensors& x) -> Tensors { return {renorm(x[0], 2, 0, 1)}; },
       .samples =
           [] {
             const Tensor rows = uniform({2, 3}, 0.3, 1);
             return std::vector<Sample>{{"one is long", {rows * tensor({{2.0}, {0.3}})}}};
           },
       .reference = [](const Tensors& x) -> Tensors {
         V v = values(x[0]);
         for (size_t i = 0; i < v.size(); i += 3) {
           const double norm = std::sqrt(v[i] * v[i] + v[i + 1] * v[i + 1] + v[i + 2] * v[i + 2]);
           for (size_t k = i; norm > 1 && k < i + 3; ++k) v[k] /= norm + 1e-7;
         }
         return {make(v, {2, 3})};
       },
       .inplace = [](Tensor& self, const Tensors&) -> Tensor& { return self.renorm_(2, 0, 1); },
       .errors = {{"1-d", [] { renorm(ones({2}), 2, 0, 1); }, "renorm: input needs at least 2 dimensions"}},
       .ulps16 = 4,
       .gradient_ulps16 = 8});
}

}  // namespace

void add_statistics(Rows& rows) {
  add_sums(rows);
  add_quantiles(rows);
  add_counts(rows);
  add_covariances(rows);
  add_norms(rows);
}

OP_TABLE_TESTS(statistics)

}  // namespace op_table
