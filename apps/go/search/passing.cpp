#include <tengen/apps/go/search/passing.h>

#include <tengen/apps/go/board/area.h>
#include <tengen/apps/go/search/search.h>

namespace tengen::go {

PointSet pointless_moves(const Board& board, Color color, bool suicide) {
  const Area alive = pass_alive_of(board, suicide);
  const Area area = area_of(board);
  PointSet points;
  for (Point p = 0; p < board.points(); ++p) {
    points[p] = alive.owner[p] == opposite(color) || (alive.owner[p] == color && area.owner[p] == color);
  }
  return points;
}

bool settled(const Board& board, bool suicide) {
  const Area alive = pass_alive_of(board, suicide);
  const Area area = area_of(board);
  for (Point p = 0; p < board.points(); ++p) {
    if (alive.owner[p] == Color::empty || alive.owner[p] != area.owner[p]) return false;
  }
  return true;
}

double score_now(const Game& game) { return game.to_move() == Color::black ? game.score() : -game.score(); }

Point choose_to_play(const Search& search, float temperature, Rng& rng) {
  const Game& game = search.root();
  const Point pass = game.board().pass();
  const double score = score_now(game);
  const bool opponent_passed = !game.moves().empty() && game.moves().back().point == pass;
  if (opponent_passed && score > 0) return pass;

  const Point move = search.choose(temperature, rng);
  if (move != pass || score > 0 || settled(game.board(), game.rules().suicide)) return move;
  for (const auto& [other, visits] : search.visit_counts(false)) {
    if (other != pass) return other;
  }
  for (const auto& [other, prior] : search.priors()) {
    if (other != pass) return other;
  }
  return pass;
}

}  // namespace tengen::go
