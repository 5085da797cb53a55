// Ko, superko, suicide, undo, hashes, score: one small position each.
#include <algorithm>

#include <doctest/doctest.h>

#include <tengen/apps/go/board/area.h>
#include <tengen/apps/go/board/playout.h>

#include "../temporary.h"
#include "naive.h"

using namespace naive;

namespace {

constexpr Rules kSimple{Ko::simple, false};
constexpr Rules kPositional{Ko::positional, false};
constexpr Rules kSituational{Ko::situational, false};

Game game_from(const std::string& rows, const Rules& rules, Color to_move) {
  const Board board = parse_board(rows);
  std::vector<Move> stones;
  for (Point p = 0; p < board.points(); ++p) {
    if (board.at(p) != Color::empty) stones.push_back({board.at(p), p});
  }
  return Game(board.size(), rules, stones, to_move);
}

void play(Game& game, const std::vector<std::string>& moves) {
  for (const std::string& move : moves) game.play(parse_point(move, game.size()));
}

bool legal(const Game& game, const std::string& move) {
  return game.is_legal(parse_point(move, game.size()));
}

const std::string kKo =
    ". X O . ."
    "X . X O ."
    ". X O . ."
    ". . . . ."
    ". . . . .";

/// White sends two stones (C1), Black takes them (A1), White returns by taking one (B1).
const std::string kSendTwo =
    ". . . . . ."
    ". . . . . ."
    ". . . . . ."
    "O O O O O O"
    "O X X X X O"
    ". O . X . O";

}  // namespace

TEST_CASE("ko: retaking at once is forbidden under every rule, and allowed after an exchange elsewhere") {
  for (const Rules& rules : {kSimple, kPositional, kSituational}) {
    Game game = game_from(kKo, rules, Color::white);
    play(game, {"B4"});  // takes C4
    CHECK(game.board().at(parse_point("C4", 5)) == Color::empty);
    CHECK_FALSE(legal(game, "C4"));
    REQUIRE(game.ko_forbidden().size() == 1);
    CHECK(to_string(game.ko_forbidden()[0], 5) == "C4");
    play(game, {"A1", "E1"});
    CHECK(legal(game, "C4"));
    CHECK(game.ko_forbidden().empty());
  }
}

TEST_CASE("ko: a pass lifts simple ko; the player himself may fill it") {
  Game game = game_from(kKo, kSimple, Color::white);
  play(game, {"B4"});
  CHECK(game.is_legal(Color::white, parse_point("C4", 5)));
  play(game, {"pass", "pass"});
  CHECK(legal(game, "C4"));
}

TEST_CASE("ko: positional and situational superko differ by who is to move") {
  Game positional = game_from(kKo, kPositional, Color::white);
  Game situational = game_from(kKo, kSituational, Color::white);
  for (Game* game : {&positional, &situational}) play(*game, {"B4", "pass", "pass"});
  // Retaking brings back the start, where White was to move; he is again after Black's move.
  CHECK_FALSE(legal(positional, "C4"));
  CHECK_FALSE(legal(situational, "C4"));
  // A position that passes reached with the other player to move: only positional superko minds.
  for (Game* game : {&positional, &situational}) {
    *game = game_from(kKo, game->rules(), Color::black);
    game->play(Color::white, parse_point("B4", 5));
  }
  CHECK_FALSE(legal(positional, "C4"));
  CHECK(legal(situational, "C4"));
}

TEST_CASE("ko: sending two and returning one repeats the position, not the situation") {
  for (const Rules& rules : {kSimple, kPositional, kSituational}) {
    CAPTURE(describe(rules));
    Game game = game_from(kSendTwo, rules, Color::white);
    const std::string start = stones_of(game.board());
    play(game, {"C1", "A1"});
    CHECK(game.board().prisoners(Color::white) == 2);
    CHECK(game.board().ko_point() == kNoPoint);
    CHECK(legal(game, "B1") == (rules.ko != Ko::positional));
    if (rules.ko == Ko::positional) continue;
    play(game, {"B1"});
    CHECK(stones_of(game.board()) == start);
    // A second time round, after a pass, the same situations would come back.
    play(game, {"pass"});
    CHECK(legal(game, "C1") == (rules.ko == Ko::simple));
  }
}

