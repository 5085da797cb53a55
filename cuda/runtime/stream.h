// Streams and events, with LibTorch's names. Work of one stream is done in order; what is asked of a device
// goes to the calling thread's current stream. In a build without CUDA every function here is an Error.
#pragma once

#include <cstdint>
#include <memory>

#include <tengen/tensor/device.h>

struct CUstream_st;  // CUDA's own types, so that its headers need not be included
struct CUevent_st;

namespace tengen::cuda {

/// A handle to a stream that lives as long as the program; nullptr is the default stream.
class CUDAStream {
 public:
  explicit CUDAStream(CUstream_st* stream) : stream_(stream) {}
  CUstream_st* stream() const { return stream_; }
  operator CUstream_st*() const { return stream_; }
  Device device() const { return Device(kCUDA, 0); }
  DeviceIndex device_index() const { return 0; }
  /// Whether everything asked of it so far is done.
  bool query() const;
  /// Waits for that, and throws what its kernels have found wrong.
  void synchronize() const;
  bool operator==(const CUDAStream&) const = default;

 private:
  CUstream_st* stream_;
};

CUDAStream getDefaultCUDAStream(DeviceIndex device = -1);
CUDAStream getCurrentCUDAStream(DeviceIndex device = -1);
/// One of 32 streams, in turns: with more streams than that some are the same.
CUDAStream getStreamFromPool(bool high_priority = false, DeviceIndex device = -1);
void setCurrentCUDAStream(CUDAStream stream);

/// Makes a stream the current one in its scope.
///
/// Memory freed in the scope is used again in the order of the stream on which it was allocated. Where a
/// tensor of one stream is used on another, keep it alive until an event says that the other is done.
class CUDAStreamGuard {
 public:
  explicit CUDAStreamGuard(CUDAStream stream) : original_(getCurrentCUDAStream()) {
    setCurrentCUDAStream(stream);
  }
  ~CUDAStreamGuard() { setCurrentCUDAStream(original_); }
  CUDAStreamGuard(const CUDAStreamGuard&) = delete;
  CUDAStreamGuard& operator=(const CUDAStreamGuard&) = delete;
  CUDAStream original_stream() const { return original_; }
  CUDAStream current_stream() const { return getCurrentCUDAStream(); }

 private:
  CUDAStream original_;
};

/// A point in a stream's work.
class CUDAEvent {
 public:
  /// With `timing`, elapsed_time() can be asked.
  explicit CUDAEvent(bool timing = false);
  ~CUDAEvent();  // NOLINT(performance-trivially-destructible): trivial only without CUDA
  CUDAEvent(CUDAEvent&&) noexcept;
  CUDAEvent& operator=(CUDAEvent&&) noexcept;

  void record() { record(getCurrentCUDAStream()); }
  void record(const CUDAStream& stream);
  /// Work asked of `stream` from now on waits for the recorded point.
  void block(const CUDAStream& stream) const;
  /// Whether the recorded point has been reached; true before the first record().
  bool query() const;
  /// Waits for it.
  void synchronize() const;
  /// Milliseconds between two recorded points that have been reached.
  float elapsed_time(const CUDAEvent& end) const;

 private:
  CUevent_st* event_ = nullptr;
};

}  // namespace tengen::cuda
