// What kernels of all families need: numbers of any type, 16-byte packs, reductions over warps and blocks.
#pragma once

#include <tengen/cuda/runtime/launch.h>
#include <tengen/tensor/dtype.h>
#include <tengen/tensor/kernels.h>
#if !defined(TENGEN_CUDA_EMULATOR)
#include <cuda_fp16.h>
#endif

namespace tengen::cuda {

constexpr int kWarp = 32;
constexpr unsigned kWholeWarp = 0xffffffffu;

/// Calls f(float{}) or f(double{}); other types are an Error that names `op`.
template <class F>
void with_real_type(Dtype dtype, const char* op, const F& f) {
  if (dtype == kFloat) return f(float{});
  if (dtype == kDouble) return f(double{});
  not_implemented_error(op, int(dtype));
}

// ---- numbers -------------------------------------------------------------------------------------------
/// 16-bit floating types are widened to float; other types are what they are.
__device__ inline float widen(Half x) {
#if defined(TENGEN_CUDA_EMULATOR)
  return float(x);
#else
  return __half2float(__ushort_as_half(x.bits));
#endif
}
__device__ inline float widen(BFloat16 x) { return __uint_as_float(unsigned(x.bits) << 16); }
template <class T>
__device__ T widen(T x) {
  return x;
}

/// A number as a T, rounded to nearest where T is narrower.
template <class T, class From>
__device__ T narrow(From x) {
  if constexpr (std::is_same_v<T, Half>) {
    Half out;
#if defined(TENGEN_CUDA_EMULATOR)
    out = Half(float(x));
#else
    out.bits = __half_as_ushort(__float2half_rn(float(x)));
#endif
    return out;
  } else if constexpr (std::is_same_v<T, BFloat16>) {
    float value = float(x);
    unsigned word = __float_as_uint(value);
    BFloat16 out;
    out.bits = value != value ? uint16_t(0x7fc0) : uint16_t((word + 0x7fff + ((word >> 16) & 1)) >> 16);
    return out;
  } else {
    return T(x);
  }
}

/// kWidth elements, moved at once.
template <class T, int kWidth>
struct alignas(sizeof(T) * kWidth) Vector {
  static constexpr int kCount = kWidth;
  T values[kWidth];
};
template <int kWidth, class T>
__device__ Vector<T, kWidth> load_vector(const T* from) {
  return *reinterpret_cast<const Vector<T, kWidth>*>(from);
}
template <class T, int kWidth>
__device__ void store_vector(T* to, const Vector<T, kWidth>& vector) {
  *reinterpret_cast<Vector<T, kWidth>*>(to) = vector;
}
/// 16 bytes of elements: the most that one instruction moves.
template <class T>
using Pack = Vector<T, 16 / sizeof(T)>;
using Unit16 = Pack<uint32_t>;

/// Calls f with a number type of 1, 2, 4 or 8 bytes, for moving elements whatever they mean.
template <class F>
void with_word(int64_t bytes, const F& f) {
  switch (bytes) {
    case 1:
      return f(uint8_t{});
    case 2:
      return f(uint16_t{});
    case 4:
      return f(uint32_t{});
    default:
      return f(uint64_t{});
  }
}
/// The same with 16 bytes too.
template <class F>
void with_unit(int64_t bytes, const F& f) {
  if (bytes == sizeof(Unit16)) return f(Unit16{});
  with_word(bytes, f);
}
inline bool is_aligned(const void* p) { return reinterpret_cast<uintptr_t>(p) % 16 == 0; }

// ---- reductions ----------------------------------------------------------------------------------------
/// The values of a warp combined, in every lane; all 32 lanes take part.
template <class T, class Combine>
__device__ T warp_reduce(T value, Combine combine) {
#pragma unroll
  for (int step = kWarp / 2; step > 0; step /= 2)
    value = combine(value, __shfl_xor_sync(kWholeWarp, value, step));
  return value;
}

/// The values of a block of any multiple of 32 threads combined, in every thread. Each call site may be
/// entered again after it returned; the order is fixed, so results are the same in every run.
template <class T, class Combine>
__device__ T block_reduce(T value, Combine combine, T identity) {
  __shared__ T partial[kWarp];
  const int lane = threadIdx.x % kWarp, warp = threadIdx.x / kWarp;
  value = warp_reduce(value, combine);
  __syncthreads();  // the last call's partial values have been read
  if (lane == 0) partial[warp] = value;
  __syncthreads();
  return warp_reduce(lane < int(blockDim.x) / kWarp ? partial[lane] : identity, combine);
}

struct Add {
  template <class T>
  __device__ T operator()(T a, T b) const {
    return a + b;
  }
};
template <class T>
__device__ T block_sum(T value) {
  return block_reduce(value, Add(), T(0));
}

// ---- device faults
// ------------------------------------------------------------------------------------------
/// Reports the first fault of the caller that a kernel meets (runtime.h).
__device__ inline void report_index(DeviceFault* record, int64_t index, int64_t dim, int64_t size) {
  if (atomicCAS(&record->kind, int(DeviceFault::kNone), int(DeviceFault::kIndex)) == DeviceFault::kNone)
    record->index = index, record->dim = dim, record->size = size;
}
__device__ inline void report_zero_division(DeviceFault* record) {
  atomicCAS(&record->kind, int(DeviceFault::kNone), int(DeviceFault::kZeroDivision));
}

}  // namespace tengen::cuda