TEST_CASE("suicide: two stones by the rules, one stone never") {
  const std::string rows =
      ". O . . ."
      "X O . . ."
      "O . . . ."
      ". . . . ."
      ". . . . .";
  CHECK(legal(game_from(rows, {Ko::simple, true}, Color::black), "A5"));
  CHECK_FALSE(legal(game_from(rows, {Ko::simple, false}, Color::black), "A5"));
  Game game = game_from(rows, {}, Color::black);
  play(game, {"A5"});
  CHECK(game.board().at(parse_point("A4", 5)) == Color::empty);
  CHECK(game.board().prisoners(Color::black) == 2);
  CHECK(game.is_legal(Color::black, parse_point("A5", 5)));  // now a stone with a liberty
  const Game corner = game_from(
      ". O ."
      "O . ."
      ". . .",
      {}, Color::black);
  CHECK_FALSE(legal(corner, "A3"));
  CHECK(corner.why_illegal(Color::black, 0) == "the stone would have no liberty");
}

TEST_CASE("suicide: a move that captures is none") {
  Game game = game_from(
      ". O X ."
      "O X . ."
      "X . . ."
      ". . . .",
      kSimple, Color::black);
  play(game, {"A4"});
  CHECK(game.board().prisoners(Color::white) == 2);
  CHECK(stones_of(game.board()) == "X.X..X..X.......");
}

TEST_CASE("capture: several chains at once, a chain touched twice") {
  Game game = game_from(
      "O O X . ."
      "O . O X ."
      "X O X . ."
      ". X . . ."
      ". . . . .",
      kSimple, Color::black);
  play(game, {"B4"});
  CHECK(game.board().prisoners(Color::white) == 5);
  CHECK(game.board().ko_point() == kNoPoint);
}

TEST_CASE("game: two passes end it, a move between them does not") {
  Game game(9);
  play(game, {"pass", "E5", "pass"});
  CHECK_FALSE(game.is_over());
  play(game, {"pass"});
  CHECK(game.is_over());
  game.undo();
  CHECK_FALSE(game.is_over());
}

TEST_CASE("game: undo returns to the identical state") {
  Rng rng(5);
  for (Ko ko : {Ko::simple, Ko::positional, Ko::situational}) {
    Game game(5, {ko, true});
    std::vector<Game> before;
    for (int i = 0; i < 120 && !game.is_over(); ++i) {
      before.push_back(game);
      game.play(random_move(game, rng));
    }
    while (!before.empty()) {
      REQUIRE(game.undo());
      const Game& was = before.back();
      REQUIRE(game.board() == was.board());
      REQUIRE(game.board().hash() == was.board().hash());
      REQUIRE(game.to_move() == was.to_move());
      REQUIRE(game.is_over() == was.is_over());
      REQUIRE(std::ranges::equal(game.moves(), was.moves()));
      REQUIRE(std::ranges::equal(game.legal_moves(), was.legal_moves()));
      REQUIRE(std::ranges::equal(game.ko_forbidden(), was.ko_forbidden()));
      before.pop_back();
    }
    CHECK_FALSE(game.undo());
  }
}

TEST_CASE("game: illegal moves throw and say why") {
  Game game(9);
  play(game, {"E5"});
  CHECK(error_of([&] { play(game, {"E5"}); }) == "illegal move white E5: there is a stone already");
  CHECK(contains(error_of([&] { game.play(Point(82)); }), "off the board"));
  Game ko = game_from(kKo, kPositional, Color::white);
  play(ko, {"B4"});
  CHECK(contains(error_of([&] { play(ko, {"C4"}); }), "superko: the move would bring back"));
  CHECK(ko.moves().size() == 1);
}

