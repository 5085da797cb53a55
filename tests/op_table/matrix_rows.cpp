// Functions of matrices, norms, products of more than two.
#include "checks.h"
#include "plain_matrices.h"

namespace op_table {

using namespace tengen;

namespace {

constexpr double kInf = INFINITY;

std::vector<Sample> samples_of(std::vector<Sizes> shapes) {
  std::vector<Sample> all;
  for (const Sizes& sizes : shapes) all.push_back(matrices({spread(sizes)}));
  return all;
}

/// The norm of one matrix, by its name.
double norm_loops(const Array& a, const std::string& order) {
  const int64_t m = a.sizes[0], n = a.sizes[1];
  double result = 0;
  if (order == "fro") {
    for (double v : a.data) result += v * v;
    return std::sqrt(result);
  }
  if (order == "nuc" || order == "2" || order == "-2") {
    const std::vector<double> S = SingularVectors(a).S;
    if (order == "nuc")
      for (double s : S) result += s;
    return order == "nuc" ? result : order == "2" ? S.front() : S.back();
  }
  const Array t = order.back() == '1' ? transposed(a) : a;
  const bool least = order[0] == '-';
  for (int64_t i = 0; i < (order.back() == '1' ? n : m); ++i) {
    double sum = 0;
    for (int64_t j = 0; j < (order.back() == '1' ? m : n); ++j) sum += std::abs(t({i, j}));
    if (i == 0 || (least ? sum < result : sum > result)) result = sum;
  }
  return result;
}
Tensor norms(const Tensor& A, const std::string& order) {
  return each_matrix({A}, [&](const std::vector<Array>& m) { return scalar_of(norm_loops(m[0], order)); });
}

const std::vector<std::pair<std::string, double>> kOrders = {{"1", 1},   {"-1", -1},    {"2", 2},
                                                             {"-2", -2}, {"inf", kInf}, {"-inf", -kInf}};

Array exponential_loops(const Array& a) {
  const int64_t n = a.sizes[0];
  const Array one = build_matrix(n, n, [](int64_t i, int64_t j) { return double(i == j); });
  const Array small = build_matrix(n, n, [&](int64_t i, int64_t j) { return a({i, j}) / 1024; });
  Array sum = one, power = one;
  for (int k = 1; k < 20; ++k) {
    power = times(power, small);
    for (double& v : power.data) v /= k;
    for (size_t i = 0; i < sum.data.size(); ++i) sum.data[i] += power.data[i];
  }
  for (int k = 0; k < 10; ++k) sum = times(sum, sum);
  return sum;
}

}  // namespace

void add_matrix(Rows& rows) {
  rows.push_back({.name = "trace",
                  .call = [](const Tensors& x) -> Tensors { return {x[0].trace()}; },
                  .samples =
                      [] {
                        return samples_of({{3, 3}, {2, 4}, {1, 1}, {0, 2}});
                      },
                  .reference = [](const Tensors& x) -> Tensors {
                    const Array a(x[0]);
                    double sum = 0;
                    for (int64_t i = 0; i < std::min(a.sizes[0], a.sizes[1]); ++i) sum += a({i, i});
                    return {make({sum}, {})};
                  },
                  .errors = {{"batch",
                              [] {
                                trace(zeros({2, 2, 2}));
                              },
                              "trace: expected a matrix, but got tensor with dim 3"}}});
  rows.push_back({.name = "kron",
                  .call = [](const Tensors& x) -> Tensors { return {x[0].kron(x[1])}; },
                  .samples =
                      [] {
                        return shapes({{{2, 3}, {3, 2}},
                                       {{2}, {3}},
                                       {{2}, {2, 2}},
                                       {{2, 2}, {3}},
                                       {{}, {2, 2}},
                                       {{0, 2}, {2, 2}},
                                       {{2, 1, 2}, {1, 2, 2}}});
                      },
                  .reference = [](const Tensors& x) -> Tensors {
                    const Array a(x[0]), b(x[1]);
                    const size_t dims = std::max(a.sizes.size(), b.sizes.size());
                    Sizes left(dims - a.sizes.size(), 1), right(dims - b.sizes.size(), 1), out;
                    left.insert(left.end(), a.sizes.begin(), a.sizes.end());
                    right.insert(right.end(), b.sizes.begin(), b.sizes.end());
                    for (size_t d = 0; d < dims; ++d) out.push_back(left[d] * right[d]);
                    std::vector<double> all;
                    each_index(out, [&](const Sizes& at) {
                      size_t i = 0, j = 0;
                      for (size_t d = 0; d < dims; ++d) {
                        i = i * size_t(left[d]) + size_t(at[d] / right[d]);
                        j = j * size_t(right[d]) + size_t(at[d] % right[d]);
                      }
                      all.push_back(a.data[i] * b.data[j]);
                    });
                    return {make(all, out)};
                  }});
  const auto cross_loops = [](const Tensors& x, int64_t dim) {
    Tensors parts;
    for (const int64_t i : {0, 1, 2}) {
      const auto at = [&](size_t k, int64_t n) { return x[k].select(dim, n % 3); };
      parts.push_back(at(0, i + 1) * at(1, i + 2) - at(0, i + 2) * at(1, i + 1));
    }
    return stack(parts, dim < 0 ? x[0].dim() + dim : dim);
  };
  rows.push_back(
      {.name = "linalg_cross",
       .call = [](const Tensors& x) -> Tensors { return {linalg_cross(x[0], x[1])}; },
       .samples =
           [] {
             return shapes({{{3}, {3}}, {{2, 3}, {2, 3}}, {{2, 1, 3}, {1, 4, 3}}, {{0, 3}, {0, 3}}});
           },
       .reference = [=](const Tensors& x) -> Tensors { return {cross_loops(x, -1)}; },
       .errors = {{"dimensions",
                   [] {
                     linalg::cross(zeros({2, 3}), zeros({3}));
                   },
                   "linalg.cross: inputs must have the same number of dimensions."},
                  {"length",
                   [] {
                     linalg_cross(zeros({2, 2}), zeros({2, 2}));
                   },
                   "linalg.cross: inputs dimension -1 must have length 3. Got 2 and 2"}}});
  rows.back().ulps16 = 3;  // two products and their difference
  rows.back().gradient_ulps16 = 4;
  rows.push_back({.name = "cross",
                  .call = [](const Tensors& x) -> Tensors {
                    return {x[0].cross(x[1]), cross(x[0], x[1], 1)};
                  },
                  .samples =
                      [] {
                        return shapes({{{3, 3, 2}, {3, 3, 2}}});
                      },
                  .reference = [=](const Tensors& x) -> Tensors {
                    return {cross_loops(x, 0), cross_loops(x, 1)};
                  },
                  .errors = {{"no dimension",
                              [] {
                                cross(zeros({2, 2}), zeros({2, 2}));
                              },
                              "no dimension of size 3 in input"}}});
  rows.back().ulps16 = 3;
  rows.back().gradient_ulps16 = 4;
  rows.push_back(
      {.name = "linalg_vander",
       .call = [](const Tensors& x) -> Tensors {
         return {linalg_vander(x[0]), linalg::vander(x[0], 5)};
       },
       .samples =
           [] {
             return std::vector<Sample>{{"vector", {make({-1, 0, 2}, {3})}},
                                        {"batch", {uniform({2, 2})}},
                                        {"integers", {tensor({1, 2, 3})}}};
           },
       .reference = [](const Tensors& x) -> Tensors {
         const auto powers = [&](int64_t n) {
           std::vector<double> all;
           for (double v : values(x[0]))
             for (int64_t k = 0; k < n; ++k) all.push_back(std::pow(v, double(k)));
           Sizes sizes = sizes_of(x[0]);
           sizes.push_back(n);
           return make(all, sizes);
         };
         return {powers(x[0].size(-1)), powers(5)};
       },
       .errors = {{"N", [] { linalg_vander(ones({3}), 1); }, "N must be greater than 1."},
                  {"bool", [] { linalg_vander(ones({3}, kBool)); },
                   "linalg.vander supports floating point, complex, and integer tensors, but got Bool"}}});
  rows.back().ulps16 = 0;  // refused, as in PyTorch
  const auto chain = [](const Tensors& x) {
    Array out(x[0].dim() == 1 ? x[0].unsqueeze(0) : x[0]);
    for (size_t i = 1; i < x.size(); ++i) out = times(out, Array(x[i].dim() == 1 ? x[i].unsqueeze(1) : x[i]));
    Tensor result = out.tensor();
    if (x.back().dim() == 1) result = result.squeeze(1);
    return x[0].dim() == 1 ? result.squeeze(0) : result;
  };
  rows.push_back(
      {.name = "linalg_multi_dot",
       .call = [](const Tensors& x) -> Tensors { return {linalg_multi_dot(x)}; },
       .samples =
           [] {
             return shapes({{{2, 3}, {3, 2}},
                            {{2, 1}, {1, 4}, {4, 3}},
                            {{3}, {3, 2}, {2, 2}, {2}},
                            {{3}, {3}},
                            {{2, 0}, {0, 3}, {3, 1}},
                            {{5, 2}, {2, 6}, {6, 3}, {3, 4}}});
           },
       .reference = [=](const Tensors& x) -> Tensors { return {chain(x)}; },
       .errors = {{"one", [] { linalg_multi_dot(eye(2)); },
                   "multi_dot(): expected at least 2 tensors but got 1"},
                  {"sizes",
                   [] {
                     linalg::multi_dot({zeros({2, 3}), zeros({2, 3})});
                   },
                   "multi_dot(): tensors 0 and 1 with shapes [2, 3] and [2, 3] cannot be multiplied"},
                  {"3-d",
                   [] {
                     linalg_multi_dot({zeros({2, 2, 2}), eye(2)});
                   },
                   "multi_dot(): the first tensor must be 1D or 2D but got 3D"},
                  {"vector between",
                   [] {
                     linalg_multi_dot({eye(2), ones({2}), eye(2)});
                   },
                   "multi_dot(): tensor 1 must be 2D but got 1D"}}});
  rows.back().ulps16 = 4;  // each product rounds
  rows.back().gradient_ulps16 = 8;
  rows.push_back({.name = "chain_matmul",
                  .call = [](const Tensors& x) -> Tensors { return {chain_matmul(x)}; },
                  .samples =
                      [] {
                        return shapes({{{2, 3}}, {{2, 3}, {3, 2}, {2, 4}}});
                      },
                  .reference = [=](const Tensors& x) -> Tensors { return {chain(x)}; },
                  .errors = {{"vector",
                              [] {
                                chain_matmul({eye(2), ones({2})});
                              },
                              "Tensor dimension is 1, expected 2 instead."}}});
  rows.back().ulps16 = 4;
  rows.back().gradient_ulps16 = 8;

  for (const int64_t n : {-2, 0, 1, 2, 5}) {
    Row row = row_named("linalg_matrix_power", {"matrix_power"});
    row.call = [n](const Tensors& x) -> Tensors { return {linalg_matrix_power(x[0], n)}; };
    row.samples = [] {
      return std::vector<Sample>{matrices({regular({1, 1})}), matrices({regular({3, 3})}),
                                 matrices({regular({2, 2, 2})}), matrices({regular({0, 0})})};
    };
    row.reference = [n](const Tensors& x) -> Tensors {
      return {each_matrix(x, [n](const std::vector<Array>& m) {
        const Array factor = n < 0 ? inverted(m[0]) : m[0];
        Array out = build_matrix(factor.sizes[0], factor.sizes[0],
                                 [](int64_t i, int64_t j) { return double(i == j); });
        for (int64_t i = 0; i < std::abs(n); ++i) out = times(out, factor);
        return out;
      })};
    };
    row.second_order = n != 0;  // a constant
    row.differentiable = n != 0;
    row.ulps16 = 0;  // an inverse, or products that each round
    rows.push_back(row);
  }
  rows.back().errors = {
      {"shape",
       [] {
         zeros({2, 3}).matrix_power(2);
       },
       "linalg.matrix_power: A must be batches of square matrices, but they are 2 by 3 matrices"},
      {"singular",
       [] {
         linalg::matrix_power(zeros({2, 2}), -1);
       },
       "linalg.inv: The diagonal element 1 is zero"}};

  Row exponential = row_named("linalg_matrix_exp", {"matrix_exp"});
  exponential.call = [](const Tensors& x) -> Tensors { return {linalg_matrix_exp(x[0])}; };
  exponential.samples = [] {
    return std::vector<Sample>{matrices({uniform({1, 1})}),
                               matrices({uniform({3, 3})}),
                               matrices({uniform({2, 2, 2}) * make({0.01, 3}, {2, 1, 1})}),
                               matrices({zeros({2, 2}, kDouble)}),
                               matrices({uniform({0, 0})}),
                               matrices({uniform({0, 2, 2})}),
                               matrices({uniform({15, 15}, -0.5, 0.5)})};
  };
  exponential.reference = [](const Tensors& x) -> Tensors {
    return {each_matrix(x, [](const std::vector<Array>& m) { return exponential_loops(m[0]); })};
  };
  exponential.errors = {
      {"shape",
       [] {
         linalg_matrix_exp(zeros({2, 3}));
       },
       "linalg.matrix_exp: A must be batches of square matrices, but they are 2 by 3 matrices"},
      {"integers",
       [] {
         linalg::matrix_exp(ones({2, 2}, kLong));
       },
       "linalg.matrix_exp: Expected a floating point or complex tensor as input. Got Long"}};
  exponential.gradient_ulps16 = 8;
  rows.push_back(exponential);

  for (const double p : {2.0, 1.0, 0.0, 3.0, -1.5, kInf, -kInf}) {
    Row row = row_named("linalg_vector_norm");
    row.call = [p](const Tensors& x) -> Tensors {
      return {linalg_vector_norm(x[0], p), linalg_vector_norm(x[0], p, {0}, true),
              linalg::vector_norm(x[0], p, 1)};
    };
    row.samples = [] {
      return std::vector<Sample>{{"matrix", {distinct({3, 4}, 0.3)}}, {"3-d", {distinct({2, 2, 2}, 0.3)}}};
    };
    row.reference = [p](const Tensors& x) -> Tensors {
      const auto of = [p](const std::vector<double>& v) {
        double sum = 0;
        if (std::isinf(p)) {
          sum = std::abs(v[0]);
          for (double e : v) sum = p > 0 ? std::max(sum, std::abs(e)) : std::min(sum, std::abs(e));
          return sum;
        }
        for (double e : v) sum += p == 0 ? double(e != 0) : std::pow(std::abs(e), p);
        return p == 0 ? sum : std::pow(sum, 1 / p);
      };
      const auto along = [&](int64_t dim) {  // dim becomes the last and is reduced
        const Tensor moved = x[0].movedim(dim, -1);
        const std::vector<double> all = values(moved);
        std::vector<double> out;
        const size_t n = size_t(moved.size(-1));
        for (size_t i = 0; i < all.size(); i += n)
          out.push_back(of({all.begin() + int64_t(i), all.begin() + int64_t(i + n)}));
        Sizes sizes = sizes_of(moved);
        sizes.pop_back();
        return make(out, sizes);
      };
      return {make({of(values(x[0]))}, {}), along(0).unsqueeze(0), along(1)};
    };
    row.second_order = p != 0;  // flat
    row.ulps16 = 2;
    row.gradient_ulps16 = 8;
    rows.push_back(row);
  }
  rows.back().errors = {
      {"integers", [] { linalg_vector_norm(ones({2}, kLong)); },
       "linalg.vector_norm: Expected a floating point or complex tensor as input. Got Long"},
      {"empty",
       [] {
         linalg_vector_norm(zeros({0, 2}), kInf);
       },
       "linalg.vector_norm cannot compute the inf norm on an empty tensor because the operation does not "
       "have an "
       "identity"},
      {"empty dimension",
       [] {
         linalg_vector_norm(zeros({0, 2}), -1, {0});
       },
       "linalg.vector_norm cannot compute the -1 norm on the dimension 0 because this dimension is empty"},
      {"narrowing", [] { linalg_vector_norm(zeros({2}, kDouble), 2, {}, false, kFloat); },
       "the dtype of the input (Double) should be convertible without narrowing to the specified dtype "
       "(Float)"},
      {"dtype", [] { linalg_vector_norm(zeros({2}), 2, {}, false, kLong); },
       "linalg.vector_norm: dtype should be floating point or complex, but got Long"}};

  Row norm = row_named("linalg_matrix_norm");
  norm.call = [](const Tensors& x) -> Tensors {
    Tensors out{linalg_matrix_norm(x[0]), linalg_matrix_norm(x[0], "nuc"),
                linalg_matrix_norm(x[0], "nuc", {-1, -2}, true)};
    for (const auto& [name, order] : kOrders) {
      out.push_back(linalg_matrix_norm(x[0], order));
      out.push_back(linalg::matrix_norm(x[0], order, {-1, 0}, true));
    }
    return out;
  };
  norm.samples = [] { return samples_of({{1, 1}, {3, 3}, {3, 2}, {2, 2, 3}}); };
  norm.reference = [](const Tensors& x) -> Tensors {
    const Tensor nuclear = norms(x[0], "nuc");
    Tensors out{norms(x[0], "fro"), nuclear, nuclear.unsqueeze(-1).unsqueeze(-1)};
    for (const auto& [name, order] : kOrders) {
      out.push_back(norms(x[0], name));
      const Tensor moved = x[0].movedim(0, -1);  // (..., last, first)
      const Tensor values = norms(x[0].dim() == 2 ? x[0].mT() : moved, name);
      out.push_back(values.unsqueeze(0).unsqueeze(-1));
    }
    return out;
  };
  norm.ulps16 = 0;  // singular values of float and double only
  norm.errors = {
      {"order", [] { linalg_matrix_norm(eye(2), 3); }, "linalg.matrix_norm: Order 3 not supported."},
      {"name", [] { linalg_matrix_norm(eye(2), "foo"); }, "linalg.matrix_norm: Order foo not supported."},
      {"one dim", [] { linalg_matrix_norm(eye(2), 1, {0}); }, "linalg.matrix_norm: dim must be a 2-tuple."},
      {"same dims",
       [] {
         linalg::matrix_norm(eye(2), "fro", {0, -2});
       },
       "linalg.matrix_norm: dims must be different. Got (0, 0)"},
      {"vector", [] { linalg_matrix_norm(ones({2})); },
       "linalg.matrix_norm: The input tensor A must have at least 2 dimensions."}};
  rows.push_back(norm);

  Row either = row_named("linalg_norm");
  either.call = [](const Tensors& x) -> Tensors {
    return {linalg_norm(x[0]),
            linalg_norm(x[0], 1),
            linalg_norm(x[0], "nuc"),
            linalg_norm(x[0], 1, {0}),
            linalg::norm(x[0], kInf, {1, 0}),
            linalg_norm(x[0], "fro", IntArrayRef{0, 1}, true)};
  };
  either.samples = [] { return samples_of({{3, 2}}); };
  either.reference = [](const Tensors& x) -> Tensors {
    const Tensor fro = norms(x[0], "fro");
    return {fro,
            norms(x[0], "1"),
            norms(x[0], "nuc"),
            each_matrix({x[0].mT().unsqueeze(-1)},
                        [](const std::vector<Array>& m) { return scalar_of(norm_loops(m[0], "1")); }),
            norms(x[0].mT(), "inf"),
            fro.reshape({1, 1})};
  };
  either.ulps16 = 0;  // singular values of float and double only
  either.errors = {{"three dims",
                    [] {
                      linalg_norm(ones({2, 2, 2}), 2, {0, 1, 2});
                    },
                    "linalg.norm: If dim is specified, it must be of length 1 or 2. Got [0, 1, 2]"},
                   {"3-d",
                    [] {
                      linalg_norm(ones({2, 2, 2}), 2);
                    },
                    "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got 3D."}};
  rows.push_back(either);

  Row cond = row_named("linalg_cond");
  cond.call = [](const Tensors& x) -> Tensors {
    Tensors out{linalg_cond(x[0]), linalg_cond(x[0], "fro"), linalg::cond(x[0], "nuc")};
    for (const auto& [name, order] : kOrders) out.push_back(linalg_cond(x[0], order));
    return out;
  };
  cond.samples = [] { return samples_of({{1, 1}, {3, 3}, {2, 2, 2}}); };
  cond.reference = [](const Tensors& x) -> Tensors {
    const auto by = [&](const std::string& name) {
      return each_matrix(x, [&](const std::vector<Array>& m) {
        return scalar_of(norm_loops(m[0], name) * norm_loops(inverted(m[0]), name));
      });
    };
    Tensors out{by("2"), by("fro"), by("nuc")};
    for (const auto& [name, order] : kOrders) out.push_back(by(name));
    return out;
  };
  cond.ulps16 = 0;  // float and double only
  cond.errors = {{"order", [] { linalg_cond(eye(2), 3); }, "linalg.cond got an invalid norm type: 3"},
                 {"name", [] { linalg_cond(eye(2), "foo"); }, "linalg.cond got an invalid norm type: foo"},
                 {"shape",
                  [] {
                    linalg_cond(zeros({3, 2}), 1);
                  },
                  "linalg.cond(ord=1): A must be batches of square matrices, but they are 3 by 2 matrices"},
                 {"vector", [] { linalg_cond(zeros({3})); },
                  "linalg.cond: The input tensor must have at least 2 dimensions."}};
  rows.push_back(cond);
}

OP_TABLE_TESTS(matrix)

}  // namespace op_table
