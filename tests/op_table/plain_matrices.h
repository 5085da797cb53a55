// Linear algebra in plain loops, for references, and samples that suit it.
#pragma once

#include <algorithm>
#include <cmath>
#include <utility>

#include <tengen/tensor/shape.h>

#include "array.h"

namespace op_table {

inline Row row_named(const char* name, std::vector<std::string> also = {}) {
  Row row;
  row.name = name;
  row.also = std::move(also);
  return row;
}
/// A row for an operator that takes float and double only, as in PyTorch.
inline Row decomposition(const char* name, std::vector<std::string> also = {}) {
  Row row = row_named(name, std::move(also));
  row.ulps16 = 0;
  return row;
}

/// A sample of one or several inputs, named after their shapes.
inline Sample matrices(Tensors inputs) {
  Sample sample;
  for (const Tensor& t : inputs) sample.what += tengen::detail::str(t.sizes(), " ");
  sample.inputs = std::move(inputs);
  return sample;
}

/// Matrices whose rows have to be exchanged, far from singular.
inline Tensor regular(Sizes sizes, uint64_t seed = 1) {
  const int64_t m = sizes[sizes.size() - 2], n = sizes.back();
  const double scale = 0.8 / std::sqrt(double(std::max<int64_t>({m, n, 1})));
  return uniform(sizes, -scale, scale, seed) + 1.5 * tengen::eye(m, n, tengen::kDouble).roll(1, 0);
}
/// x whose x + x^T is positive-definite.
inline Tensor half_positive(Sizes sizes, uint64_t seed = 1) {
  const double scale = 0.6 / std::sqrt(double(std::max<int64_t>(sizes.back(), 1)));
  return uniform(sizes, -scale, scale, seed) + tengen::eye(sizes.back(), tengen::kDouble);
}
/// Matrices whose singular values, and the eigenvalues of whose sums with their transposes, differ.
inline Tensor spread(Sizes sizes, uint64_t seed = 1) {
  const int64_t m = sizes[sizes.size() - 2], n = sizes.back();
  return uniform(sizes, -0.4, 0.4, seed) +
         tengen::eye(m, n, tengen::kDouble) * tengen::arange(1, n + 1, tengen::kDouble);
}

/// f(matrix of each input) of every matrix of the batches, which broadcast; the results, all of one shape,
/// stand behind the batch.
template <class F>
Tensor each_matrix(const Tensors& inputs, const F& f) {
  tengen::DimVector batch;
  for (const Tensor& t : inputs)
    batch = tengen::broadcast_shapes(batch, t.sizes().slice(0, size_t(t.dim()) - 2));
  std::vector<std::vector<double>> data;
  std::vector<Array> zero;
  for (const Tensor& t : inputs) {
    tengen::DimVector all(batch);
    all.push_back(t.size(-2));
    all.push_back(t.size(-1));
    data.push_back(values(t.expand(all)));
    zero.emplace_back(Sizes{t.size(-2), t.size(-1)});
  }
  Sizes sizes(batch.begin(), batch.end());
  const Sizes inner = f(zero).sizes;
  std::vector<double> all;
  for (int64_t i = 0; i < tengen::numel_of(batch); ++i) {
    std::vector<Array> matrix = zero;
    for (size_t k = 0; k < matrix.size(); ++k) {
      const auto count = int64_t(matrix[k].data.size());
      std::copy_n(data[k].begin() + i * count, count, matrix[k].data.begin());
    }
    const Array result = f(matrix);
    all.insert(all.end(), result.data.begin(), result.data.end());
  }
  sizes.insert(sizes.end(), inner.begin(), inner.end());
  return make(all, sizes);
}

/// Calls f(i, j) for every element.
template <class F>
Array build_matrix(int64_t m, int64_t n, const F& f) {
  Array out(Sizes{m, n});
  for (int64_t i = 0; i < m; ++i)
    for (int64_t j = 0; j < n; ++j) out({i, j}) = f(i, j);
  return out;
}
inline Array times(const Array& a, const Array& b) {
  return build_matrix(a.sizes[0], b.sizes[1], [&](int64_t i, int64_t j) {
    double sum = 0;
    for (int64_t k = 0; k < a.sizes[1]; ++k) sum += a({i, k}) * b({k, j});
    return sum;
  });
}
inline Array transposed(const Array& a) {
  return build_matrix(a.sizes[1], a.sizes[0], [&](int64_t i, int64_t j) { return a({j, i}); });
}

/// P A = L U by Gauss's elimination with the largest pivot of each column; P's ones stand in (row of A, row
/// of L U).
struct Elimination {
  Array P, L, U;
  double sign = 1;
  std::vector<double> pivots;

