// Where the elements of strided operands of equal sizes lie: made on the host, followed by kernels.
#pragma once

#include <utility>

#include <tengen/cuda/runtime/launch.h>
#include <tengen/tensor/kernels.h>

namespace tengen::cuda {

/// Dimensions that are left after merging, at most. Each has two elements or more, so that a tensor with more
/// would hardly fit a device.
constexpr int kMaxDim = 24;

/// Division by `size`: a multiplication and a shift (Granlund and Montgomery, Division by invariant integers
/// using multiplication, 1994). For numbers below 2^31 in 32 bits, for others in 64.
struct Divider {
  int64_t size;
  uint64_t multiplier;  // the upper half serves 32 bits
  unsigned shift;

  void set(int64_t divisor) {
    size = divisor;
    for (shift = 0; shift < 62 && (int64_t(1) << shift) < size;) ++shift;
    const uint64_t above = (uint64_t(1) << shift) - uint64_t(size);
    multiplier = uint64_t((static_cast<unsigned __int128>(above) << 64) / uint64_t(size) + 1);
  }
  __device__ unsigned divide(unsigned n) const {
    return (__umulhi(n, unsigned(multiplier >> 32) + 1) + n) >> shift;
  }
  __device__ int64_t divide(int64_t n) const {
    return int64_t((__umul64hi(uint64_t(n), multiplier) + uint64_t(n)) >> shift);
  }
};

/// Common positions of N operands. Dimension 0 is the innermost.
template <int N>
struct Layout {
  int dim = 0;
  bool wide = false;  // 2^31 elements or more
  int64_t numel = 1;
  Divider sizes[kMaxDim];
  int64_t strides[kMaxDim][N];

  /// The element's place in each operand, in elements.
  __device__ void offsets(int64_t index, int64_t (&at)[N]) const {
#pragma unroll
    for (int n = 0; n < N; ++n) at[n] = 0;
    if (wide)
      walk(index, at);
    else
      walk(unsigned(index), at);
  }

  /// `count` elements of the innermost dimension become one; strides stay in elements. The last one may be
  /// incomplete where there is one dimension only.
  void group(int count) {
    numel = dim == 1 ? divide_up(numel, count) : numel / count;
    sizes[0].size = dim == 1 ? numel : sizes[0].size / count;
    for (int n = 0; n < N; ++n) strides[0][n] *= count;
    finish();
  }
  void finish() {
    wide = numel > INT32_MAX;
    for (int d = 0; d + 1 < dim; ++d) sizes[d].set(sizes[d].size);
  }

 private:
  template <class Index>
  __device__ void walk(Index rest, int64_t (&at)[N]) const {
    const int last = dim - 1;
#pragma unroll 1
    for (int d = 0; d < last; ++d) {
      const Index next = sizes[d].divide(rest), step = rest - next * Index(sizes[d].size);
#pragma unroll
      for (int n = 0; n < N; ++n) at[n] += step * strides[d][n];
      rest = next;
    }
#pragma unroll
    for (int n = 0; n < N; ++n) at[n] += rest * strides[last][n];
  }
};

/// The layout of dimensions [first, last) of views that have these in common; in the order of the dimensions,
/// or, with `follow`, so that this view is walked along its memory.
template <int N>
Layout<N> layout_of(const View* const (&views)[N], int first, int last, const View* follow = nullptr) {
  Layout<N> out;
  int order[64], count = 0;
  for (int d = last; d-- > first;) {
    const int64_t size = views[0]->sizes[d];
    out.numel *= size;
    if (size == 1) continue;
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
    const int d = order[i];
    bool merge = out.dim > 0;
    for (int n = 0; n < N && merge; ++n)
      merge = views[n]->strides[d] == out.strides[out.dim - 1][n] * out.sizes[out.dim - 1].size;
    if (merge) {
      out.sizes[out.dim - 1].size *= views[0]->sizes[d];
      continue;
    }
    TENGEN_CHECK(out.dim < kMaxDim, "cuda: found a tensor of more than ", kMaxDim,
                 " dimensions that cannot be merged");
    out.sizes[out.dim].size = views[0]->sizes[d];
    for (int n = 0; n < N; ++n) out.strides[out.dim][n] = views[n]->strides[d];
    ++out.dim;
  }
  if (out.dim == 0) {  // one element
    out.dim = 1;
    out.sizes[0].size = 1;
    for (int n = 0; n < N; ++n) out.strides[0][n] = 1;
  }
  if (out.numel > 0) out.finish();
  return out;
}

}  // namespace tengen::cuda
