// The part of the CUDA runtime's interface that tengen uses, for kernels that run on the CPU: names, types
// and behaviour as in NVIDIA's documentation (CUDA C++ Programming Guide, CUDA Runtime API). docs/cuda.md
// tells how it works. Everything is done when a call returns, in the order of the calls: that is one of the
// orders that streams allow.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>

#define __host__
#define __device__
#define __global__
#define __constant__
#define __grid_constant__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __align__(n) alignas(n)
#define __shared__ \
  static thread_local  // one block runs at a time, all its threads on one thread of the system

// ---- vector types ----
struct uint3 {
  unsigned x, y, z;
};
struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};
#define TENGEN_VECTOR_TYPES(T, name)                            \
  struct alignas(2 * sizeof(T)) name##2 {                       \
    T x, y;                                                     \
  };                                                            \
  struct alignas(sizeof(T) == 8 ? 16 : 4 * sizeof(T)) name##4 { \
    T x, y, z, w;                                               \
  };                                                            \
  inline name##2 make_##name##2(T x, T y) { return {x, y}; }    \
  inline name##4 make_##name##4(T x, T y, T z, T w) { return {x, y, z, w}; }
TENGEN_VECTOR_TYPES(float, float)
TENGEN_VECTOR_TYPES(double, double)
TENGEN_VECTOR_TYPES(int, int)
TENGEN_VECTOR_TYPES(unsigned, uint)
TENGEN_VECTOR_TYPES(long long, longlong)
#undef TENGEN_VECTOR_TYPES

// ---- errors ----
enum cudaError_t {
  cudaSuccess = 0,
  cudaErrorInvalidValue = 1,
  cudaErrorMemoryAllocation = 2,
  cudaErrorInvalidConfiguration = 9,
  cudaErrorNoDevice = 100,
  cudaErrorInvalidDevice = 101,
  cudaErrorInvalidResourceHandle = 400,
  cudaErrorNotReady = 600,
  cudaErrorLaunchFailure = 719,
  cudaErrorStreamCaptureUnsupported = 900,
  cudaErrorStreamCaptureInvalidated = 901,
};
const char* cudaGetErrorString(cudaError_t error);
cudaError_t cudaGetLastError();

// ---- devices: there is one ----
enum cudaDeviceAttr {
  cudaDevAttrMultiProcessorCount = 16,
  cudaDevAttrComputeCapabilityMajor = 75,
  cudaDevAttrComputeCapabilityMinor = 76,
  cudaDevAttrMaxSharedMemoryPerBlockOptin = 97,
};
cudaError_t cudaGetDeviceCount(int* count);
cudaError_t cudaGetDevice(int* device);
cudaError_t cudaSetDevice(int device);
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device);
cudaError_t cudaDeviceSynchronize();
cudaError_t cudaRuntimeGetVersion(int* version);
cudaError_t cudaDriverGetVersion(int* version);

// ---- memory: the host can read and write device memory only inside of kernels and copies ----
enum cudaMemcpyKind {
  cudaMemcpyHostToHost,
  cudaMemcpyHostToDevice,
  cudaMemcpyDeviceToHost,
  cudaMemcpyDeviceToDevice,
  cudaMemcpyDefault,
};
constexpr unsigned cudaHostAllocDefault = 0, cudaHostAllocPortable = 1, cudaHostAllocMapped = 2;
typedef struct CUstream_st* cudaStream_t;
typedef struct CUevent_st* cudaEvent_t;
cudaError_t cudaMalloc(void** memory, size_t bytes);
cudaError_t cudaFree(void* memory);
cudaError_t cudaHostAlloc(void** memory, size_t bytes, unsigned flags);
cudaError_t cudaFreeHost(void* memory);
cudaError_t cudaHostGetDevicePointer(void** on_device, void* memory, unsigned flags);
cudaError_t cudaMemGetInfo(size_t* free, size_t* total);
cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream = nullptr);
cudaError_t cudaMemsetAsync(void* memory, int value, size_t bytes, cudaStream_t stream = nullptr);

