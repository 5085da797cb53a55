// Private: not installed; no public header includes it.
// The caching allocator of device memory. Blocks come in size classes and belong to the stream that was
// current when they were allocated: a block freed while that stream still uses it is handed out again only to
// later work of the same stream. Thread-safe.
#pragma once

#include <cstddef>

struct CUstream_st;  // CUDA's own type, so that its headers need not be included

namespace tengen::cuda {

struct DeviceMemoryStats {
  size_t in_use;    // bytes in blocks handed out
  size_t reserved;  // bytes taken from CUDA, handed out or kept for reuse
  size_t peak;      // largest in_use since the start or the last reset
};
DeviceMemoryStats device_memory_stats();

/// Between these the calling thread's allocations belong to `owner`: blocks that it frees serve later
/// allocations of its own only. It takes over free blocks of the stream `source`, which has nothing to do.
void begin_private_memory(const void* owner, CUstream_st* source);
void end_private_memory();
/// The owner's blocks, freed and to be freed, serve work of the stream `heir`.
void forget_private_memory(const void* owner, CUstream_st* heir);

}  // namespace tengen::cuda
