// The role that trains: games in, networks out.
#pragma once

#include <memory>

#include <tengen/apps/go/learn/settings.h>
#include <tengen/apps/go/learn/store.h>
#include <tengen/apps/go/learn/window.h>
#include <tengen/optim/averaged_model.h>
#include <tengen/optim/optimizer.h>

namespace tengen::go {

/// Learns from the games of a store and writes networks, its own state and what it measured into it. A killed
/// learner resumes from the last network it wrote.
class Learner {
 public:
  /// Goes on from the store's state, whatever device it was learned on, or begins with random weights.
  explicit Learner(Store& store, Device device = kCPU);

  /// Reads new games and trains until the run is over or stop_requested().
  void run();

 private:
  void begin();
  void restore(const std::string& bytes);
  std::string state() const;
  void learn_from_random_games();
  void read_games();
  void train(const Window& window);
  void publish();
  double learning_rate() const;

  Store& store_;
  Device device_;
  RunSettings settings_;
  Network network_{nullptr};
  std::unique_ptr<optim::Optimizer> optimizer_;
  std::unique_ptr<optim::AveragedModel> averages_;
  Window window_;
  Rng rng_;
  int64_t step_ = 0, samples_ = 0;  // samples: of games with searches
  int64_t last_game_ = 0;           // that was read
  int64_t rows_ = 0;                // of all games that were read, now or before
  double seconds_ = 0;              // that the run has lasted
  double progress_ = 0;
  Tensor sums_;         // (6) of the losses since the last network, on the device: reading them waits for it
  int64_t summed_ = 0;  // steps in them
};

}  // namespace tengen::go
