#include <tengen/cuda/runtime/graph.h>

#include <utility>

#include <tengen/cuda/runtime/allocator.h>
#include <tengen/cuda/runtime/runtime.h>
#include <tengen/tensor/cuda_backend.h>
#include <tengen/tensor/error.h>

namespace tengen::cuda {

struct CUDAGraph::Impl {
  cudaStream_t recording = nullptr;
  cudaStream_t last = nullptr;  // that recorded or replayed it: its memory is free in the order of this one
  cudaGraphExec_t executable = nullptr;
};

CUDAGraph::CUDAGraph() : impl_(std::make_unique<Impl>()) { resolve(kCUDA); }
CUDAGraph::~CUDAGraph() {
  if (impl_->recording) {
    cudaGraph_t unfinished = nullptr;
    cudaStreamEndCapture(impl_->recording, &unfinished);
    if (unfinished) cudaGraphDestroy(unfinished);
    cudaGetLastError();  // whatever became of it
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
  check(cudaStreamSynchronize(stream), "CUDAGraph::capture_begin");  // for begin_private_memory()
  check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "CUDAGraph::capture_begin");
  begin_private_memory(impl_.get(), stream);
  impl_->recording = impl_->last = stream;
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
  impl_->last = current_stream();
  check(cudaGraphLaunch(impl_->executable, impl_->last), "CUDAGraph::replay");
}

void CUDAGraph::reset() {
  if (impl_->executable) cudaGraphExecDestroy(std::exchange(impl_->executable, nullptr));
  forget_private_memory(impl_.get(), impl_->last);
}

}  // namespace tengen::cuda