// ---- streams and events ----
constexpr unsigned cudaStreamDefault = 0, cudaStreamNonBlocking = 1;
constexpr unsigned cudaEventDefault = 0, cudaEventBlockingSync = 1, cudaEventDisableTiming = 2;
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags);
cudaError_t cudaDeviceGetStreamPriorityRange(int* least, int* greatest);
cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned flags, int priority);
cudaError_t cudaStreamDestroy(cudaStream_t stream);
cudaError_t cudaStreamSynchronize(cudaStream_t stream);
cudaError_t cudaStreamQuery(cudaStream_t stream);
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned flags = 0);
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags);
cudaError_t cudaEventDestroy(cudaEvent_t event);
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream);
cudaError_t cudaEventSynchronize(cudaEvent_t event);
cudaError_t cudaEventQuery(cudaEvent_t event);
cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t end);

// ---- graphs: what is asked of a capturing stream is kept instead of done ----
typedef struct CUgraph_st* cudaGraph_t;
typedef struct CUgraphExec_st* cudaGraphExec_t;
enum cudaStreamCaptureMode {
  cudaStreamCaptureModeGlobal,
  cudaStreamCaptureModeThreadLocal,
  cudaStreamCaptureModeRelaxed
};
enum cudaStreamCaptureStatus {
  cudaStreamCaptureStatusNone,
  cudaStreamCaptureStatusActive,
  cudaStreamCaptureStatusInvalidated
};
cudaError_t cudaThreadExchangeStreamCaptureMode(cudaStreamCaptureMode* mode);
cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode);
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph);
cudaError_t cudaStreamIsCapturing(cudaStream_t stream, cudaStreamCaptureStatus* status);
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph,
                                 unsigned long long flags = 0);
cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t stream);
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable);
cudaError_t cudaGraphDestroy(cudaGraph_t graph);

// ---- inside kernels ----
namespace tengen::cuda::emulator {

/// What a kernel's thread knows of itself.
struct Place {
  uint3 thread, block;
  dim3 block_size, grid_size;
  unsigned linear;  // thread's number in its block, x fastest
};
extern constinit thread_local const Place* place;

/// Runs `thread` once for each thread of the grid. Blocks run one after the other, the threads of a block in
/// turns that change at barriers.
cudaError_t launch(dim3 grid, dim3 block, size_t shared, cudaStream_t stream, std::function<void()> thread);
/// Runs a host function that may read and write device memory, in the stream's order: what a library does.
cudaError_t run(cudaStream_t stream, std::function<void()> function);
/// The block's dynamic shared memory.
void* dynamic_shared();
void sync_block();
/// Returns when all lanes of `mask` that still run have arrived.
void sync_warp(unsigned mask);

/// Lanes exchange up to 8 bytes: each of `mask` gives its own, and finds those of all lanes in the result.
struct Lanes {
  uint64_t values[32];
};
const Lanes& exchange(unsigned mask, uint64_t value);
inline int lane() { return int(place->linear % 32); }

template <class T>
T shuffle(unsigned mask, T value, int from) {
  static_assert(sizeof(T) <= 8);
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  bits = exchange(mask, bits).values[from];
  std::memcpy(static_cast<void*>(&value), &bits, sizeof(T));
  return value;
}
/// The bits of those lanes of `mask` that pass true.
unsigned vote(unsigned mask, bool value);
/// The sum over the block of what its threads pass.
int count_block(bool value);

}  // namespace tengen::cuda::emulator

#define threadIdx (::tengen::cuda::emulator::place->thread)
#define blockIdx (::tengen::cuda::emulator::place->block)
#define blockDim (::tengen::cuda::emulator::place->block_size)
#define gridDim (::tengen::cuda::emulator::place->grid_size)
constexpr int warpSize = 32;

inline void __syncthreads() { tengen::cuda::emulator::sync_block(); }
inline int __syncthreads_count(int value) { return tengen::cuda::emulator::count_block(value != 0); }
inline int __syncthreads_or(int value) { return __syncthreads_count(value) > 0; }
inline int __syncthreads_and(int value) { return __syncthreads_count(!value) == 0; }
inline void __syncwarp(unsigned mask = 0xffffffffu) { tengen::cuda::emulator::sync_warp(mask); }
inline void __threadfence() {}
inline void __threadfence_block() {}

