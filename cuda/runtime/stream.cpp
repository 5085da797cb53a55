#include <tengen/cuda/runtime/stream.h>

#include <array>
#include <mutex>
#include <utility>

#include <tengen/cuda/runtime/runtime.h>
#include <tengen/tensor/cuda_backend.h>
#include <tengen/tensor/error.h>

namespace tengen::cuda {

bool CUDAStream::query() const {
  cudaError_t status = cudaStreamQuery(stream_);
  if (status == cudaErrorNotReady) return false;
  check(status, "CUDAStream::query");
  return true;
}
void CUDAStream::synchronize() const {
  check(cudaStreamSynchronize(stream_), "CUDAStream::synchronize");
  throw_device_fault();
}

CUDAStream getDefaultCUDAStream(DeviceIndex device) {
  resolve(Device(kCUDA, device));
  return CUDAStream(nullptr);
}
CUDAStream getCurrentCUDAStream(DeviceIndex device) {
  resolve(Device(kCUDA, device));
  return CUDAStream(current_stream());
}
void setCurrentCUDAStream(CUDAStream stream) { exchange_current_stream(stream.stream()); }

CUDAStream getStreamFromPool(bool high_priority, DeviceIndex device) {
  resolve(Device(kCUDA, device));
  static std::mutex mutex;
  static std::array<cudaStream_t, 32> pools[2];  // of normal and of high priority
  static size_t next[2];
  std::lock_guard lock(mutex);
  cudaStream_t& stream = pools[high_priority][next[high_priority]++ % pools[0].size()];
  if (!stream) {
    int least = 0, greatest = 0;
    check(cudaDeviceGetStreamPriorityRange(&least, &greatest), "getStreamFromPool");
    check(cudaStreamCreateWithPriority(&stream, cudaStreamNonBlocking, high_priority ? greatest : least),
          "getStreamFromPool");
  }
  return CUDAStream(stream);
}

CUDAEvent::CUDAEvent(bool timing) {
  resolve(kCUDA);
  check(cudaEventCreateWithFlags(&event_, timing ? cudaEventDefault : cudaEventDisableTiming), "CUDAEvent");
}
CUDAEvent::~CUDAEvent() {
  if (event_) cudaEventDestroy(event_);
}
CUDAEvent::CUDAEvent(CUDAEvent&& other) noexcept : event_(std::exchange(other.event_, nullptr)) {}
CUDAEvent& CUDAEvent::operator=(CUDAEvent&& other) noexcept {
  std::swap(event_, other.event_);
  return *this;
}
void CUDAEvent::record(const CUDAStream& stream) {
  check(cudaEventRecord(event_, stream), "CUDAEvent::record");
}
void CUDAEvent::block(const CUDAStream& stream) const {
  check(cudaStreamWaitEvent(stream, event_, 0), "CUDAEvent::block");
}
bool CUDAEvent::query() const {
  cudaError_t status = cudaEventQuery(event_);
  if (status == cudaErrorNotReady) return false;
  check(status, "CUDAEvent::query");
  return true;
}
void CUDAEvent::synchronize() const {
  check(cudaEventSynchronize(event_), "CUDAEvent::synchronize");
  throw_device_fault();
}
float CUDAEvent::elapsed_time(const CUDAEvent& end) const {
  float milliseconds = 0;
  check(cudaEventElapsedTime(&milliseconds, event_, end.event_), "CUDAEvent::elapsed_time");
  return milliseconds;
}

}  // namespace tengen::cuda
