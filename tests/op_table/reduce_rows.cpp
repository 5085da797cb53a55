#include <algorithm>
#include <cmath>
#include <numeric>

#include "checks.h"

namespace op_table {

using namespace tengen;

namespace {

using V = std::vector<double>;
using Sizes = std::vector<int64_t>;

std::vector<int64_t> to_vector(IntArrayRef sizes) { return {sizes.begin(), sizes.end()}; }

// f of all the elements that meet in one result, for every result; `dims` empty: one result.
Tensor reduced(const Tensor& x, Sizes dims, bool keepdim, const std::function<double(const V&)>& f) {
  Sizes sizes = to_vector(x.sizes()), kept, shape;
  std::vector<bool> goes(sizes.size(), dims.empty());
  for (int64_t d : dims)
    if (!sizes.empty()) goes[d < 0 ? d + int64_t(sizes.size()) : d] = true;
  for (size_t d = 0; d < sizes.size(); ++d) {
    if (!goes[d]) kept.push_back(sizes[d]);
    if (!goes[d] || keepdim) shape.push_back(goes[d] ? 1 : sizes[d]);
  }
  int64_t results = std::accumulate(kept.begin(), kept.end(), int64_t{1}, std::multiplies<>());
  std::vector<V> groups(results);
  V all = values(x);
  for (size_t i = 0; i < all.size(); ++i) {
    int64_t rest = int64_t(i), place = 0, scale = 1;
    for (int d = int(sizes.size()) - 1; d >= 0; --d) {
      int64_t at = rest % sizes[d];
      rest /= sizes[d];
      if (!goes[d]) place += at * scale, scale *= sizes[d];
    }
    groups[place].push_back(all[i]);
  }
  V out;
  for (const V& group : groups) out.push_back(f(group));
  return make(out, shape);
}

struct Case {
  Sizes dims;
  bool keepdim;
};

std::vector<Sample> tensors(std::vector<Sizes> shapes, std::function<Tensor(Sizes)> fill) {
  std::vector<Sample> all;
  for (const Sizes& shape : shapes) all.push_back({detail::str(IntArrayRef(shape)), {fill(shape)}});
  return all;
}

Tensor around_zero(Sizes sizes) { return uniform(std::move(sizes)); }
Tensor away_from_zero(Sizes sizes) {
  Tensor out = uniform(std::move(sizes), 0.5, 1.5, 3);
  for (int64_t i = 0; i < out.numel(); i += 3) out.data_ptr<double>()[i] *= -1;
  return out;
}
Tensor apart(Sizes sizes) { return distinct(std::move(sizes), 0.1); }

// One row: an operator over all dimensions or some, with samples of matching shapes.
Row reduction(const char* name, Sizes dims, bool keepdim, std::function<Tensor(const Tensor&)> call,
              std::function<double(const V&)> reference, std::function<Tensor(Sizes)> fill,
              bool empty = true) {
  Row row;
  row.name = name;
  row.call = [call](const Tensors& x) { return Tensors{call(x[0])}; };
  row.reference = [=](const Tensors& x) { return Tensors{reduced(x[0], dims, keepdim, reference)}; };
  int64_t least = 1;
  for (int64_t d : dims) least = std::max(least, d < 0 ? -d : d + 1);
  row.samples = [=] {
    std::vector<Sizes> shapes =
        least > 2 ? std::vector<Sizes>{{2, 3, 4}, {3, 40, 700}, {2, 2, 3, 2}}
                  : std::vector<Sizes>{{3, 4}, {2, 3, 4}, {300, 130}, {2, 33000}, {33000, 3}};
    if (least == 1) shapes.insert(shapes.begin(), {{}, {1}, {5}, {40000}});
    if (empty) shapes.push_back({2, 0, 3}), shapes.push_back({0, 2, 4});
    return tensors(shapes, fill);
  };
  return row;
}

double total(const V& v) { return std::accumulate(v.begin(), v.end(), 0.0); }
double average(const V& v) { return total(v) / double(v.size()); }
double squares(const V& v) {
  double m = average(v), s = 0;
  for (double x : v) s += (x - m) * (x - m);
  return s;
}
double product(const V& v) { return std::accumulate(v.begin(), v.end(), 1.0, std::multiplies<>()); }
double largest(const V& v) { return *std::max_element(v.begin(), v.end()); }
double smallest(const V& v) { return *std::min_element(v.begin(), v.end()); }
double log_sum_exp(const V& v) {
  double s = 0;
  for (double x : v) s += std::exp(x);
  return std::log(s);
}
template <int p>
double p_norm(const V& v) {
  double s = 0;
  for (double x : v) s += std::pow(std::abs(x), p);
  return std::pow(s, 1.0 / p);
}

#define OF(...) [](const Tensor& x) { return __VA_ARGS__; }

std::vector<ErrorSample> bad_dims(const char* name, std::function<Tensor(const Tensor&, IntArrayRef)> call) {
  return {{"out of range",
           [call] {
             call(ones({2, 3}), 5);
           },
           "Dimension out of range (expected to be in range of [-2, 1], but got 5)"},
          {"twice",
           [call] {
             call(ones({2, 3}), {0, -2});
           },
           std::string(name) + ": dim 0 appears multiple times"}};
}

void add_sums(Rows& rows) {
  rows.push_back(reduction("sum", {}, false, OF(sum(x)), total, around_zero));
  rows.back().errors = bad_dims("sum", [](const Tensor& x, IntArrayRef dim) { return sum(x, dim); });
  rows.push_back(reduction("sum", {0}, false, OF(sum(x, 0)), total, around_zero));
  rows.push_back(reduction("sum", {-1}, true, OF(sum(x, -1, true)), total, around_zero));
  rows.push_back(reduction("sum", {1}, false, OF(sum(x, 1)), total, around_zero));
  rows.push_back(reduction("sum", {0, 2}, false, OF(sum(x, {0, 2})), total, around_zero));
  rows.push_back(reduction("sum", {2, 1}, true, OF(sum(x, {2, 1}, true)), total, around_zero));
  rows.push_back(
      reduction("sum_to_size", {0, 2}, true, OF(sum_to_size(x, {1, x.size(1), 1})), total, around_zero));
  rows.back().samples = [] { return tensors({{2, 3, 4}, {3, 40, 700}, {2, 0, 3}}, around_zero); };
  rows.back().errors = {{"size",
                         [] {
                           sum_to_size(ones({2, 3}), {2, 2});
                         },
                         "sum_to_size: size [2, 2] is not expandable to size [2, 3]"}};
  rows.push_back(
      reduction("sum_to_size", {0}, false, OF(sum_to_size(x, x.sizes().slice(1))), total, around_zero));
  rows.back().samples = [] { return tensors({{4}, {2, 3, 4}, {3, 40, 700}, {2, 0, 3}}, around_zero); };

  rows.push_back(reduction("mean", {}, false, OF(mean(x)), average, around_zero, false));
  rows.back().errors = {{"integers",
                         [] {
                           tensor({1, 2}).mean();
                         },
                         "mean: expected a floating-point tensor but got Long"}};
  rows.push_back(reduction("mean", {-2, -1}, true, OF(mean(x, {-2, -1}, true)), average, around_zero, false));
  rows.push_back(reduction("mean", {0}, false, OF(mean(x, 0)), average, around_zero, false));
}

void add_spreads(Rows& rows) {
  auto var_of = [](const V& v) { return squares(v) / double(v.size() - 1); };
  auto biased = [](const V& v) { return squares(v) / double(v.size()); };
  auto std_of = [](const V& v) { return std::sqrt(squares(v) / double(v.size() - 1)); };
  auto many = [](Row row) {  // at least two elements per result
    row.samples = [] { return tensors({{3, 4}, {2, 3, 4}, {300, 130}, {5, 9000}}, around_zero); };
    return row;
  };
  rows.push_back(many(reduction("var", {}, false, OF(var(x)), var_of, around_zero)));
  rows.back().errors = {{"integers",
                         [] {
                           tensor({1, 2}).var();
                         },
                         "var: expected a floating-point tensor but got Long"}};
  rows.push_back(many(reduction("var", {0}, true, OF(var(x, 0, false, true)), biased, around_zero)));
  rows.push_back(many(reduction("var", {-1}, false, OF(var(x, -1)), var_of, around_zero)));
  rows.push_back(many(reduction("std", {}, false, OF(tengen::std(x)), std_of, around_zero)));
  rows.push_back(many(reduction("std", {1}, false, OF(tengen::std(x, 1)), std_of, around_zero)));
  Row both = many(reduction("var_mean", {1}, false, OF(x), var_of, around_zero));
  both.call = [](const Tensors& x) {
    auto [v, m] = var_mean(x[0], 1);
    return Tensors{v, m};
  };
  both.reference = [=](const Tensors& x) {
    return Tensors{reduced(x[0], {1}, false, var_of), reduced(x[0], {1}, false, average)};
  };
  rows.push_back(both);
}

void add_products(Rows& rows) {
  auto few = [](Row row) {
    row.samples = [] {
      return tensors({{}, {1}, {5}, {2, 3}, {2, 3, 4}, {3, 2, 300}, {2, 0, 3}}, away_from_zero);
    };
    return row;
  };
  auto zeros_in =
      [](Row row) {  // the derivative there is no quotient; the second one is not asked of the rule
        row.samples = [] {
          Tensor one = away_from_zero({4}), two = away_from_zero({3, 4}), three = away_from_zero({2, 3, 2});
          one.data_ptr<double>()[1] = 0;
          two.data_ptr<double>()[1] = two.data_ptr<double>()[5] = two.data_ptr<double>()[7] = 0;
          three.data_ptr<double>()[0] = three.data_ptr<double>()[8] = 0;
          return std::vector<Sample>{{"one zero", {one}}, {"several zeros", {two}}, {"3-d", {three}}};
        };
        row.second_order = false;
        return row;
      };
  Row all = few(reduction("prod", {}, false, OF(prod(x)), product, away_from_zero));
  Row along = few(reduction("prod", {-1}, true, OF(prod(x, -1, true)), product, away_from_zero));
  for (const Row& row : {all, zeros_in(all), along, zeros_in(along)}) rows.push_back(row);
}

void add_extremes(Rows& rows) {
  rows.push_back(reduction("amax", {}, false, OF(amax(x)), largest, apart, false));
  rows.back().errors = {{"empty",
                         [] {
                           amax(ones({2, 0}), 1);
                         },
                         "amax: Expected reduction dim 1 to have non-zero size"}};
  rows.push_back(reduction("amax", {0, 2}, true, OF(amax(x, {0, 2}, true)), largest, apart, false));
  rows.push_back(reduction("amin", {}, false, OF(amin(x)), smallest, apart, false));
  rows.push_back(reduction("amin", {1}, false, OF(amin(x, 1)), smallest, apart, false));
  rows.push_back(reduction("max", {}, false, OF(max(x)), largest, apart, false));
  rows.back().errors = {{"empty", [] { max(ones({0})); },
                         "max: Expected reduction dim to be specified for input.numel() == 0"}};
  rows.push_back(reduction("min", {}, false, OF(min(x)), smallest, apart, false));

  auto first = [](const V& v, double value) {
    return double(std::find(v.begin(), v.end(), value) - v.begin());
  };
  auto arg_largest = [first](const V& v) { return first(v, largest(v)); };
  auto arg_smallest = [first](const V& v) { return first(v, smallest(v)); };
  auto with_indices = [&](const char* name, int64_t dim, bool keepdim, bool max_of) {
    Row row = reduction(name, {dim}, keepdim, nullptr, total, apart, false);
    row.call = [=](const Tensors& x) {
      auto [values, indices] = max_of ? max(x[0], dim, keepdim) : min(x[0], dim, keepdim);
      return Tensors{values, indices};
    };
    row.reference = [=](const Tensors& x) {
      return Tensors{reduced(x[0], {dim}, keepdim, max_of ? largest : smallest),
                     reduced(x[0], {dim}, keepdim,
                             max_of ? std::function<double(const V&)>(arg_largest) : arg_smallest)};
    };
    return row;
  };
  for (bool max_of : {true, false}) {
    const char* name = max_of ? "max" : "min";
    rows.push_back(with_indices(name, 0, false, max_of));
    rows.push_back(with_indices(name, -1, true, max_of));
    rows.push_back(with_indices(name, 1, false, max_of));
    Row two;  // of two tensors: maximum, minimum
    two.name = name;
    two.call = [max_of](const Tensors& x) { return Tensors{max_of ? max(x[0], x[1]) : min(x[0], x[1])}; };
    two.samples = [] {
      return std::vector<Sample>{{"3x4", {distinct({3, 4}, 0.1, 1), distinct({3, 4}, 0.1, 2) + 0.03}}};
    };
    two.reference = [max_of](const Tensors& x) {
      return elementwise(x, [max_of](const V& v) { return max_of ? largest(v) : smallest(v); });
    };
    rows.push_back(two);
  }
  auto add_arg = [&](Row row) {
    row.differentiable = false;
    rows.push_back(row);
  };
  add_arg(reduction("argmax", {}, false, OF(argmax(x)), arg_largest, apart, false));
  add_arg(reduction("argmax", {0}, false, OF(argmax(x, 0)), arg_largest, apart, false));
  add_arg(reduction("argmax", {-1}, true, OF(argmax(x, -1, true)), arg_largest, apart, false));
  add_arg(reduction("argmin", {}, false, OF(argmin(x)), arg_smallest, apart, false));
  add_arg(reduction("argmin", {1}, false, OF(argmin(x, 1)), arg_smallest, apart, false));
  auto middle = [](V v) {
    std::sort(v.begin(), v.end());
    return v[(v.size() - 1) / 2];
  };
  rows.push_back(reduction("median", {}, false, OF(median(x)), middle, apart, false));
  rows.back().samples = [] { return tensors({{}, {5}, {3, 4}, {300, 130}}, apart); };
  rows.back().errors = {
      {"empty", [] { median(ones({0}, kLong)); }, "median: expected a tensor with elements"},
      {"an empty dimension",
       [] {
         median(ones({2, 0}), 1);
       },
       "median: expected dimension 1 to have elements but got shape [2, 0]"}};
  rows.push_back(reduction("median", {1}, false, OF(std::get<0>(median(x, 1))), middle, apart, false));
  rows.push_back(reduction("median", {0}, true, OF(std::get<0>(median(x, 0, true))), middle, apart, false));
  for (Row* row : {&rows[rows.size() - 2], &rows.back()})
    row->samples = [] { return tensors({{3, 4}, {2, 3, 4}, {30, 130}}, apart); };
  // Every third element is NaN; and a row of nothing else.
  auto with_nan = [] {
    Tensor some = apart({4, 5}), all = apart({2, 3});
    for (int64_t i = 0; i < some.numel(); i += 3) some.data_ptr<double>()[i] = NAN;
    for (int64_t i = 0; i < 3; ++i) all.data_ptr<double>()[i] = NAN;
    return std::vector<Sample>{{"some NaN", {some}}, {"a row of NaN", {all}}, {"none", {apart({3, 2})}}};
  };
  auto middle_number = [](V v) {
    v.erase(std::remove_if(v.begin(), v.end(), [](double x) { return std::isnan(x); }), v.end());
    std::sort(v.begin(), v.end());
    return v.empty() ? NAN : v[(v.size() - 1) / 2];
  };
  Row skipping = reduction("nanmedian", {}, false, OF(nanmedian(x)), middle_number, apart, false);
  skipping.samples = with_nan;
  skipping.differentiable = false;  // finite differences of NaN; median has the same rule
  skipping.errors = {
      {"empty", [] { nanmedian(ones({0}, kLong)); }, "nanmedian: expected a tensor with elements"}};
  rows.push_back(skipping);
  skipping =
      reduction("nanmedian", {1}, true, OF(std::get<0>(x.nanmedian(1, true))), middle_number, apart, false);
  skipping.samples = with_nan;
  skipping.differentiable = false;
  rows.push_back(skipping);
  Row both = reduction("aminmax", {}, false, nullptr, total, apart, false);
  both.call = [](const Tensors& x) {
    return Tensors{std::get<0>(aminmax(x[0])), std::get<1>(x[0].aminmax())};
  };
  both.reference = [](const Tensors& x) {
    return Tensors{reduced(x[0], {}, false, smallest), reduced(x[0], {}, false, largest)};
  };
  both.samples = [] { return tensors({{}, {5}, {3, 4}}, apart); };
  both.errors = {{"empty", [] { aminmax(ones({0})); }, "aminmax: Expected reduction dim to be specified"}};
  rows.push_back(both);
  both.call = [](const Tensors& x) {
    const auto [low, high] = aminmax(x[0], 0, true);
    return Tensors{low, high};
  };
  both.reference = [](const Tensors& x) {
    return Tensors{reduced(x[0], {0}, true, smallest), reduced(x[0], {0}, true, largest)};
  };
  both.samples = [] { return tensors({{3, 4}, {2, 3, 2}}, apart); };
  rows.push_back(both);
  both = reduction("std_mean", {0}, true, nullptr, total, apart, false);
  both.call = [](const Tensors& x) {
    const auto [deviation, mean] = std_mean(x[0], {0}, true, true);
    return Tensors{deviation, mean, std::get<0>(std_mean(x[0], false))};
  };
  both.reference = [](const Tensors& x) {
    auto deviation = [](int64_t less) {
      return [less](const V& v) { return std::sqrt(squares(v) / double(int64_t(v.size()) - less)); };
    };
    return Tensors{reduced(x[0], {0}, true, deviation(1)), reduced(x[0], {0}, true, average),
                   reduced(x[0], {}, false, deviation(0))};
  };
  both.samples = [] { return tensors({{3, 4}, {2, 3, 2}}, apart); };
  rows.push_back(both);
}

void add_norms(Rows& rows) {
  rows.push_back(reduction("logsumexp", {-1}, false, OF(logsumexp(x, -1)), log_sum_exp, around_zero, false));
  rows.push_back(
      reduction("logsumexp", {0, 2}, true, OF(logsumexp(x, {0, 2}, true)), log_sum_exp, around_zero, false));
  rows.push_back(reduction("norm", {}, false, OF(norm(x)), p_norm<2>, away_from_zero));
  rows.back().errors = {{"integers",
                         [] {
                           tensor({1, 2}).norm();
                         },
                         "norm: expected a floating-point tensor but got Long"}};
  rows.back().samples = [] {  // not empty: at zero length the norm has a kink
    return tensors({{}, {5}, {3, 4}, {300, 130}}, away_from_zero);
  };
  rows.push_back(reduction("norm", {-1}, true, OF(norm(x, 2, -1, true)), p_norm<2>, away_from_zero, false));
  rows.push_back(reduction("norm", {1}, false, OF(norm(x, 1, 1)), p_norm<1>, away_from_zero, false));
  rows.push_back(reduction("norm", {0}, false, OF(norm(x, 3, 0)), p_norm<3>, away_from_zero, false));
  auto of_sizes = [](double (*f)(const V&)) {
    return [f](V v) {
      for (double& x : v) x = std::abs(x);
      return f(v);
    };
  };
  rows.push_back(reduction("norm", {0}, false, OF(norm(x, INFINITY, 0)), of_sizes(largest), apart, false));
  rows.push_back(reduction("norm", {0}, false, OF(norm(x, -INFINITY, 0)), of_sizes(smallest), apart, false));
  rows.push_back(reduction(
      "norm", {0}, false, OF(norm(x, 0, 0)), [](const V& v) { return double(v.size()); }, away_from_zero,
      false));
}

void add_truth(Rows& rows) {
  auto some_zero = [](Sizes sizes) { return integers(sizes, 3, 4).to(kDouble); };
  auto mostly_zero = [](Sizes sizes) { return (integers(sizes, 9, 4) == 3).to(kDouble); };
  auto is_set = [](double x) { return x != 0; };
  auto every = [is_set](const V& v) { return double(std::all_of(v.begin(), v.end(), is_set)); };
  auto some = [is_set](const V& v) { return double(std::any_of(v.begin(), v.end(), is_set)); };
  auto how_many = [is_set](const V& v) { return double(std::count_if(v.begin(), v.end(), is_set)); };
  auto add = [&](Row row) {
    row.differentiable = false;
    rows.push_back(row);
  };
  add(reduction("all", {}, false, OF(all(x)), every, some_zero));
  add(reduction("all", {0}, false, OF(all(x, 0)), every, some_zero));
  add(reduction("any", {}, false, OF(any(x)), some, mostly_zero));
  add(reduction("any", {-1}, true, OF(any(x, -1, true)), some, mostly_zero));
  add(reduction("count_nonzero", {}, false, OF(count_nonzero(x)), how_many, some_zero));
  add(reduction("count_nonzero", {1}, false, OF(count_nonzero(x, 1)), how_many, some_zero));
  add(reduction("count_nonzero", {0, 2}, false, OF(count_nonzero(x, {0, 2})), how_many, some_zero));
}

}  // namespace

void add_reduce(Rows& rows) {
  add_sums(rows);
  add_spreads(rows);
  add_products(rows);
  add_extremes(rows);
  add_norms(rows);
  add_truth(rows);
}

OP_TABLE_TESTS(reduce)

}  // namespace op_table
