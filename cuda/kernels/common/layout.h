// Where the elements of strided operands of equal sizes lie: made on the host, followed by kernels.
#pragma once

#include <utility>

#include <tengen/cuda/kernels/common/divide.h>
#include <tengen/cuda/runtime/launch.h>
#include <tengen/tensor/kernels.h>

namespace tengen::cuda {

/// Dimensions that are left after merging, at most. Each has two elements or more, so that a tensor with more
/// would hardly fit a device.
constexpr int kMaxDim = 24;

/// Common positions of N operands; dimensions that follow each other in all of them are merged. Dimension 0
/// is the innermost.
template <int N>
struct Layout {
  int dim = 1;
  bool wide = false;  // 2^31 elements or more
  int64_t numel = 1;
  Divisor sizes[kMaxDim];
  int64_t strides[kMaxDim][N];

  Layout() {
    for (int64_t& stride : strides[0]) stride = 1;
  }

  /// The next outer dimension.
  void add(int64_t size, const int64_t (&steps)[N]) {
    const bool first = numel == 1;
    numel *= size;
    wide = numel > INT32_MAX;
    if (size == 1 || numel == 0) return;
    int64_t(&last)[N] = strides[dim - 1];
    int64_t extent = sizes[dim - 1].value();
    bool merges = !first;
    for (int n = 0; n < N && merges; ++n) merges = steps[n] == last[n] * extent;
    if (merges) {
      sizes[dim - 1] = Divisor(extent * size);
      return;
    }
    if (!first) {
      TENGEN_CHECK(dim < kMaxDim, "cuda: found a tensor of more than ", kMaxDim,
                   " dimensions that cannot be merged");
      ++dim;
    }
    sizes[dim - 1] = Divisor(size);
    for (int n = 0; n < N; ++n) strides[dim - 1][n] = steps[n];
  }

  /// `count` elements of the innermost dimension become one; strides stay in elements. The last one may be
  /// incomplete where there is one dimension only.
  void group(int64_t count) {
    numel = dim == 1 ? divide_up(numel, count) : numel / count;
    wide = numel > INT32_MAX;
    sizes[0] = Divisor(dim == 1 ? numel : sizes[0].value() / count);
    for (int n = 0; n < N; ++n) strides[0][n] *= count;
  }

  /// The element's place in each operand, in elements.
  __device__ void offsets(int64_t index, int64_t (&at)[N]) const {
#pragma unroll
    for (int n = 0; n < N; ++n) at[n] = 0;
    if (wide)
      walk(index, at);
    else
      walk(unsigned(index), at);
  }
  /// The place in the only operand.
  __device__ int64_t offset(int64_t index) const {
    static_assert(N == 1);
    int64_t at[1];
    offsets(index, at);
    return at[0];
  }

 private:
  template <class Index>
  __device__ void walk(Index rest, int64_t (&at)[N]) const {
    const int last = dim - 1;
#pragma unroll 1
    for (int d = 0; d < last; ++d) {
      const Index step = sizes[d].split(rest);
#pragma unroll
      for (int n = 0; n < N; ++n) at[n] += step * strides[d][n];
    }
#pragma unroll
    for (int n = 0; n < N; ++n) at[n] += rest * strides[last][n];
  }
};

/// The layout of a view's elements in the order of its dimensions.
inline Layout<1> layout_of(const View& view) {
  Layout<1> out;
  for (int d = view.dim; d-- > 0;) out.add(view.sizes[d], {view.strides[d]});
  return out;
}

/// The layout of dimensions [first, last) of views that have these in common; in the order of the dimensions,
/// or, with `follow`, so that this view is walked along its memory.
template <int N>
Layout<N> layout_of(const View* const (&views)[N], int first, int last, const View* follow = nullptr) {
  Layout<N> out;
  int order[64], count = 0;
  for (int d = last; d-- > first;) {
    if (views[0]->sizes[d] == 1) continue;
    TENGEN_CHECK(count < 64, "cuda: found a tensor of more than 64 dimensions");
    order[count++] = d;
  }
  auto distance = [&](int d) {
    const int64_t stride = follow->strides[d];
    return stride < 0 ? -stride : stride;
  };
  for (int i = 1; i < count && follow; ++i)  // insertion sort: nearly always in order already
    for (int j = i; j > 0 && distance(order[j - 1]) > distance(order[j]); --j)
      std::swap(order[j - 1], order[j]);
  for (int i = 0; i < count; ++i) {
    int64_t steps[N];
    for (int n = 0; n < N; ++n) steps[n] = views[n]->strides[order[i]];
    out.add(views[0]->sizes[order[i]], steps);
  }
  return out;
}

}  // namespace tengen::cuda
