// The emulated runtime: device memory that the host cannot touch, streams whose work is done at once, graphs.
#include <cuda_runtime.h>
#include <sys/mman.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <tengen/tensor/error.h>

#include "block.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

struct CUstream_st {
  CUgraph_st* capturing = nullptr;
  bool invalid = false;  // something was asked for that cannot be captured
};
struct CUevent_st {
  std::chrono::steady_clock::time_point when;
};
struct CUgraph_st {
  std::vector<std::function<void()>> nodes;
};
struct CUgraphExec_st {
  std::vector<std::function<void()>> nodes;
};

namespace tengen::cuda::emulator {
namespace {

constexpr size_t kDeviceBytes = size_t{16} << 30;
constexpr size_t kAlignment = 256;
constexpr size_t kPage = 2 << 20;
constexpr size_t kMaxShared = 227 << 10;  // of one block, as on the H100

// Addresses for all of the device's memory. Pages are readable and writable only while somebody runs on the
// device; with the address sanitizer, what nobody has allocated is not readable even then.
class Heap {
 public:
  Heap() {
    void* memory =
        mmap(nullptr, kDeviceBytes + kPage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    TENGEN_CHECK(memory != MAP_FAILED, "CUDA emulator: no addresses for device memory");
    // Huge pages: to open and close the memory costs by the page.
    base_ = reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(memory) + kPage - 1) / kPage * kPage);
    madvise(base_, kDeviceBytes, MADV_HUGEPAGE);
    poison(base_, kDeviceBytes, true);
    free_[base_] = kDeviceBytes;
  }

  void* allocate(size_t bytes) {
    size_t rounded = (bytes + kAlignment - 1) / kAlignment * kAlignment;
#if defined(__SANITIZE_ADDRESS__)
    rounded += kAlignment;  // something between neighbours that nobody may touch
#endif
    for (auto& [begin, size] : free_) {
      if (size < rounded) continue;
      char* block = begin;
      const size_t rest = size - rounded;
      free_.erase(begin);
      if (rest) free_[block + rounded] = rest;
      used_[block] = rounded;
      in_use_ += rounded;
      top_ = std::max(top_, size_t(block - base_) + rounded);
      poison(block, bytes, false);
      return block;
    }
    return nullptr;
  }

  bool release(void* memory) {
    auto found = used_.find(static_cast<char*>(memory));
    if (found == used_.end()) return false;
    auto [begin, size] = *found;
    used_.erase(found);
    in_use_ -= size;
    poison(begin, size, true);
    auto next = free_.lower_bound(begin);
    if (next != free_.end() && next->first == begin + size) {
      size += next->second;
      next = free_.erase(next);
    }
    if (next != free_.begin()) {
      auto before = std::prev(next);
      if (before->first + before->second == begin) {
        before->second += size;
        return true;
      }
    }
    free_[begin] = size;
    return true;
  }

  void open() {
    if (depth_++ == 0) protect(PROT_READ | PROT_WRITE);
  }
  void close() {
    if (--depth_ == 0) protect(PROT_NONE);
  }
  size_t in_use() const { return in_use_; }

 private:
  void protect(int access) {
    if (top_) mprotect(base_, (top_ + kPage - 1) / kPage * kPage, access);
  }
  static void poison([[maybe_unused]] void* memory, [[maybe_unused]] size_t bytes, [[maybe_unused]] bool on) {
#if defined(__SANITIZE_ADDRESS__)
    if (on)
      ASAN_POISON_MEMORY_REGION(memory, bytes);
    else
      ASAN_UNPOISON_MEMORY_REGION(memory, bytes);
#endif
  }

