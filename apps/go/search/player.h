// One side that thinks: a search, an evaluator, threads and limits.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>

#include <tengen/apps/go/search/search.h>
#include <tengen/apps/go/search/threads.h>

namespace tengen::go {

/// 0: no limit of this kind. The first one reached ends the thinking.
struct Limits {
  int visits = 0;    // of the root, those of a kept tree included
  int playouts = 0;  // new ones
  double seconds = 0;
  /// Stop as soon as the rest cannot make another move the most visited one.
  bool early_stop = false;
};

/// Called every `seconds` from the thread that called think(), between two of its batches, while the other
/// threads go on. The search may be asked for everything const.
struct ThinkReport {
  double seconds = 0;
  std::function<void(const Search&)> call;
};

class Player {
 public:
  using Report = ThinkReport;

  /// Each thread gathers up to `leaves_per_batch` positions before it asks the evaluator, but not more than
  /// one and a 64th of the tree's visits: guessing ahead costs strength. (At 300 visits, up to 32 leaves won
  /// 36 games of 100 against one at a time, lost 61.)
  Player(std::shared_ptr<Evaluator> evaluator, const SearchSettings& settings, int threads = 1,
         int leaves_per_batch = 1, uint64_t seed = 1);
  ~Player();

  /// Stops pondering. Keeps the part of the tree that the game leads to.
  void set_position(const Game& game);
  /// Forgets the tree, and changes the settings.
  void reset(const SearchSettings& settings);

  /// Thinks about the position until a limit is reached, a stop is asked for, or the tree holds
  /// kMaxVisits visits. At least one visit is made. The calling thread works too. What the evaluator throws
  /// comes out here.
  void think(const Limits& limits, std::stop_token stop = {}, const Report& report = {});

  /// Thinks on another thread until stop_pondering(), which waits for its end and throws what it threw.
  /// set_position, think, reset and the destructor stop it as well.
  void start_pondering(const Limits& limits = {});
  void stop_pondering();
  bool pondering() const { return ponderer_ != nullptr; }

  const Search& search() const { return *search_; }
  /// choose_to_play() on the search.
  Point choose(float temperature = 0) { return choose_to_play(*search_, temperature, rng_); }
  Rng& rng() { return rng_; }

  static constexpr int kMaxVisits = 1'000'000;  // about 0.5 GB on 9x9, 2 GB on 19x19

 private:
  struct ThinkCall;
  struct Worker;
  void run(const Limits& limits, std::stop_token stop, const Report& report);

  std::shared_ptr<Evaluator> evaluator_;
  uint64_t seed_;
  std::unique_ptr<Search> search_;
  std::vector<std::unique_ptr<Worker>> workers_;
  Rng rng_;
  std::unique_ptr<Threads> ponderer_;  // the last member: it uses the others
};

/// Resigns when the value stays at or below `threshold` for `turns` turns of the player in a row, not before
/// `min_moves` moves of the game.
struct Resignation {
  float threshold = -0.9f;  // -1 .. 1, as Search::value(); below -1: never
  int turns = 3;
  int min_moves = 0;
  int hopeless = 0;  // turns in a row so far

  /// To be told each value of the player's turns. True: resign.
  bool update(float value, int moves) {
    hopeless = value <= threshold ? hopeless + 1 : 0;
    return hopeless >= turns && moves >= min_moves;
  }
};

}  // namespace tengen::go
