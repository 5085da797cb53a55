// The caching allocator of host memory: 64-byte aligned blocks in size classes, kept for the next request.
#pragma once

#include <cstddef>

namespace tengen {

struct MemoryStats {
  size_t in_use;              // bytes in blocks handed out
  size_t cached;              // bytes in blocks kept for reuse
  size_t peak;                // largest in_use so far
  size_t system_allocations;  // blocks ever taken from the operating system
};

/// Uninitialised memory, 64-byte aligned; thread-safe. In poisoning mode filled with NaN bytes.
void* allocate_host(size_t bytes);
/// `bytes` as passed to allocate_host.
void free_host(void* block, size_t bytes) noexcept;
MemoryStats host_memory_stats();
/// Gives cached blocks back to the operating system.
void empty_host_cache();
/// Fill fresh memory with 0xFF bytes, which are NaN in every floating type: tests find kernels that leave
/// gaps.
void set_poison_fresh_memory(bool enabled);

}  // namespace tengen
