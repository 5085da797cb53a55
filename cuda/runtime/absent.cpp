// A build without CUDA.
#include <tengen/cuda/runtime/graph.h>
#include <tengen/cuda/runtime/stream.h>
#include <tengen/tensor/cuda.h>
#include <tengen/tensor/cuda_backend.h>
#include <tengen/tensor/error.h>

namespace tengen::cuda {
namespace {
[[noreturn]] void absent(const char* what) {
  fail(what, ": tengen was built without CUDA (cmake -DTENGEN_CUDA=ON)");
}
}  // namespace

int device_count() { return 0; }
void synchronize(int64_t) { absent("cuda::synchronize"); }
size_t memory_allocated() { return 0; }
size_t max_memory_allocated() { return 0; }
void reset_peak_memory_stats() {}
size_t memory_reserved() { return 0; }
void empty_cache() {}

const Kernels& kernel_table() { absent("device cuda"); }
Device resolve(Device device) {
  fail("cannot use device ", device.str(), ": tengen was built without CUDA (cmake -DTENGEN_CUDA=ON)");
}
void* allocate(size_t) { absent("device cuda"); }
void release(void*) noexcept {}
void copy_to_host(void*, const void*, size_t) { absent("device cuda"); }
void copy_to_device(void*, const void*, size_t) { absent("device cuda"); }
void* allocate_pinned(size_t) { absent("pinned memory"); }
void release_pinned(void*) noexcept {}
void copy_to_host_later(void*, const void*, size_t, const void*) { absent("device cuda"); }
void copy_to_device_later(void*, const void*, size_t, const void*) { absent("device cuda"); }

bool CUDAStream::query() const { absent("CUDAStream"); }
void CUDAStream::synchronize() const { absent("CUDAStream"); }
CUDAStream getDefaultCUDAStream(DeviceIndex) { absent("getDefaultCUDAStream"); }
CUDAStream getCurrentCUDAStream(DeviceIndex) { absent("getCurrentCUDAStream"); }
CUDAStream getStreamFromPool(bool, DeviceIndex) { absent("getStreamFromPool"); }
void setCurrentCUDAStream(CUDAStream) { absent("setCurrentCUDAStream"); }

CUDAEvent::CUDAEvent(bool) { absent("CUDAEvent"); }
CUDAEvent::~CUDAEvent() = default;
CUDAEvent::CUDAEvent(CUDAEvent&&) noexcept = default;
CUDAEvent& CUDAEvent::operator=(CUDAEvent&&) noexcept = default;
void CUDAEvent::record(const CUDAStream&) { absent("CUDAEvent"); }
void CUDAEvent::block(const CUDAStream&) const { absent("CUDAEvent"); }
bool CUDAEvent::query() const { absent("CUDAEvent"); }
void CUDAEvent::synchronize() const { absent("CUDAEvent"); }
float CUDAEvent::elapsed_time(const CUDAEvent&) const { absent("CUDAEvent"); }

struct CUDAGraph::Impl {};
CUDAGraph::CUDAGraph() { absent("CUDAGraph"); }
CUDAGraph::~CUDAGraph() = default;
void CUDAGraph::capture_begin() { absent("CUDAGraph"); }
void CUDAGraph::capture_end() { absent("CUDAGraph"); }
void CUDAGraph::replay() { absent("CUDAGraph"); }
void CUDAGraph::reset() { absent("CUDAGraph"); }

}  // namespace tengen::cuda
