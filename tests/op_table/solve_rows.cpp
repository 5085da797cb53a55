// Systems of equations, inverses, determinants.
#include "checks.h"
#include "plain_matrices.h"

namespace op_table {

using namespace tengen;

namespace {

Tensor singular() { return make({1, 2, 2, 4}, {2, 2}); }
Tensor unit() { return eye(2, kDouble); }

std::vector<Sample> square_samples() {
  return {matrices({regular({1, 1})}),       matrices({regular({2, 2})}), matrices({regular({3, 3})}),
          matrices({regular({2, 1, 3, 3})}), matrices({regular({0, 0})}), matrices({regular({0, 2, 2})}),
          matrices({regular({20, 20})})};
}

/// Only one triangle of a, with ones on the diagonal if they are not read.
Array triangle(const Array& a, bool upper, bool ones) {
  return build_matrix(a.sizes[0], a.sizes[1], [&](int64_t i, int64_t j) {
    if (i == j) return ones ? 1 : a({i, i});
    return (i < j) == upper ? a({i, j}) : 0;
  });
}

}  // namespace

void add_solve(Rows& rows) {
  for (const bool upper : {false, true})
    for (const bool left : {false, true})
      for (const bool ones : {false, true}) {
        Row row = decomposition("linalg_solve_triangular");
        row.call = [=](const Tensors& x) -> Tensors {
          return {linalg_solve_triangular(x[0], x[1], upper, left, ones)};
        };
        row.samples = [left] {
          std::vector<Sample> all;
          for (const auto& [n, k, batch] : std::vector<std::tuple<int64_t, int64_t, Sizes>>{
                   {1, 1, {}}, {3, 2, {}}, {2, 3, {2}}, {0, 2, {}}, {2, 0, {}}, {20, 5, {}}}) {
            Sizes a = batch, b = batch;
            a.insert(a.end(), {n, n});
            b.insert(b.end(), {left ? n : k, left ? k : n});
            all.push_back(matrices({half_positive(a), uniform(b, -1, 1, 2)}));
          }
          all.push_back(matrices({half_positive({3, 1, 2, 2}), uniform({2, 2, 2}, -1, 1, 2)}));
          return all;
        };
        row.reference = [=](const Tensors& x) -> Tensors {
          return {each_matrix(x, [=](const std::vector<Array>& m) {
            const Array inverse = inverted(triangle(m[0], upper, ones));
            return left ? times(inverse, m[1]) : times(m[1], inverse);
          })};
        };
        rows.push_back(row);
      }
  rows.back().errors = {
      {"shape",
       [] {
         linalg_solve_triangular(unit(), zeros({3, 3}, kDouble), true);
       },
       "linalg.solve_triangular: Incompatible shapes of A and B for the equation AX = B (2x2 and 3x3)"},
      {"from the right",
       [] {
         linalg_solve_triangular(unit(), zeros({2, 3}, kDouble), true, false);
       },
       "equation XA = B (2x2 and 2x3)"},
      {"vector", [] { linalg_solve_triangular(unit(), zeros({2}, kDouble), true); },
       "The input tensor B must have at least 2 dimensions."},
      {"types",
       [] {
         linalg_solve_triangular(unit(), zeros({2, 2}), true);
       },
       "found A of type Double and B of type Float instead"}};

  Row old = decomposition("triangular_solve");
  old.call = [](const Tensors& x) -> Tensors {
    const auto [solution, copy] = x[0].triangular_solve(x[1], false, true);
    return {solution, copy};
  };
  old.samples = [] {
    return std::vector<Sample>{matrices({uniform({3, 2}), half_positive({3, 3})}),
                               matrices({uniform({2, 2, 1}), half_positive({2, 2})})};
  };
  old.reference = [](const Tensors& x) -> Tensors {
    return {each_matrix(x,
                        [](const std::vector<Array>& m) {
                          return times(inverted(transposed(triangle(m[1], false, false))), m[0]);
                        }),
            x[1]};
  };
  old.errors = {
      {"shape",
       [] {
         triangular_solve(zeros({3, 2}, kDouble), unit());
       },
       "Incompatible matrix sizes for triangular_solve: each A matrix is 2 by 2 but each b matrix is "
       "3 by 2"}};
  rows.push_back(old);

  for (const bool left : {true, false}) {
    Row row = decomposition("linalg_solve", {"linalg_solve_ex"});
    row.call = [=](const Tensors& x) -> Tensors { return {linalg_solve(x[0], x[1], left)}; };
    row.samples = [left] {
      const auto b = [left](Sizes sizes) {
        if (!left) std::swap(sizes[sizes.size() - 2], sizes.back());
        return uniform(sizes, -1, 1, 2);
      };
      return std::vector<Sample>{
          matrices({regular({1, 1}), b({1, 1})}),       matrices({regular({3, 3}), b({3, 2})}),
          matrices({regular({2, 2, 2}), b({2, 2, 3})}), matrices({regular({2, 1, 2, 2}), b({3, 2, 1})}),
          matrices({regular({0, 0}), b({0, 2})}),       matrices({regular({2, 2}), b({2, 0})}),
          matrices({regular({25, 25}), b({25, 3})})};
    };
    row.reference = [=](const Tensors& x) -> Tensors {
      return {each_matrix(x, [=](const std::vector<Array>& m) {
        return left ? times(inverted(m[0]), m[1]) : times(m[1], inverted(m[0]));
      })};
    };
    rows.push_back(row);
  }
  rows.back().errors = {
      {"singular", [] { linalg_solve(singular(), unit()); },
       "torch.linalg.solve: The solver failed because the input matrix is singular."},
      {"singular in a batch",
       [] {
         linalg_solve(stack({unit(), singular()}), unit());
       },
       "torch.linalg.solve: (Batch element 1): The solver failed because the input matrix is singular."},
      {"singular, ex", [] { linalg_solve_ex(singular(), unit(), true, true); },
       "torch.linalg.solve_ex: The solver"},
      {"shape",
       [] {
         linalg_solve(unit(), zeros({3, 2}, kDouble));
       },
       "linalg.solve: Incompatible shapes of A and B for the equation AX = B (2x2 and 3x2)"},
      {"0-d", [] { linalg_solve(unit(), zeros({}, kDouble)); },
       "linalg.solve: The input tensor B must have at least 2 dimensions."},
      {"types",
       [] {
         linalg_solve(unit(), zeros({2, 2}));
       },
       "linalg.solve: Expected A and B to have the same dtype, but found A of type Double and B of type "
       "Float"}};
  Row vectors = decomposition("linalg_solve");
  vectors.call = [](const Tensors& x) -> Tensors { return {linalg::solve(x[0], x[1])}; };
  vectors.samples = [] {
    return std::vector<Sample>{matrices({regular({3, 3}), uniform({3})}),
                               matrices({regular({2, 3, 3}), uniform({2, 3})}),
                               matrices({regular({2, 3, 3}), uniform({3})})};
  };
  vectors.reference = [](const Tensors& x) -> Tensors {
    return {each_matrix({x[0], x[1].unsqueeze(-1)}, [](const std::vector<Array>& m) {
      Array out = times(inverted(m[0]), m[1]);
      out.sizes.pop_back();
      return out;
    })};
  };
  rows.push_back(vectors);

  Row inv = decomposition("linalg_inv", {"inverse", "linalg_inv_ex"});
  inv.call = [](const Tensors& x) -> Tensors { return {linalg_inv(x[0])}; };
  inv.samples = square_samples;
  inv.reference = [](const Tensors& x) -> Tensors {
    return {each_matrix(x, [](const std::vector<Array>& m) { return inverted(m[0]); })};
  };
  inv.errors = {
      {"singular", [] { singular().inverse(); },
       "linalg.inv: The diagonal element 2 is zero, the inversion could not be completed because the input "
       "matrix is singular."},
      {"singular in a batch",
       [] {
         linalg::inv(stack({unit(), singular()}));
       },
       "linalg.inv: (Batch element 1): The diagonal element 2 is zero"},
      {"singular, ex", [] { linalg_inv_ex(singular(), true); },
       "linalg.inv_ex: The diagonal element 2 is zero"},
      {"vector", [] { linalg_inv(zeros({2})); },
       "linalg.inv: The input tensor A must have at least 2 dimensions."},
      {"shape",
       [] {
         linalg_inv(zeros({2, 3}));
       },
       "linalg.inv: A must be batches of square matrices, but they are 2 by 3 matrices"},
      {"integers",
       [] {
         linalg_inv(ones({2, 2}, kLong));
       },
       "linalg.inv: Expected a floating point or complex tensor as input. Got Long"},
      {"half",
       [] {
         linalg_inv(ones({2, 2}, kHalf));
       },
       "linalg.inv: Low precision dtypes not supported. Got Half"}};
  rows.push_back(inv);

  const auto determinant = [](const std::vector<Array>& m) {
    return scalar_of(Elimination(m[0]).determinant());
  };
  Row det = decomposition("linalg_det", {"det"});
  det.call = [](const Tensors& x) -> Tensors { return {linalg_det(x[0])}; };
  det.samples = square_samples;
  det.reference = [=](const Tensors& x) -> Tensors { return {each_matrix(x, determinant)}; };
  det.errors = {{"shape", [] { zeros({2, 3}).det(); }, "linalg.det: A must be batches of square matrices"}};
  rows.push_back(det);
  det.errors = {};
  det.samples = [] {  // of rank n - 1
    return std::vector<Sample>{matrices({singular()}), matrices({make({0}, {1, 1})}),
                               matrices({make({2, 1, 1, 1, 3, -2, 0, 0, 0}, {3, 3})}),
                               matrices({stack({unit() * make({1, 2}, {2}), singular()})})};
  };
  rows.push_back(det);

  Row slogdet = decomposition("linalg_slogdet", {"slogdet"});
  slogdet.call = [](const Tensors& x) -> Tensors {
    const auto [sign, logabsdet] = linalg_slogdet(x[0]);
    return {sign, logabsdet};
  };
  slogdet.samples = square_samples;
  slogdet.reference = [=](const Tensors& x) -> Tensors {
    const Tensor det = each_matrix(x, determinant);
    return {det.sign(), det.abs().log()};
  };
  slogdet.errors = {{"half", [] { ones({2, 2}, kHalf).slogdet(); }, "linalg.slogdet: Low precision"}};
  rows.push_back(slogdet);

  Row logdet = decomposition("logdet");
  logdet.call = [](const Tensors& x) -> Tensors { return {x[0].logdet()}; };
  logdet.samples = [] {
    return std::vector<Sample>{matrices({half_positive({3, 3})}), matrices({half_positive({2, 2, 2})}),
                               matrices({half_positive({0, 0})})};
  };
  logdet.reference = [=](const Tensors& x) -> Tensors { return {each_matrix(x, determinant).log()}; };
  logdet.errors = {{"shape",
                    [] {
                      tengen::logdet(zeros({2, 3}));
                    },
                    "logdet: A must be batches of square matrices"}};
  rows.push_back(logdet);

  Row tensorinv = decomposition("linalg_tensorinv");
  tensorinv.samples = [] { return std::vector<Sample>{matrices({regular({4, 4})})}; };
  tensorinv.call = [](const Tensors& x) -> Tensors {
    return {linalg_tensorinv(x[0].reshape({2, 2, 1, 4}), 2)};
  };
  tensorinv.reference = [](const Tensors& x) -> Tensors {
    return {inverted(Array(x[0])).tensor().reshape({1, 4, 2, 2})};
  };
  tensorinv.errors = {
      {"ind", [] { linalg_tensorinv(unit(), 0); },
       "Expected a strictly positive integer for 'ind', but got 0"},
      {"shape",
       [] {
         linalg_tensorinv(zeros({2, 3, 5}), 2);
       },
       "Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got 5 "
       "!= 6"},
      {"singular", [] { linalg_tensorinv(singular(), 1); }, "inv: The diagonal element 2 is zero"}};
  rows.push_back(tensorinv);

  Row tensorsolve = decomposition("linalg_tensorsolve");
  tensorsolve.call = [](const Tensors& x) -> Tensors {
    const Tensor a = x[0].reshape({2, 2, 4});
    return {linalg_tensorsolve(a, x[1]), linalg_tensorsolve(a.movedim(2, 0), x[1], {0})};
  };
  tensorsolve.samples = [] { return std::vector<Sample>{matrices({regular({4, 4}), uniform({2, 2})})}; };
  tensorsolve.reference = [](const Tensors& x) -> Tensors {
    const Tensor out = times(inverted(Array(x[0])), Array(x[1].reshape({4, 1}))).tensor().reshape({4});
    return {out, out};
  };
  tensorsolve.errors = {{"shape",
                         [] {
                           linalg_tensorsolve(zeros({2, 3, 5}), zeros({2, 3}));
                         },
                         "prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), but got 5 != 6"}};
  rows.push_back(tensorsolve);
}

OP_TABLE_TESTS(solve)

}  // namespace op_table
