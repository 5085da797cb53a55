// Games between two networks, many at once.
#pragma once

#include <functional>
#include <vector>

#include <tengen/apps/go/board/playout.h>
#include <tengen/apps/go/learn/record.h>
#include <tengen/apps/go/search/search.h>

namespace tengen::go {

struct NetworkMatchSettings {
  int size = 9;
  Rules rules;
  int games = 64;  // rounded up to pairs: the same opening, colors exchanged
  int visits = 32;
  int random_moves = 2;      // uniformly random ones that begin each pair
  float temperature = 0.2f;  // of the first size*size/4 moves, then 0
  SearchSettings search;     // without noise
  int at_once = 32;
  uint64_t seed = 0;
};

struct NetworkMatchResult {
  int wins = 0, losses = 0, draws = 0;  // of the first side
  /// The first side has Black in those with an even index. Games that did not end have size 0.
  std::vector<GameRecord> games;
  int played() const { return wins + losses + draws; }
  double points() const { return wins + 0.5 * draws; }
};

/// Stops early when `stop` says so.
NetworkMatchResult play_networks(Evaluator& first, Evaluator& second, const NetworkMatchSettings& settings,
                                 const std::function<bool()>& stop = {});

}  // namespace tengen::go
