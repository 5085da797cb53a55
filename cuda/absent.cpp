// A build without CUDA.
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

}  // namespace tengen::cuda
