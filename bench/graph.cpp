// A body recorded as a CUDA graph, by the same names in tengen and LibTorch.
#include <tengen/bench/settings.h>

#if defined(TENGEN_BENCH_LIBTORCH)
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>
#endif

namespace bench {

std::function<void()> recorded(std::function<void()> body) {
  auto graph = std::make_shared<at::cuda::CUDAGraph>();
  synchronize();  // the inputs were made on the default stream
  {
    c10::cuda::CUDAStreamGuard guard(c10::cuda::getStreamFromPool());
    for (int i = 0; i < 2; ++i) body();  // nothing is set up while recording
    synchronize();
    graph->capture_begin();
    body();
    graph->capture_end();
  }
  return [graph, body] { graph->replay(); };
}

}  // namespace bench
