#include <tengen/tensor/allocator.h>

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <vector>

#include <tengen/tensor/error.h>

namespace tengen {
namespace {

constexpr size_t kAlignment = 64;

// Size classes: multiples of 64 bytes up to 512, then four steps per power of two. At most a quarter is
// wasted.
struct SizeClass {
  int index;
  size_t bytes;
};
constexpr size_t kSmall = 512;
constexpr int kClasses = int(kSmall / kAlignment) + 4 * (64 - 9);

SizeClass size_class(size_t bytes) {
  if (bytes <= kSmall) {
    int index = bytes == 0 ? 0 : int((bytes - 1) / kAlignment);
    return {index, size_t(index + 1) * kAlignment};
  }
  int log = std::bit_width(bytes - 1) - 1;  // 2^log < bytes <= 2^(log+1)
  size_t step = size_t{1} << (log - 2);
  size_t quarter = (bytes - (size_t{1} << log) + step - 1) / step;  // 1..4
  return {int(kSmall / kAlignment) + 4 * (log - 9) + int(quarter) - 1, (size_t{1} << log) + quarter * step};
}

std::atomic<bool> poison{false};

// Never destroyed: tensors in static variables may be freed after everything else.
struct Cache {
  std::mutex mutex;
  std::array<std::vector<void*>, kClasses> free;
  MemoryStats stats{};

  static Cache& instance() {
    static Cache* cache = new Cache;
    return *cache;
  }
};

}  // namespace

void* allocate_host(size_t bytes) {
  Cache& cache = Cache::instance();
  SizeClass size = size_class(bytes);
  void* block = nullptr;
  {
    std::lock_guard<std::mutex> lock(cache.mutex);
    auto& list = cache.free[size.index];
    if (!list.empty()) {
      block = list.back();
      list.pop_back();
      cache.stats.cached -= size.bytes;
    } else {
      ++cache.stats.system_allocations;
    }
    cache.stats.in_use += size.bytes;
    if (cache.stats.in_use > cache.stats.peak) cache.stats.peak = cache.stats.in_use;
  }
  if (!block) block = std::aligned_alloc(kAlignment, size.bytes);
  if (!block) {  // the cache may hold what is missing in other classes
    empty_host_cache();
    block = std::aligned_alloc(kAlignment, size.bytes);
  }
  if (!block) fail("out of memory: tried to allocate ", bytes, " bytes");
  if (poison.load(std::memory_order_relaxed)) std::memset(block, 0xff, size.bytes);
  return block;
}

void free_host(void* block, size_t bytes) noexcept {
  Cache& cache = Cache::instance();
  SizeClass size = size_class(bytes);
  std::lock_guard<std::mutex> lock(cache.mutex);
  cache.stats.in_use -= size.bytes;
#if defined(__SANITIZE_ADDRESS__)
  std::free(block);  // let the sanitizer see uses after this
#else
  cache.free[size.index].push_back(block);
  cache.stats.cached += size.bytes;
#endif
}

MemoryStats host_memory_stats() {
  Cache& cache = Cache::instance();
  std::lock_guard<std::mutex> lock(cache.mutex);
  return cache.stats;
}

void empty_host_cache() {
  Cache& cache = Cache::instance();
  std::lock_guard<std::mutex> lock(cache.mutex);
  for (auto& list : cache.free) {
    for (void* block : list) std::free(block);
    list.clear();
  }
  cache.stats.cached = 0;
}

void set_poison_fresh_memory(bool enabled) { poison = enabled; }

}  // namespace tengen