  explicit Elimination(const Array& a) : P(Sizes{0, 0}), L(Sizes{0, 0}), U(Sizes{0, 0}) {
    const int64_t m = a.sizes[0], n = a.sizes[1], k = std::min(m, n);
    Array work = a;
    std::vector<int64_t> order;
    for (int64_t i = 0; i < m; ++i) order.push_back(i);
    for (int64_t c = 0; c < k; ++c) {
      int64_t best = c;
      for (int64_t r = c; r < m; ++r)
        if (std::abs(work({r, c})) > std::abs(work({best, c}))) best = r;
      pivots.push_back(double(best + 1));
      if (best != c) sign = -sign;
      std::swap(order[size_t(c)], order[size_t(best)]);
      for (int64_t j = 0; j < n; ++j) std::swap(work({c, j}), work({best, j}));
      for (int64_t r = c + 1; r < m; ++r) {
        work({r, c}) /= work({c, c});
        for (int64_t j = c + 1; j < n; ++j) work({r, j}) -= work({r, c}) * work({c, j});
      }
    }
    P = build_matrix(m, m, [&](int64_t i, int64_t j) { return double(order[size_t(j)] == i); });
    L = build_matrix(m, k, [&](int64_t i, int64_t j) { return i > j ? work({i, j}) : double(i == j); });
    U = build_matrix(k, n, [&](int64_t i, int64_t j) { return i > j ? 0 : work({i, j}); });
  }
  double determinant() const {
    double product = sign;
    for (int64_t i = 0; i < U.sizes[0]; ++i) product *= U({i, i});
    return product;
  }
};

/// Gauss and Jordan, with the largest pivot of each column.
inline Array inverted(Array a) {
  const int64_t n = a.sizes[0];
  Array out = build_matrix(n, n, [](int64_t i, int64_t j) { return double(i == j); });
  for (int64_t c = 0; c < n; ++c) {
    int64_t best = c;
    for (int64_t r = c; r < n; ++r)
      if (std::abs(a({r, c})) > std::abs(a({best, c}))) best = r;
    for (Array* t : {&a, &out})
      for (int64_t j = 0; j < n; ++j) std::swap((*t)({c, j}), (*t)({best, j}));
    const double pivot = a({c, c});
    for (Array* t : {&a, &out})
      for (int64_t j = 0; j < n; ++j) (*t)({c, j}) /= pivot;
    for (int64_t r = 0; r < n; ++r) {
      const double factor = a({r, c});
      if (r == c) continue;
      for (Array* t : {&a, &out})
        for (int64_t j = 0; j < n; ++j) (*t)({r, j}) -= factor * (*t)({c, j});
    }
  }
  return out;
}

/// A = V diag(values) V^T for a symmetric A, by Jacobi's rotations; ascending.
struct Eigenvectors {
  std::vector<double> values;
  Array V;

  explicit Eigenvectors(Array a) : V(Sizes{0, 0}) {
    const int64_t n = a.sizes[0];
    Array v = build_matrix(n, n, [](int64_t i, int64_t j) { return double(i == j); });
    for (int sweep = 0; sweep < 40; ++sweep)
      for (int64_t p = 0; p < n; ++p)
        for (int64_t q = p + 1; q < n; ++q) {
          if (a({p, q}) == 0) continue;
          const double angle = 0.5 * std::atan2(2 * a({p, q}), a({q, q}) - a({p, p}));
          const double c = std::cos(angle), s = std::sin(angle);
          const auto turn = [c, s](double& x, double& y) {
            const double rotated = c * x - s * y;
            y = s * x + c * y;
            x = rotated;
          };
          for (int64_t i = 0; i < n; ++i) turn(a({i, p}), a({i, q}));
          for (int64_t i = 0; i < n; ++i) turn(a({p, i}), a({q, i}));
          for (int64_t i = 0; i < n; ++i) turn(v({i, p}), v({i, q}));
        }
    std::vector<std::pair<double, int64_t>> order;
    for (int64_t i = 0; i < n; ++i) order.emplace_back(a({i, i}), i);
    std::sort(order.begin(), order.end());
    for (const auto& [value, column] : order) values.push_back(value);
    V = build_matrix(n, n, [&](int64_t i, int64_t j) { return v({i, order[size_t(j)].second}); });
  }
};

/// A = U diag(S) V^T, thin and descending, from the eigenvectors of [[0, A], [A^T, 0]]; U's first row is not
/// negative.
struct SingularVectors {
  std::vector<double> S;
  Array U, V;

  explicit SingularVectors(const Array& a) : U(Sizes{0, 0}), V(Sizes{0, 0}) {
    const int64_t m = a.sizes[0], n = a.sizes[1], k = std::min(m, n);
    const Eigenvectors both(build_matrix(m + n, m + n, [&](int64_t i, int64_t j) {
      return i < m && j >= m ? a({i, j - m}) : i >= m && j < m ? a({j, i - m}) : 0;
    }));
    for (int64_t i = 0; i < k; ++i) S.push_back(std::abs(both.values[size_t(m + n - 1 - i)]));
    const auto vector = [&](int64_t i, int64_t j) {
      const int64_t column = m + n - 1 - j;
      return std::sqrt(2.0) * both.V({i, column}) * (both.V({0, column}) < 0 ? -1 : 1);
    };
    U = build_matrix(m, k, [&](int64_t i, int64_t j) { return vector(i, j); });
    V = build_matrix(n, k, [&](int64_t i, int64_t j) { return vector(m + i, j); });
  }
};

inline Array vector_of(const std::vector<double>& numbers) {
  Array out(Sizes{int64_t(numbers.size())});
  out.data = numbers;
  return out;
}
inline Array scalar_of(double number) { return Array(Sizes{}, number); }

/// V diag(1 / S) U^T, without singular values up to `tolerance` times the largest.
inline Array pseudoinverse(const Array& a, double tolerance = 1e-12) {
  const SingularVectors d(a);
  const double least = d.S.empty() ? 0 : tolerance * d.S[0];
  return build_matrix(a.sizes[1], a.sizes[0], [&](int64_t i, int64_t j) {
    double sum = 0;
    for (size_t k = 0; k < d.S.size(); ++k)
      if (d.S[k] > least) sum += d.V({i, int64_t(k)}) / d.S[k] * d.U({j, int64_t(k)});
    return sum;
  });
}

}  // namespace op_table
