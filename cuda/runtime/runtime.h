// Private: not installed; no public header includes it.
// What the rest of cuda/ builds on: errors, the current device and stream, working memory. Includes the CUDA
// runtime's header (or the emulator's).
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>

namespace tengen::cuda {

/// Throws an Error "cuda: WHAT: CUDA's text" unless status is cudaSuccess. `what` names an operator or a
/// call.
void check(cudaError_t status, const char* what);

/// The calling thread's current stream.
cudaStream_t current_stream();
/// Makes `stream` the current one; returns the one before.
cudaStream_t exchange_current_stream(cudaStream_t stream);

/// Properties of the current device that kernels choose their shape by.
struct DeviceLimits {
  int multiprocessors;
  size_t shared_per_block;  // bytes of shared memory that one block can ask for
  int capability;           // 80 for 8.0, 90 for 9.0
};
const DeviceLimits& device_limits();

/// Device memory for the length of a scope, from the caching allocator: freed in the order of the current
/// stream, so that it may end while a kernel that uses it is still to run.
class DeviceScratch {
 public:
  explicit DeviceScratch(size_t bytes);
  DeviceScratch(const DeviceScratch&) = delete;
  DeviceScratch& operator=(const DeviceScratch&) = delete;
  ~DeviceScratch();
  void* data() const { return data_; }
  template <class T>
  T* as() const {
    return static_cast<T*>(data_);
  }

 private:
  void* data_;
};

/// A fault of the caller that only a kernel can see (an index out of bounds, a division by zero). The kernel
/// leaves out the element and notes the first one here, in host memory that the device can write; the
/// host throws it as the operator's own exception when it next waits for the device.
struct DeviceFault {
  enum Kind : int { kNone, kIndex, kZeroDivision };
  int kind;
  int64_t index, dim, size;
};
/// The current device's record, as kernels take it.
DeviceFault* device_fault();
/// Throws the noted fault, if there is one, and forgets it. The caller has synchronised with the device.
void throw_device_fault();

/// Called after each launch: looks for errors of the launch; with set_check_launches(true) (initially in
/// debug builds, and where TENGEN_CUDA_CHECK=1 is set) also waits for the kernel and throws what it found.
void check_launch(const char* what);
void set_check_launches(bool enabled);

}  // namespace tengen::cuda
