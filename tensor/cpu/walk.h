// Walking through strided arrays of equal sizes together.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>

#include <tengen/tensor/error.h>

namespace tengen::cpu::TENGEN_ISA {

/// Common positions of N arrays with equal sizes; dimensions that follow each other in all of them are
/// merged.
template <int N>
struct Walk {
  static constexpr int kMaxDim = 64;
  int dim = 0;
  int64_t numel = 1;
  int64_t sizes[kMaxDim];
  int64_t strides[kMaxDim][N];

  void add(int64_t size,
           std::initializer_list<int64_t> steps) {  // from the outermost dimension to the innermost
    numel *= size;
    if (size == 1) return;
    const int64_t* step = steps.begin();
    bool merge = dim > 0;
    for (int n = 0; n < N && merge; ++n) merge = strides[dim - 1][n] == step[n] * size;
    if (!merge) {
      TENGEN_CHECK(dim < kMaxDim, "found a tensor of more than ", kMaxDim, " dimensions");
      sizes[dim++] = 1;
    }
    sizes[dim - 1] *= size;
    for (int n = 0; n < N; ++n) strides[dim - 1][n] = step[n];
  }
  /// The stride of array n in the innermost dimension.
  int64_t step(int n) const { return dim > 0 ? strides[dim - 1][n] : 0; }

  /// Calls row(offsets, count) for positions [begin, end), a piece of the innermost dimension at a time.
  template <class Row>
  void run(int64_t begin, int64_t end, const Row& row) const {
    if (begin >= end) return;
    int64_t offsets[N] = {}, at[kMaxDim];
    if (dim == 0) return row(offsets, int64_t{1});
    int64_t rest = begin;
    for (int d = dim - 1; d >= 0; --d) {
      at[d] = rest % sizes[d];
      rest /= sizes[d];
      for (int n = 0; n < N; ++n) offsets[n] += at[d] * strides[d][n];
    }
    while (begin < end) {
      int64_t count = std::min(sizes[dim - 1] - at[dim - 1], end - begin);
      row(offsets, count);
      begin += count;
      at[dim - 1] += count;
      for (int n = 0; n < N; ++n) offsets[n] += count * strides[dim - 1][n];
      for (int d = dim - 1; d > 0 && at[d] == sizes[d]; --d) {
        for (int n = 0; n < N; ++n) offsets[n] += strides[d - 1][n] - at[d] * strides[d][n];
        at[d] = 0;
        ++at[d - 1];
      }
    }
  }
};

}  // namespace tengen::cpu::TENGEN_ISA
