// Views: which element of the input each element of the view is.
#include <algorithm>

#include "checks.h"
#include "coordinates.h"

using namespace tengen;

namespace op_table {
namespace {

using C = Coordinates;

/// `name` leaves the order of elements alone and gives them the shape that call gives, which literals in
/// tests/tensor check.
Tensors same_elements(const Tensor& x, C sizes) { return {make(values(x), sizes)}; }

C sizes_of(const Tensor& t) { return C(t.sizes().begin(), t.sizes().end()); }

void add_reshaping(Rows& rows) {
  rows.push_back({.name = "view",
                  .call = [](const Tensors& in) -> Tensors {
                    return {in[0].contiguous().view({-1, 2, 3})};
                  },
                  .samples = shapes({{"matrix", {4, 3}}, {"one block", {6}}, {"large", {20000, 6}}}),
                  .reference =
                      [](const Tensors& in) {
                        return same_elements(in[0], {in[0].numel() / 6, 2, 3});
                      },
                  .errors = {{"size",
                              [] {
                                zeros({5}).view({2, 3});
                              },
                              "shape '[2, 3]' is invalid for input of size 5"},
                             {"two open",
                              [] {
                                zeros({6}).view({-1, -1});
                              },
                              "only one dimension can be inferred"},
                             {"ambiguous",
                              [] {
                                zeros({0}).view({-1, 0});
                              },
                              "is ambiguous"},
                             {"strides",
                              [] {
                                zeros({2, 3}).t().view(6);
                              },
                              "Use .reshape(...) instead"}},
                  .also = {"view_as"}});
  rows.push_back({.name = "reshape",
                  .call = [](const Tensors& in) -> Tensors {
                    return {in[0].reshape({3, -1})};
                  },
                  .samples = shapes({{"matrix", {4, 3}}, {"empty", {3, 0, 2}}, {"large", {300, 400}}}),
                  .reference =
                      [](const Tensors& in) {
                        return same_elements(in[0], {3, in[0].numel() / 3});
                      },
                  .errors = {{"size",
                              [] {
                                reshape(zeros({5}), {3, -1});
                              },
                              "shape '[3, -1]' is invalid"}},
                  .also = {"reshape_as"}});
  rows.push_back({.name = "reshape",
                  .call = [](const Tensors& in) -> Tensors { return {in[0].transpose(0, 1).reshape(-1)}; },
                  .samples = shapes({{"copied", {3, 4}}, {"0 elements", {0, 2}}}),
                  .reference = [](const Tensors& in) -> Tensors {
                    Plain x(in[0]);
                    int64_t n = x.sizes[0];
                    return {build({in[0].numel()}, [&](const C& c) { return x({c[0] % n, c[0] / n}); })};
                  }});
  rows.push_back({.name = "flatten",
                  .call = [](const Tensors& in) -> Tensors {
                    return {flatten(in[0]), in[0].dim() > 2 ? in[0].flatten(-3, 1) : in[0].ravel()};
                  },
                  .samples = shapes({{"0-d", {}}, {"vector", {5}}, {"3-d", {2, 3, 2}}, {"empty", {2, 0, 3}}}),
                  .reference = [](const Tensors& in) -> Tensors {
                    C all{in[0].numel()};
                    if (in[0].dim() < 3) return {make(values(in[0]), all), make(values(in[0]), all)};
                    return {make(values(in[0]), all),
                            make(values(in[0]), {in[0].size(0) * in[0].size(1), in[0].size(2)})};
                  },
                  .errors = {{"order",
                              [] {
                                flatten(zeros({2, 3}), 1, 0);
                              },
                              "start_dim cannot come after end_dim"}},
                  .also = {"ravel"}});
  rows.push_back(
      {.name = "unflatten",
       .call = [](const Tensors& in) -> Tensors {
         return {unflatten(in[0], -1, {2, -1})};
       },
       .samples = shapes({{"vector", {6}}, {"matrix", {2, 4}}}),
       .reference =
           [](const Tensors& in) {
             C sizes = sizes_of(in[0]);
             sizes.back() /= 2;
             sizes.insert(sizes.end() - 1, 2);
             return same_elements(in[0], sizes);
           },
       .errors = {{"product",
                   [] {
                     unflatten(zeros({10}), 0, {3, 4});
                   },
                   "unflatten: Provided sizes [3, 4] don't multiply up to the size of dim 0 (10)"}}});
  rows.push_back(
      {.name = "squeeze",
       .call = [](const Tensors& in) -> Tensors {
         return {squeeze(in[0]), in[0].dim() ? squeeze(in[0], 1) : in[0].squeeze(0),
                 in[0].dim() ? squeeze(in[0], {0, -1}) : squeeze(in[0], {0})};
       },
       .samples = shapes({{"0-d", {}}, {"ones", {2, 1, 3, 1}}, {"none", {2, 3}}, {"empty", {0, 1}}}),
       .reference = [](const Tensors& in) -> Tensors {
         C all = sizes_of(in[0]), one = all;
         std::erase(all, 1);
         if (one.size() > 1 && one[1] == 1) one.erase(one.begin() + 1);
         C ends = sizes_of(in[0]);
         if (!ends.empty() && ends.back() == 1) ends.pop_back();
         if (!ends.empty() && ends.front() == 1) ends.erase(ends.begin());
         return {make(values(in[0]), all), make(values(in[0]), one), make(values(in[0]), ends)};
       },
       .errors = {{"dim", [] { squeeze(zeros({2}), 1); },
                   "Dimension out of range (expected to be in range of [-1, 0], but got 1)"}},
       .also = {"squeeze_"}});
  rows.push_back({.name = "unsqueeze",
                  .call = [](const Tensors& in) -> Tensors {
                    return {unsqueeze(in[0], 0), in[0].unsqueeze(-1)};
                  },
                  .samples = shapes({{"0-d", {}}, {"matrix", {2, 3}}, {"empty", {0}}}),
                  .reference = [](const Tensors& in) -> Tensors {
                    C front = sizes_of(in[0]), back = front;
                    front.insert(front.begin(), 1);
                    back.push_back(1);
                    return {make(values(in[0]), front), make(values(in[0]), back)};
                  },
                  .errors = {{"dim", [] { unsqueeze(zeros({2}), 2); }, "[-2, 1], but got 2"}},
                  .also = {"unsqueeze_"}});
  rows.push_back({.name = "alias",
                  .call = [](const Tensors& in) -> Tensors { return {alias(in[0])}; },
                  .samples = shapes({{"0-d", {}}, {"matrix", {2, 3}}}),
                  .reference = [](const Tensors& in) { return in; }});
}

void add_reordering(Rows& rows) {
  rows.push_back({.name = "permute",
                  .call = [](const Tensors& in) -> Tensors {
                    return {permute(in[0], {2, 0, -2})};
                  },
                  .samples = shapes({{"3-d", {2, 3, 4}}, {"empty", {2, 0, 4}}, {"large", {40, 50, 60}}}),
                  .reference = [](const Tensors& in) -> Tensors {
                    Plain x(in[0]);
                    return {build({x.sizes[2], x.sizes[0], x.sizes[1]}, [&](const C& c) {
                      return x({c[1], c[2], c[0]});
                    })};
                  },
                  .errors = {{"count",
                              [] {
                                permute(zeros({2, 3}), {0});
                              },
                              "input.dim() = 2 is not equal to len(dims) = 1"},
                             {"twice",
                              [] {
                                permute(zeros({2, 3}), {0, 0});
                              },
                              "duplicate dims are not allowed"}}});
  rows.push_back(
      {.name = "transpose",
       .call = [](const Tensors& in) -> Tensors {
         return {transpose(in[0], 0, -1), swapaxes(in[0], 0, -1), in[0].mT(), in[0].swapaxes(-2, -1)};
       },
       .samples = shapes({{"matrix", {2, 3}}, {"3-d", {2, 3, 4}}}),
       .reference = [](const Tensors& in) -> Tensors {
         Plain x(in[0]);
         size_t n = x.sizes.size();
         auto swapped = [&](size_t a) {
           C sizes = x.sizes;
           std::swap(sizes[a], sizes[n - 1]);
           return build(sizes, [&](C c) {
             std::swap(c[a], c[n - 1]);
             return x(c);
           });
         };
         return {swapped(0), swapped(0), swapped(n - 2), swapped(n - 2)};
       },
       .errors = {{"dim",
                   [] {
                     transpose(zeros({2, 3}), 0, 2);
                   },
                   "but got 2"}},
       .also = {"swapaxes", "mT"}});
  rows.push_back({.name = "t",
                  .call = [](const Tensors& in) -> Tensors { return {t(in[0])}; },
                  .samples = shapes({{"0-d", {}}, {"vector", {3}}, {"matrix", {2, 3}}}),
                  .reference = [](const Tensors& in) -> Tensors {
                    Plain x(in[0]);
                    C sizes(x.sizes.rbegin(), x.sizes.rend());
                    return {build(sizes, [&](const C& c) { return x(C(c.rbegin(), c.rend())); })};
                  },
                  .errors = {{"3-d",
                              [] {
                                t(zeros({1, 2, 3}));
                              },
                              "t() expects a tensor with <= 2 dimensions, but self is 3D"}}});
  rows.push_back({.name = "movedim",
                  .call = [](const Tensors& in) -> Tensors {
                    return {movedim(in[0], 0, -1), in[0].movedim({2, 1}, {0, 2})};
                  },
                  .samples = shapes({{"3-d", {2, 3, 4}}, {"4-d", {2, 1, 3, 2}}}),
                  .reference = [](const Tensors& in) -> Tensors {
                    Plain x(in[0]);
                    auto moved = [&](size_t from, size_t to) {
                      C sizes = x.sizes;
                      sizes.erase(sizes.begin() + from);
                      sizes.insert(sizes.begin() + to, x.sizes[from]);
                      return build(sizes, [&](C c) {
                        int64_t i = c[to];
                        c.erase(c.begin() + to);
                        c.insert(c.begin() + from, i);
                        return x(c);
                      });
                    };
                    return {moved(0, x.sizes.size() - 1), moved(2, 0)};
                  }});
}

void add_expanding(Rows& rows) {
  rows.push_back(
      {.name = "expand",
       .call = [](const Tensors& in) -> Tensors {
         return {in[0].expand({2, -1, 3}), broadcast_to(in[0], {4, in[0].size(0), 3}),
                 in[0].expand_as(zeros({2, in[0].size(0), 3}))};
       },
       .samples = shapes({{"column", {2, 1}}, {"full", {2, 3}}, {"empty", {0, 1}}}),
       .reference = [](const Tensors& in) -> Tensors {
         Plain x(in[0]);
         auto wide = [&](int64_t n) {
           return build({n, x.sizes[0], 3}, [&](const C& c) {
             return x({c[1], std::min(c[2], x.sizes[1] - 1)});
           });
         };
         return {wide(2), wide(4), wide(2)};
       },
       .errors = {{"size", [] { zeros({3}).expand({4}); },
                   "The expanded size of the tensor (4) must match the existing size (3) at non-singleton "
                   "dimension 0.  Target sizes: [4].  Tensor sizes: [3]"},
                  {"leading",
                   [] {
                     zeros({3}).expand({-1, 3});
                   },
                   "leading, non-existing dimension 0"},
                  {"fewer",
                   [] {
                     zeros({2, 3}).expand({3});
                   },
                   "the number of sizes provided (1)"}},
       .also = {"broadcast_to", "expand_as"}});
  rows.push_back({.name = "broadcast_tensors",
                  .call = [](const Tensors& in) { return broadcast_tensors(in); },
                  .samples =
                      [] {
                        return std::vector<Sample>{{"row and column", {uniform({3}), uniform({2, 1})}},
                                                   {"0-d", {uniform({}), uniform({2})}}};
                      },
                  .reference = [](const Tensors& in) -> Tensors {
                    return {elementwise(in, [](const auto& v) { return v[0]; })[0],
                            elementwise(in, [](const auto& v) { return v[1]; })[0]};
                  },
                  .errors = {{"shapes",
                              [] {
                                broadcast_tensors({zeros({2}), zeros({3})});
                              },
                              "The size of tensor a (2) must match the size of tensor b (3)"}}});
  rows.push_back({.name = "meshgrid",
                  .call =
                      [](const Tensors& in) {
                        Tensors out = meshgrid(in);
                        for (Tensor& t : meshgrid(in, "xy")) out.push_back(t);
                        return out;
                      },
                  .samples =
                      [] {
                        return std::vector<Sample>{{"2 x 3", {uniform({2}), uniform({3})}}};
                      },
                  .reference = [](const Tensors& in) -> Tensors {
                    Plain x(in[0]), y(in[1]);
                    return {build({2, 3}, [&](const C& c) { return x({c[0]}); }),
                            build({2, 3}, [&](const C& c) { return y({c[1]}); }),
                            build({3, 2}, [&](const C& c) { return x({c[1]}); }),
                            build({3, 2}, [&](const C& c) { return y({c[0]}); })};
                  },
                  .errors = {{"indexing", [] { meshgrid({zeros({2})}, "yx"); },
                              "must be one of \"xy\" or \"ij\", but received: yx"},
                             {"2-d",
                              [] {
                                meshgrid({zeros({2, 2})});
                              },
                              "Expected 0D or 1D tensor"}}});
}

void add_parts(Rows& rows) {
  rows.push_back(
      {.name = "select",
       .call = [](const Tensors& in) -> Tensors {
         return {select(in[0], 1, 2), in[0].select(-1, -1), in[0][1]};
       },
       .samples = shapes({{"matrix", {2, 3}}, {"3-d", {2, 3, 2}}, {"empty", {2, 3, 0, 1}}}),
       .reference = [](const Tensors& in) -> Tensors {
         Plain x(in[0]);
         auto selected = [&](size_t dim, int64_t index) {
           C sizes = x.sizes;
           sizes.erase(sizes.begin() + dim);
           return build(sizes, [&](C c) {
             c.insert(c.begin() + dim, index);
             return x(c);
           });
         };
         return {selected(1, 2), selected(x.sizes.size() - 1, x.sizes.back() - 1), selected(0, 1)};
       },
       .errors = {{"range",
                   [] {
                     select(zeros({3, 4}), 0, 5);
                   },
                   "select(): index 5 out of range for tensor of size [3, 4] at dimension 0"},
                  {"0-d", [] { select(zeros({}), 0, 0); }, "cannot be applied to a 0-dim tensor"}}});
  rows.push_back(
      {.name = "slice",
       .call = [](const Tensors& in) -> Tensors {
         return {slice(in[0], 0, 1), in[0].slice(0, -3, 1000, 2), in[0].slice(-1, 1, -1),
                 in[0].slice(0, 3, 1)};
       },
       .samples = shapes({{"vector", {5}}, {"matrix", {4, 3}}, {"large", {300, 200}}}),
       .reference = [](const Tensors& in) -> Tensors {
         Plain x(in[0]);
         auto sliced = [&](size_t dim, int64_t first, int64_t count, int64_t step) {
           C sizes = x.sizes;
           sizes[dim] = count;
           return build(sizes, [&](C c) {
             c[dim] = first + c[dim] * step;
             return x(c);
           });
         };
         int64_t n = x.sizes[0];
         size_t last = x.sizes.size() - 1;
         return {sliced(0, 1, n - 1, 1), sliced(0, n - 3, 2, 2), sliced(last, 1, x.sizes[last] - 2, 1),
                 sliced(0, 3, 0, 1)};
       },
       .errors = {{"step", [] { slice(zeros({3}), 0, 0, 1, 0); }, "slice step must be positive"}}});
  rows.push_back({.name = "narrow",
                  .call = [](const Tensors& in) -> Tensors {
                    return {narrow(in[0], 1, 1, 2), in[0].narrow(0, -1, 1)};
                  },
                  .samples = shapes({{"matrix", {2, 4}}, {"3-d", {2, 3, 2}}}),
                  .reference = [](const Tensors& in) -> Tensors {
                    Plain x(in[0]);
                    C wide = x.sizes, last = x.sizes;
                    wide[1] = 2, last[0] = 1;
                    return {build(wide, [&](C c) { return ++c[1], x(c); }),
                            build(last, [&](C c) { return c[0] = x.sizes[0] - 1, x(c); })};
                  },
                  .errors = {{"end", [] { narrow(zeros({5}), 0, 3, 4); },
                              "start (3) + length (4) exceeds dimension size (5)"}}});
  rows.push_back(
      {.name = "diagonal",
       .call = [](const Tensors& in) -> Tensors {
         return {diagonal(in[0]), in[0].diagonal(1, -1, 0), in[0].diagonal(-1), in[0].diagonal(9)};
       },
       .samples = shapes({{"square", {3, 3}}, {"wide", {2, 4}}, {"3-d", {2, 3, 2}}}),
       .reference = [](const Tensors& in) -> Tensors {
         Plain x(in[0]);
         size_t last = x.sizes.size() - 1;
         auto diagonal_of = [&](int64_t offset, size_t row, size_t column) {
           int64_t r = std::max<int64_t>(-offset, 0), q = std::max<int64_t>(offset, 0);
           C sizes;
           for (size_t d = 0; d < x.sizes.size(); ++d)
             if (d != row && d != column) sizes.push_back(x.sizes[d]);
           sizes.push_back(std::max<int64_t>(0, std::min(x.sizes[row] - r, x.sizes[column] - q)));
           return build(sizes, [&](const C& c) {
             C full;
             size_t next = 0;
             for (size_t d = 0; d < x.sizes.size(); ++d)
               full.push_back(d == row ? c.back() + r : d == column ? c.back() + q : c[next++]);
             return x(full);
           });
         };
         return {diagonal_of(0, 0, 1), diagonal_of(1, last, 0), diagonal_of(-1, 0, 1), diagonal_of(9, 0, 1)};
       },
       .errors = {{"same",
                   [] {
                     diagonal(zeros({2, 2}), 0, 1, 1);
                   },
                   "diagonal dimensions cannot be identical 1, 1"}}});
}

/// Consecutive parts of dimension `dim`.
Tensors parts(const Tensor& t, size_t dim, const C& lengths) {
  Plain x(t);
  Tensors out;
  int64_t start = 0;
  for (int64_t length : lengths) {
    C sizes = x.sizes;
    sizes[dim] = length;
    out.push_back(build(sizes, [&](C c) { return c[dim] += start, x(c); }));
    start += length;
  }
  return out;
}

void add_splitting(Rows& rows) {
  rows.push_back(
      {.name = "split",
       .call = [](const Tensors& in) { return split(in[0], 2, -1); },
       .samples = shapes({{"vector", {5}}, {"matrix", {2, 5}}, {"large", {9000, 5}}}),
       .reference =
           [](const Tensors& in) {
             return parts(in[0], size_t(in[0].dim()) - 1, {2, 2, 1});
           },
       .errors = {{"zero", [] { split(zeros({3}), 0); }, "split_size can only be 0 if dimension size is 0"},
                  {"0-d", [] { split(zeros({}), 1); }, "split expects at least a 1-dimensional tensor"}}});
  rows.push_back({.name = "split",
                  .call = [](const Tensors& in) -> Tensors {
                    return {split_with_sizes(in[0], {1, 0, 3}, 0)[2], in[0].split({3, 1})[0]};
                  },
                  .samples = shapes({{"some parts unused", {4, 2}}}),
                  .reference = [](const Tensors& in) -> Tensors {
                    return {parts(in[0], 0, {1, 3})[1], parts(in[0], 0, {3, 1})[0]};
                  },
                  .errors = {{"sum",
                              [] {
                                split(zeros({4}), {1, 2});
                              },
                              "to sum exactly to 4 (input tensor's size at dimension 0)"}},
                  .also = {"split_with_sizes"}});
  rows.push_back({.name = "chunk",
                  .call = [](const Tensors& in) { return chunk(in[0], 2, 1); },
                  .samples = shapes({{"uneven", {2, 5}}}),
                  .reference =
                      [](const Tensors& in) {
                        return parts(in[0], 1, {3, 2});
                      },
                  .errors = {{"zero", [] { chunk(zeros({3}), 0); },
                              "chunk expects `chunks` to be greater than 0, got: 0"}}});
  rows.push_back({.name = "unbind",
                  .call = [](const Tensors& in) { return unbind(in[0], -1); },
                  .samples = shapes({{"vector", {2}}, {"matrix", {3, 2}}, {"empty", {0, 2}}}),
                  .reference =
                      [](const Tensors& in) {
                        Plain x(in[0]);
                        Tensors out;
                        for (int64_t i = 0; i < x.sizes.back(); ++i)
                          out.push_back(build(C(x.sizes.begin(), x.sizes.end() - 1),
                                              [&](C c) { return c.push_back(i), x(c); }));
                        return out;
                      },
                  .errors = {{"0-d", [] { unbind(zeros({})); }, "tensor has no dimensions"}}});
}

}  // namespace

void add_view(Rows& rows) {
  add_reshaping(rows);
  add_reordering(rows);
  add_expanding(rows);
  add_parts(rows);
  add_splitting(rows);
}

}  // namespace op_table

OP_TABLE_TESTS(view)
