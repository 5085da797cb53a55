// LU, Cholesky and QR decompositions.
#include "checks.h"
#include "plain_matrices.h"

namespace op_table {

using namespace tengen;

namespace {

std::vector<Sample> samples_of(std::vector<Sizes> shapes, Tensor (*make_matrices)(Sizes, uint64_t)) {
  std::vector<Sample> all;
  for (const Sizes& sizes : shapes) all.push_back(matrices({make_matrices(sizes, 1)}));
  return all;
}

/// One part of each matrix's elimination.
template <class Part>
Tensor eliminated(const Tensor& A, Part part) {
  return each_matrix({A}, [part](const std::vector<Array>& m) { return Elimination(m[0]).*part; });
}
Tensor pivots_of(const Tensor& A) {
  return each_matrix({A}, [](const std::vector<Array>& m) { return vector_of(Elimination(m[0]).pivots); });
}

Array cholesky_loops(const Array& a) {
  const int64_t n = a.sizes[0];
  Array L(Sizes{n, n});
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j <= i; ++j) {
      double sum = a({i, j});
      for (int64_t k = 0; k < j; ++k) sum -= L({i, k}) * L({j, k});
      L({i, j}) = i == j ? std::sqrt(sum) : sum / L({j, j});
    }
  return L;
}
Tensor symmetric(const Tensor& x) { return x + x.mT(); }
Tensor cholesky_of(const Tensor& A) {
  return each_matrix({A}, [](const std::vector<Array>& m) { return cholesky_loops(m[0]); });
}

/// Gram and Schmidt, twice for precision: Q (m,k) and R (k,n), whose diagonal is positive.
std::pair<Array, Array> gram_schmidt(const Array& a) {
  const int64_t m = a.sizes[0], n = a.sizes[1], k = std::min(m, n);
  Array Q(Sizes{m, k});
  for (int64_t j = 0; j < k; ++j) {
    for (int64_t i = 0; i < m; ++i) Q({i, j}) = a({i, j});
    for (int pass = 0; pass < 2; ++pass)
      for (int64_t c = 0; c < j; ++c) {
        double dot = 0;
        for (int64_t i = 0; i < m; ++i) dot += Q({i, c}) * Q({i, j});
        for (int64_t i = 0; i < m; ++i) Q({i, j}) -= dot * Q({i, c});
      }
    double norm = 0;
    for (int64_t i = 0; i < m; ++i) norm += Q({i, j}) * Q({i, j});
    for (int64_t i = 0; i < m; ++i) Q({i, j}) /= std::sqrt(norm);
  }
  const Array R = times(transposed(Q), a);
  return {Q, build_matrix(k, n, [&](int64_t i, int64_t j) { return i > j ? 0 : R({i, j}); })};
}
/// With signs that make R's diagonal positive.
Tensors positive(const std::tuple<Tensor, Tensor>& qr) {
  const auto& [Q, R] = qr;
  const Tensor sign = R.detach().diagonal(0, -2, -1).sign();
  return {Q * sign.unsqueeze(-2), R * sign.unsqueeze(-1)};
}

}  // namespace