// Lanes outside of the segment of `width` lanes give back their own value.
template <class T>
T __shfl_sync(unsigned mask, T value, int from, int width = 32) {
  int lane = tengen::cuda::emulator::lane();
  return tengen::cuda::emulator::shuffle(mask, value, (lane & ~(width - 1)) | (from & (width - 1)));
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32) {
  int lane = tengen::cuda::emulator::lane(), within = lane & (width - 1);
  return tengen::cuda::emulator::shuffle(mask, value, within < int(delta) ? lane : lane - int(delta));
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32) {
  int lane = tengen::cuda::emulator::lane(), within = lane & (width - 1);
  return tengen::cuda::emulator::shuffle(mask, value,
                                         within + int(delta) >= width ? lane : lane + int(delta));
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int bits, int width = 32) {
  int lane = tengen::cuda::emulator::lane(), from = lane ^ bits;
  return tengen::cuda::emulator::shuffle(mask, value,
                                         (from & ~(width - 1)) > (lane & ~(width - 1)) ? lane : from);
}
inline unsigned __ballot_sync(unsigned mask, int value) {
  return tengen::cuda::emulator::vote(mask, value != 0);
}
inline int __any_sync(unsigned mask, int value) { return __ballot_sync(mask, value) != 0; }
inline int __all_sync(unsigned mask, int value) { return __ballot_sync(mask, !value) == 0; }

// Atomic operations return what was there before.
template <class T>
T tengen_atomic(T* where, auto change) {
  using Bits = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;
  Bits* word = reinterpret_cast<Bits*>(where);
  Bits old = __atomic_load_n(word, __ATOMIC_RELAXED);
  while (!__atomic_compare_exchange_n(word, &old, std::bit_cast<Bits>(T(change(std::bit_cast<T>(old)))), true,
                                      __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
  return std::bit_cast<T>(old);
}
template <class T>
T atomicAdd(T* where, std::type_identity_t<T> value) {
  return tengen_atomic(where, [=](T old) { return old + value; });
}
template <class T>
T atomicMax(T* where, std::type_identity_t<T> value) {
  return tengen_atomic(where, [=](T old) { return old < value ? value : old; });
}
template <class T>
T atomicMin(T* where, std::type_identity_t<T> value) {
  return tengen_atomic(where, [=](T old) { return value < old ? value : old; });
}
template <class T>
T atomicOr(T* where, std::type_identity_t<T> value) {
  return tengen_atomic(where, [=](T old) { return old | value; });
}
template <class T>
T atomicAnd(T* where, std::type_identity_t<T> value) {
  return tengen_atomic(where, [=](T old) { return old & value; });
}
template <class T>
T atomicExch(T* where, std::type_identity_t<T> value) {
  return tengen_atomic(where, [=](T) { return value; });
}
template <class T>
T atomicCAS(T* where, std::type_identity_t<T> expected, std::type_identity_t<T> value) {
  return tengen_atomic(where, [=](T old) { return old == expected ? value : old; });
}

// Intrinsics.
inline unsigned __float_as_uint(float x) { return std::bit_cast<unsigned>(x); }
inline int __float_as_int(float x) { return std::bit_cast<int>(x); }
inline float __uint_as_float(unsigned x) { return std::bit_cast<float>(x); }
inline float __int_as_float(int x) { return std::bit_cast<float>(x); }
inline long long __double_as_longlong(double x) { return std::bit_cast<long long>(x); }
inline double __longlong_as_double(long long x) { return std::bit_cast<double>(x); }
inline int __popc(unsigned x) { return std::popcount(x); }
inline int __popcll(unsigned long long x) { return std::popcount(x); }
inline int __clz(int x) { return std::countl_zero(unsigned(x)); }
inline int __clzll(long long x) { return std::countl_zero((unsigned long long)x); }
inline int __ffs(int x) { return x ? std::countr_zero(unsigned(x)) + 1 : 0; }
inline unsigned __umulhi(unsigned a, unsigned b) { return unsigned(uint64_t(a) * b >> 32); }
inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
  return (unsigned long long)((unsigned __int128)a * b >> 64);
}
template <class T>
T __ldg(const T* where) {
  return *where;
}
inline float __fmaf_rn(float a, float b, float c) { return std::fma(a, b, c); }
inline float rsqrtf(float x) { return 1 / std::sqrt(x); }
inline double rsqrt(double x) { return 1 / std::sqrt(x); }
using std::max;
using std::min;
