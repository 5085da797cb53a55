// Running sums and products.
#include <algorithm>
#include <cmath>

#include "array.h"
#include "checks.h"

namespace op_table {

using namespace tengen;

namespace {

Tensor away_from_zero(Sizes sizes) {
  Tensor out = uniform(std::move(sizes), 0.5, 1.5, 3);
  for (int64_t i = 0; i < out.numel(); i += 3) out.data_ptr<double>()[i] *= -1;
  return out;
}

Row running(const char* name, int64_t dim, Tensor (*call)(const Tensor&, int64_t, std::optional<ScalarType>),
            bool sums, std::vector<Sizes> cases) {
  return {.name = name,
          .call = [=](const Tensors& x) -> Tensors { return {call(x[0], dim, std::nullopt)}; },
          .samples =
              [=] {
                std::vector<Sample> samples;
                for (const Sizes& sizes : cases)
                  samples.push_back({detail::str(IntArrayRef(sizes)), {away_from_zero(sizes)}});
                return samples;
              },
          .reference = [=](const Tensors& x) -> Tensors {
            Tensor t = x[0].dim() ? x[0].transpose(dim, -1).contiguous() : x[0];
            std::vector<double> v = values(t);
            int64_t n = t.dim() ? std::max<int64_t>(t.size(-1), 1) : 1;
            for (size_t i = 0; i < v.size(); ++i)
              if (int64_t(i) % n) v[i] = sums ? v[i - 1] + v[i] : v[i - 1] * v[i];
            Tensor out = make(v, sizes_of(t));
            return {t.dim() ? out.transpose(dim, -1) : out};
          },
          .errors = {{"dim", [=] { call(ones({2}), 1, std::nullopt); }, "Dimension out of range"}}};
}

// The derivative there is no quotient; the second one is not asked of the rule.
Row with_zeros(Row row) {
  row.samples = [] {
    Tensor one = away_from_zero({4}), two = away_from_zero({3, 4}), three = away_from_zero({2, 3, 2});
    one.data_ptr<double>()[1] = 0;
    for (int64_t i : {1, 5, 7}) two.data_ptr<double>()[i] = 0;
    for (int64_t i : {0, 8}) three.data_ptr<double>()[i] = 0;
    return std::vector<Sample>{{"one zero", {one}}, {"several zeros", {two}}, {"3-d", {three}}};
  };
  row.second_order = false;
  return row;
}

/// Along `dim`: step(t, k, i) tells of the elements up to number i of a row what number k of the outputs is.
Tensors along(const Tensor& t, int64_t dim, size_t outputs,
              const std::function<double(const double* row, size_t output, int64_t i)>& step) {
  const Tensor rows = t.dim() ? t.transpose(dim, -1).contiguous() : t;
  const std::vector<double> v = values(rows);
  const int64_t n = t.dim() ? std::max<int64_t>(rows.size(-1), 1) : 1;
  Tensors out;
  for (size_t k = 0; k < outputs; ++k) {
    std::vector<double> results(v.size());
    for (size_t i = 0; i < v.size(); ++i)
      results[i] = step(v.data() + i / size_t(n) * size_t(n), k, int64_t(i) % n);
    out.push_back(make(results, sizes_of(rows)));
    if (t.dim()) out.back() = out.back().transpose(dim, -1);
  }
  return out;
}

Row running_extreme(bool largest, int64_t dim) {
  return {.name = largest ? "cummax" : "cummin",
          .call = [=](const Tensors& x) -> Tensors {
            auto [values, indices] = largest ? cummax(x[0], dim) : x[0].cummin(dim);
            return {values, indices};
          },
          .samples =
              [] {
                std::vector<Sample> samples;
                for (const Sizes& sizes : {Sizes{}, {7}, {3, 4}, {2, 5, 3}, {1, 2}, {20, 30}})
                  samples.push_back({detail::str(IntArrayRef(sizes)), {distinct(sizes)}});
                return samples;
              },
          .reference =
              [=](const Tensors& x) {
                return along(x[0], dim, 2, [=](const double* row, size_t output, int64_t i) {
                  int64_t best = 0;
                  for (int64_t k = 1; k <= i; ++k)
                    if (largest ? row[k] >= row[best] : row[k] <= row[best]) best = k;
                  return output == 0 ? row[best] : double(best);
                });
              },
          .errors = {{"dim", [] { cummax(ones({2}), 1); }, "Dimension out of range"}}};
}

}  // namespace

void add_scan(Rows& rows) {
  const std::vector<Sizes> some = {{}, {5}, {3, 4}, {4, 3, 5}, {0, 3}, {3, 0}};
  std::vector<Sizes> large = some;
  large.insert(large.end(), {{200, 200}, {2, 33000}});
  for (int64_t dim : {0, -1}) {
    rows.push_back(running("cumsum", dim, cumsum, true, large));
    rows.back().inplace = [dim](Tensor& self, const Tensors&) -> Tensor& { return self.cumsum_(dim); };
    rows.push_back(running("cumprod", dim, cumprod, false, some));
    rows.back().inplace = [dim](Tensor& self, const Tensors&) -> Tensor& { return self.cumprod_(dim); };
  }
  rows.push_back(with_zeros(rows.back()));
  for (int64_t dim : {0, -1})
    for (bool largest : {true, false}) rows.push_back(running_extreme(largest, dim));
  Row equal = running_extreme(true, 0);  // the last of equal elements, and NaN from the first one on
  equal.samples = [] { return std::vector<Sample>{{"equal", {make({1, 3, 2, 3, NAN, 5, NAN}, {7})}}}; };
  equal.reference = [](const Tensors&) -> Tensors {
    return {make({1, 3, 3, 3, NAN, NAN, NAN}, {7}), make({0, 1, 1, 3, 4, 4, 6}, {7})};
  };
  equal.differentiable = false;
  rows.push_back(equal);
  for (int64_t dim : {0, -1})
    rows.push_back(
        {.name = "logcumsumexp",
         .call = [=](const Tensors& x) -> Tensors { return {logcumsumexp(x[0], dim)}; },
         .samples =
             [] {
               return shapes({{Sizes{}}, {{5}}, {{3, 4}}, {{2, 5, 3}}, {{0, 3}}, {{20, 30}}});
             },
         .reference =
             [=](const Tensors& x) {
               return along(x[0], dim, 1, [](const double* row, size_t, int64_t i) {
                 double sum = 0;
                 for (int64_t k = 0; k <= i; ++k) sum += std::exp(row[k]);
                 return std::log(sum);
               });
             },
         .errors = {{"integers", [] { logcumsumexp(tensor({1}), 0); }, "logcumsumexp: expected a floating"}},
         .gradient_ulps16 = 4});
  Row infinite = rows.back();
  infinite.samples = [] {
    return std::vector<Sample>{{"infinite", {make({-INFINITY, -INFINITY, 1, INFINITY, 2}, {5})}}};
  };
  infinite.differentiable = false;
  rows.push_back(infinite);
}

OP_TABLE_TESTS(scan)

}  // namespace op_table
