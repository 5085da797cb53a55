// Singular values, eigenvalues, and what rests on them.
#include "checks.h"
#include "plain_matrices.h"

namespace op_table {

using namespace tengen;

namespace {

std::vector<Sample> spread_samples(std::vector<Sizes> shapes) {
  std::vector<Sample> all;
  for (const Sizes& sizes : shapes) all.push_back(matrices({spread(sizes)}));
  return all;
}

Tensor symmetric(const Tensor& x) { return x + x.mT(); }

/// Columns of V whose first element is not negative; W is turned along.
Tensors with_signs(const Tensor& V, const Tensor& W) {
  const Tensor first = V.detach().narrow(-2, 0, V.size(-2) > 0 ? 1 : 0);
  const Tensor sign = first.sign() + (first == 0).to(kDouble).to(V.dtype());
  return V.size(-2) > 0 ? Tensors{V * sign, W * sign} : Tensors{V, W};
}

template <class Part>
Tensor singular(const Tensor& A, Part part) {
  return each_matrix({A}, [part](const std::vector<Array>& m) { return SingularVectors(m[0]).*part; });
}
Tensor singular_values(const Tensor& A) {
  return each_matrix({A}, [](const std::vector<Array>& m) { return vector_of(SingularVectors(m[0]).S); });
}
Tensor eigenvalues(const Tensor& A) {
  return each_matrix({A}, [](const std::vector<Array>& m) { return vector_of(Eigenvectors(m[0]).values); });
}
Tensor eigenvectors(const Tensor& A) {
  return each_matrix({A}, [](const std::vector<Array>& m) { return Eigenvectors(m[0]).V; });
}
Tensor pseudoinverses(const Tensor& A, double tolerance = 1e-12) {
  return each_matrix({A}, [=](const std::vector<Array>& m) { return pseudoinverse(m[0], tolerance); });
}
/// Matrices of rank 1.
Tensor flat(Sizes sizes) {
  Sizes left = sizes, right = sizes;
  left.back() = 1;
  right[right.size() - 2] = 1;
  return uniform(left, 0.5, 1.5, 1) * uniform(right, 0.5, 1.5, 2);
}

}  // namespace

void add_spectral(Rows& rows) {
  Row svd = decomposition("linalg_svd", {"svd"});
  svd.call = [](const Tensors& x) -> Tensors {
    const auto [U, S, V] = x[0].svd();
    const Tensors turned = with_signs(U, V);
    return {turned[0], S, turned[1]};
  };
  svd.samples = [] {
    return spread_samples(
        {{1, 1}, {2, 2}, {3, 3}, {4, 2}, {2, 4}, {2, 1, 3, 2}, {0, 0}, {0, 3}, {3, 0}, {0, 2, 2}, {20, 24}});
  };
  svd.reference = [](const Tensors& x) -> Tensors {
    return {singular(x[0], &SingularVectors::U), singular_values(x[0]), singular(x[0], &SingularVectors::V)};
  };
  svd.errors = {
      {"NaN",
       [] {
         linalg_svd(full({2, 2}, NAN));
       },
       "linalg.svd: The algorithm failed to converge because the input matrix contained non-finite values."},
      {"in a batch",
       [] {
         linalg_svdvals(stack({eye(2), full({2, 2}, NAN)}));
       },
       "linalg.svd: (Batch element 1): The algorithm failed to converge"},
      {"driver", [] { linalg::svd(eye(2), true, "gesvd"); },
       "keyword argument `driver=` is only supported on CUDA"},
      {"vector", [] { linalg_svd(zeros({3})); },
       "linalg.svd: The input tensor A must have at least 2 dimensions."},
      {"vector, older", [] { tengen::svd(zeros({3})); },
       "input should have at least 2 dimensions, but has 1"},
      {"half",
       [] {
         linalg_svd(ones({2, 2}, kHalf));
       },
       "linalg.svd: Low precision dtypes not supported. Got Half"}};
  rows.push_back(svd);
  Row complete = decomposition("linalg_svd");
  complete.call = [](const Tensors& x) -> Tensors {
    const auto [U, S, Vh] = linalg::svd(x[0]);
    const int64_t k = S.size(-1);
    const auto [zero_u, same, zero_v] = tengen::svd(x[0], true, false);
    return {(U.narrow(-1, 0, k) * S.unsqueeze(-2)).matmul(Vh.narrow(-2, 0, k)),
            U.detach().mT().matmul(U.detach()),
            Vh.detach().matmul(Vh.detach().mT()),
            zero_u,
            same - S,
            zero_v};
  };
  complete.samples = [] { return spread_samples({{4, 2}, {2, 4}, {2, 3, 1}, {3, 0}, {0, 2}}); };
  complete.reference = [](const Tensors& x) -> Tensors {
    const int64_t m = x[0].size(-2), n = x[0].size(-1);
    DimVector left(x[0].sizes()), right(x[0].sizes()), values(x[0].sizes().slice(0, size_t(x[0].dim()) - 1));
    left.back() = m;
    right[right.size() - 2] = n;
    values.back() = std::min(m, n);
    return {x[0],
            eye(m, kDouble).expand(left),
            eye(n, kDouble).expand(right),
            zeros(left, kDouble),
            zeros(values, kDouble),
            zeros(right, kDouble)};
  };
  rows.push_back(complete);

  Row svdvals = decomposition("linalg_svdvals");
  svdvals.call = [](const Tensors& x) -> Tensors { return {linalg_svdvals(x[0])}; };
  svdvals.samples = [] { return spread_samples({{1, 1}, {3, 3}, {2, 3, 2}, {0, 2}, {20, 17}}); };
  svdvals.reference = [](const Tensors& x) -> Tensors { return {singular_values(x[0])}; };
  rows.push_back(svdvals);

  for (const std::string uplo : {"L", "U"}) {
    Row eigh = decomposition("linalg_eigh");
    eigh.call = [=](const Tensors& x) -> Tensors {
      // Only one triangle is read.
      const Tensor A = symmetric(x[0]), other = ones_like(A).tril(-1) * 7;
      const auto [L, V] = linalg_eigh(A + (uplo == "U" ? other : other.mT()), uplo);
      return {L, with_signs(V, V)[0]};
    };
    eigh.samples = [] {
      return spread_samples({{1, 1}, {2, 2}, {3, 3}, {2, 1, 2, 2}, {0, 0}, {0, 2, 2}, {20, 20}});
    };
    eigh.reference = [](const Tensors& x) -> Tensors {
      const Tensor V = eigenvectors(symmetric(x[0]));
      return {eigenvalues(symmetric(x[0])), with_signs(V, V)[0]};
    };
    rows.push_back(eigh);

    Row eigvalsh = decomposition("linalg_eigvalsh");
    eigvalsh.call = [=](const Tensors& x) -> Tensors { return {linalg_eigvalsh(symmetric(x[0]), uplo)}; };
    eigvalsh.samples = [] { return spread_samples({{1, 1}, {3, 3}, {2, 2, 2}, {0, 0}}); };
    eigvalsh.reference = [](const Tensors& x) -> Tensors { return {eigenvalues(symmetric(x[0]))}; };
    rows.push_back(eigvalsh);
  }
  rows.back().errors = {
      {"UPLO", [] { linalg_eigh(eye(2), "x"); }, "Expected UPLO argument to be 'L' or 'U', but got x"},
      {"shape",
       [] {
         linalg::eigvalsh(zeros({2, 3}));
       },
       "linalg.eigh: A must be batches of square matrices"}};

  Row pinv = decomposition("linalg_pinv", {"pinverse"});
  pinv.call = [](const Tensors& x) -> Tensors { return {linalg_pinv(x[0])}; };
  pinv.samples = [] { return spread_samples({{1, 1}, {3, 3}, {4, 2}, {2, 4}, {2, 3, 2}, {0, 2}, {20, 17}}); };
  pinv.reference = [](const Tensors& x) -> Tensors { return {pseudoinverses(x[0])}; };
  pinv.errors = {{"vector", [] { linalg_pinv(zeros({3}, kDouble)); },
                  "linalg.pinv(Double{[3]}): expected a tensor with 2 or more dimensions of float, double"},
                 {"integers",
                  [] {
                    pinverse(ones({2, 2}, kLong));
                  },
                  "linalg.pinv(Long{[2, 2]})"}};
  rows.push_back(pinv);
  Row hermitian = decomposition("linalg_pinv");
  hermitian.call = [](const Tensors& x) -> Tensors {
    return {linalg::pinv(symmetric(x[0]), {}, std::optional<Tensor>(), true)};
  };
  hermitian.samples = [] { return spread_samples({{3, 3}, {2, 2, 2}}); };
  hermitian.reference = [](const Tensors& x) -> Tensors { return {pseudoinverses(symmetric(x[0]))}; };
  rows.push_back(hermitian);
  Row tolerant = decomposition("linalg_pinv");
  tolerant.call = [](const Tensors& x) -> Tensors {
    const Tensor relative = full({}, 0.5, x[0].options());
    return {linalg_pinv(x[0], 0.5), linalg_pinv(x[0], relative), linalg_pinv(x[0], {}, relative),
            linalg_pinv(x[0], std::nullopt, std::optional<double>(0.5)),
            linalg_pinv(x[0], std::optional<double>(100), 0.)};
  };
  tolerant.samples = [] { return spread_samples({{3, 3}, {2, 2, 3}}); };
  tolerant.reference = [](const Tensors& x) -> Tensors {
    const Tensor out = pseudoinverses(x[0], 0.5);
    return {out, out, out, out, zeros_like(out)};
  };
  tolerant.differentiable = false;  // a tolerance that cuts off changes the rank nearby
  rows.push_back(tolerant);
  Row deficient = decomposition("linalg_pinv");
  deficient.call = [](const Tensors& x) -> Tensors {  // of rank 1, whatever x is
    return {linalg_pinv(x[0].matmul(x[1]), std::nullopt, std::optional<double>(1e-6))};
  };
  deficient.samples = [] {
    return std::vector<Sample>{matrices({uniform({3, 1}, 0.5, 1.5, 1), uniform({1, 3}, 0.5, 1.5, 2)}),
                               matrices({uniform({2, 2, 1}, 0.5, 1.5, 1), uniform({2, 1, 4}, 0.5, 1.5, 2)})};
  };
  deficient.reference = [](const Tensors& x) -> Tensors { return {pseudoinverses(x[0].matmul(x[1]), 1e-6)}; };
  rows.push_back(deficient);

  Row rank = decomposition("linalg_matrix_rank");
  rank.call = [](const Tensors& x) -> Tensors {
    const Tensor large = full({}, 100, x[0].options());
    return {linalg_matrix_rank(x[0]),
            linalg::matrix_rank(x[0].mT().matmul(x[0]), {}, std::optional<Tensor>(), true),
            linalg_matrix_rank(x[0], 100.0),
            linalg_matrix_rank(x[0], large),
            linalg_matrix_rank(x[0], large, {}),
            linalg_matrix_rank(x[0], std::nullopt, std::optional<double>(2))};
  };
  rank.samples = [] {
    return std::vector<Sample>{matrices({spread({3, 3})}), matrices({flat({3, 4})}),
                               matrices({flat({2, 4, 3})}), matrices({zeros({2, 3}, kDouble)})};
  };
  rank.reference = [](const Tensors& x) -> Tensors {
    const Tensor found = each_matrix(x, [](const std::vector<Array>& m) {
      const std::vector<double> S = SingularVectors(m[0]).S;
      double count = 0;
      for (double s : S) count += s > 1e-6 * S[0];
      return scalar_of(count);
    });
    const Tensor none = zeros_like(found);
    return {found, found, none, none, none, none};
  };
  rank.differentiable = false;
  rank.errors = {{"vector", [] { linalg_matrix_rank(zeros({3})); },
                  "torch.linalg.matrix_rank: The input tensor input must have at least 2 dimensions."}};
  rows.push_back(rank);

  for (const std::string driver : {"gels", "gelsy", "gelsd", "gelss"}) {
    Row lstsq = decomposition("linalg_lstsq");
    lstsq.call = [=](const Tensors& x) -> Tensors {
      const auto [X, residuals, rank, S] = linalg_lstsq(x[0], x[1], std::nullopt, driver);
      if (driver == "gelsy") return {X};
      return x[0].size(-2) > x[0].size(-1) ? Tensors{X, residuals} : Tensors{X};
    };
    lstsq.samples = [] {
      return std::vector<Sample>{matrices({spread({3, 3}), uniform({3, 2}, -1, 1, 2)}),
                                 matrices({spread({4, 2}), uniform({4, 1}, -1, 1, 2)}),
                                 matrices({spread({2, 4}), uniform({2, 3}, -1, 1, 2)}),
                                 matrices({spread({2, 3, 2}), uniform({2, 3, 2}, -1, 1, 2)})};
    };
    lstsq.reference = [=](const Tensors& x) -> Tensors {
      const Tensor X =
          each_matrix(x, [](const std::vector<Array>& m) { return times(pseudoinverse(m[0]), m[1]); });
      const Tensor residuals = each_matrix({x[0], x[1], X}, [](const std::vector<Array>& m) {
        const Array product = times(m[0], m[2]);
        Array out(Sizes{m[1].sizes[1]});
        for (int64_t i = 0; i < m[1].sizes[0]; ++i)
          for (int64_t j = 0; j < m[1].sizes[1]; ++j) out({j}) += std::pow(product({i, j}) - m[1]({i, j}), 2);
        return out;
      });
      if (driver == "gelsy" || x[0].size(-2) <= x[0].size(-1)) return {X};
      return {X, residuals};
    };
    rows.push_back(lstsq);
  }
  Row shortest = decomposition("linalg_lstsq");
  shortest.call = [](const Tensors& x) -> Tensors {
    const auto [X, no_residuals, rank, S] = linalg_lstsq(x[0], x[1], std::nullopt, "gelsd");
    const auto [same, none, same_rank, no_values] = linalg::lstsq(x[0], x[1].select(-1, 0));
    return {X, no_residuals, rank, S, same, none, same_rank, no_values};
  };
  shortest.samples = [] {
    return std::vector<Sample>{matrices({flat({4, 2}), uniform({4, 2}, -1, 1, 2)}),
                               matrices({flat({2, 2, 3}), uniform({2, 2, 1}, -1, 1, 2)})};
  };
  shortest.reference = [](const Tensors& x) -> Tensors {
    const Tensor X =
        each_matrix(x, [](const std::vector<Array>& m) { return times(pseudoinverse(m[0]), m[1]); });
    const Tensor none = empty({0}, kDouble),
                 rank = ones(x[0].sizes().slice(0, size_t(x[0].dim()) - 2), kDouble);
    return {X, none, rank, singular_values(x[0]), X.select(-1, 0), none, rank, none};
  };
  shortest.differentiable = false;  // the rank grows nearby
  shortest.errors = {
      {"driver", [] { linalg_lstsq(eye(2), eye(2), std::nullopt, "foo"); },
       "torch.linalg.lstsq: parameter `driver` should be one of (gels, gelsy, gelsd, gelss)"},
      {"sizes",
       [] {
         linalg_lstsq(zeros({3, 2}), zeros({2, 1}));
       },
       "torch.linalg.lstsq: input.size(-2) should match other.size(-2)"},
      {"types", [] { linalg_lstsq(eye(2), eye(2, kDouble)); },
       "Expected input and other to have the same dtype, but got input's dtype Float and other's dtype "
       "Double"},
      {"vector", [] { linalg_lstsq(zeros({3}), zeros({3})); }, "input must have at least 2 dimensions."},
      {"dimensions",
       [] {
         linalg_lstsq(eye(2), zeros({3, 2, 1}));
       },
       "input.dim() must be greater or equal to other.dim()"}};
  rows.push_back(shortest);
}

OP_TABLE_TESTS(spectral)

}  // namespace op_table
