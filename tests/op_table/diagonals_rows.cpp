// Diagonals and blocks, against coordinates.
#include "checks.h"
#include "coordinates.h"

using namespace tengen;

namespace op_table {
namespace {

using C = Coordinates;

Tensors triangle(int64_t rows, int64_t columns, int64_t offset, bool lower) {
  std::vector<double> at[2];
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j)
      if (lower ? j <= i + offset : j >= i + offset) at[0].push_back(double(i)), at[1].push_back(double(j));
  const int64_t count = int64_t(at[0].size());
  at[0].insert(at[0].end(), at[1].begin(), at[1].end());
  return {make(at[0], {2, count})};
}

}  // namespace

void add_diagonals(Rows& rows) {
  rows.push_back({.name = "diag_embed",
                  .call = [](const Tensors& x) -> Tensors {
                    return {diag_embed(x[0]), x[0].diag_embed(1), diag_embed(x[0], -1, 0, -1)};
                  },
                  .samples = shapes({{"vector", {3}}, {"matrix", {2, 3}}}),
                  .reference = [](const Tensors& in) -> Tensors {
                    Plain x(in[0]);
                    const int64_t n = x.sizes.back();
                    // (row, column) of the matrices at places r and k of the result's coordinates.
                    auto embedded = [&](int64_t offset, size_t r, size_t k) {
                      C sizes = x.sizes;
                      sizes.back() = n + std::abs(offset);
                      sizes.insert(sizes.begin() + long(r), n + std::abs(offset));
                      if (r == 0 && x.sizes.size() == 2) sizes = {n + 1, x.sizes[0], n + 1};
                      return build(sizes, [&](const C& c) {
                        if (c[k] != c[r] + offset) return 0.0;
                        C from;
                        for (size_t d = 0; d < c.size(); ++d)
                          if (d != r && d != k) from.push_back(c[d]);
                        from.push_back(offset < 0 ? c[k] : c[r]);
                        return x(from);
                      });
                    };
                    const size_t last = x.sizes.size();
                    return {embedded(0, last - 1, last), embedded(1, last - 1, last), embedded(-1, 0, last)};
                  },
                  .errors = {{"dims", [] { diag_embed(ones({2}), 0, 1, 1); },
                              "diag_embed: diagonal dimensions cannot"}}});
  rows.push_back(
      {.name = "diagflat",
       .call = [](const Tensors& x) -> Tensors { return {diagflat(x[0], -1)}; },
       .samples = shapes({{"matrix", {2, 2}}, {"0-d", {}}}),
       .reference = [](const Tensors& in) -> Tensors {
         const std::vector<double> v = values(in[0]);
         const int64_t n = int64_t(v.size()) + 1;
         return {build({n, n}, [&](const C& c) { return c[0] == c[1] + 1 ? v[size_t(c[1])] : 0; })};
       }});
  rows.push_back({.name = "block_diag",
                  .call = [](const Tensors& x) -> Tensors { return {block_diag(x)}; },
                  .samples =
                      [] {
                        return std::vector<Sample>{
                            {"mixed", {uniform({2, 3}), uniform({}, 1, 2, 2), uniform({2}, 1, 2, 3)}}};
                      },
                  .reference = [](const Tensors& in) -> Tensors {
                    const std::vector<double> a = values(in[0]), b = values(in[1]), c = values(in[2]);
                    return {make({a[0], a[1], a[2], 0,    0,    0,  //
                                  a[3], a[4], a[5], 0,    0,    0,  //
                                  0,    0,    0,    b[0], 0,    0,  //
                                  0,    0,    0,    0,    c[0], c[1]},
                                 {4, 6})};
                  },
                  .errors = {{"3-d",
                              [] {
                                block_diag({ones({1, 1, 1})});
                              },
                              "block_diag: expected tensors of at most 2"}}});
  Row indices;
  indices.name = "tril_indices";
  indices.samples = [] { return std::vector<Sample>{{"none", {make({0}, {1})}}}; };
  indices.call = [](const Tensors& x) -> Tensors {
    const TensorOptions there = TensorOptions(kLong).device(x[0].device());
    return {tril_indices(3, 4, 1, there), triu_indices(4, 3, -1, there),
            triu_indices(2, 2, 0, there.dtype(kInt))};
  };
  indices.reference = [](const Tensors&) -> Tensors {
    return {triangle(3, 4, 1, true)[0], triangle(4, 3, -1, false)[0], triangle(2, 2, 0, false)[0]};
  };
  indices.differentiable = false;
  indices.errors = {{"negative", [] { tril_indices(-1, 2); }, "row and col must not be negative"}};
  indices.also = {"triu_indices"};
  rows.push_back(indices);
  // In place only: on clones, so that gradients see it.
  rows.push_back(
      {.name = "fill_diagonal_",
       .call = [](const Tensors& x) -> Tensors { return {x[0].clone().fill_diagonal_(7, true)}; },
       .samples = shapes({{"wide", {2, 4}}, {"tall", {8, 3}}, {"cube", {3, 3, 3}}}),
       .reference = [](const Tensors& in) -> Tensors {
         Plain x(in[0]);
         return {build(x.sizes, [&](const C& c) {
           const bool matrix = c.size() == 2;
           const bool hit = matrix ? c[0] % (x.sizes[1] + 1) == c[1] : c[0] == c[1] && c[1] == c[2];
           return hit ? 7 : x(c);
         })};
       },
       .inplace = [](Tensor& self, const Tensors&) -> Tensor& { return self.fill_diagonal_(7, true); },
       .errors = {{"1-d", [] { ones({2}).fill_diagonal_(1); }, "fill_diagonal_: dimensions must be larger"},
                  {"uneven",
                   [] {
                     ones({2, 3, 2}).fill_diagonal_(1);
                   },
                   "must be of equal length"}}});
}

OP_TABLE_TESTS(diagonals)

}  // namespace op_table
