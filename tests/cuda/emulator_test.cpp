// The emulator keeps CUDA's promises: what barriers, shuffles, votes and atomics do, and what happens to
// wrong kernels.
#if defined(TENGEN_CUDA_EMULATOR)
#include <cuda_runtime.h>
#include <doctest/doctest.h>
#include <tengen/tensor/error.h>

#include <functional>
#include <string>
#include <vector>

using tengen::cuda::emulator::launch;

namespace {

/// Device memory with n ints.
struct Ints {
  int* data = nullptr;
  size_t n;
  explicit Ints(size_t n) : n(n) {
    REQUIRE(cudaMalloc(reinterpret_cast<void**>(&data), n * sizeof(int)) == cudaSuccess);
    cudaMemsetAsync(data, 0, n * sizeof(int));
  }
  ~Ints() { cudaFree(data); }
  std::vector<int> host() const {
    std::vector<int> out(n);
    cudaMemcpyAsync(out.data(), data, n * sizeof(int), cudaMemcpyDeviceToHost);
    return out;
  }
};

std::string error_of(dim3 grid, dim3 block, const std::function<void()>& thread) {
  try {
    launch(grid, block, 0, nullptr, thread);
  } catch (const tengen::Error& error) {
    return error.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("threads know their place") {
  Ints out(3 * 2 * 4 * 2 * 2);
  int* data = out.data;
  launch(dim3(3, 2), dim3(4, 2, 2), 0, nullptr, [data] {
    int thread = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
    int block = blockIdx.y * gridDim.x + blockIdx.x;
    data[block * 16 + thread] = block * 100 + thread;
  });
  std::vector<int> found = out.host();
  for (int i = 0; i < int(found.size()); ++i) CHECK(found[i] == i / 16 * 100 + i % 16);
}

TEST_CASE(
    "a barrier makes all earlier writes of the block visible, threads that have returned do not count") {
  Ints out(100);
  int* data = out.data;
  launch(1, 100, 100 * sizeof(int), nullptr, [data] {
    int* shared = static_cast<int*>(tengen::cuda::emulator::dynamic_shared());
    shared[threadIdx.x] = int(threadIdx.x);
    __syncthreads();
    if (threadIdx.x >= 50) return;
    int sum = 0;
    for (int i = 0; i < 100; ++i) sum += shared[i];
    for (int step = 0; step < 3; ++step) {
      __syncthreads();
      shared[(threadIdx.x + step) % 50] = sum + step;
      __syncthreads();
      data[threadIdx.x] = shared[threadIdx.x];
    }
  });
  std::vector<int> found = out.host();
  for (int i = 0; i < 50; ++i) CHECK(found[i] == 4950 + 2);
}

TEST_CASE("warps exchange values and votes") {
  Ints out(64 * 6);
  int* data = out.data;
  launch(1, 64, 0, nullptr, [data] {
    int lane = int(threadIdx.x % 32), *mine = data + threadIdx.x * 6;
    mine[0] = __shfl_xor_sync(0xffffffffu, lane, 5);
    mine[1] = __shfl_up_sync(0xffffffffu, lane, 3);
    mine[2] = __shfl_down_sync(0xffffffffu, lane, 3, 16);
    mine[3] = int(__ballot_sync(0xffffffffu, lane % 3 == 0));
    mine[4] = int(__shfl_sync(0xffffffffu, double(lane) / 2, 7) * 2);
    mine[5] = __any_sync(0xffffffffu, threadIdx.x == 40) * 2 + __all_sync(0xffffffffu, threadIdx.x < 32);
  });
  std::vector<int> found = out.host();
  for (int i = 0; i < 64; ++i) {
    int lane = i % 32, *mine = &found[i * 6];
    CHECK(mine[0] == (lane ^ 5));
    CHECK(mine[1] == (lane < 3 ? lane : lane - 3));
    CHECK(mine[2] == (lane % 16 + 3 >= 16 ? lane : lane + 3));
    CHECK(unsigned(mine[3]) == 0x49249249u);
    CHECK(mine[4] == 7);
    CHECK(mine[5] == (i < 32 ? 1 : 2));
  }
}

TEST_CASE("atomic operations return what was there before") {
  Ints out(4);
  int* data = out.data;
  launch(2, 50, 0, nullptr, [data] {
    atomicAdd(&data[0], 2);
    atomicMax(&data[1], int(threadIdx.x));
    if (atomicCAS(&data[2], 0, 7) == 0) atomicAdd(&data[3], 1);
  });
  CHECK(out.host() == std::vector<int>{200, 49, 7, 1});
}

TEST_CASE("a barrier that some threads never reach is an error, not a hang") {
  CHECK(error_of(1, 64, [] {
          if (threadIdx.x == 3)
            __syncwarp();
          else
            __syncthreads();
        }).find("never reach") != std::string::npos);
  CHECK(error_of(1, 32, [] { __syncwarp(threadIdx.x == 3 ? 1u : 0xffffffffu); }).find("mask") !=
        std::string::npos);
  // And the next kernel runs.
  Ints out(1);
  int* data = out.data;
  launch(1, 32, 0, nullptr, [data] { atomicAdd(data, 1); });
  CHECK(out.host()[0] == 32);
}

TEST_CASE("what a device refuses is refused") {
  CHECK(launch(1, 1025, 0, nullptr, [] {}) == cudaErrorInvalidConfiguration);
  CHECK(launch(dim3(1, 70000), 32, 0, nullptr, [] {}) == cudaErrorInvalidConfiguration);
  CHECK(launch(1, 32, 300 << 10, nullptr, [] {}) == cudaErrorInvalidConfiguration);
  void* memory = nullptr;
  CHECK(cudaMalloc(&memory, size_t{1} << 40) == cudaErrorMemoryAllocation);
  CHECK(cudaFree(&memory) == cudaErrorInvalidValue);
}

TEST_CASE("a graph does later what was asked of the capturing stream") {
  Ints out(1);
  int* data = out.data;
  cudaStream_t stream;
  cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
  REQUIRE(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal) == cudaSuccess);
  launch(1, 32, 0, stream, [data] { atomicAdd(data, 1); });
  void* memory = nullptr;
  CHECK(cudaMalloc(&memory, 4) == cudaErrorStreamCaptureUnsupported);
  cudaGraph_t graph;
  REQUIRE(cudaStreamEndCapture(stream, &graph) == cudaSuccess);
  CHECK(out.host()[0] == 0);
  cudaGraphExec_t executable;
  cudaGraphInstantiate(&executable, graph);
  for (int i = 0; i < 3; ++i) cudaGraphLaunch(executable, stream);
  CHECK(out.host()[0] == 96);
  cudaGraphExecDestroy(executable);
  cudaGraphDestroy(graph);
  cudaStreamDestroy(stream);
}
#endif
