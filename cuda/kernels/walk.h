// Where the elements of strided tensors lie. A Walk is built on the host and taken by kernels by value; each
// thread asks it for the offsets of its own element.
#pragma once

#include <tengen/cuda/launch.h>
#include <tengen/tensor/error.h>

#include <cstdint>
#include <initializer_list>

namespace tengen::cuda {

/// Division of numbers >= 0 by one that is known at the launch. Numbers below 2^31, nearly all there are, are
/// divided by a product and a shift (Granlund and Montgomery, "Division by invariant integers using
/// multiplication", PLDI 1994).
struct Divisor {
  int64_t value = 1;
  uint32_t factor = 1;
  int shift = 0;

  Divisor() = default;
  explicit Divisor(int64_t value) : value(value) {
    if (value > int64_t{1} << 31) {
      factor = 0, shift = 31;  // the quotient of any smaller number is 0
      return;
    }
    while (int64_t{1} << shift < value) ++shift;
    factor = uint32_t((((uint64_t{1} << shift) - uint64_t(value)) << 32) / uint64_t(value) + 1);
  }

  __device__ static bool is_short(int64_t n) { return uint64_t(n) < uint64_t{1} << 31; }
  __device__ uint32_t short_quotient(uint32_t n) const {
    return (uint32_t(uint64_t(n) * factor >> 32) + n) >> shift;
  }
  /// n becomes n / value; gives the remainder.
  __device__ int64_t split(int64_t& n) const {
    if (is_short(n)) {
      const uint32_t quotient = short_quotient(uint32_t(n)), rest = uint32_t(n) - quotient * uint32_t(value);
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
