// Pass-alive territory: known shapes, and every move that could disprove it on small boards.
#include <unordered_set>

#include <doctest/doctest.h>

#include <tengen/apps/go/board/area.h>
#include <tengen/apps/go/board/playout.h>

#include "naive.h"

using namespace naive;

namespace {

/// X, O and . for the owner of each point.
std::string owners(const std::string& rows, bool suicide = false) {
  const Board board = parse_board(rows);
  const Area area = pass_alive_of(board, suicide);
  std::string text;
  for (Point p = 0; p < board.points(); ++p) text += ".XO"[int(area.owner[p])];
  return text;
}

/// The stones of `color` that the opponent can capture when `color` always passes, by trying everything.
std::set<Point> capturable(const Board& start, Color color, bool suicide) {
  std::set<Point> kept, lost;
  for (Point p = 0; p < start.points(); ++p) {
    if (start.at(p) == color) kept.insert(p);
  }
  std::unordered_set<uint64_t> seen{start.hash()};
  std::vector<Board> todo{start};
  while (!todo.empty() && lost.size() < kept.size()) {
    const Board board = todo.back();
    todo.pop_back();
    for (Point p : kept) {
      if (board.at(p) != color) lost.insert(p);
    }
    for (Point p = 0; p < board.points(); ++p) {
      const Effect effect = board.effect(opposite(color), p);
      const bool legal = effect.kind >= Effect::quiet || (effect.kind == Effect::suicide && suicide);
      if (!legal || !seen.insert(effect.hash).second) continue;
      todo.push_back(board);
      todo.back().play(opposite(color), p);
    }
  }
  return lost;
}

}  // namespace

TEST_CASE("benson: two eyes in the corner live, with their eyes") {
  CHECK(owners(". X . X O"
               "X X X X O"
               "O O O O ."
               ". . . . ."
               ". . . . .") ==
        "XXXX."
        "XXXX."
        "....."
        "....."
        ".....");
}

TEST_CASE("benson: one eye does not live") {
  CHECK(owners(". X O"
               "X X O"
               "O O .") == ".........");
}

TEST_CASE("benson: chains that share their eyes live together") {
  // Two chains of black touch diagonally at both eyes, in two corners; what they enclose is theirs.
  CHECK(owners(". X X X"
               "X O O X"
               "X O . X"
               "X X X .") == std::string(16, 'X'));
}

TEST_CASE("benson: a false eye does not count") {
  CHECK(owners(". X . O ."
               "X O O O ."
               "X O . O ."
               "X X O O ."
               ". X O . .") == std::string(25, '.'));
}

TEST_CASE("benson: liberties that both share are nobody's") {
  CHECK(owners("X . O"
               "X . O"
               "X . O") == std::string(9, '.'));
}

TEST_CASE("benson: stones that may remove themselves make room for an eye") {
  // With suicide White fills the corner, removes his three stones, and builds an eye there.
  const std::string rows =
      "O . X . ."
      ". X X X ."
      "X X . X ."
      ". X X . ."
      ". . . . .";
  CHECK(pass_alive_of(parse_board(rows), false).black > 0);
  CHECK(pass_alive_of(parse_board(rows), true).black == 0);
}

TEST_CASE("benson: an empty board and a lone stone own nothing") {
  CHECK(owners("..../..../..../....") == std::string(16, '.'));
  CHECK(owners("..../.X../..../....") == std::string(16, '.'));
}

TEST_CASE("benson: exactly the chains that no sequence of enemy moves can take (3x3 and 4x4)") {
  Rng rng(17);
  int alive = 0, dead = 0;
  for (int i = 0; i < 400; ++i) {
    const int size = i % 8 == 0 ? 4 : 3;
    Game game(size, {Ko::simple, true});
    const int least = size == 4 ? 14 : 4;
    playout(game, rng, least + int(rng.below(uint32_t(size * size))));
    const Board& board = game.board();
    if (size == 4 && board.empty_points().size() > 5) continue;
    for (bool suicide : {false, true}) {
      const Area area = pass_alive_of(board, suicide);
      for (Color color : {Color::black, Color::white}) {
        const auto lost = capturable(board, color, suicide);
        for (Point p = 0; p < board.points(); ++p) {
          if (board.at(p) != color) continue;
          CAPTURE(to_string(board));
          CAPTURE(to_string(p, size));
          CAPTURE(suicide);
          if (area.owner[p] == color) {
            ++alive;
            REQUIRE_FALSE(lost.contains(p));
          } else {
            ++dead;
            if (!suicide) REQUIRE(lost.contains(p));  // Benson's theorem is for rules without suicide
          }
        }
      }
    }
  }
  CHECK(alive > 100);
  CHECK(dead > 100);
}

TEST_CASE("benson: no point belongs to both, living stones keep theirs to the end of random games") {
  Rng rng(23);
  for (int i = 0; i < 40; ++i) {
    Game game(7, {Ko::positional, i % 2 == 0});
    playout(game, rng, 60);
    const Area before = pass_alive_of(game.board(), game.rules().suicide);
    CHECK(before.black + before.white <= 49);
    playout(game, rng, 400);
    for (Point p = 0; p < 49; ++p) {
      // Random players do not fill their eyes, so what lived still lives.
      if (before.owner[p] != Color::empty) REQUIRE(area_of(game.board()).owner[p] == before.owner[p]);
    }
  }
}
