#include <tengen/cuda/graph.h>

#include <utility>

#include <tengen/cuda/allocator.h>
#include <tengen/cuda/runtime.h>
#include <tengen/tensor/cuda_backend.h>
#include <tengen/tensor/error.h>

namespace tengen::cuda {

struct CUDAGraph::Impl {
  cudaStream_t recording = nullptr;
  cudaGraphExec_t executable = nullptr;
};

CUDAGraph::CUDAGraph() : impl_(std::make_unique<Impl>()) { resolve(kCUDA); }
CUDAGraph::~CUDAGraph() {
  if (impl_->recording) {
    cudaGraph_t unfinished = nullptr;
    cudaStreamEndCapture(impl_->recording, &unfinished);
    if (unfinished) cudaGraphDestroy(unfinished);
    end_private_memory();
  }
  reset();
}

void CUDAGraph::capture_begin() {
  const cudaStream_t stream = current_stream();
  TENGEN_CHECK(
      stream,
      "CUDAGraph::capture_begin: the default stream cannot be recorded; make another one the current "
      "stream: CUDAStreamGuard guard(getStreamFromPool())");
  TENGEN_CHECK(!impl_->recording && !impl_->executable,
               "CUDAGraph::capture_begin: this graph holds a recording already; reset() it first");
  check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "CUDAGraph::capture_begin");
  begin_private_memory(impl_.get());
  impl_->recording = stream;
}

void CUDAGraph::capture_end() {
  TENGEN_CHECK(impl_->recording, "CUDAGraph::capture_end: nothing is being recorded");
  cudaGraph_t graph = nullptr;
  const cudaError_t ended = cudaStreamEndCapture(std::exchange(impl_->recording, nullptr), &graph);
  end_private_memory();
  check(ended, "CUDAGraph::capture_end");
  const cudaError_t made = cudaGraphInstantiate(&impl_->executable, graph, 0);
  cudaGraphDestroy(graph);
  check(made, "CUDAGraph::capture_end");
}

void CUDAGraph::replay() {
  TENGEN_CHECK(impl_->executable, "CUDAGraph::replay: nothing has been recorded");
  check(cudaGraphLaunch(impl_->executable, current_stream()), "CUDAGraph::replay");
}

void CUDAGraph::reset() {
  if (impl_->executable) cudaGraphExecDestroy(std::exchange(impl_->executable, nullptr));
  forget_private_memory(impl_.get());
}

}  // namespace tengen::cuda
