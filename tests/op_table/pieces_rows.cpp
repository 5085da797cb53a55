// Pieces and what is put together of them, against coordinates.
#include "checks.h"
#include "coordinates.h"

using namespace tengen;

namespace op_table {
namespace {

using C = Coordinates;

/// The part [begin, end) along `dim`.
Tensor part(const Tensor& t, size_t dim, int64_t begin, int64_t end) {
  Plain x(t);
  C sizes = x.sizes;
  sizes[dim] = end - begin;
  return build(sizes, [&](C c) {
    c[dim] += begin;
    return x(c);
  });
}

Tensors parts(const Tensor& t, size_t dim, std::vector<int64_t> ends) {
  Tensors out;
  int64_t begin = 0;
  for (int64_t end : ends) {
    out.push_back(part(t, dim, begin, end));
    begin = end;
  }
  return out;
}

void add_cuts(Rows& rows) {
  rows.push_back(
      {.name = "tensor_split",
       .call = [](const Tensors& in) { return tensor_split(in[0], 3, -1); },
       .samples = shapes({{"7 columns", {2, 7}}, {"vector", {6}}, {"few", {2}}}),
       .reference =
           [](const Tensors& in) {
             const int64_t n = in[0].size(-1), first = (n + 2) / 3, second = first + (n + 1) / 3;
             return parts(in[0], size_t(in[0].dim() - 1), {first, second, n});
           },
       .errors = {{"0-d", [] { tensor_split(zeros({}), 2); }, "at least a 1-dimensional tensor"},
                  {"sections", [] { tensor_split(zeros({2}), 0); }, "must be larger than 0, got 0"}}});
  rows.push_back({.name = "tensor_split",
                  .call =
                      [](const Tensors& in) {
                        return in[0].tensor_split({1, 4});
                      },
                  .samples = shapes({{"rows", {5, 2}}, {"vector", {7}}}),
                  .reference =
                      [](const Tensors& in) {
                        return parts(in[0], 0, {1, 4, in[0].size(0)});
                      }});
  rows.push_back(
      {.name = "tensor_split",
       .call =
           [](const Tensors& in) {
             Tensors out = tensor_split(in[0], tensor({2}));
             for (const Tensor& t : in[0].tensor_split(tensor(2))) out.push_back(t);
             return out;
           },
       .samples = shapes({{"rows", {4, 2}}}),
       .reference =
           [](const Tensors& in) {
             Tensors out = parts(in[0], 0, {2, 4}), same = out;
             out.insert(out.end(), same.begin(), same.end());
             return out;
           },
       .errors = {{"type", [] { tensor_split(zeros({2}), tensor(1.5)); }, "expected indices or sections"}}});
  rows.push_back(
      {.name = "hsplit",
       .call = [](const Tensors& in) { return hsplit(in[0], 2); },
       .samples = shapes({{"matrix", {3, 4}}, {"vector", {6}}}),
       .reference =
           [](const Tensors& in) {
             const size_t dim = in[0].dim() == 1 ? 0 : 1;
             const int64_t n = in[0].size(int64_t(dim));
             return parts(in[0], dim, {n / 2, n});
           },
       .errors = {{"0-d", [] { hsplit(zeros({}), 2); },
                   "hsplit: requires a tensor with at least 1 dimension"},
                  {"uneven", [] { hsplit(zeros({3}), 2); }, "is not divisible by the split_size 2"}}});
  rows.push_back({.name = "hsplit",
                  .call =
                      [](const Tensors& in) {
                        return in[0].hsplit({1, 2});
                      },
                  .samples = shapes({{"matrix", {2, 4}}}),
                  .reference =
                      [](const Tensors& in) {
                        return parts(in[0], 1, {1, 2, 4});
                      }});
  rows.push_back({.name = "vsplit",
                  .call = [](const Tensors& in) { return vsplit(in[0], 2); },
                  .samples = shapes({{"matrix", {4, 2}}}),
                  .reference =
                      [](const Tensors& in) {
                        return parts(in[0], 0, {2, 4});
                      },
                  .errors = {{"1-d", [] { vsplit(zeros({4}), 2); },
                              "vsplit: requires a tensor with at least 2 dimensions"}}});
  rows.push_back({.name = "vsplit",
                  .call =
                      [](const Tensors& in) {
                        return in[0].vsplit({1, 3});
                      },
                  .samples = shapes({{"matrix", {4, 2}}}),
                  .reference =
                      [](const Tensors& in) {
                        return parts(in[0], 0, {1, 3, 4});
                      }});
  rows.push_back({.name = "dsplit",
                  .call = [](const Tensors& in) { return dsplit(in[0], 2); },
                  .samples = shapes({{"3-d", {2, 1, 4}}}),
                  .reference =
                      [](const Tensors& in) {
                        return parts(in[0], 2, {2, 4});
                      },
                  .errors = {{"2-d",
                              [] {
                                dsplit(zeros({4, 2}), 2);
                              },
                              "dsplit: requires a tensor with at least 3"}}});
  rows.push_back({.name = "dsplit",
                  .call =
                      [](const Tensors& in) {
                        return in[0].dsplit({1, 3});
                      },
                  .samples = shapes({{"3-d", {2, 1, 4}}}),
                  .reference =
                      [](const Tensors& in) {
                        return parts(in[0], 2, {1, 3, 4});
                      }});
}

/// The same elements in the shape that at_least(shape) gives.
Row padded(const char* name, Tensor (*call)(const Tensor&), std::vector<Tensor> (*all)(TensorList),
           C (*at_least)(C)) {
  return {.name = name,
          .call = [=](const Tensors& in) -> Tensors {
            return {call(in[0]), all(in)[0]};
          },
          .samples = shapes({{"0-d", {}}, {"vector", {3}}, {"matrix", {2, 3}}, {"4-d", {1, 2, 1, 2}}}),
          .reference = [=](const Tensors& in) -> Tensors {
            const Tensor x = make(values(in[0]), at_least(C(in[0].sizes().begin(), in[0].sizes().end())));
            return {x, x};
          }};
}

std::vector<Sample> pair(const C& a, const C& b) { return {{"pair", {uniform(a), uniform(b, -2, 2, 2)}}}; }

void add_joints(Rows& rows) {
  rows.push_back(padded("atleast_1d", atleast_1d, atleast_1d, [](C s) { return s.empty() ? C{1} : s; }));
  rows.push_back(padded("atleast_2d", atleast_2d, atleast_2d, [](C s) {
    while (s.size() < 2) s.insert(s.begin(), 1);
    return s;
  }));
  rows.push_back(padded("atleast_3d", atleast_3d, atleast_3d, [](C s) {
    while (s.size() < 2) s.insert(s.begin(), 1);
    if (s.size() < 3) s.push_back(1);
    return s;
  }));
  rows.push_back({.name = "dstack",
                  .call = [](const Tensors& in) -> Tensors { return {dstack(in)}; },
                  .samples =
                      [] {
                        return pair({2, 3}, {2, 3});
                      },
                  .reference = [](const Tensors& in) -> Tensors {
                    Plain a(in[0]), b(in[1]);
                    return {build({2, 3, 2}, [&](const C& c) { return (c[2] ? b : a)({c[0], c[1]}); })};
                  },
                  .errors = {{"none", [] { dstack({}); }, "dstack expects a non-empty TensorList"}}});
  rows.push_back(
      {.name = "column_stack",
       .call = [](const Tensors& in) -> Tensors { return {column_stack(in)}; },
       .samples =
           [] {
             return pair({3}, {3, 2});
           },
       .reference = [](const Tensors& in) -> Tensors {
         Plain a(in[0]), b(in[1]);
         return {build({3, 3}, [&](const C& c) { return c[1] ? b({c[0], c[1] - 1}) : a({c[0]}); })};
       },
       .errors = {{"none", [] { column_stack({}); }, "column_stack expects a non-empty"}}});
  rows.push_back({.name = "fliplr",
                  .call = [](const Tensors& in) -> Tensors {
                    return {fliplr(in[0]), in[0].flipud(), flipud(in[0])};
                  },
                  .samples = shapes({{"matrix", {2, 3}}, {"3-d", {2, 3, 2}}}),
                  .reference = [](const Tensors& in) -> Tensors {
                    Plain x(in[0]);
                    auto reversed = [&](size_t dim) {
                      return build(x.sizes, [&](C c) {
                        c[dim] = x.sizes[dim] - 1 - c[dim];
                        return x(c);
                      });
                    };
                    return {reversed(1), reversed(0), reversed(0)};
                  },
                  .errors = {{"1-d", [] { fliplr(zeros({4})); }, "fliplr: input must be >= 2-d"},
                             {"0-d", [] { flipud(zeros({})); }, "flipud: input must be >= 1-d"}},
                  .also = {"flipud"}});
}

}  // namespace

void add_pieces(Rows& rows) {
  add_cuts(rows);
  add_joints(rows);
}

OP_TABLE_TESTS(pieces)

}  // namespace op_table
