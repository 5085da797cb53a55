// Writes at indices, against plain loops.
#include <algorithm>
#include <cmath>

#include "checks.h"
#include "coordinates.h"

using namespace tengen;

namespace op_table {
namespace {

using C = Coordinates;
using V = std::vector<double>;

Tensor on(const Tensor& index, const Tensor& like) { return index.to(like.device()); }
const C kSize = {3, 4};

/// self with changed(c, i) at the places c of `source`, whose index along `dim` becomes index[i].
Tensor copied(const Tensor& self, size_t dim, const V& index, const Tensor& source) {
  Plain x(self), src(source);
  return build(x.sizes, [&](const C& c) {
    double out = x(c);
    for (size_t i = 0; i < index.size(); ++i) {
      C from = c;
      from[dim] = int64_t(i);
      if (double(c[dim]) == index[i]) out = src(from);
    }
    return out;
  });
}

void add_indexed(Rows& rows) {
  const Tensor index = tensor({2, 0});
  rows.push_back(
      {.name = "index_copy",
       .call = [=](const Tensors& x) -> Tensors { return {index_copy(x[0], 0, on(index, x[0]), x[1])}; },
       .samples =
           [] {
             return std::vector<Sample>{{"rows", {uniform(kSize), uniform({2, 4}, -2, 2, 2)}}};
           },
       .reference = [](const Tensors& x) -> Tensors {
         return {copied(x[0], 0, {2, 0}, x[1])};
       },
       .inplace = [=](Tensor& self, const Tensors& x) -> Tensor& {
         return self.index_copy_(0, on(index, self), x[1]);
       },
       .errors = {{"count",
                   [=] {
                     index_copy(ones({3, 4}), 0, index, ones({3, 4}));
                   },
                   "index_copy: number of indices (2) should be equal to source.size(dim)"}},
       .also = {"index_copy_"}});
  rows.push_back(
      {.name = "index_fill",
       .call = [=](const Tensors& x) -> Tensors { return {index_fill(x[0], 1, on(index, x[0]), 5)}; },
       .samples =
           [] {
             return std::vector<Sample>{{"columns", {uniform(kSize)}}};
           },
       .reference = [](const Tensors& x) -> Tensors {
         return {copied(x[0], 1, {2, 0}, full({3, 2}, 5, kDouble))};
       },
       .inplace = [=](Tensor& self, const Tensors&) -> Tensor& {
         return self.index_fill_(1, on(index, self), 5);
       },
       .errors = {{"type", [] { index_fill(ones({3}), 0, ones({1}), 1); },
                   "index_fill: expected dtype int64"}},
       .also = {"index_fill_"}});
  rows.push_back(
      {.name = "index_fill",
       .call = [=](const Tensors& x) -> Tensors { return {x[0].index_fill(0, on(index, x[0]), x[1])}; },
       .samples =
           [] {
             return std::vector<Sample>{{"a tensor", {uniform({3}), uniform({})}}};
           },
       .reference = [](const Tensors& x) -> Tensors {
         return {copied(x[0], 0, {2, 0}, x[1].expand({2}).contiguous())};
       },
       .inplace = [=](Tensor& self, const Tensors& x) -> Tensor& {
         return self.index_fill_(0, on(index, self), x[1]);
       }});
}

/// The elements for each place, self's first if it counts, combined by `reduce`.
double combine(const V& all, const std::string& reduce) {
  double sum = 0, product = 1;
  for (double v : all) sum += v, product *= v;
  if (reduce == "sum") return sum;
  if (reduce == "mean") return sum / double(all.size());
  if (reduce == "prod") return product;
  return reduce == "amax" ? *std::max_element(all.begin(), all.end())
                          : *std::min_element(all.begin(), all.end());
}
Tensor reduced(const Tensor& self, size_t dim, const Tensor& index, const Tensor& src,
               const std::string& reduce, bool include_self) {
  Plain x(self), at(index), from(src);
  return build(x.sizes, [&](const C& c) {
    V all;
    bool inside = true;
    for (size_t d = 0; d < c.size(); ++d) inside &= d == dim || c[d] < at.sizes[d];
    for (int64_t i = 0; inside && i < at.sizes[dim]; ++i) {
      C place = c;
      place[dim] = i;
      if (at(place) == double(c[dim])) all.push_back(from(place));
    }
    if (all.empty()) return x(c);
    if (include_self) all.push_back(x(c));
    return combine(all, reduce);
  });
}

void add_reductions(Rows& rows) {
  const Tensor index = tensor({{0, 2, 1}, {0, 2, 0}, {0, 1, 2}, {2, 2, 1}});
  for (const char* reduce : {"sum", "prod", "mean", "amax", "amin"})
    for (bool include_self : {true, false}) {
      rows.push_back({.name = "scatter_reduce",
                      .call = [=](const Tensors& x) -> Tensors {
                        return {scatter_reduce(x[0], 0, on(index, x[0]), x[1], reduce, include_self)};
                      },
                      .samples =
                          [] {
                            return std::vector<Sample>{
                                {"several for one", {distinct({3, 4}, 0.3), distinct({5, 3}, 0.31, 2)}}};
                          },
                      .reference = [=](const Tensors& x) -> Tensors {
                        return {reduced(x[0], 0, index, x[1], reduce, include_self)};
                      },
                      .inplace = [=](Tensor& self, const Tensors& x) -> Tensor& {
                        return self.scatter_reduce_(0, on(index, self), x[1], reduce, include_self);
                      },
                      .ulps16 = 4,
                      .gradient_ulps16 = 8,
                      .also = {"scatter_reduce_"}});
      if (std::string(reduce) == "sum") continue;
      const Tensor parts = tensor({1, 1, 2, 1});
      rows.push_back(
          {.name = "index_reduce",
           .call = [=](const Tensors& x) -> Tensors {
             return {x[0].index_reduce(1, on(parts, x[0]), x[1], reduce, include_self)};
           },
           .samples =
               [] {
                 return std::vector<Sample>{{"columns", {distinct({2, 3}, 0.3), distinct({2, 4}, 0.31, 2)}}};
               },
           .reference = [=](const Tensors& x) -> Tensors {
             return {reduced(x[0], 1, parts.expand({2, 4}).contiguous(), x[1], reduce, include_self)};
           },
           .inplace = [=](Tensor& self, const Tensors& x) -> Tensor& {
             return self.index_reduce_(1, on(parts, self), x[1], reduce, include_self);
           },
           .errors = {{"name", [=] { index_reduce(ones({3}), 0, tensor({1}), ones({1}), "sum"); },
                       "index_reduce: expected reduce to be one of prod"}},
           .ulps16 = 4,
           .gradient_ulps16 = 8,
           .also = {"index_reduce_"}});
    }
  rows.push_back(
      {.name = "scatter_reduce",
       .call = [](const Tensors& x) -> Tensors {
         const Tensor at = on(tensor({1, 0}), x[0]);
         return {x[0].scatter(0, at, x[1], "multiply"), scatter(x[0], 0, at, 2, "add")};
       },
       .samples =
           [] {
             return std::vector<Sample>{{"vector", {uniform({3}), uniform({2}, -2, 2, 2)}}};
           },
       .reference = [](const Tensors& x) -> Tensors {
         const V a = values(x[0]), b = values(x[1]);
         return {make({a[0] * b[1], a[1] * b[0], a[2]}, {3}), make({a[0] + 2, a[1] + 2, a[2]}, {3})};
       },
       .inplace = [](Tensor& self, const Tensors& x) -> Tensor& {
         return self.scatter_(0, on(tensor({1, 0}), self), x[1], "multiply");
       },
       .errors = {{"reduce", [] { scatter(ones({2}), 0, tensor({0}), ones({1}), "max"); },
                   "scatter: reduce argument must be either add or multiply"},
                  {"reduce", [] { scatter_reduce(ones({2}), 0, tensor({0}), ones({1}), "max"); },
                   "scatter_reduce: reduce argument must be either sum"}},
       .also = {"scatter"}});
}

void add_masked(Rows& rows) {
  const Tensor mask = tensor({true, false, true});
  rows.push_back(
      {.name = "masked_scatter",
       .call = [=](const Tensors& x) -> Tensors { return {masked_scatter(x[0], on(mask, x[0]), x[1])}; },
       .samples =
           [] {
             return std::vector<Sample>{{"broadcast", {uniform({2, 3}), uniform({5}, -2, 2, 2)}}};
           },
       .reference = [](const Tensors& x) -> Tensors {
         V v = values(x[0]), s = values(x[1]);
         v[0] = s[0], v[2] = s[1], v[3] = s[2], v[5] = s[3];
         return {make(v, {2, 3})};
       },
       .inplace = [=](Tensor& self, const Tensors& x) -> Tensor& {
         return self.masked_scatter_(on(mask, self), x[1]);
       },
       .errors = {{"few", [=] { masked_scatter(ones({3}), mask, ones({1})); },
                   "masked_scatter: expected source to have at least 2 elements"}},
       .also = {"masked_scatter_"}});
  for (bool accumulate : {false, true})
    rows.push_back({.name = "put",
                    .call = [=](const Tensors& x) -> Tensors {
                      return {put(x[0], on(tensor({4, 1}), x[0]), x[1], accumulate)};
                    },
                    .samples =
                        [] {
                          return std::vector<Sample>{{"matrix", {uniform({2, 3}), uniform({2}, -2, 2, 2)}}};
                        },
                    .reference = [=](const Tensors& x) -> Tensors {
                      V v = values(x[0]), s = values(x[1]);
                      v[4] = s[0] + (accumulate ? v[4] : 0), v[1] = s[1] + (accumulate ? v[1] : 0);
                      return {make(v, {2, 3})};
                    },
                    .inplace = [=](Tensor& self, const Tensors& x) -> Tensor& {
                      return self.put_(on(tensor({4, 1}), self), x[1], accumulate);
                    },
                    .errors = {{"count", [] { put(ones({3}), tensor({1}), ones({2})); },
                                "put: expected source and index to have the same number of elements"}},
                    .also = {"put_"}});
  rows.push_back(
      {.name = "take_along_dim",
       .call = [](const Tensors& x) -> Tensors {
         return {take_along_dim(x[0], on(tensor({{2, 0, 2, 1}}), x[0]), 1),
                 x[0].take_along_dim(on(tensor({5, 0}), x[0]))};
       },
       .samples =
           [] {
             return std::vector<Sample>{{"matrix", {uniform({2, 3})}}};
           },
       .reference = [](const Tensors& x) -> Tensors {
         const V v = values(x[0]);
         return {make({v[2], v[0], v[2], v[1], v[5], v[3], v[5], v[4]}, {2, 4}), make({v[5], v[0]}, {2})};
       },
       .errors = {{"dims",
                   [] {
                     take_along_dim(ones({2, 3}), tensor({1}), 0);
                   },
                   "same number of dimensions"}}});
}

void add_parts(Rows& rows) {
  auto add = [&](const char* name, auto call, C part, std::function<bool(const C&, C&)> place) {
    rows.push_back({.name = name,
                    .call = [=](const Tensors& x) -> Tensors { return {call(x[0], x[1])}; },
                    .samples =
                        [=] {
                          return std::vector<Sample>{{"matrix", {uniform({4, 5}), uniform(part, -2, 2, 2)}}};
                        },
                    .reference = [=](const Tensors& x) -> Tensors {
                      Plain self(x[0]), src(x[1]);
                      return {build(self.sizes, [&](const C& c) {
                        C from;
                        return place(c, from) ? src(from) : self(c);
                      })};
                    },
                    .errors = {{"shape",
                                [=] {
                                  call(ones({4, 5}), ones({9}));
                                },
                                "expected src to have a size equal"}}});
  };
  add(
      "select_scatter", [](const Tensor& x, const Tensor& s) { return select_scatter(x, s, 1, -2); }, {4},
      [](const C& c, C& from) { return from = {c[0]}, c[1] == 3; });
  add(
      "slice_scatter", [](const Tensor& x, const Tensor& s) { return slice_scatter(x, s, 1, 1, 5, 2); },
      {4, 2},
      [](const C& c, C& from) {
        return from = {c[0], c[1] / 2}, c[1] % 2 == 1;
      });
  add(
      "diagonal_scatter", [](const Tensor& x, const Tensor& s) { return x.diagonal_scatter(s, 1); }, {4},
      [](const C& c, C& from) { return from = {c[0]}, c[1] == c[0] + 1; });
  rows.push_back({.name = "argwhere",
                  .call = [](const Tensors& x) -> Tensors {
                    Tensors out = nonzero_numpy(x[0]);
                    out.push_back(argwhere(x[0]));
                    out.push_back(nonzero_numpy(x[0].sum())[0]);
                    return out;
                  },
                  .samples =
                      [] {
                        return std::vector<Sample>{{"matrix", {make({0, 1, 2, 0}, {2, 2})}}};
                      },
                  .reference = [](const Tensors&) -> Tensors {
                    return {make({0, 1}, {2}), make({1, 0}, {2}), make({0, 1, 1, 0}, {2, 2}), make({0}, {1})};
                  },
                  .differentiable = false,
                  .also = {"nonzero_numpy"}});
}

}  // namespace

void add_scatter(Rows& rows) {
  add_indexed(rows);
  add_reductions(rows);
  add_masked(rows);
  add_parts(rows);
}

OP_TABLE_TESTS(scatter)

}  // namespace op_table
