// Evaluations by position.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include <tengen/apps/go/search/evaluator.h>

namespace tengen::go {

/// What an evaluation depends on: stones, size, player to move, points that ko or superko forbids him, komi,
/// rules, a pass before. Not on the moves before that: a transposition finds what was said about its twin.
uint64_t evaluation_key(const Game& game);

/// Bounded: sets of four entries, the one that was not asked for longest makes place. Safe to use from
/// several threads. An entry's memory grows to the largest board that it has held; then nothing is allocated.
class EvaluationCache {
 public:
  /// Room for about `positions`; 0: always empty.
  explicit EvaluationCache(int64_t positions);

  /// Copies what is known of a position on a board of `points` points; false if nothing is.
  bool find(uint64_t key, int points, Evaluation& out);
  void store(uint64_t key, int points, const Evaluation& evaluation);
  void clear();

 private:
  static constexpr int kWays = 4, kLocks = 64;
  struct Entry {
    uint64_t key = 0;
    uint32_t used = 0;           // the set's clock when it was last asked for; 0: free
    std::vector<float> numbers;  // value, score, policy, ownership
  };
  struct Set {
    Entry entries[kWays];
    uint32_t clock = 0;
  };

  Set& set_of(uint64_t key) { return sets_[(key >> 6) & (sets_.size() - 1)]; }
  std::mutex& lock_of(uint64_t key) { return locks_[(key >> 6) % kLocks]; }

  std::vector<Set> sets_;  // none, or a power of two that is at least kLocks
  std::mutex locks_[kLocks];
};

}  // namespace tengen::go
