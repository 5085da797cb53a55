#include <tengen/apps/go/board/playout.h>

#include <algorithm>

namespace tengen::go {
namespace {

bool acceptable(const Game& game, Color color, Point point) {
  return !game.board().is_eye(color, point) && game.is_legal(color, point);
}

}  // namespace

Point random_move(const Game& game, Rng& rng) {
  const Color color = game.to_move();
  const auto empty = game.board().empty_points();
  uint32_t n = uint32_t(empty.size());
  if (n == 0) return game.board().pass();
  const uint32_t first = rng.below(n);
  if (acceptable(game, color, empty[first])) return empty[first];

  // Cross out what was refused and draw from the rest.
  std::array<Point, kMaxPoints> left;
  std::ranges::copy(empty, left.begin());
  left[first] = left[--n];
  while (n > 0) {
    const uint32_t i = rng.below(n);
    if (acceptable(game, color, left[i])) return left[i];
    left[i] = left[--n];
  }
  return game.board().pass();
}

int playout(Game& game, Rng& rng, int max_moves) {
  int moves = 0;
  for (; moves < max_moves && !game.is_over(); ++moves) game.play_unchecked(random_move(game, rng));
  return moves;
}

}  // namespace tengen::go
