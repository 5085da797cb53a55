#include <tengen/cuda/runtime/allocator.h>

#include <bit>
#include <map>
#include <mutex>
#include <unordered_map>
#include <vector>

#include <tengen/cuda/runtime/runtime.h>
#include <tengen/tensor/allocator.h>
#include <tengen/tensor/cuda.h>
#include <tengen/tensor/cuda_backend.h>
#include <tengen/tensor/error.h>

namespace tengen::cuda {
namespace {

// Multiples of 512 bytes up to 4 KB, then four steps per power of two: at most a quarter is wasted.
size_t rounded(size_t bytes) {
#if defined(__SANITIZE_ADDRESS__)
  return bytes;  // the emulated device sees accesses behind the end
#else
  constexpr size_t kStep = 512;
  if (bytes <= 8 * kStep) return (bytes + kStep - 1) / kStep * kStep;
  const size_t step = std::bit_floor(bytes - 1) / 4;
  return (bytes + step - 1) / step * step;
#endif
}

/// Who uses a block again: the work of one stream, or one graph (begin_private_memory).
using Owner = const void*;
thread_local Owner private_owner = nullptr;
thread_local cudaStream_t private_source = nullptr;

struct Block {
  Owner owner;
  size_t bytes;
  bool is_private;
};

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kKeeps = false;  // freed blocks are given back, so that the emulated device sees who uses them
#else
constexpr bool kKeeps = true;
#endif

struct Cache {
  std::mutex mutex;
  std::unordered_map<void*, Block> used;
  using Free = std::map<std::pair<Owner, size_t>, std::vector<void*>>;
  Free free, of_graphs;
  DeviceMemoryStats stats{};

  static Cache& instance() {
    static Cache* cache = new Cache;  // never destroyed: static tensors are freed later than anything else
    return *cache;
  }

  /// A freed block waits to be used again. A graph's is not free for anybody else: the next replay uses it.
  void keep(void* block, const Block& freed) noexcept {
    if (kKeeps || freed.is_private) {
      (freed.is_private ? of_graphs : free)[{freed.owner, freed.bytes}].push_back(block);
    } else {
      cudaFree(block);
      stats.reserved -= freed.bytes;
    }
  }

  void give_back_free() {
    check(cudaDeviceSynchronize(), "empty_cache");
    for (auto& [key, blocks] : free) {
      for (void* block : blocks) {
        check(cudaFree(block), "empty_cache");
        stats.reserved -= key.second;
      }
      blocks.clear();
    }
  }
};

[[noreturn]] void out_of_memory(size_t bytes, const DeviceMemoryStats& stats) {
  size_t free = 0, total = 0;
  cudaMemGetInfo(&free, &total);
  constexpr double kMiB = 1 << 20;
  fail("CUDA out of memory: tried to allocate ", double(bytes) / kMiB, " MiB; the device has ",
       double(total) / kMiB, " MiB, of which ", double(free) / kMiB, " are free and tensors use ",
       double(stats.in_use) / kMiB);
}

}  // namespace

void* allocate(size_t bytes) {
  if (bytes == 0) return nullptr;
  Cache& cache = Cache::instance();
  std::lock_guard lock(cache.mutex);
  const Owner owner = private_owner ? private_owner : current_stream();
  const size_t size = rounded(bytes);
  void* block = nullptr;
  const auto take = [&](Cache::Free& free, Owner from) {
    auto found = free.find({from, size});
    if (found == free.end() || found->second.empty()) return false;
    block = found->second.back();
    found->second.pop_back();
    return true;
  };
  const bool found = private_owner ? take(cache.of_graphs, owner) || take(cache.free, private_source)
                                   : take(cache.free, owner);
  if (!found) {
    // A recording goes on undisturbed: it does not contain allocations.
    cudaStreamCaptureMode mode = cudaStreamCaptureModeRelaxed;
    check(cudaThreadExchangeStreamCaptureMode(&mode), "allocation of device memory");
    cudaError_t status = cudaMalloc(&block, size);
    if (status == cudaErrorMemoryAllocation) {
      cudaGetLastError();  // forget it
      cache.give_back_free();
      status = cudaMalloc(&block, size);
      if (status == cudaErrorMemoryAllocation) {
        cudaGetLastError();
        out_of_memory(bytes, cache.stats);
      }
    }
    check(cudaThreadExchangeStreamCaptureMode(&mode), "allocation of device memory");
    check(status, "allocation of device memory");
    cache.stats.reserved += size;
  }
  cache.used[block] = {owner, size, private_owner != nullptr};
  cache.stats.in_use += size;
  cache.stats.peak = std::max(cache.stats.peak, cache.stats.in_use);
  if (poisons_fresh_memory())
    check(cudaMemsetAsync(block, 0xff, size, current_stream()), "poisoning of fresh memory");
  return block;
}

void release(void* block) noexcept {
  if (!block) return;
  Cache& cache = Cache::instance();
  std::lock_guard lock(cache.mutex);
  auto found = cache.used.find(block);
  if (found == cache.used.end()) return;
  const Block freed = found->second;
  cache.used.erase(found);
  cache.stats.in_use -= freed.bytes;
  cache.keep(block, freed);
}

void begin_private_memory(const void* owner, cudaStream_t source) {
  private_owner = owner;
  private_source = source;
}
void end_private_memory() { private_owner = nullptr; }

void forget_private_memory(const void* owner, cudaStream_t heir) {
  Cache& cache = Cache::instance();
  std::lock_guard lock(cache.mutex);
  for (auto& [block, info] : cache.used)
    if (info.is_private && info.owner == owner) info = {heir, info.bytes, false};
  const auto first = cache.of_graphs.lower_bound({owner, 0});
  auto last = first;
  for (; last != cache.of_graphs.end() && last->first.first == owner; ++last)
    for (void* block : last->second) cache.keep(block, {heir, last->first.second, false});
  cache.of_graphs.erase(first, last);
}

DeviceMemoryStats device_memory_stats() {
  Cache& cache = Cache::instance();
  std::lock_guard lock(cache.mutex);
  return cache.stats;
}

size_t memory_allocated() { return device_memory_stats().in_use; }
size_t max_memory_allocated() { return device_memory_stats().peak; }
size_t memory_reserved() { return device_memory_stats().reserved; }
void reset_peak_memory_stats() {
  Cache& cache = Cache::instance();
  std::lock_guard lock(cache.mutex);
  cache.stats.peak = cache.stats.in_use;
}
void empty_cache() {
  Cache& cache = Cache::instance();
  std::lock_guard lock(cache.mutex);
  cache.give_back_free();
}

}  // namespace tengen::cuda
