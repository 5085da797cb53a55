#include <tengen/apps/go/play/opening.h>

#include <algorithm>

namespace tengen::go {

std::vector<Point> random_opening(int size, const Rules& rules, int moves, int min_line, Rng& rng) {
  Game game(size, rules);
  const Board& board = game.board();
  std::vector<Point> opening;
  while (int(opening.size()) < moves) {
    PointList choices;
    for (Point p : game.legal_moves()) {
      const int x = p % size, y = p / size;
      const int line = 1 + std::min({x, y, size - 1 - x, size - 1 - y});
      const bool room = std::ranges::any_of(board.geometry().neighbors[p],
                                            [&](Point q) { return board.at(q) == Color::empty; });
      if (line >= min_line && room && !board.is_eye(game.to_move(), p)) choices.push_back(p);
    }
    if (choices.empty()) break;
    opening.push_back(choices[int(rng.below(uint32_t(choices.size())))]);
    game.play_unchecked(opening.back());
  }
  return opening;
}

}  // namespace tengen::go
