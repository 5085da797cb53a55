// A network as the search's evaluator.
#pragma once

#include <atomic>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <vector>

#include <tengen/apps/go/net/evaluation_cache.h>
#include <tengen/apps/go/net/network.h>
#include <tengen/apps/go/search/evaluator.h>

namespace tengen::go {

struct EvaluatorSettings {
  /// Positions are shown as they are; each turned by a symmetry drawn at random; by all eight, with the mean
  /// of the answers (of the policy's probabilities).
  enum class Symmetry { none, random, average };

  int64_t cache_size = 0;  // positions; 0: no cache
  Symmetry symmetry = Symmetry::random;
  int max_batch = 64;   // inputs of one run of the network; a position is one, or eight with `average`
  int concurrency = 1;  // batches at the same time. With several each is computed by its own thread alone
  uint64_t seed = 0;    // of the symmetries
};

/// Works on its own copy of the network, on the network's device, batch norm folded: the original may go on
/// learning.
///
/// evaluate() may be called by any number of threads. Positions of waiting calls are computed together; a
/// call that finds a place free (`concurrency`) starts at once with its own.
class NetEvaluator : public Evaluator {
 public:
  NetEvaluator(const Network& network, const EvaluatorSettings& settings = {});
  ~NetEvaluator() override;

  /// Throws for boards that the network does not take.
  void evaluate(std::span<const Game* const> games, std::span<Evaluation* const> out) override;

  const NetworkConfig& config() const { return network_->config(); }
  // Since the start. Positions do not count those from the cache.
  int64_t positions() const { return positions_; }
  int64_t batches() const { return batches_; }
  int64_t cache_hits() const { return cache_hits_; }
  int64_t graph_batches() const { return graph_batches_; }  // computed by a CUDA graph (inference.h)

 private:
  /// A call to evaluate().
  struct Request {
    int left = 0;  // positions without an answer
    std::exception_ptr error;
  };
  struct Item {
    const Game* game;
    Evaluation* out;
    uint64_t key;
    Request* request;
  };
  struct Workspace;

  void take_batch(std::vector<Item>& batch);
  void correct_for_komi(const Game& game, Evaluation& out) const;
  void say_what_it_knows(const Rules& rules);
  void run(Workspace& work);

  Network network_;
  EvaluatorSettings settings_;
  EvaluationCache cache_;
  std::atomic<int64_t> positions_{0}, batches_{0}, cache_hits_{0}, graph_batches_{0};
  std::atomic<uint64_t> drawn_{0};  // symmetries
  std::atomic<bool> said_{false};   // that the network learned other rules

  std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  std::vector<Item> waiting_;
  std::vector<std::unique_ptr<Workspace>> idle_;  // one for each batch that may start now
};

}  // namespace tengen::go
