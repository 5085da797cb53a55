// Operators that copy elements to new places: which element of the input each element of the result is.
#include <algorithm>

#include "checks.h"
#include "coordinates.h"

using namespace tengen;

namespace op_table {
namespace {

using C = Coordinates;

auto shapes(std::vector<std::pair<std::string, C>> list) {
  return [list] {
    std::vector<Sample> out;
    for (const auto& [what, sizes] : list) out.push_back({what, {uniform(sizes)}});
    return out;
  };
}

Tensors with_seeds(std::vector<C> shapes) {
  Tensors out;
  for (const C& sizes : shapes) out.push_back(uniform(sizes, -2, 2, out.size() + 1));
  return out;
}

/// Python's a % n.
int64_t modulo(int64_t a, int64_t n) { return (a % n + n) % n; }
int64_t reflect(int64_t i, int64_t n) { return n - 1 - std::abs(n - 1 - std::abs(i)); }
int64_t replicate(int64_t i, int64_t n) { return std::clamp<int64_t>(i, 0, n - 1); }

Tensor joined(const Tensors& in, size_t dim) {
  C sizes;
  int64_t total = 0;
  std::vector<Plain> pieces;
  for (const Tensor& t : in) {
    if (t.dim() == 1 && t.numel() == 0) continue;
    pieces.emplace_back(t);
    sizes = pieces.back().sizes;
    total += sizes[dim];
  }
  sizes[dim] = total;
  return build(sizes, [&](C c) {
    size_t piece = 0;
    for (; c[dim] >= pieces[piece].sizes[dim]; ++piece) c[dim] -= pieces[piece].sizes[dim];
    return pieces[piece](c);
  });
}

Tensor stacked(const Tensors& in, size_t dim) {
  std::vector<Plain> pieces(in.begin(), in.end());
  C sizes = pieces[0].sizes;
  sizes.insert(sizes.begin() + dim, int64_t(in.size()));
  return build(sizes, [&](C c) {
    const Plain& piece = pieces[size_t(c[dim])];
    c.erase(c.begin() + dim);
    return piece(c);
  });
}

void add_joining(Rows& rows) {
  rows.push_back(
      {.name = "cat",
       .call = [](const Tensors& in) -> Tensors { return {cat(in, -1)}; },
       .samples =
           [] {
             return std::vector<Sample>{{"vectors", with_seeds({{2}, {3}, {1}})},
                                        {"matrices", with_seeds({{2, 3}, {2, 1}})},
                                        {"old empty tensor", with_seeds({{0}, {2, 2}, {2, 1}})},
                                        {"one", with_seeds({{2, 2}})},
                                        {"empty", with_seeds({{0, 2}, {0, 3}})},
                                        {"large", with_seeds({{300, 200}, {300, 3}})}};
           },
       .reference = [](const Tensors& in) -> Tensors { return {joined(in, size_t(in.back().dim()) - 1)}; },
       .errors = {{"none", [] { cat({}); }, "expected a non-empty list of Tensors"},
                  {"size",
                   [] {
                     cat({zeros({3, 2}), zeros({4, 2})}, 1);
                   },
                   "Sizes of tensors must match except in dimension 1. Expected size 3 but got size 4 for "
                   "tensor number 1 in the list."},
                  {"dims",
                   [] {
                     cat({zeros({3, 2}), zeros({3})});
                   },
                   "Tensors must have same number of dimensions: got 2 and 1"},
                  {"0-d",
                   [] {
                     cat({zeros({}), zeros({})});
                   },
                   "zero-dimensional tensor (at position 0) cannot be concatenated"}},
       .also = {"concat"}});
  rows.push_back({.name = "cat",
                  .call = [](const Tensors& in) -> Tensors {
                    return {concat(in, 1), cat(in)};
                  },
                  .samples =
                      [] {
                        return std::vector<Sample>{{"4-d", with_seeds({{1, 2, 2, 1}, {1, 2, 2, 1}})}};
                      },
                  .reference = [](const Tensors& in) -> Tensors {
                    return {joined(in, 1), joined(in, 0)};
                  }});
  rows.push_back(
      {.name = "stack",
       .call = [](const Tensors& in) -> Tensors {
         return {stack(in), stack(in, -1)};
       },
       .samples =
           [] {
             return std::vector<Sample>{{"0-d", with_seeds({{}, {}})},
                                        {"matrices", with_seeds({{2, 3}, {2, 3}, {2, 3}})},
                                        {"large", with_seeds({{200, 300}, {200, 300}})}};
           },
       .reference = [](const Tensors& in) -> Tensors {
         return {stacked(in, 0), stacked(in, size_t(in[0].dim()))};
       },
       .errors =
           {{"none", [] { stack({}); }, "stack expects a non-empty TensorList"},
            {"size",
             [] {
               stack({zeros({3}), zeros({4})});
             },
             "stack expects each tensor to be equal size, but got [3] at entry 0 and [4] at entry 1"}}});
  rows.push_back({.name = "hstack",
                  .call = [](const Tensors& in) -> Tensors {
                    return {hstack(in), vstack(in)};
                  },
                  .samples =
                      [] {
                        return std::vector<Sample>{{"0-d", with_seeds({{}, {}})},
                                                   {"vectors", with_seeds({{2}, {2}})},
                                                   {"matrices", with_seeds({{2, 2}, {2, 2}})}};
                      },
                  .reference = [](const Tensors& in) -> Tensors {
                    Tensors lines, matrices;
                    for (const Tensor& t : in) {
                      lines.push_back(t.dim() == 0 ? make(values(t), {1}) : t);
                      matrices.push_back(t.dim() < 2 ? make(values(t), {1, t.numel()}) : t);
                    }
                    return {joined(lines, lines[0].dim() == 1 ? 0 : 1), joined(matrices, 0)};
                  },
                  .also = {"vstack"}});
}

void add_repetition(Rows& rows) {
  auto repeated = [](const Tensor& t, C repeats) {
    Plain x(t);
    while (x.sizes.size() < repeats.size()) x.sizes.insert(x.sizes.begin(), 1);
    C sizes = x.sizes;
    for (size_t d = 0; d < sizes.size(); ++d) sizes[d] *= repeats[d];
    return build(sizes, [&](C c) {
      for (size_t d = 0; d < c.size(); ++d) c[d] %= x.sizes[d];
      return x(c);
    });
  };
  rows.push_back({.name = "tile",
                  .call = [](const Tensors& in) -> Tensors {
                    return {in[0].repeat({2, 1, 3}), in[0].repeat({0, 2}), tile(in[0], 2)};
                  },
                  .samples = shapes({{"vector", {2}}, {"matrix", {2, 3}}}),
                  .reference = [repeated](const Tensors& in) -> Tensors {
                    C last(size_t(in[0].dim()), 1);
                    last.back() = 2;
                    return {repeated(in[0], {2, 1, 3}), repeated(in[0], {0, 2}), repeated(in[0], last)};
                  },
                  .errors = {{"fewer",
                              [] {
                                zeros({2, 2}).repeat(2);
                              },
                              "can not be smaller than number of dimensions"},
                             {"negative", [] { zeros({2}).repeat(-1); }, "negative dimension -2"}},
                  .also = {"repeat"}});
  rows.push_back({.name = "tile",
                  .call = [](const Tensors& in) -> Tensors {
                    return {tile(in[0], {}), in[0].repeat({3})};
                  },
                  .samples = shapes({{"0-d", {}}}),
                  .reference = [repeated](const Tensors& in) -> Tensors {
                    return {in[0], repeated(in[0], {3})};
                  }});
  auto interleaved = [](const Tensor& t, size_t dim, const C& counts) {
    Plain x(t);
    C from, sizes = x.sizes;
    for (size_t i = 0; i < counts.size(); ++i) from.insert(from.end(), size_t(counts[i]), int64_t(i));
    sizes[dim] = int64_t(from.size());
    return build(sizes, [&](C c) {
      c[dim] = from[size_t(c[dim])];
      return x(c);
    });
  };
  rows.push_back(
      {.name = "repeat_interleave",
       .call = [](const Tensors& in) -> Tensors {
         return {repeat_interleave(in[0], 2), in[0].repeat_interleave(3, -1), in[0].repeat_interleave(1, 0),
                 repeat_interleave(in[0], tensor({2, 0, 1}), 0), in[0].repeat_interleave(tensor({2}), 1)};
       },
       .samples = shapes({{"matrix", {3, 2}}, {"3-d", {3, 1, 2}}}),
       .reference = [interleaved](const Tensors& in) -> Tensors {
         size_t last = size_t(in[0].dim()) - 1;
         return {interleaved(make(values(in[0]), {in[0].numel()}), 0, C(size_t(in[0].numel()), 2)),
                 interleaved(in[0], last, C(size_t(in[0].size(-1)), 3)), in[0],
                 interleaved(in[0], 0, {2, 0, 1}), interleaved(in[0], 1, C(size_t(in[0].size(1)), 2))};
       },
       .errors = {{"count",
                   [] {
                     repeat_interleave(zeros({2}), tensor({1, 2, 3}), 0);
                   },
                   "repeats must have the same size as input along dim"},
                  {"negative",
                   [] {
                     repeat_interleave(zeros({2}), tensor({1, -2}), 0);
                   },
                   "repeats can not be negative"}}});
}

void add_order(Rows& rows) {
  auto flipped = [](const Tensor& t, const C& dims) {
    Plain x(t);
    return build(x.sizes, [&](C c) {
      for (int64_t d : dims) c[size_t(d)] = x.sizes[size_t(d)] - 1 - c[size_t(d)];
      return x(c);
    });
  };
  rows.push_back(
      {.name = "flip",
       .call = [](const Tensors& in) -> Tensors {
         return {flip(in[0], 0), in[0].flip({-1, 0}), flip(in[0], {})};
       },
       .samples = shapes({{"matrix", {2, 3}}, {"3-d", {2, 1, 3}}, {"empty", {0, 2}}, {"large", {200, 300}}}),
       .reference = [flipped](const Tensors& in) -> Tensors {
         return {flipped(in[0], {0}), flipped(in[0], {in[0].dim() - 1, 0}), in[0]};
       },
       .errors = {{"twice",
                   [] {
                     flip(zeros({2, 2}), {0, -2});
                   },
                   "dim 0 appears multiple times"}}});
  rows.push_back({.name = "roll",
                  .call = [](const Tensors& in) -> Tensors {
                    return {roll(in[0], 1), in[0].roll(-5, 1), in[0].roll({1, 2}, {0, -1})};
                  },
                  .samples = shapes({{"matrix", {2, 3}}, {"3-d", {2, 3, 2}}, {"empty", {0, 2}}}),
                  .reference = [](const Tensors& in) -> Tensors {
                    Plain x(in[0]);
                    auto rolled = [&](const C& shifts, const C& dims) {
                      return build(x.sizes, [&](C c) {
                        for (size_t k = 0; k < dims.size(); ++k)
                          c[size_t(dims[k])] =
                              modulo(c[size_t(dims[k])] - shifts[k], x.sizes[size_t(dims[k])]);
                        return x(c);
                      });
                    };
                    std::vector<double> flat = x.data;
                    if (!flat.empty()) std::rotate(flat.begin(), flat.end() - 1, flat.end());
                    return {make(flat, x.sizes), rolled({-5}, {1}), rolled({1, 2}, {0, in[0].dim() - 1})};
                  },
                  .errors = {{"align",
                              [] {
                                roll(zeros({2, 2}), 1, {0, 1});
                              },
                              "shifts and dimensions must align"}}});
  rows.push_back({.name = "rot90",
                  .call = [](const Tensors& in) -> Tensors {
                    return {rot90(in[0]), in[0].rot90(2), in[0].rot90(-1, {0, 1}), in[0].rot90(4)};
                  },
                  .samples = shapes({{"matrix", {2, 3}}, {"3-d", {2, 3, 2}}}),
                  .reference = [](const Tensors& in) -> Tensors {
                    Plain x(in[0]);
                    int64_t n = x.sizes[0], m = x.sizes[1];
                    C turned = x.sizes;
                    std::swap(turned[0], turned[1]);
                    auto from = [&](const C& sizes, auto place) {
                      return build(sizes, [&](C c) {
                        std::tie(c[0], c[1]) = place(c[0], c[1]);
                        return x(c);
                      });
                    };
                    using P = std::pair<int64_t, int64_t>;
                    return {from(turned, [&](int64_t i, int64_t j) { return P(j, m - 1 - i); }),
                            from(x.sizes, [&](int64_t i, int64_t j) { return P(n - 1 - i, m - 1 - j); }),
                            from(turned, [&](int64_t i, int64_t j) { return P(n - 1 - j, i); }), in[0]};
                  },
                  .errors = {{"same",
                              [] {
                                rot90(zeros({2, 2}), 1, {0, 0});
                              },
                              "expected rotation dims to be different"}}});
}

void add_triangles(Rows& rows) {
  auto kept = [](const Tensor& t, auto keep) {
    Plain x(t);
    return build(x.sizes, [&](const C& c) { return keep(c[c.size() - 2], c.back()) ? x(c) : 0.0; });
  };
  for (bool lower : {true, false})
    rows.push_back(
        {.name = lower ? "tril" : "triu",
         .call = [lower](const Tensors& in) -> Tensors {
           if (lower) return {tril(in[0]), in[0].tril(1), in[0].tril(-2)};
           return {triu(in[0]), in[0].triu(1), in[0].triu(-2)};
         },
         .samples = shapes({{"square", {3, 3}}, {"batch", {2, 2, 4}}, {"tall", {4, 2}}, {"empty", {0, 2}}}),
         .reference = [kept, lower](const Tensors& in) -> Tensors {
           Tensors out;
           for (int64_t k : {0, 1, -2})
             out.push_back(
                 kept(in[0], [=](int64_t i, int64_t j) { return lower ? j <= i + k : j >= i + k; }));
           return out;
         },
         .inplace = [lower](Tensor& self, const Tensors&) -> Tensor& {
           return lower ? self.tril_() : self.triu_();
         },
         .errors = {{"vector", [lower] { lower ? tril(zeros({2})) : triu(zeros({2})); },
                     "at least 2 dimensions"}}});
  rows.push_back(
      {.name = "diag",
       .call = [](const Tensors& in) -> Tensors {
         return {diag(in[0]), in[0].diag(1), in[0].diag(-2)};
       },
       .samples = shapes({{"vector", {2}}, {"matrix", {3, 4}}, {"no elements", {0}}}),
       .reference = [](const Tensors& in) -> Tensors {
         Plain x(in[0]);
         Tensors out;
         for (int64_t k : {0, 1, -2}) {
           int64_t row = std::max<int64_t>(-k, 0), column = std::max<int64_t>(k, 0);
           if (x.sizes.size() == 2) {
             int64_t length = std::max<int64_t>(0, std::min(x.sizes[0] - row, x.sizes[1] - column));
             out.push_back(build({length}, [&](const C& c) { return x({c[0] + row, c[0] + column}); }));
           } else {
             int64_t n = x.sizes[0] + std::abs(k);
             out.push_back(
                 build({n, n}, [&](const C& c) { return c[1] - c[0] == k ? x({c[0] - row}) : 0.0; }));
           }
         }
         return out;
       },
       .errors = {{"3-d",
                   [] {
                     diag(zeros({1, 1, 1}));
                   },
                   "matrix or a vector expected"}}});
}

void add_margins(Rows& rows) {
  // Pads the last two dimensions: position -> position in x, or -1 for the constant.
  auto padded = [](const Tensor& t, const C& pad, auto place, double constant = 0) {
    Plain x(t);
    C sizes = x.sizes;
    size_t last = sizes.size() - 1;
    for (size_t k = 0; k < pad.size() / 2; ++k) sizes[last - k] += pad[2 * k] + pad[2 * k + 1];
    return build(sizes, [&](C c) {
      for (size_t k = 0; k < pad.size() / 2; ++k) {
        int64_t n = x.sizes[last - k], i = place(c[last - k] - pad[2 * k], n);
        if (i < 0) return constant;
        c[last - k] = i;
      }
      return x(c);
    });
  };
  auto inside = [](int64_t i, int64_t n) { return i < 0 || i >= n ? -1 : i; };
  rows.push_back({.name = "constant_pad_nd",
                  .call = [](const Tensors& in) -> Tensors {
                    return {constant_pad_nd(in[0], {1, 2}), pad(in[0], {-1, 2, 1, -1}, "constant", 0.5),
                            constant_pad_nd(in[0], {-1, -2}, 3), pad(in[0], {0, 0}), pad(in[0], {4, -3})};
                  },
                  .samples = shapes({{"matrix", {2, 3}}, {"4-d", {1, 2, 2, 4}}, {"large", {200, 300}}}),
                  .reference = [padded, inside](const Tensors& in) -> Tensors {
                    return {padded(in[0], {1, 2}, inside), padded(in[0], {-1, 2, 1, -1}, inside, 0.5),
                            padded(in[0], {-1, -2}, inside), in[0], padded(in[0], {4, -3}, inside)};
                  },
                  .errors = {{"odd", [] { pad(zeros({2}), {1}); }, "Padding length must be divisible by 2"},
                             {"long",
                              [] {
                                pad(zeros({2}), {1, 1, 1, 1});
                              },
                              "Padding length too large"},
                             {"crop",
                              [] {
                                pad(zeros({4}), {-3, -3});
                              },
                              "resulted in a negative output size"}},
                  .also = {"pad"}});
  rows.push_back({.name = "pad",
                  .call = [](const Tensors& in) -> Tensors {
                    return {pad(in[0], {1, 2}), pad(in[0], {0, 0, 2, 1})};
                  },
                  .samples = shapes({{"empty", {0, 2}}}),
                  .reference = [](const Tensors&) -> Tensors {
                    return {build({0, 5}, [](auto) { return 0.0; }), build({3, 2}, [](auto) { return 0.0; })};
                  }});
  rows.push_back({.name = "pad",
                  .call = [](const Tensors& in) -> Tensors {
                    return {pad(in[0], {2, 1}, "reflect"),           pad(in[0], {1, 0, 1, 1}, "reflect"),
                            pad(in[0], {-1, 2}, "reflect"),          pad(in[0], {2, 3}, "replicate"),
                            pad(in[0], {-1, 1, 3, -1}, "replicate"), pad(in[0], {3, 1}, "circular"),
                            pad(in[0], {1, 0, 0, 2}, "circular")};
                  },
                  .samples = shapes({{"matrix", {2, 3}}, {"4-d", {1, 2, 2, 4}}, {"large", {200, 300}}}),
                  .reference = [padded](const Tensors& in) -> Tensors {
                    return {padded(in[0], {2, 1}, reflect),           padded(in[0], {1, 0, 1, 1}, reflect),
                            padded(in[0], {-1, 2}, reflect),          padded(in[0], {2, 3}, replicate),
                            padded(in[0], {-1, 1, 3, -1}, replicate), padded(in[0], {3, 1}, modulo),
                            padded(in[0], {1, 0, 0, 2}, modulo)};
                  },
                  .errors = {{"far",
                              [] {
                                pad(zeros({1, 1, 3}), {3, 3}, "reflect");
                              },
                              "but got: padding (3, 3) at dimension 2 of input [1, 1, 3]"},
                             {"mode",
                              [] {
                                pad(zeros({3}), {1, 1}, "mirror");
                              },
                              "Unrecognised padding mode mirror"}}});
  rows.push_back({.name = "reflection_pad1d",
                  .call = [](const Tensors& in) -> Tensors {
                    const Tensor x = in[0];
                    return {
                        reflection_pad1d(x[0][0], {1, 2}),       reflection_pad2d(x[0], {1, 0, 1, 1}),
                        reflection_pad3d(x, {1, 0, 0, 1, 2, 1}), replication_pad1d(x[0][0], {1, 2}),
                        replication_pad2d(x[0], {1, 0, 1, 1}),   replication_pad3d(x, {1, 0, 0, 1, 2, 1})};
                  },
                  .samples = shapes({{"4-d", {3, 3, 2, 3}}}),
                  .reference = [padded](const Tensors& in) -> Tensors {
                    const Tensor x = in[0];
                    return {padded(x[0][0], {1, 2}, reflect),       padded(x[0], {1, 0, 1, 1}, reflect),
                            padded(x, {1, 0, 0, 1, 2, 1}, reflect), padded(x[0][0], {1, 2}, replicate),
                            padded(x[0], {1, 0, 1, 1}, replicate),  padded(x, {1, 0, 0, 1, 2, 1}, replicate)};
                  },
                  .errors = {{"amounts",
                              [] {
                                reflection_pad2d(zeros({1, 3, 3}), {1, 1});
                              },
                              "reflection_pad2d: padding size is expected to be 4, but got: 2"},
                             {"dimensions",
                              [] {
                                replication_pad1d(zeros({3}), {1, 1});
                              },
                              "Expected 2D or 3D (batch mode) tensor, but got input of size: [3]"}},
                  .also = {"reflection_pad2d", "reflection_pad3d", "replication_pad1d", "replication_pad2d",
                           "replication_pad3d"}});
  rows.push_back(
      {.name = "one_hot",
       .call = [](const Tensors& in) -> Tensors {
         return {one_hot(in[0]), one_hot(in[0], 5)};
       },
       .samples =
           [] {
             return std::vector<Sample>{{"vector", {tensor({2, 0, 1})}}, {"0-d", {tensor(1)}}};
           },
       .reference = [](const Tensors& in) -> Tensors {
         Plain x(in[0]);
         Tensors out;
         for (int64_t n : {int64_t(*std::max_element(x.data.begin(), x.data.end())) + 1, int64_t{5}}) {
           C sizes = x.sizes;
           sizes.push_back(n);
           out.push_back(build(sizes, [&](C c) {
             int64_t place = c.back();
             c.pop_back();
             return x(c) == double(place) ? 1.0 : 0.0;
           }));
         }
         return out;
       },
       .errors = {{"negative", [] { one_hot(tensor({-1})); }, "Class values must be non-negative"},
                  {"large", [] { one_hot(tensor({4}), 3); }, "Class values must be smaller than num_classes"},
                  {"real", [] { one_hot(tensor({4.0})); }, "only applicable to index tensor"},
                  {"empty", [] { one_hot(empty({0}, kLong)); }, "Can not infer total number of classes"}},
       .differentiable = false});
}

}  // namespace

void add_assemble(Rows& rows) {
  add_joining(rows);
  add_repetition(rows);
  add_order(rows);
  add_triangles(rows);
  add_margins(rows);
}

}  // namespace op_table

OP_TABLE_TESTS(assemble)
