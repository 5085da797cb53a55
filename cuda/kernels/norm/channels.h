// Sums over the channels of (outer, channels, inner) data. Each channel is cut into parts by its size alone;
// a block sums a part in numbers of T by thread and in double over the threads, and the parts are added in
// their order: the result is the same on every device and in every run.
#pragma once

#include <tengen/cuda/kernels/common/divide.h>
#include <tengen/cuda/kernels/common/rows.h>

namespace tengen::cuda {

/// A shape, and divisions by its sizes.
struct ChannelShape : NormShape {
  Divisor by_channels, by_inner;
  explicit ChannelShape(const NormShape& shape)
      : NormShape(shape),
        by_channels(shape.channels > 0 ? shape.channels : 1),
        by_inner(shape.inner > 0 ? shape.inner : 1) {}
};

// ---- planes: channels of which neighbours in memory are neighbours -------------------------------------
/// How a channel of `count` elements is cut: `parts` of `size` elements, the last may have fewer.
struct Parts {
  int64_t parts, size;
  Divisor by_parts;
};
inline Parts cut(int64_t count, int64_t least, int64_t granule) {
  constexpr int64_t kMost = 1024;
  int64_t size = divide_up(count, kMost);
  size = divide_up(size < least ? least : size, granule) * granule;
  int64_t parts = divide_up(count, size);
  if (parts < 1) parts = 1;
  return {parts, size, Divisor(parts)};
}
/// Elements per part of a channel that lies in planes: 32 for each thread at least.
inline Parts cut_planes(const NormShape& s) { return cut(s.outer * s.inner, 8192, kThreads * 4); }

/// Calls f(vector) or f(vector, other), kWidth elements at a time, for the calling thread's share of part
/// `part` of channel c; kWidth divides inner.
template <int kWidth, class T, class F, class... Others>
__device__ void each_of_part(const ChannelShape& s, int64_t c, int64_t part, int64_t part_size, const F& f,
                             const T* in, const Others*... others) {
  constexpr int kAhead = 4;
  const int64_t count = s.outer * s.inner, begin = part * part_size, pitch = s.channels * s.inner;
  const int64_t end = begin + part_size < count ? begin + part_size : count;
  int64_t at = begin + int64_t(threadIdx.x) * kWidth;
  if (at >= end) return;
  // Where it is in memory; a step goes on by `planes` planes and `rest` elements.
  int64_t outer = at, inner = s.by_inner.split(outer);
  int64_t place = outer * pitch + c * s.inner + inner;
  const int step = kThreads * kWidth;
  int64_t planes = step;
  const int64_t rest = s.by_inner.split(planes);
  const int64_t stride = planes * pitch + rest, wrap = pitch - s.inner;
  while (at < end) {
    int64_t places[kAhead];
    bool inside[kAhead];
#pragma unroll
    for (int i = 0; i < kAhead; ++i) {
      places[i] = place, inside[i] = at < end;
      at += step, place += stride, inner += rest;
      if (inner >= s.inner) inner -= s.inner, place += wrap;
    }
    Vector<T, kWidth> ahead[kAhead] = {}, other[kAhead][sizeof...(Others) + 1] = {};
#pragma unroll
    for (int i = 0; i < kAhead; ++i)
      if (inside[i]) {
        ahead[i] = load_vector<kWidth>(in + places[i]);
        if constexpr (sizeof...(Others) > 0) other[i][0] = (load_vector<kWidth>(others + places[i]), ...);
      }
#pragma unroll
    for (int i = 0; i < kAhead; ++i)
      if (inside[i]) {
        if constexpr (sizeof...(Others) > 0)
          f(ahead[i], other[i][0]);
        else
          f(ahead[i]);
      }
  }
}

// ---- columns: inner is 1, neighbours in memory are neighbouring channels -------------------------------
/// A block sums `kColumns` columns over a part of the rows, which its `kColumnRows` groups of lanes share.
constexpr int kColumns = kWarp, kColumnRows = kThreads / kColumns;
inline Parts cut_columns(int64_t rows) { return cut(rows, 256, kColumnRows); }
inline dim3 grid_of_columns(int64_t columns, int64_t parts) {
  return dim3(unsigned(divide_up(columns, kColumns) * parts));
}

/// The calling thread's column and share of the rows.
struct ColumnPart {
  int64_t column, part, begin, end;

  __device__ ColumnPart(int64_t rows, const Parts& cut) {
    unsigned group = blockIdx.x;
    part = cut.by_parts.split(group);
    column = int64_t(group) * kColumns + threadIdx.x % kColumns;
    begin = part * cut.size + threadIdx.x / kColumns;
    end = min((part + 1) * cut.size, rows);
  }
};

/// The values of the threads that share a column added, in each of them.
__device__ inline double column_sum(double value) {
  __shared__ double values[kColumnRows][kColumns];
  __syncthreads();  // the last call's values have been read
  values[threadIdx.x / kColumns][threadIdx.x % kColumns] = value;
  __syncthreads();
  double total = 0;
  for (int i = 0; i < kColumnRows; ++i) total += values[i][threadIdx.x % kColumns];
  return total;
}

/// The sum of one number of each of `parts` parts, `stride` apart: by a whole warp, in every lane.
__device__ inline double sum_parts(const double* numbers, int64_t parts, int64_t stride) {
  double total = 0;
  for (int64_t i = threadIdx.x % kWarp; i < parts; i += kWarp) total += numbers[i * stride];
  return warp_reduce(total, Add());
}

}  // namespace tengen::cuda