void add_factor(Rows& rows) {
  Row factor = decomposition("linalg_lu_factor", {"linalg_lu_factor_ex"});
  factor.call = [](const Tensors& x) -> Tensors {
    const auto [LU, pivots] = linalg_lu_factor(x[0]);
    return {LU, pivots};
  };
  factor.samples = [] {
    return samples_of(
        {{1, 1}, {3, 3}, {4, 2}, {2, 4}, {2, 1, 3, 2}, {0, 0}, {0, 3}, {0, 2, 2}, {40, 40}, {20, 33}},
        regular);
  };
  factor.reference = [](const Tensors& x) -> Tensors {
    const Tensor L = eliminated(x[0], &Elimination::L), U = eliminated(x[0], &Elimination::U);
    const Tensor packed = each_matrix({L, U}, [](const std::vector<Array>& m) {
      return build_matrix(m[0].sizes[0], m[1].sizes[1], [&](int64_t i, int64_t j) {
        return i > j ? m[0]({i, j}) : m[1]({i, j});
      });
    });
    return {packed, pivots_of(x[0])};
  };
  factor.errors = {
      {"singular",
       [] {
         linalg_lu_factor(zeros({2, 2}));
       },
       "torch.linalg.lu_factor: U[1,1] is zero and using it on lu_solve would result in a division by zero."},
      {"singular in a batch",
       [] {
         linalg::lu_factor(stack({eye(2), zeros({2, 2})}));
       },
       "torch.linalg.lu_factor: (Batch element 1): U[1,1] is zero"},
      {"singular, ex",
       [] {
         linalg_lu_factor_ex(zeros({2, 2}), true, true);
       },
       "torch.linalg.lu_factor_ex: U[1,1] is zero"},
      {"without pivots", [] { linalg_lu_factor(eye(2), false); },
       "linalg.lu_factor: LU without pivoting is not implemented on the CPU"},
      {"vector", [] { linalg_lu_factor(zeros({3})); },
       "torch.lu_factor: Expected tensor with 2 or more dimensions. Got size: [3] instead"}};
  rows.push_back(factor);

  Row lu = decomposition("linalg_lu", {"lu_unpack"});
  lu.call = [](const Tensors& x) -> Tensors {
    const auto [P, L, U] = linalg_lu(x[0]);
    return {P.detach(), L, U};
  };
  lu.samples = [] { return samples_of({{3, 3}, {4, 2}, {2, 4}, {2, 2, 2}, {0, 3}}, regular); };
  lu.reference = [](const Tensors& x) -> Tensors {
    return {eliminated(x[0], &Elimination::P), eliminated(x[0], &Elimination::L),
            eliminated(x[0], &Elimination::U)};
  };
  lu.errors = {
      {"vector", [] { linalg::lu(zeros({3})); }, "linalg.lu: Expected tensor with 2 or more dimensions."},
      {"pivots", [] { lu_unpack(eye(2), ones({2}, kLong)); }, "torch.int32 dtype, but got Long"}};
  rows.push_back(lu);

  for (const bool left : {true, false})
    for (const bool adjoint : {false, true}) {
      Row row = decomposition("linalg_lu_solve");
      row.call = [=](const Tensors& x) -> Tensors {
        const auto [LU, pivots] = linalg_lu_factor(x[0]);
        return {linalg_lu_solve(LU, pivots, x[1], left, adjoint)};
      };
      row.samples = [] {
        return std::vector<Sample>{matrices({regular({3, 3}), uniform({3, 3})}),
                                   matrices({regular({2, 2, 2}), uniform({2, 2, 2})}),
                                   matrices({regular({2, 2}), uniform({2, 2, 2})})};
      };
      row.reference = [=](const Tensors& x) -> Tensors {
        return {each_matrix(x, [=](const std::vector<Array>& m) {
          const Array inverse = inverted(adjoint ? transposed(m[0]) : m[0]);
          return left ? times(inverse, m[1]) : times(m[1], inverse);
        })};
      };
      rows.push_back(row);
    }
  const auto ones_int = [](int64_t n) { return ones({n}, kInt); };
  rows.back().also = {"lu_solve"};
  rows.back().errors = {
      {"pivots' type", [=] { linalg_lu_solve(eye(2), ones({2}, kLong), eye(2)); },
       "linalg.lu_solve: pivots should be a Tensor of scalar type torch.int32"},
      {"pivots' number", [=] { eye(2).lu_solve(eye(2), ones_int(1)); },
       "linalg.lu_solve: Number of pivots per batch should be same as the dimension of the matrix"},
      {"pivots' range", [=] { linalg_lu_solve(eye(2), ones_int(2) * 7, eye(2)); },
       "Pivots given to lu_solve must all be smaller or equal to LU.size(-2)."},
      {"shape",
       [=] {
         linalg_lu_solve(eye(2), ones_int(2), zeros({3, 2}));
       },
       "linalg.lu_solve: Incompatible shapes of A and B for the equation AX = B (2x2 and 3x2)"},
      {"types", [=] { linalg_lu_solve(eye(2), ones_int(2), eye(2, kDouble)); },
       "found LU of type Float and B of type Double instead"}};

  for (const bool upper : {false, true}) {
    Row row = decomposition("linalg_cholesky", {"linalg_cholesky_ex"});
    row.call = [=](const Tensors& x) -> Tensors { return {linalg_cholesky(symmetric(x[0]), upper)}; };
    row.samples = [] {
      return samples_of({{1, 1}, {2, 2}, {3, 3}, {2, 1, 2, 2}, {0, 0}, {0, 2, 2}, {40, 40}}, half_positive);
    };
    row.reference = [=](const Tensors& x) -> Tensors {
      const Tensor L = cholesky_of(symmetric(x[0]));
      return {upper ? L.mT() : L};
    };
    rows.push_back(row);
  }
  rows.back().errors = {{"not positive",
                         [] {
                           linalg_cholesky(make({1, 0, 0, -1}, {2, 2}));
                         },
                         "linalg.cholesky: The factorization could not be completed because the input is not "
                         "positive-definite (the "
                         "leading minor of order 2 is not positive-definite)."},
                        {"in a batch",
                         [] {
                           linalg::cholesky(stack({eye(2), -eye(2)}));
                         },
                         "linalg.cholesky: (Batch element 1): The factorization could not be completed"},
                        {"NaN",
                         [] {
                           linalg_cholesky(full({40, 40}, NAN));
                         },
                         "(the leading minor of order 1 is not"},
                        {"ex",
                         [] {
                           linalg_cholesky_ex(zeros({2, 2}), false, true);
                         },
                         "linalg.cholesky_ex: The factorization"},
                        {"shape",
                         [] {
                           linalg_cholesky(zeros({2, 3}));
                         },
                         "linalg.cholesky: A must be batches of square matrices"}};

  for (const bool upper : {false, true}) {
    const auto factor_of = [upper](const Tensor& x) { return upper ? x.triu() : x.tril(); };
    const auto square = [=](const Tensor& x) {
      const Tensor L = upper ? factor_of(x).mT() : factor_of(x);
      return each_matrix({L}, [](const std::vector<Array>& m) { return times(m[0], transposed(m[0])); });
    };
    Row solve = decomposition("cholesky_solve");
    solve.call = [=](const Tensors& x) -> Tensors { return {x[0].cholesky_solve(x[1], upper)}; };
    solve.samples = [] {
      return std::vector<Sample>{matrices({uniform({3, 2}), half_positive({3, 3})}),
                                 matrices({uniform({2, 2, 1}), half_positive({2, 2})}),
                                 matrices({uniform({0, 1}), half_positive({0, 0})})};
    };
    solve.reference = [=](const Tensors& x) -> Tensors {
      return {each_matrix({x[0], square(x[1])},
                          [](const std::vector<Array>& m) { return times(inverted(m[1]), m[0]); })};
    };
    solve.errors = {
        {"shape",
         [] {
           cholesky_solve(zeros({3, 2}), eye(2));
         },
         "Incompatible matrix sizes for cholesky_solve: each A matrix is 2 by 2 but each b matrix is 3 "
         "by 2"}};
    rows.push_back(solve);

    Row inverse = decomposition("cholesky_inverse");
    inverse.call = [=](const Tensors& x) -> Tensors { return {x[0].cholesky_inverse(upper)}; };
    inverse.samples = [] { return samples_of({{3, 3}, {2, 2, 2}, {0, 0}}, half_positive); };
    inverse.reference = [=](const Tensors& x) -> Tensors {
      return {each_matrix({square(x[0])}, [](const std::vector<Array>& m) { return inverted(m[0]); })};
    };
    inverse.errors = {{"singular",
                       [] {
                         cholesky_inverse(stack({eye(2), zeros({2, 2})}));
                       },
                       "cholesky_inverse: (Batch element 1): The diagonal element 1 is zero"}};
    rows.push_back(inverse);
  }

  Row qr = decomposition("linalg_qr");
  qr.call = [](const Tensors& x) -> Tensors { return positive(linalg_qr(x[0])); };
  qr.samples = [] {
    return samples_of(
        {{1, 1}, {3, 3}, {4, 2}, {2, 4}, {2, 1, 3, 2}, {0, 0}, {3, 0}, {0, 3}, {0, 2, 2}, {60, 50}}, spread);
  };
  qr.reference = [](const Tensors& x) -> Tensors {
    return {each_matrix(x, [](const std::vector<Array>& m) { return gram_schmidt(m[0]).first; }),
            each_matrix(x, [](const std::vector<Array>& m) { return gram_schmidt(m[0]).second; })};
  };
  const auto tall = [] { return uniform({3, 2}).set_requires_grad(true); };
  qr.errors = {
      {"mode", [] { linalg_qr(eye(2), "foo"); },
       "qr received unrecognized mode 'foo' but expected one of 'reduced' (default), 'r', or 'complete'"},
      {"complete and tall", [=] { std::get<0>(linalg_qr(tall(), "complete")).sum().backward(); },
       "The QR decomposition is not differentiable when mode='complete' and nrows > ncols."}};
  rows.push_back(qr);
  Row complete = decomposition("linalg_qr");
  complete.call = [](const Tensors& x) -> Tensors {
    const auto [Q, R] = linalg::qr(x[0], "complete");
    const auto [none, same] = linalg_qr(x[0], "r");
    CHECK(std::get<0>(x[0].qr(false)).equal(Q));
    CHECK(std::get<1>(tengen::qr(x[0])).equal(same));
    return {Q.matmul(R), Q.mT().matmul(Q), R.tril(-1), none, (same * same).sum()};
  };
  complete.samples = [] { return samples_of({{4, 2}, {2, 4}, {2, 3, 1}, {3, 0}}, spread); };
  complete.reference = [](const Tensors& x) -> Tensors {
    const int64_t m = x[0].size(-2);
    DimVector square(x[0].sizes());
    square.back() = m;
    return {x[0], eye(m, kDouble).expand(square), zeros(x[0].sizes(), kDouble), empty({0}, kDouble),
            x[0].square().sum()};
  };
  complete.also = {"qr"};
  complete.differentiable = false;  // tall ones are not
  rows.push_back(complete);

  Row geqrf = decomposition("geqrf");
  geqrf.call = [](const Tensors& x) -> Tensors {
    const auto [a, tau] = x[0].geqrf();
    return {linalg_householder_product(a, tau).matmul(a.narrow(-2, 0, a.size(-1)).triu())};
  };
  geqrf.samples = [] { return samples_of({{3, 3}, {4, 2}, {2, 3, 2}}, spread); };
  geqrf.reference = [](const Tensors& x) -> Tensors { return {x[0]}; };
  geqrf.differentiable = false;
  rows.push_back(geqrf);

  Row product = decomposition("linalg_householder_product");
  product.call = [](const Tensors& x) -> Tensors { return {linalg_householder_product(x[0], x[1])}; };
  product.samples = [] {
    return std::vector<Sample>{matrices({uniform({3, 2}), uniform({2}, 0.5, 1.5)}),
                               matrices({uniform({3, 3}), uniform({2}, 0.5, 1.5)}),
                               matrices({uniform({2, 3, 2}), uniform({2, 1}, 0.5, 1.5)}),
                               matrices({uniform({2, 2}), uniform({0})}),
                               matrices({uniform({3, 0}), uniform({0})})};
  };
  product.reference = [](const Tensors& x) -> Tensors {
    return {each_matrix({x[0], x[1].unsqueeze(-1)}, [](const std::vector<Array>& m) {
      const int64_t rows = m[0].sizes[0], n = m[0].sizes[1];
      Array q = build_matrix(rows, rows, [](int64_t i, int64_t j) { return double(i == j); });
      for (int64_t k = 0; k < m[1].sizes[0]; ++k) {
        const auto v = [&](int64_t i) { return i < k ? 0 : i == k ? 1 : m[0]({i, k}); };
        q = times(q, build_matrix(rows, rows, [&](int64_t i, int64_t j) {
                    return double(i == j) - m[1]({k, 0}) * v(i) * v(j);
                  }));
      }
      return build_matrix(rows, n, [&](int64_t i, int64_t j) { return q({i, j}); });
    })};
  };
  product.errors = {{"wide",
                     [] {
                       linalg_householder_product(zeros({2, 3}), zeros({2}));
                     },
                     "input.shape[-2] must be greater than or equal to input.shape[-1]"},
                    {"tau",
                     [] {
                       linalg::householder_product(zeros({3, 2}), zeros({3}));
                     },
                     "input.shape[-1] must be greater than or equal to tau.shape[-1]"},
                    {"batch",
                     [] {
                       linalg_householder_product(zeros({2, 3, 2}), zeros({3, 2}));
                     },
                     "Expected batch dimensions of tau to be equal to input.shape[:-2]"}};
  rows.push_back(product);
}

OP_TABLE_TESTS(factor)

}  // namespace op_table