TEST_CASE("game: start positions are checked") {
  const std::vector<Move> twice{{Color::black, 3}, {Color::white, 3}}, off{{Color::black, 25}};
  CHECK(contains(error_of([&] { Game(5, {}, twice, Color::black); }), "two stones on D5"));
  CHECK(contains(error_of([&] { Game(5, {}, off, Color::black); }), "off the board"));
  const std::vector<Move> dead{{Color::black, 0}, {Color::white, 1}, {Color::white, 5}};
  CHECK(contains(error_of([&] { Game(5, {}, dead, Color::black); }), "without liberties"));
  CHECK(contains(error_of([] { Game(20); }), "expected 2 to 19"));
  CHECK(contains(error_of([] { Game(1); }), "expected 2 to 19"));
}

TEST_CASE("hash: transpositions agree, everything else differs") {
  Game a(9), b(9);
  play(a, {"C3", "G7", "D4", "E5"});
  play(b, {"D4", "E5", "C3", "G7"});
  CHECK(a.board().hash() == b.board().hash());
  CHECK(a.situation_hash() == b.situation_hash());
  play(b, {"pass"});
  CHECK(a.board().hash() == b.board().hash());
  CHECK(a.situation_hash() != b.situation_hash());
  std::set<uint64_t> hashes;
  for (int size = 2; size <= 19; ++size) hashes.insert(Board(size).hash());
  CHECK(hashes.size() == 18);
}

TEST_CASE("hash: a simple ko changes the situation, a ko that cannot be taken does not") {
  Game with = game_from(kKo, kSimple, Color::white);
  play(with, {"B4"});
  Game without = with;
  play(without, {"pass", "pass"});
  CHECK(with.board().hash() == without.board().hash());
  CHECK(with.situation_hash() != without.situation_hash());
}

TEST_CASE("board: setting up by hand gives what playing gives") {
  Rng rng(3);
  for (int i = 0; i < 50; ++i) {
    Game game(6);
    playout(game, rng, 40);
    Board board(6);
    for (Point p = 0; p < 36; ++p) board.set(Color::black, p);  // to be replaced and removed
    for (Point p = 35; p < 36; --p) board.set(game.board().at(p), p);
    CHECK(board.hash() == game.board().hash());
    for (Point p = 0; p < 36; ++p) {
      REQUIRE(board.at(p) == game.board().at(p));
      if (board.at(p) == Color::empty) continue;
      CHECK(board.chain_size(p) == game.board().chain_size(p));
      CHECK(board.liberties(p).size() == game.board().liberties(p).size());
    }
    CHECK(board.all_have_liberties());
  }
}

TEST_CASE("playout: every random game ends, every move was legal, no eye was filled") {
  Rng rng(7);
  for (int size : {2, 3, 5, 9, 13, 19}) {
    Game game(size);
    for (int move = 0; move < 6 * size * size && !game.is_over(); ++move) {
      const Point p = random_move(game, rng);
      REQUIRE(game.is_legal(p));
      if (p < game.board().points()) REQUIRE_FALSE(game.board().is_eye(game.to_move(), p));
      game.play_unchecked(p);
    }
    CHECK(game.is_over());
  }
}

TEST_CASE("playout: moves are uniform") {
  Game game(3);
  Rng rng(11);
  std::vector<int> count(10);
  for (int i = 0; i < 90000; ++i) ++count[random_move(game, rng)];
  for (int p = 0; p < 9; ++p) CHECK(std::abs(count[p] - 10000) < 500);
  CHECK(count[9] == 0);
}

