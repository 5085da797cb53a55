// Rows of contiguous data. A short row is held in the registers of a warp, or of a quarter of one; a longer
// one is a block's, which keeps it in shared memory while it fits.
#pragma once

#include <tengen/cuda/kernels/common/common.h>

#include <type_traits>

namespace tengen::cuda {

/// Whether rows of `size` elements from these addresses (null counts) can be moved 16 bytes at a time.
template <class T, class... Pointers>
bool rows_in_packs(int64_t size, Pointers... pointers) {
  return size % Pack<T>::kCount == 0 && (is_aligned(pointers) && ...);
}

/// The products and sums of normalisations, rounded once.
__device__ inline float fused(float a, float b, float c) { return ::fmaf(a, b, c); }
__device__ inline double fused(double a, double b, double c) { return ::fma(a, b, c); }

struct Larger {  // a NaN that comes second is ignored
  template <class T>
  __device__ T operator()(T a, T b) const {
    return b > a ? b : a;
  }
};

// ---- rows in registers ---------------------------------------------------------------------------------
/// A row over `kLanes` lanes with `kCount` elements each, loaded `kWidth` at a time.
template <int kLanes_, int kCount_, int kWidth_>
struct RowShape {
  static constexpr int kLanes = kLanes_, kCount = kCount_, kWidth = kWidth_;
  static constexpr int kRows = kThreads / kLanes;  // of a block

  static __device__ int lane() { return threadIdx.x % kLanes; }
  static __device__ int64_t row() { return int64_t(blockIdx.x) * kRows + threadIdx.x / kLanes; }

  /// Calls f(k, place) for each vector of the lane's, which is values[k...] and stands at `place` in the row.
  template <class F>
  static __device__ void each(int size, const F& f) {
#pragma unroll
    for (int k = 0; k < kCount; k += kWidth) {
      const int place = k * kLanes + lane() * kWidth;
      if (place < size) f(k, place);
    }
  }
  /// values = the lane's share of a row of `size` elements; `otherwise` where it has none.
  template <class T>
  static __device__ void load(T (&values)[kCount], const T* row, int size, T otherwise) {
#pragma unroll
    for (T& value : values) value = otherwise;
    each(size, [&](int k, int place) {
      const auto vector = load_vector<kWidth>(row + place);
#pragma unroll
      for (int j = 0; j < kWidth; ++j) values[k + j] = vector.values[j];
    });
  }
  template <class T>
  static __device__ void store(T* row, const T (&values)[kCount], int size) {
    each(size, [&](int k, int place) {
      Vector<T, kWidth> vector;
#pragma unroll
      for (int j = 0; j < kWidth; ++j) vector.values[j] = values[k + j];
      store_vector(row + place, vector);
    });
  }
  /// Whether values[k] is an element of the row.
  static __device__ bool holds(int k, int size) {
    return k / kWidth * kWidth * kLanes + lane() * kWidth + k % kWidth < size;
  }
  /// The values of the row's lanes combined, in each of them; all lanes of the warp take part.
  template <class T, class Combine>
  static __device__ T reduce(T value, Combine combine) {
#pragma unroll
    for (int step = kLanes / 2; step > 0; step /= 2)
      value = combine(value, __shfl_xor_sync(kWholeWarp, value, step));
    return value;
  }
  template <class T>
  static __device__ T sum(T value) {
    return reduce(value, Add());
  }
};

/// Calls f(RowShape) with the shape for rows of `size` elements; false where registers do not hold one.
template <class T, class F>
bool with_row_shape(int64_t size, bool packs, const F& f) {
  const auto choose = [&](auto width) {
    constexpr int kWidth = decltype(width)::value, kMost = 128 / sizeof(T);
    if (size <= 32)
      f(RowShape<8, 4, kWidth>());
    else if (size <= 128)
      f(RowShape<32, 4, kWidth>());
    else if (size <= kWarp * kMost / 2)
      f(RowShape<32, kMost / 2, kWidth>());
    else if (size <= kWarp * kMost)
      f(RowShape<32, kMost, kWidth>());
    else
      return false;
    return true;
  };
  return packs ? choose(std::integral_constant<int, Pack<T>::kCount>())
               : choose(std::integral_constant<int, 1>());
}
template <class Shape>
dim3 grid_of_rows(int64_t rows) {
  return dim3(unsigned(divide_up(rows, Shape::kRows)));
}

// ---- a block's row -------------------------------------------------------------------------------------
/// Calls f(place, vector...) for the vectors of the calling thread, in order; several loads are under way at
/// a time.
template <int kWidth, class T, class F>
__device__ void each_of_row(int64_t size, const F& f, const T* row) {
  constexpr int kAhead = 4;
  const int64_t step = int64_t(blockDim.x) * kWidth;
  for (int64_t begin = int64_t(threadIdx.x) * kWidth; begin < size; begin += kAhead * step) {
    Vector<T, kWidth> ahead[kAhead] = {};
#pragma unroll
    for (int i = 0; i < kAhead; ++i)
      if (begin + i * step < size) ahead[i] = load_vector<kWidth>(row + begin + i * step);
#pragma unroll
    for (int i = 0; i < kAhead; ++i)
      if (begin + i * step < size) f(begin + i * step, ahead[i]);
  }
}
template <int kWidth, class T, class F>
__device__ void each_of_row(int64_t size, const F& f, const T* row, const T* other) {
  constexpr int kAhead = 4;
  const int64_t step = int64_t(blockDim.x) * kWidth;
  for (int64_t begin = int64_t(threadIdx.x) * kWidth; begin < size; begin += kAhead * step) {
    Vector<T, kWidth> ahead[kAhead] = {}, others[kAhead] = {};
#pragma unroll
    for (int i = 0; i < kAhead; ++i)
      if (begin + i * step < size) {
        ahead[i] = load_vector<kWidth>(row + begin + i * step);
        others[i] = load_vector<kWidth>(other + begin + i * step);
      }
#pragma unroll
    for (int i = 0; i < kAhead; ++i)
      if (begin + i * step < size) f(begin + i * step, ahead[i], others[i]);
  }
}

/// How a block takes a row, of which it reads `kept` bytes: threads, and shared memory (0: it does not fit,
/// and every pass reads the row anew).
struct BlockRow {
  int threads;
  size_t shared;
};
inline BlockRow block_row(size_t kept) {
  // Some is left for the reductions.
  const bool fits = kept + 4096 <= device_limits().shared_per_block;
  return {kept <= 32 << 10 ? 512 : 1024, fits ? kept : 0};
}

/// Calls f(integral_constant width): elements of T that are moved at a time.
template <class T, class F>
void with_width(bool packs, const F& f) {
  if (packs)
    f(std::integral_constant<int, Pack<T>::kCount>());
  else
    f(std::integral_constant<int, 1>());
}

}  // namespace tengen::cuda
