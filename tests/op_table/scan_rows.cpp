// Running sums and products.
#include <algorithm>

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
}

OP_TABLE_TESTS(scan)

}  // namespace op_table
