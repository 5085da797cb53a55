// Private: not installed; no public header includes it.
// What tensor/ asks of the CUDA backend. Defined in cuda/, by absent.cpp in a build without CUDA.
#pragma once

#include <cstddef>

#include <tengen/tensor/device.h>
#include <tengen/tensor/kernels.h>

namespace tengen::cuda {

/// Each of these is an Error in a build without CUDA.
const Kernels& kernel_table();
/// `device` with its index filled in; an Error where there is no such device.
Device resolve(Device device);

/// Device memory from the caching allocator, uninitialised, 512-byte aligned. Freed blocks are used again in
/// the order of the stream on which they were allocated.
void* allocate(size_t bytes);
void release(void* block) noexcept;

/// Returns when the bytes have arrived; throws what earlier kernels have found wrong.
void copy_to_host(void* host, const void* device, size_t bytes);
/// Returns when `host` may be written again.
void copy_to_device(void* device, const void* host, size_t bytes);

/// Page-locked host memory.
void* allocate_pinned(size_t bytes);
void release_pinned(void* block) noexcept;
/// Copies that are done in the order of the current stream, after the call has returned. `host` lies in the
/// pinned block that begins at `pinned`.
void copy_to_host_later(void* host, const void* device, size_t bytes, const void* pinned);
void copy_to_device_later(void* device, const void* host, size_t bytes, const void* pinned);

}  // namespace tengen::cuda
