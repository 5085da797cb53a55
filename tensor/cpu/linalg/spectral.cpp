// Singular values and eigenvalues, by Eigen.
#include <tengen/tensor/cpu/linalg/matrices.h>

#include <limits>

#include <Eigen/Eigenvalues>
#include <Eigen/SVD>

namespace tengen::cpu::TENGEN_ISA {
namespace {

// In double precision for both types: Eigen's solver takes long to compile, and float gains digits.
void svd(Dtype dtype, int64_t batch, int64_t m, int64_t n, const void* a, void* u, void* s, void* v,
         bool full, int32_t* info) {
  const int64_t k = min(m, n);
  const unsigned vectors = !u     ? 0
                           : full ? Eigen::ComputeFullU | Eigen::ComputeFullV
                                  : Eigen::ComputeThinU | Eigen::ComputeThinV;
  with_real_type(dtype, [&](auto zero) {
    using T = decltype(zero);
    each_part(batch, 10 * double(m) * double(n) * double(k), [&](int64_t begin, int64_t end) {
      Eigen::BDCSVD<Matrix<double>> solver;
      for (int64_t i = begin; i < end; ++i) {
        const Matrix<double> each = matrix_at<T>(a, i, m, n).template cast<double>();
        info[i] = !each.allFinite();
        if (info[i]) continue;
        solver.compute(each, vectors);
        info[i] = solver.info() != Eigen::Success;
        if (info[i]) continue;
        vector_at<T>(s, i, k) = solver.singularValues().template cast<T>();
        if (!u) continue;
        matrix_at<T>(u, i, m, full ? m : k) = solver.matrixU().template cast<T>();
        matrix_at<T>(v, i, n, full ? n : k) = solver.matrixV().template cast<T>();
      }
    });
  });
}

void eigh(Dtype dtype, int64_t batch, int64_t n, const void* a, void* w, void* v, int32_t* info) {
  with_real_type(dtype, [&](auto zero) {
    using T = decltype(zero);
    each_part(batch, 5 * double(n) * double(n) * double(n), [&](int64_t begin, int64_t end) {
      Eigen::SelfAdjointEigenSolver<Matrix<T>> solver(n);
      for (int64_t i = begin; i < end; ++i) {
        const Matrix<T> lower = matrix_at<T>(a, i, n, n).template triangularView<Eigen::Lower>();
        info[i] = 0;
        if (!lower.allFinite()) {
          vector_at<T>(w, i, n).setConstant(std::numeric_limits<T>::quiet_NaN());
          if (v) matrix_at<T>(v, i, n, n).setConstant(std::numeric_limits<T>::quiet_NaN());
          continue;
        }
        solver.compute(lower, v ? Eigen::ComputeEigenvectors : Eigen::EigenvaluesOnly);
        info[i] = solver.info() != Eigen::Success;
        vector_at<T>(w, i, n) = solver.eigenvalues();
        if (v && !info[i]) matrix_at<T>(v, i, n, n) = solver.eigenvectors();
      }
    });
  });
}

}  // namespace

void add_spectral_kernels(LinalgKernels& table) {
  table.svd = svd;
  table.eigh = eigh;
}

}  // namespace tengen::cpu::TENGEN_ISA
