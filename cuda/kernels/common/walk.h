// Where the elements of strided tensors lie. A Walk is built on the host and taken by kernels by value; each
// thread asks it for the offsets of its own element.
#pragma once

#include <tengen/cuda/kernels/common/divide.h>
#include <tengen/cuda/runtime/launch.h>
#include <tengen/tensor/error.h>

#include <cstdint>
#include <initializer_list>

namespace tengen::cuda {

/// Division of numbers >= 0 by one that is known at the launch: numbers below 2^31, nearly all there are, by
/// FastDivide.
struct Divisor {
  int64_t value = 1;
  FastDivide fast;

  Divisor() = default;
  explicit Divisor(int64_t value) : value(value) {
    if (value <= INT32_MAX)
      fast = FastDivide(value);
    else
      fast.multiplier = 0, fast.shift = 31;  // the quotient of any number below 2^31 is 0
  }

  /// n becomes n / value; gives the remainder.
  __device__ int64_t split(int64_t& n) const {
    if (uint64_t(n) < uint64_t{1} << 31) {
      const uint32_t quotient = uint32_t(fast.quotient(int(n))),
                     rest = uint32_t(n) - quotient * uint32_t(value);
      n = quotient;
      return rest;
    }
    const int64_t quotient = n / value, rest = n - quotient * value;
    n = quotient;
    return rest;
  }
};

template <int N>
struct Offsets {
  int64_t at[N];
};

/// Common positions of N arrays with equal sizes; dimensions that follow each other in all of them are
/// merged.
template <int N>
struct Walk {
  static constexpr int kMaxDim = 16;
  int dim = 0;
  int64_t numel = 1;
  Divisor sizes[kMaxDim];
  int64_t strides[kMaxDim][N];

  /// From the outermost dimension to the innermost.
  void add(int64_t size, std::initializer_list<int64_t> steps) {
    numel *= size;
    if (size == 1) return;
    const int64_t* step = steps.begin();
    bool merge = dim > 0;
    for (int n = 0; n < N && merge; ++n) merge = strides[dim - 1][n] == step[n] * size;
    if (!merge) {
      TENGEN_CHECK(dim < kMaxDim, "found a tensor of more than ", kMaxDim, " dimensions");
      sizes[dim++] = Divisor(1);
    }
    if (numel > 0) sizes[dim - 1] = Divisor(sizes[dim - 1].value * size);
    for (int n = 0; n < N; ++n) strides[dim - 1][n] = step[n];
  }
  /// The stride of array n in the innermost dimension.
  int64_t step(int n) const { return dim > 0 ? strides[dim - 1][n] : 0; }

  __device__ Offsets<N> offsets(int64_t position) const {
    Offsets<N> out = {};
    for (int d = dim - 1; d > 0; --d) {
      const int64_t at = sizes[d].split(position);
#pragma unroll
      for (int n = 0; n < N; ++n) out.at[n] += at * strides[d][n];
    }
    if (dim > 0)
#pragma unroll
      for (int n = 0; n < N; ++n) out.at[n] += position * strides[0][n];
    return out;
  }
  /// The offset in the only array.
  __device__ int64_t offset(int64_t position) const {
    static_assert(N == 1);
    return offsets(position).at[0];
  }
};

}  // namespace tengen::cuda
