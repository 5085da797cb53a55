// A network that only answers: one batch of positions at a time, on its device.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <utility>

#include <tengen/apps/go/net/network.h>
#include <tengen/cuda/runtime/graph.h>
#include <tengen/cuda/runtime/stream.h>

namespace tengen::go {

/// For one thread at a time; several may share a network, which must not change any more.
///
/// On a CUDA device the work for a batch, with its way there and back, is recorded once as a CUDA graph and
/// done again with one call: a small network is faster than the host can ask for its layers one by one. There
/// is a graph for each size of board and each of a few sizes of batches, to which batches are filled up.
class Inference {
 public:
  Inference(Network network, int max_positions);
  ~Inference();
  Inference(const Inference&) = delete;

  /// The place for a batch: contiguous (positions, planes, N, N).
  float* planes(int positions, int size);

  /// Valid until the next batch. A position's row: policy, value, score and ownership where there are any.
  struct Answers {
    const float* rows;
    int64_t width;  // of a row
    bool has_score, has_ownership;
    bool from_graph;
  };
  /// Runs the network on the staged batch.
  Answers run();

 private:
  struct Batch {
    Tensor planes, answers;                  // host memory; on a CUDA device pinned
    std::unique_ptr<cuda::CUDAGraph> graph;  // may be missing
  };

  int64_t rows_for(int positions) const;
  Tensor compute(const Tensor& planes);
  void record(Batch& batch);

  Network network_;
  Device device_;
  int max_positions_;
  bool has_score_ = false, has_ownership_ = false;
  std::optional<cuda::CUDAStream> stream_;  // its own; without one nothing is recorded
  bool records_ = false;
  std::map<std::pair<int, int64_t>, Batch> batches_;  // by size of the board and rows
  Batch* batch_ = nullptr;                            // the current one
  int positions_ = 0;                                 // in it
};

}  // namespace tengen::go
