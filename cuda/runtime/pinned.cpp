// Page-locked host memory, which the device copies from and to while the host does something else. Freed
// blocks are kept for the next request of their size, each until the copies that use it are done.
#include <tengen/cuda/runtime/pinned.h>

#include <bit>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <unordered_map>
#include <vector>

#include <tengen/cuda/runtime/runtime.h>
#include <tengen/cuda/runtime/stream.h>
#include <tengen/tensor/cuda_backend.h>

namespace tengen::cuda {
namespace {

struct Block {
  size_t bytes;
  std::set<cudaStream_t> users;  // streams with copies that may not be done
};

struct Pool {
  std::mutex mutex;
  std::unordered_map<void*, Block> used;
  std::multimap<size_t, void*> free;
  struct Waiting {
    void* block;
    size_t bytes;
    std::vector<CUDAEvent> events;
  };
  std::deque<Waiting> waiting;

  static Pool& instance() {
    static Pool* pool = new Pool;  // never destroyed: static tensors are freed later than anything else
    return *pool;
  }
};

}  // namespace

void* allocate_pinned(size_t bytes) {
  resolve(kCUDA);
  const size_t size = std::bit_ceil(bytes < 4096 ? size_t{4096} : bytes);
  Pool& pool = Pool::instance();
  std::lock_guard lock(pool.mutex);
  for (auto it = pool.waiting.begin(); it != pool.waiting.end();) {
    bool done = true;
    for (const CUDAEvent& event : it->events) done &= event.query();
    if (done) {
      pool.free.emplace(it->bytes, it->block);
      it = pool.waiting.erase(it);
    } else {
      ++it;
    }
  }
  void* block = nullptr;
  if (auto found = pool.free.find(size); found != pool.free.end()) {
    block = found->second;
    pool.free.erase(found);
  } else {
    check(cudaHostAlloc(&block, size, cudaHostAllocPortable), "allocation of pinned memory");
  }
  pool.used[block] = {size, {}};
  return block;
}

void release_pinned(void* block) noexcept {
  Pool& pool = Pool::instance();
  std::lock_guard lock(pool.mutex);
  auto found = pool.used.find(block);
  if (found == pool.used.end()) return;
  Pool::Waiting freed{block, found->second.bytes, {}};
  try {
    for (cudaStream_t stream : found->second.users) {
      freed.events.emplace_back();
      freed.events.back().record(CUDAStream(stream));
    }
    pool.waiting.push_back(std::move(freed));
  } catch (...) {
    // The device is lost: the block is not used again.
  }
  pool.used.erase(found);
}

void note_pinned_use(const void* begin) {
  Pool& pool = Pool::instance();
  std::lock_guard lock(pool.mutex);
  if (auto found = pool.used.find(const_cast<void*>(begin)); found != pool.used.end())
    found->second.users.insert(current_stream());
}

}  // namespace tengen::cuda
