#include <tengen/cuda/runtime/runtime.h>

#include <atomic>
#include <cstdlib>
#include <string_view>
#include <utility>

#include <tengen/cuda/runtime/pinned.h>
#include <tengen/tensor/cuda.h>
#include <tengen/tensor/cuda_backend.h>
#include <tengen/tensor/error.h>

namespace tengen::cuda {
namespace {

#if defined(NDEBUG)
constexpr bool kDebug = false;
#else
constexpr bool kDebug = true;
#endif

bool initial_check_launches() {
  const char* text = std::getenv("TENGEN_CUDA_CHECK");
  return text ? std::string_view(text) != "0" : kDebug;
}
std::atomic<bool> check_launches{initial_check_launches()};

thread_local cudaStream_t stream_of_thread = nullptr;

}  // namespace

void check(cudaError_t status, const char* what) {
  if (status == cudaSuccess) [[likely]]
    return;
  cudaGetLastError();  // forget it: the next launch is not to blame
  fail("cuda: ", what, ": ", cudaGetErrorString(status));
}

int device_count() {
  static const int count = [] {
    int found = 0;
    if (cudaGetDeviceCount(&found) != cudaSuccess) {  // no driver, no device
      cudaGetLastError();
      return 0;
    }
    return found > 0 ? 1 : 0;
  }();
  return count;
}

Device resolve(Device device) {
  TENGEN_CHECK(device_count() > 0, "cannot use device ", device.str(), ": no CUDA device was found");
  TENGEN_CHECK(device.index() <= 0, "cannot use device ", device.str(),
               ": tengen uses one device, cuda:0; CUDA_VISIBLE_DEVICES chooses which one that is");
  return Device(kCUDA, 0);
}

cudaStream_t current_stream() { return stream_of_thread; }
cudaStream_t exchange_current_stream(cudaStream_t stream) { return std::exchange(stream_of_thread, stream); }

const DeviceLimits& device_limits() {
  static const DeviceLimits limits = [] {
    auto attribute = [](cudaDeviceAttr which) {
      int value = 0;
      check(cudaDeviceGetAttribute(&value, which, 0), "device properties");
      return value;
    };
    return DeviceLimits{
        attribute(cudaDevAttrMultiProcessorCount), size_t(attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin)),
        attribute(cudaDevAttrComputeCapabilityMajor) * 10 + attribute(cudaDevAttrComputeCapabilityMinor)};
  }();
  return limits;
}

DeviceScratch::DeviceScratch(size_t bytes) : data_(allocate(bytes)) {}
DeviceScratch::~DeviceScratch() { release(data_); }

DeviceFault* device_fault() {
  static DeviceFault* record = [] {
    void* memory = nullptr;
    check(cudaHostAlloc(&memory, sizeof(DeviceFault), cudaHostAllocMapped | cudaHostAllocPortable),
          "record of device faults");
    return new (memory) DeviceFault{};
  }();
  return record;
}

void throw_device_fault() {
  std::atomic_ref<int> kind(device_fault()->kind);
  if (kind.load(std::memory_order_acquire) == DeviceFault::kNone) [[likely]]
    return;
  const DeviceFault found = *device_fault();
  kind.store(DeviceFault::kNone, std::memory_order_release);
  if (found.kind == DeviceFault::kZeroDivision) zero_division_error();
  index_out_of_bounds(found.index, found.dim, found.size);
}

void check_launch(const char* what) {
  check(cudaGetLastError(), what);
  if (!check_launches.load(std::memory_order_relaxed)) return;
  cudaStreamCaptureStatus capture = cudaStreamCaptureStatusNone;
  check(cudaStreamIsCapturing(current_stream(), &capture), what);
  if (capture != cudaStreamCaptureStatusNone) return;
  check(cudaStreamSynchronize(current_stream()), what);
  throw_device_fault();
}
void set_check_launches(bool enabled) { check_launches = enabled; }

void synchronize(int64_t device_index) {
  resolve(Device(kCUDA, DeviceIndex(device_index)));
  check(cudaDeviceSynchronize(), "synchronize");
  throw_device_fault();
}

void copy_to_host(void* host, const void* device, size_t bytes) {
  if (bytes > 0)
    check(cudaMemcpyAsync(host, device, bytes, cudaMemcpyDeviceToHost, current_stream()), "copy to the host");
  check(cudaStreamSynchronize(current_stream()), "copy to the host");
  throw_device_fault();
}

void copy_to_device(void* device, const void* host, size_t bytes) {
  if (bytes == 0) return;
  check(cudaMemcpyAsync(device, host, bytes, cudaMemcpyHostToDevice, current_stream()), "copy to the device");
  check(cudaStreamSynchronize(current_stream()), "copy to the device");
}

void copy_to_host_later(void* host, const void* device, size_t bytes, const void* pinned) {
  check(cudaMemcpyAsync(host, device, bytes, cudaMemcpyDeviceToHost, current_stream()), "copy to the host");
  note_pinned_use(pinned);
}

void copy_to_device_later(void* device, const void* host, size_t bytes, const void* pinned) {
  check(cudaMemcpyAsync(device, host, bytes, cudaMemcpyHostToDevice, current_stream()), "copy to the device");
  note_pinned_use(pinned);
}

}  // namespace tengen::cuda
