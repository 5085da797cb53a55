// Files that tell how a run goes. All of them are made from the store alone, so they can be made again.
#pragma once

#include <string>

#include <tengen/apps/go/learn/store.h>

namespace tengen::go {

class Report {
 public:
  /// The folder is made when it is not there.
  explicit Report(std::string folder);

  /// Brings all files up to date:
  ///
  ///     results.csv            a line for each row of metrics, with the network of that step and its Elo
  ///     curves.png             losses, Elo, games an hour, length of games by hours of the run
  ///     network.safetensors    the newest accepted network
  ///     games/0000100.sgf      games 1, 2, 5, 10, 20, 50, ... 1000 and every 1000th, with what searches said
  ///     games/newest.sgf       the newest one
  ///
  /// Each file is replaced at once or not at all.
  void update(Store& store);

 private:
  void update_network(Store& store);
  void update_games(Store& store);
  void update_results(Store& store);
  void update_curves(Store& store);

  std::string folder_;
  int64_t network_ = 0;        // that was written
  int64_t sampled_until_ = 0;  // games up to this id
  std::vector<GameSummary> games_;
};

}  // namespace tengen::go