TEST_CASE("rules: named sets") {
  CHECK(rules_named("tromp-taylor") == Rules{});
  CHECK(rules_named("Tromp_Taylor") == Rules{});
  CHECK(rules_named("chinese") == Rules{Ko::simple, false, HandicapBonus::n});
  CHECK(rules_named("chinese-ogs") == Rules{Ko::positional, false, HandicapBonus::n});
  CHECK(rules_named("AGA") == Rules{Ko::situational, false, HandicapBonus::n_minus_1});
  CHECK(rules_named("New Zealand") == Rules{Ko::situational, true});
  CHECK(rules_named("nz") == rules_named("new-zealand"));
  CHECK(error_of([] { rules_named("japanese"); }) ==
        "rules 'japanese' need territory scoring, which does not exist here");
  CHECK(contains(error_of([] { rules_named("chess"); }), "expected one of tromp-taylor, chinese"));
  CHECK(name_of(rules_named("bga")) == "aga");
  CHECK(name_of({Ko::simple, true}).empty());
  CHECK(describe(rules_named("aga")) ==
        "situational superko, no suicide, N - 1 points for handicap, komi 7.5");
}

TEST_CASE("rules: komi is a half point") {
  for (const char* good : {"7.5", "-3", "0", "+0.5", "6"}) CHECK(error_of([&] { parse_komi(good); }).empty());
  CHECK(contains(error_of([] { parse_komi("7.25"); }), "expected a whole or half number"));
  for (const char* bad : {"", "x", "7.5x", "nan", "inf", "1e9", "+-1", "7,5"}) {
    CAPTURE(bad);
    CHECK_FALSE(error_of([&] { parse_komi(bad); }).empty());
  }
  CHECK(contains(error_of([] { Game(9, {Ko::simple, true, HandicapBonus::none, 6.1}); }), "komi 6.1"));
}

TEST_CASE("score: area, komi and handicap") {
  Game game(9);
  CHECK(game.result() == "W+7.5");
  play(game, {"E5"});
  CHECK(game.result() == "B+73.5");
  play(game, {"A1"});
  CHECK(game.score() == -7.5);
  game.set_komi(0);
  CHECK(game.result() == "0");
  const std::vector<Move> handicap{{Color::black, 20}, {Color::black, 24}, {Color::black, 56}};
  CHECK(Game(9, rules_named("chinese"), handicap, Color::white).score() == 81 - 7.5 - 3);
  CHECK(Game(9, rules_named("aga"), handicap, Color::white).score() == 81 - 7.5 - 2);
  CHECK(Game(9, {}, handicap, Color::white).score() == 81 - 7.5);
}

TEST_CASE("text: points and colors") {
  CHECK(parse_point("A1", 19) == 18 * 19);
  CHECK(parse_point("t19", 19) == 18);
  CHECK(parse_point("J9", 9) == 8);
  CHECK(parse_point("Pass", 9) == 81);
  for (int size = 2; size <= 19; ++size) {
    for (Point p = 0; p <= size * size; ++p) CHECK(parse_point(to_string(p, size), size) == p);
  }
  for (const char* bad :
       {"", "A", "I5", "A0", "A01", "A10", "K1", "5E", "E5 ", "A1x", "A999", "A-1", "passs"}) {
    CAPTURE(bad);
    CHECK(
        contains(error_of([&] { parse_point(bad, 9); }), "expected A1 to J9 (without the letter I) or pass"));
  }
  CHECK(parse_color("B") == Color::black);
  CHECK(parse_color("White") == Color::white);
  CHECK(contains(error_of([] { parse_color("green"); }), "'green' is no color"));
}

TEST_CASE("text: boards") {
  const Board board = parse_board("X . / . O");
  CHECK(to_string(board) ==
        "   A B\n"
        " 2 X . 2\n"
        " 1 . O 1\n"
        "   A B\n");
  CHECK(contains(error_of([] { parse_board("X . O"); }), "3 points do not make a square board"));
  CHECK(contains(error_of([] { parse_board("X ? . ."); }), "not of '?'"));
  CHECK(contains(error_of([] { parse_board("X O O ."); }), "without liberties"));
}
