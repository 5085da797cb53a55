// The caching allocator: blocks travel between threads, statistics stay right.
#include <doctest/doctest.h>
#include <tengen/autograd/ops/ops.h>
#include <tengen/tensor/allocator.h>
#include <tengen/tensor/factories.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

using namespace tengen;

namespace {

struct Block {
  void* data;
  size_t bytes;
};

// Blocks of all size classes around those that threads cache, filled so that an overlap shows.
std::vector<Block> allocate_many(int rounds) {
  std::vector<Block> blocks;
  for (int i = 0; i < rounds; ++i)
    for (size_t bytes : {0, 1, 64, 65, 200, 512, 513, 1000, 4096, 4097, 20000}) {
      blocks.push_back({allocate_host(bytes), bytes});
      std::memset(blocks.back().data, int(blocks.size() % 251), bytes);
    }
  return blocks;
}

bool intact(const std::vector<Block>& blocks) {
  for (size_t i = 0; i < blocks.size(); ++i) {
    auto* bytes = static_cast<const unsigned char*>(blocks[i].data);
    if (reinterpret_cast<uintptr_t>(bytes) % 64 != 0) return false;
    if (!std::all_of(bytes, bytes + blocks[i].bytes, [&](unsigned char b) { return b == (i + 1) % 251; }))
      return false;
  }
  return true;
}

void free_all(const std::vector<Block>& blocks) {
  for (const Block& block : blocks) free_host(block.data, block.bytes);
}

}  // namespace

TEST_CASE("blocks are aligned, apart from each other and counted") {
  const MemoryStats before = host_memory_stats();
  std::vector<Block> blocks = allocate_many(200);
  size_t bytes = 0;
  for (const Block& block : blocks) bytes += block.bytes;
  CHECK(intact(blocks));
  CHECK(host_memory_stats().in_use >= before.in_use + bytes);
  free_all(blocks);
  const MemoryStats after = host_memory_stats();
  CHECK(after.in_use == before.in_use);
  CHECK(after.peak >= before.in_use + bytes);

  // What has been freed serves the next request.
  free_all(allocate_many(200));
#if !defined(__SANITIZE_ADDRESS__)
  CHECK(host_memory_stats().system_allocations == after.system_allocations);
  CHECK(host_memory_stats().cached >= bytes);
#endif
  empty_host_cache();
  CHECK(host_memory_stats().in_use == before.in_use);
  CHECK(host_memory_stats().cached < after.cached + 1);
}

TEST_CASE("blocks freed by another thread than the one that allocated them") {
  const size_t before = host_memory_stats().in_use;
  for (int round = 0; round < 3; ++round) {
    std::vector<Block> here = allocate_many(100), there;
    std::thread([&] {
      there = allocate_many(100);
      free_all(here);
    }).join();
    CHECK(intact(there));
    free_all(there);
  }
  CHECK(host_memory_stats().in_use == before);
}

TEST_CASE("threads allocate and free at the same time") {
  const size_t before = host_memory_stats().in_use;
  std::vector<int> failures(4);
  std::vector<std::thread> threads;
  for (int& failed : failures)
    threads.emplace_back([&failed] {
      for (int round = 0; round < 20; ++round) {
        std::vector<Block> blocks = allocate_many(10);
        failed += !intact(blocks);
        free_all(blocks);
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(failures == std::vector<int>(4));
  CHECK(host_memory_stats().in_use == before);
}

TEST_CASE("small and large tensors lie on cache lines and outlive their views' bases") {
  for (int64_t size : {0, 1, 4, 128, 129, 5000}) {
    Tensor view;
    {
      Tensor base = full({size + 1}, 3.0);
      CHECK(reinterpret_cast<uintptr_t>(base.data_ptr()) % 64 == 0);
      view = base[size];
    }
    CHECK(view.item<float>() == 3);
  }
}
