// Winograd's minimal filtering F(M x M, 3 x 3) (Lavin & Gray, "Fast algorithms for convolutional neural
// networks", 2015): M x M results of a 3x3 kernel g over the N x N inputs d below them, N = M + 2, are
//     Y = A^T [ (G g G^T) * (B^T d B) ] A
// with N*N multiplications instead of 9*M*M. It is Toom-Cook multiplication: polynomials are evaluated at
// N - 1 points and at infinity, multiplied there, and the product is interpolated. The three matrices follow
// from the points, and so does the error: small points, in pairs of opposite sign, lose least (Barabasz et
// al., "Error analysis and improving the accuracy of Winograd convolution", 2020).
//
// Here every matrix has a row for each point, so that only two functions are needed: expand() multiplies by
// it, contract() by its transpose. U = G g G^T and V = B^T d B are expansions, Y is a contraction; and of the
// gradient  dg = G^T [ (A dY A^T) * (B^T d B) ] G  the same matrices are used the other way round.
#pragma once

#include <tengen/tensor/cpu/pointwise/vec.h>
#include <tengen/tensor/cpu/product/transpose.h>
#include <tengen/tensor/cpu/thread_buffers.h>
#include <tengen/tensor/kernels.h>

namespace tengen::cpu::TENGEN_ISA {

/// `count` elements made an odd number of cache lines: the N*N matrices of a transform are that far apart,
/// and what a tile touches of them falls into different sets of the cache.
template <class T>
constexpr int64_t odd_lines(int64_t count) {
  constexpr int64_t line = 64 / int64_t(sizeof(T));
  return (divide_up(count, line) | 1) * line;
}

template <int M>
inline constexpr double kPoints[M + 1] = {};
template <>
inline constexpr double kPoints<3>[4] = {0, 0.75, -0.75, 2};
template <>
inline constexpr double kPoints<4>[5] = {0, 0.625, -0.625, 1.5, -1.5};

template <int M, int Columns>
struct Table {
  double at[M + 2][Columns];
};

/// A: row p is 1, p, p^2, ...; that of infinity picks the highest power.
template <int M>
struct OutputTransform {
  static constexpr int columns = M;
  static constexpr Table<M, M> table = [] {
    Table<M, M> a{};
    for (int i = 0; i <= M; ++i)
      for (int k = 0; k < M; ++k) a.at[i][k] = k ? a.at[i][k - 1] * kPoints<M>[i] : 1;
    a.at[M + 1][M - 1] = 1;
    return a;
  }();
};

/// G: the same powers over the product of the distances to the other points.
template <int M>
struct WeightTransform {
  static constexpr int columns = 3;
  static constexpr Table<M, 3> table = [] {
    Table<M, 3> g{};
    for (int i = 0; i <= M; ++i) {
      double product = 1;
      for (int l = 0; l <= M; ++l)
        if (l != i) product *= kPoints<M>[i] - kPoints<M>[l];
      for (int k = 0; k < 3; ++k) g.at[i][k] = k ? g.at[i][k - 1] * kPoints<M>[i] : 1 / product;
    }
    g.at[M + 1][2] = 1;
    return g;
  }();
};

/// B: the coefficients of the product of (x - q) over the other points q, at infinity over all points.
template <int M>
struct InputTransform {
  static constexpr int columns = M + 2;
  static constexpr Table<M, M + 2> table = [] {
    Table<M, M + 2> b{};
    for (int i = 0; i < M + 2; ++i) {
      double* row = b.at[i];
      row[0] = 1;
      for (int l = 0, degree = 0; l <= M; ++l) {
        if (l == i) continue;
        for (int k = ++degree; k >= 0; --k) row[k] = (k ? row[k - 1] : 0) - kPoints<M>[l] * row[k];
      }
    }
    return b;
  }();
};

/// Which rows i and i+1 belong to points p and -p: what one takes of the odd powers, the other takes off.
template <int Rows>
struct Pairs {
  bool first[Rows], second[Rows];
};
template <class Matrix, int Rows>
inline constexpr Pairs<Rows> kPairs = [] {
  Pairs<Rows> pairs{};
  for (int i = 0; i + 1 < Rows; ++i) {
    bool same = true;
    for (int k = 0; k < Matrix::columns; ++k)
      same = same &&
             Matrix::table.at[i][k] == (k % 2 ? -Matrix::table.at[i + 1][k] : Matrix::table.at[i + 1][k]);
    pairs.first[i] = pairs.second[i + 1] = same;
  }
  return pairs;
}();

/// sum + factor*x. The factors are known where this is compiled: those of 0 and 1 cost nothing.
template <class T>
TENGEN_INLINE void add_product(double factor, typename Simd<T>::V x, typename Simd<T>::V& sum, bool& empty) {
  using S = Simd<T>;
  if (factor == 0) return;
  if (empty)
    sum = factor == 1 ? x : factor == -1 ? -x : S::broadcast(T(factor)) * x;
  else if (factor == 1)
    sum = sum + x;
  else if (factor == -1)
    sum = sum - x;
  else
    sum = S::fma(S::broadcast(T(factor)), x, sum);
  empty = false;
}

/// out[i] = sum over k of matrix[i][k] * in[k].
template <class T, class Matrix, int Rows>
TENGEN_INLINE void expand(const typename Simd<T>::V* in, typename Simd<T>::V (&out)[Rows]) {
  using V = typename Simd<T>::V;
  TENGEN_UNROLL
  for (int i = 0; i < Rows; ++i) {
    if (kPairs<Matrix, Rows>.second[i]) continue;
    V even{}, odd{};
    bool no_even = true, no_odd = true;
    TENGEN_UNROLL
    for (int k = 0; k < Matrix::columns; k += 2) add_product<T>(Matrix::table.at[i][k], in[k], even, no_even);
    TENGEN_UNROLL
    for (int k = 1; k < Matrix::columns; k += 2) add_product<T>(Matrix::table.at[i][k], in[k], odd, no_odd);
    out[i] = no_odd ? even : no_even ? odd : even + odd;
    if (kPairs<Matrix, Rows>.first[i]) out[i + 1] = even - odd;
  }
}

/// out[k] = sum over i of matrix[i][k] * in[i].
template <class T, class Matrix, int Rows, int Columns>
TENGEN_INLINE void contract(const typename Simd<T>::V (&in)[Rows], typename Simd<T>::V (&out)[Columns]) {
  using V = typename Simd<T>::V;
  bool empty[Columns];
  TENGEN_UNROLL
  for (int k = 0; k < Columns; ++k) empty[k] = true, out[k] = V{};
  TENGEN_UNROLL
  for (int i = 0; i < Rows; ++i) {
    if (kPairs<Matrix, Rows>.second[i]) continue;
    const bool pair = kPairs<Matrix, Rows>.first[i];
    const V sum = pair ? in[i] + in[i + 1] : in[i], difference = pair ? in[i] - in[i + 1] : in[i];
    TENGEN_UNROLL
    for (int k = 0; k < Columns; ++k)
      add_product<T>(Matrix::table.at[i][k], k % 2 ? difference : sum, out[k], empty[k]);
  }
}

/// store(i, j, .) of matrix * x * matrix^T, with x[y][k] = load(y, k).
template <class T, int M, class Matrix, class Load, class Store>
TENGEN_INLINE void expand_tile(Load load, Store store) {
  using V = typename Simd<T>::V;
  constexpr int C = Matrix::columns, N = M + 2;
  V rows[N][C];
  for (int k = 0; k < C; ++k) {
    V in[C], out[N]{};
    TENGEN_UNROLL
    for (int y = 0; y < C; ++y) in[y] = load(y, k);
    expand<T, Matrix>(in, out);
    TENGEN_UNROLL
    for (int i = 0; i < N; ++i) rows[i][k] = out[i];
  }
  for (int i = 0; i < N; ++i) {
    V out[N]{};
    expand<T, Matrix>(rows[i], out);
    TENGEN_UNROLL
    for (int j = 0; j < N; ++j) store(i, j, out[j]);
  }
}

/// store(y, k, .) of matrix^T * x * matrix, with x[i][j] = load(i, j).
template <class T, int M, class Matrix, class Load, class Store>
TENGEN_INLINE void contract_tile(Load load, Store store) {
  using V = typename Simd<T>::V;
  constexpr int C = Matrix::columns, N = M + 2;
  V rows[C][N];
  for (int j = 0; j < N; ++j) {
    V in[N], out[C];
    TENGEN_UNROLL
    for (int i = 0; i < N; ++i) in[i] = load(i, j);
    contract<T, Matrix>(in, out);
    TENGEN_UNROLL
    for (int y = 0; y < C; ++y) rows[y][j] = out[y];
  }
  for (int y = 0; y < C; ++y) {
    V out[C];
    contract<T, Matrix>(rows[y], out);
    TENGEN_UNROLL
    for (int k = 0; k < C; ++k) store(y, k, out[k]);
  }
}

}  // namespace tengen::cpu::TENGEN_ISA
