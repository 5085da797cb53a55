// CUDA graphs: a sequence of kernels recorded once and started again with one call, so that small kernels
// cost the processor next to nothing.
//
//   CUDAGraph graph;
//   Tensor input = torch::zeros({1, 17, 19, 19}, torch::kCUDA), output;
//   {
//     CUDAStreamGuard guard(getStreamFromPool());
//     output = network->forward(input);      // once before, so that nothing is set up while recording
//     graph.capture_begin();
//     output = network->forward(input);      // is recorded, not computed
//     graph.capture_end();
//   }
//   input.copy_(position);
//   graph.replay();                          // output now holds the result for `position`
//
// What is recorded reads and writes the same memory in every replay; that of tensors made while recording
// belongs to the graph and is not used for anything else as long as it lives. While recording, the host
// cannot wait for the device or read from it (item(), to(kCPU), nonzero()): such a call is an Error and the
// recording is lost. Numbers that the host computes (the step count of Adam, the seed of a dropout) are
// recorded as they were.
#pragma once

#include <memory>

namespace tengen::cuda {

class CUDAGraph {
 public:
  CUDAGraph();
  ~CUDAGraph();
  CUDAGraph(const CUDAGraph&) = delete;
  CUDAGraph& operator=(const CUDAGraph&) = delete;

  /// Begins to record what the calling thread asks of its current stream, which must not be the default one.
  void capture_begin();
  void capture_end();
  /// Does what was recorded, in the order of the current stream.
  void replay();
  /// Forgets the recording and gives its memory back.
  void reset();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tengen::cuda
