// Batches of matrices as Eigen sees them: column by column, one behind the other.
#pragma once

#include <Eigen/Core>

#include <tengen/tensor/cpu/common.h>
#include <tengen/tensor/linalg_kernels.h>
#include <tengen/tensor/parallel/parallel.h>

static_assert(EIGEN_VERSION_AT_LEAST(3, 4, 0), "tengen needs Eigen 3.4 or newer (Debian: libeigen3-dev)");

namespace tengen::cpu::TENGEN_ISA {

template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
template <class T>
using Vector = Eigen::Matrix<T, Eigen::Dynamic, 1>;

/// Matrix number i of a batch.
template <class T>
Eigen::Map<Matrix<T>> matrix_at(void* data, int64_t i, int64_t rows, int64_t cols) {
  return {static_cast<T*>(data) + i * rows * cols, rows, cols};
}
template <class T>
Eigen::Map<const Matrix<T>> matrix_at(const void* data, int64_t i, int64_t rows, int64_t cols) {
  return {static_cast<const T*>(data) + i * rows * cols, rows, cols};
}
template <class T>
Eigen::Map<Vector<T>> vector_at(void* data, int64_t i, int64_t size) {
  return {static_cast<T*>(data) + i * size, size};
}
template <class T>
Eigen::Map<const Vector<T>> vector_at(const void* data, int64_t i, int64_t size) {
  return {static_cast<const T*>(data) + i * size, size};
}

/// Calls body(begin, end) for parts of the batch that are worth a thread. A matrix takes `work`
/// multiplications; it is decomposed by one thread, so that the bits do not depend on their number.
template <class Body>
void each_part(int64_t batch, double work, const Body& body) {
  constexpr double kChunkWork = 1 << 16;
  parallel_ranges(batch, work >= kChunkWork ? 1 : int64_t(kChunkWork / (work + 1)) + 1, body);
}

// Each file fills its places.
void add_factor_kernels(LinalgKernels& table);    // LU, Cholesky, QR, triangular systems
void add_spectral_kernels(LinalgKernels& table);  // singular values and eigenvalues

}  // namespace tengen::cpu::TENGEN_ISA
