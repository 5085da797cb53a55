// The caching allocator of device memory. Blocks come in size classes and belong to the stream that was
// current when they were allocated: a block freed while that stream still uses it is handed out again only to
// later work of the same stream. Thread-safe.
#pragma once

#include <cstddef>

namespace tengen::cuda {

struct DeviceMemoryStats {
  size_t in_use;    // bytes in blocks handed out
  size_t reserved;  // bytes taken from CUDA, handed out or kept for reuse
  size_t peak;      // largest in_use since the start or the last reset
};
DeviceMemoryStats device_memory_stats();

}  // namespace tengen::cuda
