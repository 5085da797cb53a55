// Uniformly random games.
#pragma once

#include <tengen/apps/go/board/game.h>

namespace tengen::go {

/// xorshift64* (Vigna 2016): small, fast, good enough to pick moves.
class Rng {
 public:
  explicit Rng(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15u | 1) {}
  uint64_t next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545f4914f6cdd1du;
  }
  /// 0 <= result < n; the bias is below n / 2^32.
  uint32_t below(uint32_t n) { return uint32_t((next() >> 32) * n >> 32); }
  /// Uniform in [0, 1).
  double uniform() { return double(next() >> 11) * 0x1p-53; }

  /// The state to continue from later.
  uint64_t state() const { return state_; }
  void set_state(uint64_t state) { state_ = state; }

 private:
  uint64_t state_;
};

/// A legal move that does not fill one of the player's own eyes (Board::is_eye), each with the same
/// probability; a pass when there is none.
Point random_move(const Game& game, Rng& rng);

/// Plays random moves until two passes, or `max_moves`. Returns the number of moves.
int playout(Game& game, Rng& rng, int max_moves = 1 << 20);

}  // namespace tengen::go
