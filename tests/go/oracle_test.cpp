// The board against the slow second implementation: perft counts and random play under every set of rules.
#include <algorithm>
#include <map>

#include <doctest/doctest.h>

#include <tengen/apps/go/board/area.h>
#include <tengen/apps/go/board/playout.h>

#include "naive.h"

using namespace naive;

namespace {

std::vector<Rules> all_rules() {
  std::vector<Rules> all;
  for (Ko ko : {Ko::simple, Ko::positional, Ko::situational}) {
    for (bool suicide : {false, true}) all.push_back({ko, suicide});
  }
  return all;
}

/// Number of move sequences (passes included) of this length, games that end sooner not counted.
int64_t perft(const Game& game, int depth) {
  if (depth == 0) return 1;
  if (game.is_over()) return 0;
  PointList moves = game.legal_moves();
  moves.push_back(game.board().pass());
  int64_t count = 0;
  for (Point p : moves) {
    Game next = game;
    next.play_unchecked(p);
    count += perft(next, depth - 1);
  }
  return count;
}

int64_t perft(const NaiveGame& game, int points, int depth) {
  if (depth == 0) return 1;
  if (game.is_over()) return 0;
  int64_t count = 0;
  for (int p = 0; p <= points; ++p) {
    if (p < points && !game.is_legal(p)) continue;
    NaiveGame next = game;
    next.play(p);
    count += perft(next, points, depth - 1);
  }
  return count;
}

std::vector<int> sorted(const PointList& points) {
  std::vector<int> result(points.begin(), points.end());
  std::ranges::sort(result);
  return result;
}

/// Everything that both implementations know about the position.
void compare(const Game& game, const NaiveGame& naive, const Rules& rules) {
  const Board& board = game.board();
  REQUIRE(stones_of(board) == naive.stones());
  REQUIRE((game.to_move() == Color::black) == (naive.to_move() == 'X'));
  REQUIRE(area_of(board).score() == naive.area());
  std::vector<int> legal, forbidden;
  for (Point p = 0; p < board.points(); ++p) {
    if (board.at(p) != Color::empty) {
      const auto group = naive.group(naive.stones(), p);
      const auto liberties = naive.liberties(p);
      REQUIRE(board.chain_size(p) == int(group.size()));
      REQUIRE(sorted(board.chain_stones(p)) == std::vector<int>(group.begin(), group.end()));
      REQUIRE(sorted(board.liberties(p)) == std::vector<int>(liberties.begin(), liberties.end()));
      continue;
    }
    // The effect foresees the hash of the position.
    const Effect effect = board.effect(game.to_move(), p);
    if (effect.kind != Effect::lone_suicide) {
      Board next = board;
      next.play(game.to_move(), p);
      REQUIRE(next.hash() == effect.hash);
      REQUIRE(stones_of(next) == naive.after(p));
    }
    if (naive.is_legal(p)) {
      legal.push_back(p);
    } else if (effect.kind >= Effect::quiet || (effect.kind == Effect::suicide && rules.suicide)) {
      forbidden.push_back(p);
    }
  }
  REQUIRE(sorted(game.legal_moves()) == legal);
  REQUIRE(sorted(game.ko_forbidden()) == forbidden);
}

/// Random games in which eyes are filled too, so that much is captured. Compares every position, or one in
/// `every`. Returns how many moves ko forbade.
int random_games(int size, const Rules& rules, int games, int max_moves, uint64_t seed, int every = 1) {
  CAPTURE(size);
  CAPTURE(describe(rules));
  Rng rng(seed);
  int forbidden = 0;
  for (int i = 0; i < games; ++i) {
    Game game(size, rules);
    NaiveGame naive(size, rules);
    for (int move = 0; move < max_moves && !game.is_over(); ++move) {
      if (move % every == 0) compare(game, naive, rules);
      forbidden += game.ko_forbidden().size();
      const PointList legal = game.legal_moves();
      const bool pass = legal.empty() || rng.below(40) == 0;
      const Point p = pass ? game.board().pass() : legal[int(rng.below(uint32_t(legal.size())))];
      game.play(p);
      naive.play(p);
    }
    REQUIRE(stones_of(game.board()) == naive.stones());
  }
  return forbidden;
}

}  // namespace

TEST_CASE("perft: counts agree with the slow rules") {
  const std::map<int, int> depths{{2, 7}, {3, 4}, {4, 3}, {5, 3}, {6, 2}, {7, 2}};
  for (const Rules& rules : all_rules()) {
    CAPTURE(describe(rules));
    for (const auto& row : depths) {
      const int size = row.first, most = row.second;
      CAPTURE(size);
      for (int depth = 1; depth <= most; ++depth) {
        CHECK(perft(Game(size, rules), depth) == perft(NaiveGame(size, rules), size * size, depth));
      }
    }
  }
}

TEST_CASE("random play: sizes 2 to 7 agree with the slow rules in every position") {
  for (const Rules& rules : all_rules()) {
    int forbidden = 0;
    for (int size = 2; size <= 7; ++size) forbidden += random_games(size, rules, 2, 120, uint64_t(size));
    CHECK(forbidden > 0);
  }
}

TEST_CASE("random play: 9x9 agrees with the slow rules") {
  for (const Rules& rules : all_rules()) random_games(9, rules, 1, 200, 9, 3);
}

TEST_CASE("random play: 19x19 agrees with the slow rules") {
  random_games(19, {}, 1, 400, 19, 40);
  random_games(19, {Ko::simple, false}, 1, 400, 20, 40);
}

namespace {

/// Fills the points from `point` on in every way that never captures: each legal position is met once, since
/// without some of its stones it is legal too.
int64_t legal_positions(const Board& board, Point point) {
  int64_t count = 1;
  for (Point p = point; p < board.points(); ++p) {
    for (Color color : {Color::black, Color::white}) {
      if (board.effect(color, p).kind != Effect::quiet) continue;
      if (p == board.points() - 1) {
        ++count;
        continue;
      }
      Board next = board;
      next.play(color, p);
      count += legal_positions(next, Point(p + 1));
    }
  }
  return count;
}

}  // namespace

TEST_CASE("legal positions: 57 on 2x2, 12675 on 3x3 (Tromp)") {
  CHECK(legal_positions(Board(2), 0) == 57);
  CHECK(legal_positions(Board(3), 0) == 12675);
}

TEST_CASE("legal positions: 24318165 on 4x4 (Tromp)") { CHECK(legal_positions(Board(4), 0) == 24318165); }

TEST_CASE("legal positions: random play on 2x2 reaches all 57") {
  std::set<std::string> seen;
  Rng rng(1);
  for (int i = 0; i < 3000; ++i) {
    Game game(2, {});
    for (int move = 0; move < 60; ++move) {
      seen.insert(stones_of(game.board()));
      const PointList legal = game.legal_moves();
      const int choice = int(rng.below(uint32_t(legal.size() + 1)));
      game.play(choice == legal.size() ? game.board().pass() : legal[choice]);
    }
  }
  CHECK(seen.size() == 57);
}
