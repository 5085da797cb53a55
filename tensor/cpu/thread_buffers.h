// Working memory of kernels: aligned, kept per thread and reused from call to call.
#pragma once

#include <cstdint>
#include <cstdlib>

#include <tengen/tensor/allocator.h>

namespace tengen::cpu::TENGEN_ISA {

/// A block of memory on cache-line boundaries that grows on demand; growing forgets what it held.
class Buffer {
 public:
  Buffer() = default;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { std::free(data_); }

  template <class T>
  T* get(int64_t count) {
    size_t bytes = (size_t(count) * sizeof(T) + 127) / 64 * 64;
    if (bytes > size_) {
      std::free(data_);
      size_ = 0;
      data_ = nullptr;
      data_ = allocate_uncached(bytes);
      size_ = bytes;
    }
    return static_cast<T*>(data_);
  }

 private:
  void* data_ = nullptr;
  size_t size_ = 0;
};

/// The calling thread's buffers. A kernel's body may be run by the thread that called the kernel, so what the
/// caller shares with all bodies and what a body has for itself are different buffers.
struct ThreadBuffers {
  Buffer weights, partial;  // belong to the call: shared by its chunks
  // Belong to one chunk.
  Buffer columns, packed, panel, panel_row, result, row, index;
};
inline ThreadBuffers& thread_buffers() {
  static thread_local ThreadBuffers instance;
  return instance;
}

}  // namespace tengen::cpu::TENGEN_ISA