  char* base_;
  std::map<char*, size_t> free_, used_;
  size_t top_ = 0, in_use_ = 0;
  int depth_ = 0;
};

struct Machine {
  std::recursive_mutex mutex;  // one kernel runs at a time
  Heap heap;
  CUstream_st default_stream;
};
Machine& machine() {
  static Machine* instance =
      new Machine;  // never destroyed: static tensors are freed later than anything else
  return *instance;
}
using Lock = std::lock_guard<std::recursive_mutex>;

CUstream_st& stream_of(cudaStream_t stream) { return stream ? *stream : machine().default_stream; }

// The captures that this thread has begun, and whether it has said that it knows what it does.
thread_local int captures = 0;
thread_local cudaStreamCaptureMode capture_mode = cudaStreamCaptureModeGlobal;

/// For calls that a capture of the same thread forbids.
cudaError_t forbidden_in_capture() {
  return captures && capture_mode != cudaStreamCaptureModeRelaxed ? cudaErrorStreamCaptureUnsupported
                                                                  : cudaSuccess;
}

cudaError_t submit(cudaStream_t stream, std::function<void()> work) {
  Machine& m = machine();
  Lock lock(m.mutex);
  CUstream_st& s = stream_of(stream);
  if (s.capturing) {
    s.capturing->nodes.push_back(std::move(work));
    return cudaSuccess;
  }
  struct Open {
    Heap& heap;
    explicit Open(Heap& heap) : heap(heap) { heap.open(); }
    ~Open() { heap.close(); }
  } open(m.heap);
  work();
  return cudaSuccess;
}

thread_local char* shared_memory = nullptr;

// Owns a thread's shared memory; uninitialised memory holds NaN, so that kernels that rely on zeros are
// found.
void prepare_shared(size_t bytes) {
  static thread_local std::unique_ptr<char, decltype(&std::free)> memory(
      static_cast<char*>(std::aligned_alloc(128, kMaxShared + 1024)), &std::free);
  shared_memory = memory.get();
#if defined(__SANITIZE_ADDRESS__)
  ASAN_UNPOISON_MEMORY_REGION(shared_memory, bytes);
  ASAN_POISON_MEMORY_REGION(shared_memory + bytes, kMaxShared + 1024 - bytes);
#endif
  std::memset(shared_memory, 0xff, bytes);
}

}  // namespace

void* dynamic_shared() { return shared_memory; }

cudaError_t launch(dim3 grid, dim3 block, size_t shared, cudaStream_t stream, std::function<void()> thread) {
  const uint64_t threads = uint64_t(block.x) * block.y * block.z;
  if (threads == 0 || threads > 1024 || block.z > 64 || grid.x == 0 || grid.y == 0 || grid.z == 0 ||
      grid.x > 0x7fffffffu || grid.y > 65535 || grid.z > 65535 || shared > kMaxShared)
    return cudaErrorInvalidConfiguration;
  return submit(stream, [=, thread = std::move(thread)] {
    for (unsigned z = 0; z < grid.z; ++z)
      for (unsigned y = 0; y < grid.y; ++y)
        for (unsigned x = 0; x < grid.x; ++x) {
          prepare_shared(shared);
          run_block(grid, block, {x, y, z}, thread);
        }
  });
}

cudaError_t run(cudaStream_t stream, std::function<void()> function) {
  return submit(stream, std::move(function));
}

}  // namespace tengen::cuda::emulator

using namespace tengen::cuda::emulator;

const char* cudaGetErrorString(cudaError_t error) {
  switch (error) {
    case cudaSuccess:
      return "no error";
    case cudaErrorInvalidValue:
      return "invalid argument";
    case cudaErrorMemoryAllocation:
      return "out of memory";
    case cudaErrorInvalidConfiguration:
      return "invalid configuration argument";
    case cudaErrorNoDevice:
      return "no CUDA-capable device is detected";
    case cudaErrorInvalidDevice:
      return "invalid device ordinal";
    case cudaErrorInvalidResourceHandle:
      return "invalid resource handle";
    case cudaErrorNotReady:
      return "device not ready";
    case cudaErrorLaunchFailure:
      return "unspecified launch failure";
    case cudaErrorStreamCaptureUnsupported:
      return "operation not permitted when stream is capturing";
    case cudaErrorStreamCaptureInvalidated:
      return "operation failed due to a previous error during capture";
  }
  return "unrecognized error code";
}
cudaError_t cudaGetLastError() { return cudaSuccess; }

cudaError_t cudaGetDeviceCount(int* count) {
  const char* visible = std::getenv("CUDA_VISIBLE_DEVICES");
  *count = visible && !*visible ? 0 : 1;
  return *count ? cudaSuccess : cudaErrorNoDevice;
}
cudaError_t cudaGetDevice(int* device) {
  *device = 0;
  return cudaSuccess;
}
cudaError_t cudaSetDevice(int device) { return device == 0 ? cudaSuccess : cudaErrorInvalidDevice; }

// Few multiprocessors, so that kernels which loop over their items do.
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device) {
  if (device != 0) return cudaErrorInvalidDevice;
  switch (attribute) {
    case cudaDevAttrMultiProcessorCount:
      *value = 4;
      return cudaSuccess;
    case cudaDevAttrComputeCapabilityMajor:
      *value = 9;
      return cudaSuccess;
    case cudaDevAttrComputeCapabilityMinor:
      *value = 0;
      return cudaSuccess;
    case cudaDevAttrMaxSharedMemoryPerBlockOptin:
      *value = int(kMaxShared);
      return cudaSuccess;
  }
  return cudaErrorInvalidValue;
}
cudaError_t cudaDeviceSynchronize() { return forbidden_in_capture(); }
cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = 0;
  return cudaSuccess;
}
cudaError_t cudaDriverGetVersion(int* version) {
  *version = 0;
  return cudaSuccess;
}

