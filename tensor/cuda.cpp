#include <tengen/tensor/cuda.h>

#include <tengen/tensor/error.h>

namespace tengen::cuda {

// A build without CUDA.
int device_count() { return 0; }
void manual_seed(uint64_t) {}
void manual_seed_all(uint64_t) {}
void synchronize(int64_t) { fail("cuda::synchronize: tengen was built without CUDA"); }

}  // namespace tengen::cuda
