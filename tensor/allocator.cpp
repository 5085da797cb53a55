#include <tengen/tensor/allocator.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <utility>

#include <pthread.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <tengen/tensor/error.h>
#include <tengen/tensor/small_lock.h>

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
constexpr int kMultiples = int(kSmall / kAlignment);
constexpr int kClasses = kMultiples + 4 * (64 - 9);

SizeClass size_class(size_t bytes) {
  if (bytes <= kSmall) {
    int index = bytes == 0 ? 0 : int((bytes - 1) / kAlignment);
    return {index, size_t(index + 1) * kAlignment};
  }
  int log = std::bit_width(bytes - 1) - 1;  // 2^log < bytes <= 2^(log+1)
  size_t step = size_t{1} << (log - 2);
  size_t quarter = (bytes - (size_t{1} << log) + step - 1) / step;  // 1..4
  return {kMultiples + 4 * (log - 9) + int(quarter) - 1, (size_t{1} << log) + quarter * step};
}

constexpr size_t class_bytes(int index) {
  if (index < kMultiples) return size_t(index + 1) * kAlignment;
  int log = 9 + (index - kMultiples) / 4;
  return (size_t{1} << log) + size_t((index - kMultiples) % 4 + 1) * (size_t{1} << (log - 2));
}

/// A block from the system. Large ones ask for huge pages: an entry of the processor's table of addresses
/// then serves 2 MB instead of 4 KB, its fetches ahead do not end after 4 KB, and fresh memory costs 512
/// times fewer faults.
void* take_from_system(size_t bytes) {
#if defined(__linux__)
  constexpr size_t kHugePage = size_t{2} << 20;
  if (bytes >= 2 * kHugePage) {
    void* block = std::aligned_alloc(kHugePage, (bytes + kHugePage - 1) / kHugePage * kHugePage);
    if (block) madvise(block, bytes, MADV_HUGEPAGE);  // a hint: where there are none, nothing changes
    return block;
  }
#endif
  return std::aligned_alloc(kAlignment, bytes);
}

std::atomic<bool> poison{false};

/// Free blocks of one size. The list lies in the blocks themselves: to free memory must not need any. One
/// block in seven has the addresses of the others, so that these are not read from memory, one after the
/// other, when they are handed out again.
class FreeList {
 public:
  size_t size() const { return size_; }
  void push(void* block) {
    ++size_;
    if (first_ && first_->count < kOthers)
      first_->others[first_->count++] = block;
    else
      first_ = new (block) Link{first_};
  }
  /// REQUIRES: size() > 0
  void* pop() {
    --size_;
    return first_->count > 0 ? first_->others[--first_->count] : std::exchange(first_, first_->next);
  }

 private:
  static constexpr size_t kOthers = (kAlignment - sizeof(void*) - sizeof(size_t)) / sizeof(void*);
  struct Link {
    explicit Link(Link* next) : next(next) {}
    Link* next;
    size_t count = 0;
    void* others[kOthers];
  };
  static_assert(sizeof(Link) <= kAlignment, "the smallest blocks hold a link");
  Link* first_ = nullptr;
  size_t size_ = 0;
};

// What threads share. Never destroyed: tensors in static variables may be freed after everything else.
struct Cache {
  std::mutex mutex;
  std::array<FreeList, kClasses> free;
  int64_t in_use = 0, peak = 0;
  int64_t from_system = 0;  // bytes of all blocks, handed out or not
  size_t system_allocations = 0;
  // Made while there is memory for it.
  const Error out_of_memory{"DefaultCPUAllocator: can't allocate memory"};

  Cache() {
    // A child process finds the lists whole and the lock free. What other threads keep is lost to it.
    pthread_atfork([] { instance().mutex.lock(); }, [] { instance().mutex.unlock(); },
                   [] {
                     instance().mutex.unlock();
                     ++detail::process_number;
                   });
  }
  static Cache& instance() {
    static Cache* cache = new Cache;
    return *cache;
  }
  void count(int64_t bytes) {
    in_use += bytes;
    if (in_use > peak) peak = in_use;
  }
};

// Small blocks that a thread has freed, for itself to use again without a lock. A full stack gives half of
// its blocks to the shared cache and an empty one takes as many, so a thread that only frees what others
// allocate hoards little.
constexpr int kThreadClasses = kMultiples + 4 * 3;  // blocks up to 4 KB
constexpr int kStackSize = 64;
constexpr size_t kStackBytes = 64 << 10;
constexpr int64_t kUncounted = 64 << 10;

struct Stack {
  int count, limit;  // limit 0: before the thread's first free, and when it ends
  void* blocks[kStackSize];
};
struct ThreadCache {
  Stack stacks[kThreadClasses];
  int64_t uncounted;  // bytes that `shared.in_use` has yet to hear of
};
// A plain object, so that it can be used from a thread's first moment to its last.
constinit thread_local ThreadCache own{};

void report(Cache& shared) { shared.count(std::exchange(own.uncounted, 0)); }

void count_small(int64_t bytes) {
  own.uncounted += bytes;
  if (own.uncounted < kUncounted && own.uncounted > -kUncounted) [[likely]]
    return;
  Cache& shared = Cache::instance();
  std::lock_guard<std::mutex> lock(shared.mutex);
  report(shared);
}

