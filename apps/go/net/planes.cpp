#include <tengen/apps/go/net/planes.h>

#include <algorithm>
#include <cmath>

#include <tengen/apps/go/net/symmetry.h>

namespace tengen::go {
namespace {

constexpr int kHistory = kLastMove5 - kLastMove1 + 1;

/// Planes of one position under one symmetry.
struct Painter {
  float* planes;
  int points;
  std::span<const Point> map;

  void set(int plane, Point point) const { planes[plane * points + map[point]] = 1; }
  void fill(int plane, float value) const { std::fill_n(planes + int64_t(plane) * points, points, value); }
};

/// A wave of period 2 and height 0.5 of komi's distance from the nearest komi that lets games be drawn.
/// Without a seki with an odd number of shared points the area of both players together is N*N, so their
/// difference is as odd or even as N*N: on 9x9 komi 6.5 and 7.5 differ by a whole class of games, 7.5 and 8.5
/// by none.
float parity_wave(double komi, int points) {
  double t = std::fmod(komi - points % 2, 2.0);  // 0: draws are likely
  if (t < 0) t += 2;
  return float(t < 0.5 ? t : t < 1.5 ? 1 - t : t - 2);
}

void paint_stones(const Board& board, Color own, const Painter& paint) {
  // An empty point is one liberty of each chain around it. The last entry belongs to the wall.
  std::array<uint16_t, kMaxPoints + 1> liberties{};
  for (Point p : board.empty_points()) {
    const Geometry::Four& around = board.geometry().neighbors[p];
    Point names[4];
    for (int i = 0; i < 4; ++i) {
      names[i] = board.chain(around[i]);  // of empty points: the wall
      bool seen = false;
      for (int j = 0; j < i; ++j) seen |= names[j] == names[i];
      liberties[names[i]] += !seen;
    }
  }
  for (Point p = 0; p < board.points(); ++p) {
    const Color there = board.at(p);
    if (there == Color::empty) continue;
    paint.set(there == own ? kOwn : kOpponent, p);
    const int count = liberties[board.chain(p)];
    if (count <= 3) paint.set(kLiberties1 + count - 1, p);
  }
}

}  // namespace

void encode(const Game& game, float* planes, int symmetry, const LearnedRules& learned) {
  const Board& board = game.board();
  const Painter paint{planes, board.points(), symmetry_map(symmetry, board.size())};
  const Color own = game.to_move();

  paint.fill(kOnBoard, 1);
  std::fill(planes + kOwn * board.points(), planes + kPassEnds * board.points(), 0.0f);
  paint_stones(board, own, paint);

  const auto moves = game.moves();
  for (int i = 0; i < kHistory && i < int(moves.size()); ++i) {
    const Point move = moves[moves.size() - 1 - i].point;
    if (move != board.pass()) paint.set(kLastMove1 + i, move);
  }
  for (Point p : game.ko_forbidden()) paint.set(kForbidden, p);

  const double given = learned.shown_komi(game.compensation()), komi = own == Color::white ? given : -given;
  const double bound = board.points();  // beyond it the game is decided
  paint.fill(kPassEnds, !moves.empty() && moves.back().point == board.pass());
  paint.fill(kKomi, float(std::clamp(komi, -bound, bound) / 20));
  paint.fill(kParity, parity_wave(komi, board.points()));
  paint.fill(kSize, float(board.size() - 14) / 10);
  paint.fill(kSuicide, learned.shown_suicide(game.rules()));
  paint.fill(kSuperko, learned.shown_superko(game.rules()));
}

void encode17(const Game& game, float* planes, int symmetry) {
  constexpr int kBoards = 8;
  const int points = game.board().points();
  const Painter paint{planes, points, symmetry_map(symmetry, game.size())};
  const Color own = game.to_move();
  std::fill_n(planes, 2 * kBoards * points, 0.0f);
  paint.fill(2 * kBoards, own == Color::black);

  // The boards of a game are not kept: play it again, and look at the last ones.
  Board board(game.size());
  for (const auto& [color, point] : game.start_stones()) board.set(color, point);
  const auto moves = game.moves();
  for (int played = 0;; ++played) {
    const int ago = int(moves.size()) - played;
    if (ago < kBoards) {
      for (Point p = 0; p < points; ++p) {
        if (board.at(p) != Color::empty) paint.set(2 * ago + (board.at(p) != own), p);
      }
    }
    if (ago == 0) break;
    board.play(moves[played].color, moves[played].point);
  }
}

}  // namespace tengen::go
