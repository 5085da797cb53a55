// Private: not installed; no public header includes it.
// Launching kernels: the one place that knows whether they run on a GPU or in the emulator. Only .cu files
// include this.
#pragma once

#include <tengen/cuda/runtime/runtime.h>

namespace tengen::cuda {

constexpr int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

/// Runs kernel(args...) on `grid` blocks of `block` threads with `shared` bytes of dynamic shared memory, in
/// the order of the current stream. `what` names the operator in errors. A grid without blocks does nothing.
template <class... Params, class... Args>
void launch(const char* what, void (*kernel)(Params...), dim3 grid, dim3 block, size_t shared, Args... args) {
  if (grid.x == 0 || grid.y == 0 || grid.z == 0) return;
#if defined(TENGEN_CUDA_EMULATOR)
  check(emulator::launch(grid, block, shared, current_stream(), [=] { kernel(Params(args)...); }), what);
#else
  if (shared > 48 << 10)
    check(cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel),
                               cudaFuncAttributeMaxDynamicSharedMemorySize, int(shared)),
          what);
  // clang-format off
  kernel<<<grid, block, shared, current_stream()>>>(Params(args)...);
  // clang-format on
#endif
  check_launch(what);
}

/// Threads of a block for kernels without shared memory.
constexpr int kThreads = 256;

/// A grid for one thread per item; kernels find theirs with global_index(). At most 2^31 - 1 blocks.
inline dim3 grid_for(int64_t items, int threads = kThreads) {
  return dim3(unsigned(divide_up(items, threads)));
}
/// A grid for kernels that loop over their items by global_index() and global_threads(): as many blocks as
/// the device runs at once.
inline dim3 looping_grid(int64_t items, int threads = kThreads) {
  int64_t most = int64_t(device_limits().multiprocessors) * (2048 / threads),
          blocks = divide_up(items, threads);
  return dim3(unsigned(blocks < most ? blocks : most));
}

#if defined(__CUDACC__) || defined(TENGEN_CUDA_EMULATOR)
__device__ inline int64_t global_index() { return int64_t(blockIdx.x) * blockDim.x + threadIdx.x; }
__device__ inline int64_t global_threads() { return int64_t(gridDim.x) * blockDim.x; }

/// The block's dynamic shared memory, 16-byte aligned.
template <class T>
__device__ T* dynamic_shared() {
#if defined(TENGEN_CUDA_EMULATOR)
  return static_cast<T*>(emulator::dynamic_shared());
#else
  extern __shared__ __align__(16) unsigned char memory[];
  return reinterpret_cast<T*>(memory);
#endif
}
#endif

}  // namespace tengen::cuda
