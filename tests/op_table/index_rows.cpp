// Indexing by tensors, against loops over coordinates.
#include <algorithm>
#include <cmath>

#include "checks.h"
#include "coordinates.h"

using namespace tengen;
using tengen::indexing::Slice;

namespace op_table {
namespace {

using C = Coordinates;

int64_t whole(double x) { return int64_t(x); }

void add_gather(Rows& rows) {
  // Dimension 1, or 0 of a vector.
  auto dim_of = [](const Tensor& t) { return t.dim() < 2 ? 0 : 1; };
  auto samples = [](bool with_source) {
    return [with_source] {
      std::vector<std::pair<std::string, std::pair<C, C>>> shapes{{"vector", {{4}, {6}}},
                                                                  {"matrix", {{3, 4}, {3, 2}}},
                                                                  {"smaller", {{3, 4}, {2, 5}}},
                                                                  {"3-d", {{2, 3, 2}, {2, 3, 1}}},
                                                                  {"nothing picked", {{2, 3}, {2, 0}}},
                                                                  {"0-d", {{}, {}}},
                                                                  {"large", {{100, 500}, {100, 600}}}};
      std::vector<Sample> out;
      for (auto& [what, pair] : shapes) {
        int64_t size = pair.first.empty() ? 1 : pair.first[pair.first.size() < 2 ? 0 : 1];
        Sample sample{what, {uniform(pair.first), integers(pair.second, size)}};
        if (with_source) sample.inputs.push_back(uniform(pair.second, -2, 2, 5));
        out.push_back(sample);
      }
      return out;
    };
  };
  rows.push_back(
      {.name = "gather",
       .call = [=](const Tensors& in) -> Tensors { return {gather(in[0], dim_of(in[0]), in[1])}; },
       .samples = samples(false),
       .reference = [=](const Tensors& in) -> Tensors {
         Plain x(in[0]), index(in[1]);
         return {build(index.sizes, [&](C c) {
           int64_t i = whole(index(c));
           if (!c.empty()) c[dim_of(in[0])] = i;
           return x(c);
         })};
       },
       .errors = {{"range",
                   [] {
                     gather(zeros({2, 3}), 1, tensor({{7}}));
                   },
                   "index 7 is out of bounds for dimension 1 with size 3"},
                  {"negative",
                   [] {
                     gather(zeros({2, 3}), 1, tensor({{-1}}));
                   },
                   "index -1 is out of bounds for dimension 1 with size 3"},
                  {"dtype", [] { gather(zeros({3}), 0, zeros({1}, kInt)); },
                   "gather(): Expected dtype int64 for index"},
                  {"dims",
                   [] {
                     gather(zeros({3, 3}), 0, tensor({0}));
                   },
                   "same number of dimensions"},
                  {"size",
                   [] {
                     gather(zeros({2, 3}), 1, zeros({3, 1}, kLong));
                   },
                   "Size does not match at dimension 0 expected index [3, 1] to be smaller than self [2, 3] "
                   "apart from dimension 1"}}});
  // One after another, so that what is written twice keeps the last value.
  auto scattered = [=](const Tensors& in, const auto& combine) -> Tensors {
    Plain x(in[0]), index(in[1]), src(in[2]);
    std::vector<double> out = x.data;
    for_each_place(index.sizes, [&](const C& c) {
      C to = c;
      if (!c.empty()) to[dim_of(in[0])] = whole(index(c));
      int64_t at = 0;
      for (size_t d = 0; d < to.size(); ++d) at = at * x.sizes[d] + to[d];
      out[size_t(at)] = combine(out[size_t(at)], src(c));
    });
    return {make(out, x.sizes)};
  };
  rows.push_back(
      {.name = "scatter_add",
       .call = [=](const Tensors& in) -> Tensors {
         return {scatter_add(in[0], dim_of(in[0]), in[1], in[2])};
       },
       .samples = samples(true),
       .reference =
           [=](const Tensors& in) { return scattered(in, [](double a, double b) { return a + b; }); },
       .inplace = [=](Tensor& self, const Tensors& in) -> Tensor& {
         return self.scatter_add_(dim_of(in[0]), in[1], in[2]);
       },
       .errors = {{"range", [] { scatter_add(zeros({2}), 0, tensor({2}), zeros({1})); },
                   "index 2 is out of bounds"}},
       .also = {"scatter_add_"}});
  // Which of two gradients a twice written element sends is unspecified: indices without repetition.
  auto permuted = [=] {
    std::vector<Sample> out;
    for (auto [what, sizes] :
         std::vector<std::pair<std::string, C>>{{"vector", {4}}, {"matrix", {3, 4}}, {"0-d", {}}}) {
      Tensor index = std::get<1>(uniform(sizes).sort(-1));
      out.push_back({what, {uniform(sizes, -2, 2, 2), index, uniform(sizes, -2, 2, 3)}});
    }
    out.push_back(
        {"src larger than index", {uniform({3, 4}), tensor({{3, 0}, {1, 2}}), uniform({4, 3}, -2, 2, 3)}});
    return out;
  };
  auto replace = [](double, double b) { return b; };
  rows.push_back(
      {.name = "scatter",
       .call = [=](const Tensors& in) -> Tensors { return {scatter(in[0], dim_of(in[0]), in[1], in[2])}; },
       .samples = permuted,
       .reference = [=](const Tensors& in) { return scattered(in, replace); },
       .inplace = [=](Tensor& self, const Tensors& in) -> Tensor& {
         return self.scatter_(dim_of(in[0]), in[1], in[2]);
       },
       .errors = {{"dtype", [] { scatter(zeros({3}, kLong), 0, tensor({0}), tensor({1.5})); },
                   "scatter(): Expected self.dtype to be equal to src.dtype"},
                  {"src",
                   [] {
                     scatter(zeros({2, 3}), 1, tensor({{1, 1}}), zeros({1, 1}));
                   },
                   "and to be smaller size than src [1, 1]"}},
       .also = {"scatter_"}});
  rows.push_back(
      {.name = "scatter",
       .call = [=](const Tensors& in) -> Tensors { return {in[0].scatter(dim_of(in[0]), in[1], 2.5)}; },
       .samples = samples(false),
       .reference =
           [=](const Tensors& in) {
             Plain index(in[1]);
             return scattered({in[0], in[1], build(index.sizes, [](auto) { return 2.5; })}, replace);
           },
       .inplace = [=](Tensor& self, const Tensors& in) -> Tensor& {
         return self.scatter_(dim_of(in[0]), in[1], 2.5);
       }});
}

void add_index_select(Rows& rows) {
  auto samples = [](bool with_source) {
    return [with_source] {
      std::vector<Sample> out;
      for (auto [what, sizes, count] :
           std::vector<std::tuple<std::string, C, int64_t>>{{"vector", {5}, 3},
                                                            {"matrix", {2, 3}, 4},
                                                            {"4-d", {2, 2, 3, 2}, 2},
                                                            {"no index", {2, 3}, 0},
                                                            {"large", {300, 200}, 500}}) {
        C taken = sizes;
        size_t dim = sizes.size() - 1;
        taken[dim] = count;
        Sample sample{what, {uniform(sizes), integers({count}, sizes[dim])}};
        if (with_source) sample.inputs.push_back(uniform(taken, -2, 2, 5));
        out.push_back(sample);
      }
      return out;
    };
  };
  rows.push_back(
      {.name = "index_select",
       .call = [](const Tensors& in) -> Tensors {
         return {index_select(in[0], -1, in[1]), in[0].index_select(0, tensor({0, 0}, kInt)),
                 in[0].index_select(0, tensor(1))};
       },
       .samples = samples(false),
       .reference = [](const Tensors& in) -> Tensors {
         Plain x(in[0]);
         auto selected = [&](size_t dim, const std::vector<double>& index) {
           C sizes = x.sizes;
           sizes[dim] = int64_t(index.size());
           return build(sizes, [&](C c) {
             c[dim] = whole(index[size_t(c[dim])]);
             return x(c);
           });
         };
         return {selected(x.sizes.size() - 1, values(in[1])), selected(0, {0, 0}), selected(0, {1})};
       },
       .errors = {{"range",
                   [] {
                     index_select(zeros({2, 3}), 1, tensor({3}));
                   },
                   "index 3 is out of bounds for dimension 1 with size 3"},
                  {"negative",
                   [] {
                     index_select(zeros({2, 3}), 1, tensor({-1}));
                   },
                   "index -1 is out of bounds"},
                  {"matrix",
                   [] {
                     index_select(zeros({2, 3}), 1, tensor({{1}}));
                   },
                   "index_select(): Index is supposed to be a vector"}}});
  rows.push_back(
      {.name = "index_add",
       .call = [](const Tensors& in) -> Tensors { return {index_add(in[0], -1, in[1], in[2], 1.5)}; },
       .samples = samples(true),
       .reference = [](const Tensors& in) -> Tensors {
         Plain x(in[0]), index(in[1]), src(in[2]);
         return {build(x.sizes, [&](C c) {
           double sum = x(c);
           int64_t place = c.back();
           for (size_t i = 0; i < index.data.size(); ++i)
             if (whole(index.data[i]) == place) c.back() = int64_t(i), sum += 1.5 * src(c);
           return sum;
         })};
       },
       .inplace = [](Tensor& self, const Tensors& in) -> Tensor& {
         return self.index_add_(-1, in[1], in[2], 1.5);
       },
       .errors = {{"dtype", [] { index_add(zeros({2}, kLong), 0, tensor({0}), zeros({1})); },
                   "self (Long) and source (Float) must have the same scalar type"},
                  {"count",
                   [] {
                     index_add(zeros({2, 3}), 1, tensor({0}), zeros({2, 2}));
                   },
                   "Number of indices (1) should be equal to source.size(dim)"},
                  {"range", [] { index_add(zeros({2}), 0, tensor({9}), zeros({1})); },
                   "index 9 is out of bounds"}},
       .also = {"index_add_"}});
  rows.push_back(
      {.name = "take",
       .call = [](const Tensors& in) -> Tensors {
         return {take(in[0], in[1]), in[0].take(in[1] - in[0].numel())};
       },
       .samples =
           [] {
             return std::vector<Sample>{{"matrix", {uniform({2, 3}), tensor({{5, 0}, {0, 3}})}},
                                        {"0-d", {uniform({4}), tensor(2)}}};
           },
       .reference = [](const Tensors& in) -> Tensors {
         std::vector<double> x = values(in[0]);
         Plain index(in[1]);
         Tensor out = build(index.sizes, [&](const C& c) { return x[size_t(index(c))]; });
         return {out, out};
       },
       .errors = {{"range", [] { take(zeros({6}), tensor({10})); }, "index 10 is out of bounds"}}});
  rows.push_back({.name = "embedding",
                  .call = [](const Tensors& in) -> Tensors { return {embedding(in[0], in[1])}; },
                  .samples =
                      [] {
                        return std::vector<Sample>{{"vector", {uniform({4, 3}), tensor({1, 3, 1})}},
                                                   {"matrix", {uniform({4, 2}), integers({2, 3}, 4)}},
                                                   {"0-d", {uniform({4, 2}), tensor(2)}},
                                                   {"none", {uniform({4, 2}), empty({0}, kLong)}},
                                                   {"large", {uniform({500, 64}), integers({40, 30}, 500)}}};
                      },
                  .reference = [](const Tensors& in) -> Tensors {
                    Plain weight(in[0]), index(in[1]);
                    C sizes = index.sizes;
                    sizes.push_back(weight.sizes[1]);
                    return {build(sizes, [&](C c) {
                      int64_t feature = c.back();
                      c.pop_back();
                      return weight({whole(index(c)), feature});
                    })};
                  },
                  .errors = {{"range",
                              [] {
                                embedding(zeros({3, 2}), tensor({5}));
                              },
                              "index 5 is out of bounds"},
                             {"negative",
                              [] {
                                embedding(zeros({3, 2}), tensor({-1}));
                              },
                              "index -1 is out of bounds"}}});
}

void add_advanced(Rows& rows) {
  // x (3,4,2): x[:, i, :], x[i, :, j], x[i, j], x[mask], each with indices of different shapes.
  auto samples = [] {
    return std::vector<Sample>{{"small", {uniform({3, 4, 2}), tensor({{0, 2}, {-1, 2}}), tensor({1, -2})}},
                               {"0-d indices", {uniform({3, 4, 2}), tensor(2), tensor(1)}},
                               {"none", {uniform({3, 4, 2}), empty({0}, kLong), empty({0}, kLong)}},
                               {"large", {uniform({50, 40, 30}), integers({300, 2}, 50), integers({2}, 30)}}};
  };
  auto wrapped = [](double i, int64_t n) { return i < 0 ? whole(i) + n : whole(i); };
  rows.push_back(
      {.name = "index",
       .call = [](const Tensors& in) -> Tensors {
         return {index(in[0], {std::nullopt, in[1].remainder(in[0].size(1))}),
                 index(in[0], {in[1], std::nullopt, in[2]}), index(in[0], {in[1], in[2]})};
       },
       .samples = samples,
       .reference = [=](const Tensors& in) -> Tensors {
         Plain x(in[0]), i(in[1]), j(in[2]);
         const C& n = x.sizes;
         auto joined = [](C a, const C& b) {
           a.insert(a.end(), b.begin(), b.end());
           return a;
         };
         size_t k = i.sizes.size();
         // i has the broadcast shape; j is counted from its end.
         auto i_at = [&](const C& c) { return i(C(c.begin(), c.begin() + k)); };
         auto j_at = [&](const C& c) { return j(C(c.begin() + (k - j.sizes.size()), c.begin() + k)); };
         Tensor one = build(joined({n[0]}, joined(i.sizes, {n[2]})), [&](const C& c) {
           int64_t at = whole(i(C(c.begin() + 1, c.end() - 1)));
           return x({c[0], (at % n[1] + n[1]) % n[1], c.back()});
         });
         Tensor apart = build(joined(i.sizes, {n[1]}), [&](const C& c) {
           return x({wrapped(i_at(c), n[0]), c.back(), wrapped(j_at(c), n[2])});
         });
         Tensor together = build(joined(i.sizes, {n[2]}), [&](const C& c) {
           return x({wrapped(i_at(c), n[0]), wrapped(j_at(c), n[1]), c.back()});
         });
         return {one, apart, together};
       },
       .errors =
           {{"range",
             [] {
               index(zeros({2, 3}), {std::nullopt, tensor({0, 5})});
             },
             "index 5 is out of bounds for dimension 1 with size 3"},
            {"broadcast",
             [] {
               index(zeros({2, 3}), {tensor({0, 1}), tensor({0, 1, 2})});
             },
             "shape mismatch: indexing tensors could not be broadcast together with shapes [2], [3]"},
            {"mask",
             [] {
               index(zeros({2, 3}), std::optional<Tensor>(tensor({true, false, true})));
             },
             "The shape of the mask [3] at index 0 does not match the shape of the indexed tensor [2, 3] "
             "at index 0"},
            {"real", [] { index(zeros({2}), std::optional<Tensor>(zeros({1}))); },
             "tensors used as indices must be long"},
            {"many",
             [] {
               index(zeros({2}), {tensor({0}), tensor({0})});
             },
             "too many indices for tensor of dimension 1"}}});
  rows.push_back(
      {.name = "index_put",
       .call = [](const Tensors& in) -> Tensors {
         return {index_put(in[0], {in[1], std::nullopt, in[2]}, in[3], true)};
       },
       .samples =
           [] {
             return std::vector<Sample>{
                 {"repeated",
                  {uniform({3, 4, 2}), tensor({0, 2, 0, -1}), tensor({1, 0, -1, 0}),
                   uniform({4, 4}, -2, 2, 2)}},
                 {"broadcast values",
                  {uniform({3, 4, 2}), tensor({0, 2, 0}), tensor(1), uniform({3, 1}, -2, 2, 2)}},
                 {"large",
                  {uniform({50, 40, 30}), integers({400}, 50), integers({400}, 30),
                   uniform({40}, -2, 2, 2)}}};
           },
       .reference = [=](const Tensors& in) -> Tensors {
         Plain x(in[0]), i(in[1]), j(in[2]), value(in[3]);
         std::vector<double> out = x.data;
         for (int64_t n = 0; n < i.sizes[0]; ++n)
           for (int64_t k = 0; k < x.sizes[1]; ++k) {
             int64_t a = wrapped(i({n}), x.sizes[0]),
                     b = wrapped(j.sizes.empty() ? j({}) : j({n}), x.sizes[2]);
             double v = value.sizes.size() == 1 ? value({k}) : value({n, std::min(k, value.sizes[1] - 1)});
             out[size_t((a * x.sizes[1] + k) * x.sizes[2] + b)] += v;
           }
         return {make(out, x.sizes)};
       },
       .inplace = [](Tensor& self, const Tensors& in) -> Tensor& {
         return index_put_(self, {in[1], std::nullopt, in[2]}, in[3], true);
       },
       .errors =
           {{"dtype", [] { index_put(zeros({2}, kLong), std::optional<Tensor>(tensor({0})), tensor({1.5})); },
             "Index put requires the source and destination dtypes match, got Long for the destination "
             "and Float for the source."},
            {"shape",
             [] {
               index_put(zeros({2, 3}), std::optional<Tensor>(tensor({0})), zeros({5}));
             },
             "shape mismatch: value tensor of shape [5] cannot be broadcast to indexing result of shape "
             "[1, 3]"}},
       .also = {"index_put_"}});
  auto put = [](const Tensors& in) { return Slice(1, int64_t(in[0].size(0))); };
  rows.push_back(
      {.name = "index_put",
       .call = [=](const Tensors& in) -> Tensors {
         Tensor x = in[0].clone();
         x.index_put_({put(in), in[1]}, in[2]);
         return {x};
       },
       .samples =
           [] {
             return std::vector<Sample>{
                 {"slice and tensor", {uniform({3, 4}), tensor({2, 0}), uniform({2, 2}, -2, 2, 2)}},
                 {"one value", {uniform({3, 4}), tensor({1, 3}), uniform({}, -2, 2, 2)}}};
           },
       .reference = [](const Tensors& in) -> Tensors {
         Plain x(in[0]), i(in[1]), v(in[2]);
         std::vector<double> out = x.data;
         for (int64_t r = 1; r < x.sizes[0]; ++r)
           for (int64_t k = 0; k < 2; ++k)
             out[size_t(r * x.sizes[1] + whole(i({k})))] = v.sizes.empty() ? v({}) : v({r - 1, k});
         return {make(out, x.sizes)};
       },
       .inplace = [=](Tensor& self, const Tensors& in) -> Tensor& {
         return self.index_put_({put(in), in[1]}, in[2]);
       }});
}

void add_masks(Rows& rows) {
  auto samples = [] {
    Tensor mask = tensor({{true, false, true}, {false, false, true}});
    return std::vector<Sample>{{"matrix", {uniform({2, 3}), mask}},
                               {"all false", {uniform({2, 3}), zeros({2, 3}, kBool)}},
                               {"large", {uniform({300, 200}), integers({300, 200}, 2).to(kBool)}}};
  };
  auto chosen = [](const Tensors& in) {
    std::vector<double> x = values(in[0]), mask = values(in[1]), out;
    for (size_t i = 0; i < x.size(); ++i)
      if (mask[i] != 0) out.push_back(x[i]);
    return make(out, {int64_t(out.size())});
  };
  rows.push_back({.name = "masked_select",
                  .call = [](const Tensors& in) -> Tensors {
                    return {masked_select(in[0], in[1]), in[0].index({in[1]})};
                  },
                  .samples = samples,
                  .reference = [=](const Tensors& in) -> Tensors {
                    return {chosen(in), chosen(in)};
                  },
                  .errors = {{"dtype", [] { masked_select(zeros({2}), zeros({2})); },
                              "expected BoolTensor or ByteTensor for mask"},
                             {"shape", [] { masked_select(zeros({2}), zeros({3}, kBool)); },
                              "masked_select: The size of tensor a (2)"}}});
  rows.push_back({.name = "masked_select",
                  .call = [](const Tensors& in) -> Tensors { return {masked_select(in[0], in[1])}; },
                  .samples =
                      [] {
                        return std::vector<Sample>{
                            {"broadcast", {uniform({3}), tensor({{true, false, true}, {false, true, true}})}},
                            {"broadcast mask", {uniform({2, 3}), tensor({true, false, true})}},
                            {"0-d", {uniform({}), tensor(true)}}};
                      },
                  .reference = [=](const Tensors& in) -> Tensors {
                    Tensor x = elementwise(in, [](const auto& v) { return v[0]; })[0];
                    Tensor mask = elementwise(in, [](const auto& v) { return v[1]; })[0];
                    return {chosen({x, mask})};
                  }});
  rows.push_back({.name = "nonzero",
                  .call = [](const Tensors& in) -> Tensors { return {nonzero(in[0])}; },
                  .samples =
                      [] {
                        return std::vector<Sample>{{"matrix", {tensor({{0, 3, 0}, {-1, 0, 2}})}},
                                                   {"bool", {tensor({true, false, true})}},
                                                   {"0-d", {tensor(3)}},
                                                   {"none", {zeros({2, 2}, kLong)}},
                                                   {"real", {make({0, std::nan(""), -0.0, 0.5}, {2, 2})}}};
                      },
                  .reference = [](const Tensors& in) -> Tensors {
                    Plain x(in[0]);
                    std::vector<double> out;
                    int64_t count = 0;
                    for_each_place(x.sizes, [&](const C& c) {
                      if (x(c) == 0) return;
                      out.insert(out.end(), c.begin(), c.end());
                      ++count;
                    });
                    return {make(out, {count, int64_t(x.sizes.size())})};
                  },
                  .differentiable = false});
}

}  // namespace

void add_index(Rows& rows) {
  add_gather(rows);
  add_index_select(rows);
  add_advanced(rows);
  add_masks(rows);
}

}  // namespace op_table

OP_TABLE_TESTS(index)
