// Diagonals and blocks, combinations, windows; ops.h includes this file.
#pragma once

#include <tengen/autograd/ops/ops.h>

namespace tengen::inline api {

// ---- diagonals.cpp ----------------------------------------------------------------------------------------

/// The last dimension of self on the diagonals of matrices, zeros elsewhere: (..., n) -> (..., m, m) with m =
/// n + |offset|, the new dimensions at dim1 and dim2 of the result. The reverse of diagonal.
Tensor diag_embed(const Tensor& self, int64_t offset = 0, int64_t dim1 = -2, int64_t dim2 = -1);
inline Tensor Tensor::diag_embed(int64_t offset, int64_t dim1, int64_t dim2) const {
  return tengen::diag_embed(*this, offset, dim1, dim2);
}

/// diag of the flattened tensor: a matrix with its elements on a diagonal.
Tensor diagflat(const Tensor& self, int64_t offset = 0);
inline Tensor Tensor::diagflat(int64_t offset) const { return tengen::diagflat(*this, offset); }

/// The matrix with these matrices along its diagonal and zeros elsewhere; vectors and numbers are one row.
Tensor block_diag(TensorList tensors);

/// The coordinates of the elements on and below a diagonal of a matrix, row by row: (2, count).
Tensor tril_indices(int64_t row, int64_t col, int64_t offset = 0, TensorOptions options = kLong);

/// The coordinates of the elements on and above a diagonal of a matrix, row by row: (2, count).
Tensor triu_indices(int64_t row, int64_t col, int64_t offset = 0, TensorOptions options = kLong);

// ---- combine.cpp ------------------------------------------------------------------------------------------

/// All ways to take one element of each vector, the last changing fastest: (n1)... (nk) -> (n1*...*nk, k), or
/// (n) for one.
Tensor cartesian_prod(TensorList tensors);

/// All ways to take r elements of a vector (n) in its order: (count, r).
Tensor combinations(const Tensor& self, int64_t r = 2, bool with_replacement = false);

/// Powers of x (n) in rows: (n, N), N = n by default; from N-1 down to 0, or from 0 if `increasing`.
Tensor vander(const Tensor& x, std::optional<int64_t> N = std::nullopt, bool increasing = false);

/// Channels seen as (groups, C/groups), transposed: (N,C,...) -> (N,C,...) (Zhang et al. 2018).
Tensor channel_shuffle(const Tensor& self, int64_t groups);

/// (...,C*r*r,H,W) -> (...,C,H*r,W*r): r*r channels become r by r pixels (Shi et al. 2016).
Tensor pixel_shuffle(const Tensor& self, int64_t upscale_factor);

/// The inverse of pixel_shuffle: (...,C,H*r,W*r) -> (...,C*r*r,H,W).
Tensor pixel_unshuffle(const Tensor& self, int64_t downscale_factor);

// ---- windows.cpp: (window_length), floating-point; `periodic` ones are one longer, without the end --------

/// 1 - |2 * i / (n - 1) - 1|, a triangle.
Tensor bartlett_window(int64_t window_length, bool periodic, TensorOptions options = {});
Tensor bartlett_window(int64_t window_length, TensorOptions options = {});

/// 0.42 - 0.5 * cos(2 pi i / (n - 1)) + 0.08 * cos(4 pi i / (n - 1)).
Tensor blackman_window(int64_t window_length, bool periodic, TensorOptions options = {});
Tensor blackman_window(int64_t window_length, TensorOptions options = {});

/// alpha - beta * cos(2 pi i / (n - 1)).
Tensor hamming_window(int64_t window_length, bool periodic, double alpha, double beta,
                      TensorOptions options = {});
Tensor hamming_window(int64_t window_length, bool periodic, double alpha, TensorOptions options = {});
Tensor hamming_window(int64_t window_length, bool periodic, TensorOptions options = {});
Tensor hamming_window(int64_t window_length, TensorOptions options = {});

/// hamming_window with alpha = beta = 0.5.
Tensor hann_window(int64_t window_length, bool periodic, TensorOptions options = {});
Tensor hann_window(int64_t window_length, TensorOptions options = {});

/// i0(beta * sqrt(1 - (2 * i / (n - 1) - 1)^2)) / i0(beta).
Tensor kaiser_window(int64_t window_length, bool periodic, double beta, TensorOptions options = {});
Tensor kaiser_window(int64_t window_length, bool periodic, TensorOptions options = {});
Tensor kaiser_window(int64_t window_length, TensorOptions options = {});

}  // namespace tengen::inline api
