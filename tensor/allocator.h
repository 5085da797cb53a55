// The caching allocator of host memory: 64-byte aligned blocks in size classes, kept for the next request.
// Elements of tensors and the objects around them (descriptions of tensors, nodes of the graph) come from it.
#pragma once

#include <cstddef>

namespace tengen {

/// Sums over all threads. Small blocks of other threads may be counted late, up to 64 KB per thread.
struct MemoryStats {
  size_t in_use;              // bytes in blocks handed out
  size_t cached;              // bytes in blocks kept for reuse
  size_t peak;                // largest in_use so far
  size_t system_allocations;  // blocks ever taken from the operating system
};

/// Uninitialised memory, 64-byte aligned; thread-safe. In poisoning mode filled with NaN bytes. An Error when
/// there is none, even after cached blocks have been given back.
void* allocate_host(size_t bytes);
/// `bytes` as passed to allocate_host. Needs no memory itself.
void free_host(void* block, size_t bytes) noexcept;
/// Memory for working buffers that their owner keeps; std::free() frees it. Else as allocate_host.
void* allocate_uncached(size_t bytes);
MemoryStats host_memory_stats();
/// Gives cached blocks back to the operating system, but for the small ones that other threads keep.
void empty_host_cache();
/// Fill fresh memory with 0xFF bytes, which are NaN in every floating type: tests find kernels that leave
/// gaps.
void set_poison_fresh_memory(bool enabled);
bool poisons_fresh_memory();

/// Base of classes whose objects come from this allocator: many small ones are made and dropped in every
/// step. Destructors must be virtual where objects are deleted through a base.
struct FromHostCache {
  static void* operator new(size_t bytes) { return allocate_host(bytes); }
  static void* operator new(size_t, void* place) { return place; }
  static void operator delete(void* object, size_t bytes) { free_host(object, bytes); }
};

}  // namespace tengen
