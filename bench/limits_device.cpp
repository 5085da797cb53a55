// The limit that shares are given of on a GPU: copying its memory by CUDA's own copy.
#include <memory>

#include <tengen/bench/bench.h>
#include <tengen/cuda/runtime/runtime.h>

namespace bench {
namespace {

#if defined(TENGEN_CUDA_EMULATOR)
constexpr size_t kBytes = 1 << 20;
#else
constexpr size_t kBytes = size_t{2} << 30;  // no cache holds it
#endif

}  // namespace

void device_limits(Cases& cases) {
  using tengen::cuda::Scratch, tengen::cuda::check, tengen::cuda::current_stream;
  cases.push_back({"limits/device copy", {0, 2.0 * kBytes}, [] {
                     auto from = std::make_shared<Scratch>(kBytes), to = std::make_shared<Scratch>(kBytes);
                     check(cudaMemsetAsync(from->data(), 1, kBytes, current_stream()), "fill");
                     return [from, to] {
                       check(cudaMemcpyAsync(to->data(), from->data(), kBytes, cudaMemcpyDeviceToDevice,
                                             current_stream()),
                             "copy");
                     };
                   }});
}

}  // namespace bench
