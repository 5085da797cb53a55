#include <tengen/apps/go/net/evaluation_cache.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include <tengen/apps/go/board/zobrist.h>

namespace tengen::go {

uint64_t evaluation_key(const Game& game) {
  uint64_t key = game.situation_hash();
  for (Point p : game.ko_forbidden()) key ^= zobrist::mix(4000 + p);
  const Rules& rules = game.rules();
  const auto moves = game.moves();
  const bool passed = !moves.empty() && moves.back().point == game.board().pass();
  const auto komi = uint64_t(std::lround(2 * game.compensation()) + 4096);
  return zobrist::mix(key ^ zobrist::mix(1'000'000 + (komi << 8 | uint64_t(rules.ko) << 4 |
                                                      uint64_t(rules.suicide) << 1 | uint64_t(passed))));
}

EvaluationCache::EvaluationCache(int64_t positions) {
  if (positions > 0) sets_.resize(std::bit_ceil(std::max<uint64_t>(kLocks, uint64_t(positions) / kWays)));
}

bool EvaluationCache::find(uint64_t key, int points, Evaluation& out) {
  if (sets_.empty()) return false;
  std::lock_guard lock(lock_of(key));
  Set& set = set_of(key);
  for (Entry& entry : set.entries) {
    if (entry.used == 0 || entry.key != key) continue;
    entry.used = ++set.clock;
    const float* at = entry.numbers.data();
    out.value = *at++;
    out.score = *at++;
    std::copy_n(at, points + 1, out.policy.begin());
    std::copy_n(at + points + 1, points, out.ownership.begin());
    return true;
  }
  return false;
}

void EvaluationCache::store(uint64_t key, int points, const Evaluation& evaluation) {
  if (sets_.empty()) return;
  std::lock_guard lock(lock_of(key));
  Set& set = set_of(key);
  Entry* entry = &set.entries[0];
  for (Entry& other : set.entries) {
    if (other.used && other.key == key) {
      entry = &other;
      break;
    }
    if (other.used < entry->used) entry = &other;
  }
  entry->key = key;
  entry->used = ++set.clock;
  entry->numbers.resize(2 + points + 1 + points);
  float* at = entry->numbers.data();
  *at++ = evaluation.value;
  *at++ = evaluation.score;
  at = std::copy_n(evaluation.policy.begin(), points + 1, at);
  std::copy_n(evaluation.ownership.begin(), points, at);
}

void EvaluationCache::clear() {
  for (int i = 0; i < kLocks && !sets_.empty(); ++i) {
    std::lock_guard lock(locks_[i]);
    for (size_t s = size_t(i); s < sets_.size(); s += kLocks)
      for (Entry& entry : sets_[s].entries) entry.used = 0;
  }
}

}  // namespace tengen::go
