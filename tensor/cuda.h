// What a program asks about CUDA devices. tengen uses one device, cuda:0; CUDA_VISIBLE_DEVICES chooses which
// one that is.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tengen::cuda {

/// Number of CUDA devices that can be used: 1, or 0 without a GPU or in a build without CUDA.
int device_count();
inline bool is_available() { return device_count() > 0; }
/// Seeds the device's default generator (random/generator.h).
void manual_seed(uint64_t seed);
void manual_seed_all(uint64_t seed);
/// Waits until the device has done everything asked of it, and throws what its kernels have found wrong.
void synchronize(int64_t device_index = -1);

/// Bytes of tensors on the device now, and at most since the start or the last reset.
size_t memory_allocated();
size_t max_memory_allocated();
void reset_peak_memory_stats();
/// Bytes that the caching allocator holds, in use or not.
size_t memory_reserved();
/// Gives memory that no tensor uses back to CUDA.
void empty_cache();

}  // namespace tengen::cuda
