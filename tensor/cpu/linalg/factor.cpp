// Factors of matrices, by Eigen: LU, Cholesky, QR, and systems of equations with triangular matrices.
#include <tengen/tensor/cpu/linalg/matrices.h>

#include <Eigen/Cholesky>
#include <Eigen/Householder>
#include <Eigen/LU>
#include <Eigen/QR>

namespace tengen::cpu::TENGEN_ISA {
namespace {

// Eigen's classes of LU and Cholesky take square matrices only or do not tell where they failed. Beneath
// them stand the routines that are used here.

template <class T>
void lu_factor(Eigen::Map<Matrix<T>> a, int32_t* pivots, int32_t* info) {
  const int64_t m = a.rows(), n = a.cols(), k = min(m, n);
  int32_t swaps;
  Eigen::internal::partial_lu_impl<T, Eigen::ColMajor, int32_t>::blocked_lu(m, k, a.data(), m, pivots, swaps);
  if (n > k) {  // what lies beside the square part
    auto rest = a.rightCols(n - k);
    for (int64_t i = 0; i < k; ++i) rest.row(i).swap(rest.row(pivots[i]));
    a.leftCols(k).template triangularView<Eigen::UnitLower>().solveInPlace(rest);
  }
  *info = 0;
  for (int64_t i = k; i-- > 0;) {
    ++pivots[i];
    if (a(i, i) == 0) *info = int32_t(i + 1);
  }
}

template <class T>
void cholesky(Eigen::Map<Matrix<T>> a, int32_t* info) {
  const int64_t n = a.rows();
  a.template triangularView<Eigen::StrictlyUpper>().setZero();
  *info = int32_t(Eigen::internal::llt_inplace<T, Eigen::Lower>::blocked(a) + 1);
  // NaN is not positive either.
  for (int64_t i = *info ? *info - 1 : n; i-- > 0;)
    if (a(i, i) != a(i, i)) *info = int32_t(i + 1);
}

template <class T>
void triangular_solve(Eigen::Map<const Matrix<T>> a, Eigen::Map<Matrix<T>> b, bool upper) {
  if (upper)
    a.template triangularView<Eigen::Upper>().solveInPlace(b);
  else
    a.template triangularView<Eigen::Lower>().solveInPlace(b);
}

void lu_factor_any(Dtype dtype, int64_t batch, int64_t m, int64_t n, void* a, int32_t* pivots,
                   int32_t* info) {
  const int64_t k = min(m, n);
  with_real_type(dtype, [&](auto zero) {
    using T = decltype(zero);
    each_part(batch, double(m) * double(n) * double(k), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) lu_factor<T>(matrix_at<T>(a, i, m, n), pivots + i * k, info + i);
    });
  });
}

void cholesky_any(Dtype dtype, int64_t batch, int64_t n, void* a, int32_t* info) {
  with_real_type(dtype, [&](auto zero) {
    using T = decltype(zero);
    each_part(batch, double(n) * double(n) * double(n) / 3, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) cholesky<T>(matrix_at<T>(a, i, n, n), info + i);
    });
  });
}

void triangular_solve_any(Dtype dtype, int64_t batch, int64_t n, int64_t k, const void* a, void* b,
                          bool upper) {
  with_real_type(dtype, [&](auto zero) {
    using T = decltype(zero);
    each_part(batch, double(n) * double(n) * double(k), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i)
        triangular_solve<T>(matrix_at<T>(a, i, n, n), matrix_at<T>(b, i, n, k), upper);
    });
  });
}

void geqrf_any(Dtype dtype, int64_t batch, int64_t m, int64_t n, void* a, void* tau) {
  const int64_t k = min(m, n);
  with_real_type(dtype, [&](auto zero) {
    using T = decltype(zero);
    each_part(batch, 2 * double(m) * double(n) * double(k), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        auto each = matrix_at<T>(a, i, m, n);
        Eigen::Ref<Matrix<T>> in_place(each);
        vector_at<T>(tau, i, k) = Eigen::HouseholderQR<Eigen::Ref<Matrix<T>>>(in_place).hCoeffs();
      }
    });
  });
}

void householder_product_any(Dtype dtype, int64_t batch, int64_t m, int64_t n, int64_t k, int64_t columns,
                             const void* a, const void* tau, void* q) {
  with_real_type(dtype, [&](auto zero) {
    using T = decltype(zero);
    each_part(batch, 2 * double(m) * double(columns) * double(k), [&](int64_t begin, int64_t end) {
      Vector<T> workspace(columns);
      for (int64_t i = begin; i < end; ++i) {
        auto out = matrix_at<T>(q, i, m, columns);
        const auto vectors = matrix_at<T>(a, i, m, n);
        const auto factors = vector_at<T>(tau, i, k);
        out.setIdentity();
        Eigen::householderSequence(vectors, factors).setLength(k).applyThisOnTheLeft(out, workspace);
      }
    });
  });
}

}  // namespace

void add_factor_kernels(LinalgKernels& table) {
  table.lu_factor = lu_factor_any;
  table.cholesky = cholesky_any;
  table.triangular_solve = triangular_solve_any;
  table.geqrf = geqrf_any;
  table.householder_product = householder_product_any;
}

}  // namespace tengen::cpu::TENGEN_ISA
