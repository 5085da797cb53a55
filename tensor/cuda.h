// What a program asks about CUDA devices.
#pragma once

#include <cstdint>

namespace tengen::cuda {

/// Number of CUDA devices that can be used; 0 in a build without CUDA.
int device_count();
inline bool is_available() { return device_count() > 0; }
/// Seeds the generators of the devices; nothing without devices, as in LibTorch.
void manual_seed(uint64_t seed);
void manual_seed_all(uint64_t seed);
/// Waits until the device has done everything asked of it.
void synchronize(int64_t device_index = -1);

}  // namespace tengen::cuda