void open_own_cache() {
#if !defined(__SANITIZE_ADDRESS__)  // it sees uses after free when blocks go back to the system
  struct Lifetime {
    Lifetime() {
      for (int i = 0; i < kThreadClasses; ++i)
        own.stacks[i].limit = int(std::min<size_t>(kStackSize, kStackBytes / class_bytes(i)));
    }
    ~Lifetime() {
      Cache& shared = Cache::instance();
      std::lock_guard<std::mutex> lock(shared.mutex);
      for (int i = 0; i < kThreadClasses; ++i) {
        Stack& stack = own.stacks[i];
        while (stack.count > 0) shared.free[i].push(stack.blocks[--stack.count]);
        stack.limit = 0;
      }
      report(shared);
    }
  };
  static thread_local Lifetime lifetime;
#endif
}

/// From the system; the cache may hold in other classes what is missing. Null when there is none.
void* take_or_make_room(size_t bytes) {
  if (void* block = take_from_system(bytes)) return block;
  empty_host_cache();
  return take_from_system(bytes);
}

[[noreturn]] void out_of_memory(size_t bytes) {
  try {
    fail("DefaultCPUAllocator: can't allocate memory: you tried to allocate ", bytes, " bytes");
  } catch (const std::bad_alloc&) {  // not even for this message
  }
  throw Cache::instance().out_of_memory;
}

void* allocate_shared(SizeClass size) {
  Cache& shared = Cache::instance();
  {
    std::lock_guard<std::mutex> lock(shared.mutex);
    FreeList& list = shared.free[size.index];
    if (list.size() > 0) {
      void* block = list.pop();
      if (size.index < kThreadClasses) {
        Stack& stack = own.stacks[size.index];
        while (stack.count < stack.limit / 2 && list.size() > 0) stack.blocks[stack.count++] = list.pop();
      }
      shared.count(int64_t(size.bytes));
      return block;
    }
  }
  void* block = take_or_make_room(size.bytes);
  if (!block) return nullptr;
  std::lock_guard<std::mutex> lock(shared.mutex);
  ++shared.system_allocations;
  shared.from_system += int64_t(size.bytes);
  shared.count(int64_t(size.bytes));
  return block;
}

void free_shared(void* block, SizeClass size) {
  Cache& shared = Cache::instance();
  std::lock_guard<std::mutex> lock(shared.mutex);
  shared.count(-int64_t(size.bytes));
#if defined(__SANITIZE_ADDRESS__)
  shared.from_system -= int64_t(size.bytes);
  std::free(block);
#else
  FreeList& list = shared.free[size.index];
  list.push(block);
  if (size.index >= kThreadClasses) return;
  Stack& stack = own.stacks[size.index];
  while (stack.count > stack.limit / 2) list.push(stack.blocks[--stack.count]);
#endif
}

}  // namespace

void* allocate_host(size_t bytes) {
  SizeClass size = size_class(bytes);
  void* block;
  if (size.index < kThreadClasses && own.stacks[size.index].count > 0) [[likely]] {
    Stack& stack = own.stacks[size.index];
    block = stack.blocks[--stack.count];
    count_small(int64_t(size.bytes));
  } else {
    block = allocate_shared(size);
    if (!block) out_of_memory(bytes);
  }
  if (poison.load(std::memory_order_relaxed)) [[unlikely]]
    std::memset(block, 0xff, size.bytes);
  return block;
}

void free_host(void* block, size_t bytes) noexcept {
  SizeClass size = size_class(bytes);
  if (size.index < kThreadClasses) {
    Stack& stack = own.stacks[size.index];
    if (stack.count < stack.limit) [[likely]] {
      stack.blocks[stack.count++] = block;
      return count_small(-int64_t(size.bytes));
    }
    if (stack.limit == 0) open_own_cache();
  }
  free_shared(block, size);
}

void* allocate_uncached(size_t bytes) {
  void* block = take_or_make_room((bytes + kAlignment - 1) / kAlignment * kAlignment);
  if (!block) out_of_memory(bytes);
  return block;
}

MemoryStats host_memory_stats() {
  Cache& shared = Cache::instance();
  std::lock_guard<std::mutex> lock(shared.mutex);
  report(shared);
  size_t in_use = size_t(std::max<int64_t>(shared.in_use, 0));  // another thread may have yet to report
  return {in_use, size_t(shared.from_system) - std::min(in_use, size_t(shared.from_system)),
          size_t(shared.peak), shared.system_allocations};
}

void empty_host_cache() {
  Cache& shared = Cache::instance();
  std::lock_guard<std::mutex> lock(shared.mutex);
  auto give_back = [&](int index, void* block) {
    std::free(block);
    shared.from_system -= int64_t(class_bytes(index));
  };
  for (int i = 0; i < kClasses; ++i)
    while (shared.free[i].size() > 0) give_back(i, shared.free[i].pop());
  for (int i = 0; i < kThreadClasses; ++i)
    while (own.stacks[i].count > 0) give_back(i, own.stacks[i].blocks[--own.stacks[i].count]);
}

void set_poison_fresh_memory(bool enabled) { poison = enabled; }
bool poisons_fresh_memory() { return poison; }

}  // namespace tengen
