// Sums over the channels of (outer, channels, inner) data. Each channel is cut into parts by its size alone;
// a block sums a part in numbers of T by thread and in double over the threads, and the parts are added in
// their order: the result is the same on every device and in every run.
#pragma once

#include <tengen/cuda/kernels/common/rows.h>

namespace tengen::cuda {

/// a / b and a % b for numbers that are not negative: in 32 bits where they fit, which is much quicker.
__device__ inline int64_t divide(int64_t a, int64_t b) {
  return (a | b) >> 32 == 0 ? int64_t(uint32_t(a) / uint32_t(b)) : a / b;
}

// ---- planes: channels of which neighbours in memory are neighbours -------------------------------------
/// How a channel of `count` elements is cut: `parts` of `size` elements, the last may have fewer.
struct Parts {
  int64_t parts, size;
};
inline Parts cut(int64_t count, int64_t least, int64_t granule) {
  constexpr int64_t kMost = 1024;
  int64_t size = divide_up(count, kMost);
  size = divide_up(size < least ? least : size, granule) * granule;
  const int64_t parts = divide_up(count, size);
  return {parts < 1 ? 1 : parts, size};
}
/// Elements per part of a channel that lies in planes: 32 for each thread at least.
inline Parts cut_planes(const NormShape& s) { return cut(s.outer * s.inner, 8192, kThreads * 4); }

/// Calls f(vector) or f(vector, other), kWidth elements at a time, for the calling thread's share of part
/// `part` of channel c; kWidth divides inner.
template <int kWidth, class T, class F, class... Others>
__device__ void each_of_part(const NormShape& s, int64_t c, int64_t part, int64_t part_size, const F& f,
                             const T* in, const Others*... others) {
  constexpr int kAhead = 4;
  const int64_t count = s.outer * s.inner, begin = part * part_size, pitch = s.channels * s.inner;
  const int64_t end = begin + part_size < count ? begin + part_size : count;
  int64_t at = begin + int64_t(threadIdx.x) * kWidth;
  if (at >= end) return;
  // Where it is in memory; a step goes on by `planes` planes and `rest` elements.
  int64_t outer = divide(at, s.inner), inner = at - outer * s.inner;
  int64_t place = outer * pitch + c * s.inner + inner;
  const int step = kThreads * kWidth;
  const int64_t planes = divide(step, s.inner), rest = step - planes * s.inner;
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

  __device__ ColumnPart(int64_t rows, int64_t parts, int64_t part_size)
      : column(divide(blockIdx.x, parts) * kColumns + threadIdx.x % kColumns),
        part(blockIdx.x - divide(blockIdx.x, parts) * parts),
        begin(part * part_size + threadIdx.x / kColumns),
        end(part * part_size + part_size < rows ? part * part_size + part_size : rows) {}
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