cudaError_t cudaMalloc(void** memory, size_t bytes) {
  Machine& m = machine();
  Lock lock(m.mutex);
  if (cudaError_t error = forbidden_in_capture()) return error;
  *memory = bytes ? m.heap.allocate(bytes) : nullptr;
  return bytes && !*memory ? cudaErrorMemoryAllocation : cudaSuccess;
}
cudaError_t cudaFree(void* memory) {
  if (!memory) return cudaSuccess;
  Machine& m = machine();
  Lock lock(m.mutex);
  if (cudaError_t error = forbidden_in_capture()) return error;
  return m.heap.release(memory) ? cudaSuccess : cudaErrorInvalidValue;
}
cudaError_t cudaHostAlloc(void** memory, size_t bytes, unsigned) {
  *memory = std::aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
  return *memory ? cudaSuccess : cudaErrorMemoryAllocation;
}
cudaError_t cudaFreeHost(void* memory) {
  std::free(memory);
  return cudaSuccess;
}
cudaError_t cudaHostGetDevicePointer(void** on_device, void* memory, unsigned) {
  *on_device = memory;
  return cudaSuccess;
}
cudaError_t cudaMemGetInfo(size_t* free, size_t* total) {
  Machine& m = machine();
  Lock lock(m.mutex);
  *total = kDeviceBytes;
  *free = kDeviceBytes - m.heap.in_use();
  return cudaSuccess;
}
cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind, cudaStream_t stream) {
  return submit(stream, [=] { std::memmove(to, from, bytes); });
}
cudaError_t cudaMemsetAsync(void* memory, int value, size_t bytes, cudaStream_t stream) {
  return submit(stream, [=] { std::memset(memory, value, bytes); });
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  *stream = new CUstream_st;
  return cudaSuccess;
}
cudaError_t cudaDeviceGetStreamPriorityRange(int* least, int* greatest) {
  *least = 0;
  *greatest = -5;
  return cudaSuccess;
}
cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned flags, int) {
  return cudaStreamCreateWithFlags(stream, flags);
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  delete stream;
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  CUstream_st& s = stream_of(stream);
  if (!s.capturing) return cudaSuccess;
  s.invalid = true;
  return cudaErrorStreamCaptureUnsupported;
}
cudaError_t cudaStreamQuery(cudaStream_t stream) { return cudaStreamSynchronize(stream); }
cudaError_t cudaStreamWaitEvent(cudaStream_t, cudaEvent_t, unsigned) { return cudaSuccess; }
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  *event = new CUevent_st;
  return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete event;
  return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  return submit(stream, [=] { event->when = std::chrono::steady_clock::now(); });
}
cudaError_t cudaEventSynchronize(cudaEvent_t) { return cudaSuccess; }
cudaError_t cudaEventQuery(cudaEvent_t) { return cudaSuccess; }
cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t end) {
  *milliseconds = std::chrono::duration<float, std::milli>(end->when - start->when).count();
  return cudaSuccess;
}

cudaError_t cudaThreadExchangeStreamCaptureMode(cudaStreamCaptureMode* mode) {
  std::swap(*mode, capture_mode);
  return cudaSuccess;
}
cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
  Machine& m = machine();
  Lock lock(m.mutex);
  if (!stream || stream->capturing) return cudaErrorStreamCaptureUnsupported;
  stream->capturing = new CUgraph_st;
  stream->invalid = false;
  ++captures;
  return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  Machine& m = machine();
  Lock lock(m.mutex);
  *graph = nullptr;
  if (!stream || !stream->capturing) return cudaErrorInvalidValue;
  --captures;
  *graph = std::exchange(stream->capturing, nullptr);
  if (!stream->invalid) return cudaSuccess;
  delete *graph;
  *graph = nullptr;
  return cudaErrorStreamCaptureInvalidated;
}
cudaError_t cudaStreamIsCapturing(cudaStream_t stream, cudaStreamCaptureStatus* status) {
  CUstream_st& s = stream_of(stream);
  *status = !s.capturing ? cudaStreamCaptureStatusNone
            : s.invalid  ? cudaStreamCaptureStatusInvalidated
                         : cudaStreamCaptureStatusActive;
  return cudaSuccess;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph, unsigned long long) {
  *executable = new CUgraphExec_st{graph->nodes};
  return cudaSuccess;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t stream) {
  for (const auto& node : executable->nodes)
    if (cudaError_t error = submit(stream, node)) return error;
  return cudaSuccess;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
  delete executable;
  return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return cudaSuccess;
}
