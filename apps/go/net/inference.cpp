#include <tengen/apps/go/net/inference.h>

#include <cstdio>
#include <mutex>
#include <vector>

namespace tengen::go {
namespace {

constexpr size_t kMaxBatches = 64;  // kept; more are forgotten all at once

/// Streams that no two Inferences use at the same time: a recording takes in whatever is asked of its stream.
struct Streams {
  std::mutex mutex;
  std::vector<cuda::CUDAStream> free;
  int made = 0;

  static Streams& instance() {
    static Streams streams;
    return streams;
  }
  std::optional<cuda::CUDAStream> take() {
    constexpr int kPool = 32;  // then getStreamFromPool() begins again
    std::lock_guard lock(mutex);
    if (free.empty() && made == kPool) return {};
    if (free.empty()) {
      free.push_back(cuda::getStreamFromPool());
      ++made;
    }
    const cuda::CUDAStream stream = free.back();
    free.pop_back();
    return stream;
  }
  void give_back(cuda::CUDAStream stream) {
    std::lock_guard lock(mutex);
    free.push_back(stream);
  }
};

}  // namespace

Inference::Inference(Network network, int max_positions)
    : network_(std::move(network)), device_(network_->device()), max_positions_(max_positions) {
  if (device_.is_cuda()) stream_ = Streams::instance().take();
  records_ = stream_.has_value();
}

Inference::~Inference() {
  batches_.clear();
  if (stream_) Streams::instance().give_back(*stream_);
}

/// 1, 2, 3, 4, 6, 8, 12, ...: at most a third is filling.
int64_t Inference::rows_for(int positions) const {
  if (!records_) return max_positions_;
  int64_t rows = 1;
  while (rows < positions) rows = rows % 3 == 0 ? rows / 3 * 4 : rows == 1 ? 2 : rows / 2 * 3;
  return std::min<int64_t>(rows, max_positions_);
}

float* Inference::planes(int positions, int size) {
  TENGEN_CHECK(positions >= 1 && positions <= max_positions_, "inference: ", positions,
               " positions, expected 1 to ", max_positions_);
  const std::pair key(size, rows_for(positions));
  if (batches_.size() >= kMaxBatches && !batches_.contains(key)) batches_.clear();
  batch_ = &batches_[key];
  if (!batch_->planes.defined())
    batch_->planes =
        zeros({key.second, network_->planes(), size, size}, TensorOptions().pinned_memory(device_.is_cuda()));
  positions_ = positions;
  return batch_->planes.data_ptr<float>();
}

Tensor Inference::compute(const Tensor& planes) {
  const NetworkOutput output = network_->forward(planes.to(device_, /*non_blocking=*/true));
  has_score_ = output.score.defined();
  has_ownership_ = output.ownership.defined();
  std::vector<Tensor> columns{output.policy, output.value.unsqueeze(1)};
  if (has_score_) columns.push_back(output.score.unsqueeze(1));
  if (has_ownership_) columns.push_back(output.ownership);
  return cat(columns, 1);
}

/// Where that fails, this and all other batches are computed as they come.
void Inference::record(Batch& batch) {
  try {
    // Once before, so that nothing is set up while recording.
    const Tensor answers = compute(batch.planes);
    batch.answers = empty(answers.sizes(), TensorOptions().pinned_memory(true));
    auto graph = std::make_unique<cuda::CUDAGraph>();
    graph->capture_begin();
    batch.answers.copy_(compute(batch.planes), /*non_blocking=*/true);
    graph->capture_end();
    batch.graph = std::move(graph);
  } catch (const std::exception& error) {
    records_ = false;
    static std::once_flag said;
    std::call_once(said, [&] {
      std::fprintf(stderr, "the network is computed without a CUDA graph, which is slower: %s\n",
                   error.what());
    });
  }
}

Inference::Answers Inference::run() {
  NoGradGuard no_grad;
  Batch& batch = *batch_;
  std::optional<cuda::CUDAStreamGuard> guard;
  if (stream_) guard.emplace(*stream_);
  if (records_ && !batch.graph) record(batch);
  if (batch.graph) {
    batch.graph->replay();
    stream_->synchronize();
  } else {
    batch.answers = compute(batch.planes.narrow(0, 0, positions_)).cpu();
  }
  return {batch.answers.const_data_ptr<float>(), batch.answers.size(1), has_score_, has_ownership_,
          batch.graph != nullptr};
}

}  // namespace tengen::go
