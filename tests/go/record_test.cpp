// Game records: bytes and back, replay, SGF; damaged bytes are refused.
#include <cmath>

#include <doctest/doctest.h>

#include <tengen/apps/go/sgf/game.h>

#include "../temporary.h"
#include "games.h"

using namespace tengen::go;

TEST_CASE("record: turns come back exactly, on every size") {
  for (int size = kMinSize; size <= kMaxSize; ++size) {
    for (uint64_t seed = 0; seed < 4; ++seed) {
      const GameRecord game = random_game(seed, size);
      CHECK(decode_turns(encode_turns(game), size) == game.turns);
    }
  }
  GameRecord odd;
  odd.size = 9;
  CHECK(decode_turns(encode_turns(odd), 9).empty());
  odd.turns = {{81, true, -INFINITY, 1e-42f, {{81, 0}, {0, 65535}}}};
  CHECK(decode_turns(encode_turns(odd), 9) == odd.turns);
  odd.turns[0].value = NAN;
  CHECK(std::isnan(decode_turns(encode_turns(odd), 9)[0].value));
  odd.turns[0].move = 82;
  CHECK(contains(error_of([&] { encode_turns(odd); }), "move 82"));
}

TEST_CASE("record: damaged bytes are an error, never a crash") {
  const GameRecord game = random_game(7, 9);
  const std::string good = encode_turns(game);
  for (size_t length = 0; length < good.size(); ++length)
    CHECK_THROWS_AS(decode_turns(good.substr(0, length), 9), const tengen::Error&);
  CHECK_THROWS_AS(decode_turns(good + '\0', 9), const tengen::Error&);
  CHECK(contains(error_of([&] { decode_turns(good, 7); }), "a move is"));  // of a larger board
  Rng rng(1);
  for (int i = 0; i < 3000; ++i) {
    std::string bad = good;
    bad[rng.below(uint32_t(bad.size()))] ^= char(1 + rng.below(255));
    CHECK_THROWS_AS(decode_turns(bad, 9), const tengen::Error&);
  }
  // With a right check sum too: the parser must not trust it.
  const auto sealed = [](std::string body) {
    uint32_t hash = 2166136261u;
    for (const char c : body) hash = (hash ^ uint8_t(c)) * 16777619u;
    for (int i = 0; i < 4; ++i) body += char(hash >> (8 * i));
    return body;
  };
  const std::string body = good.substr(0, good.size() - 4);
  REQUIRE(sealed(body) == good);
  int refused = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string bad = body.substr(0, 1 + rng.below(uint32_t(body.size())));
    for (int changes = 1 + int(rng.below(4)); changes > 0 && bad.size() > 1; --changes)
      bad[1 + rng.below(uint32_t(bad.size()) - 1)] = char(rng.below(256));
    try {
      for (const Turn& turn : decode_turns(sealed(bad), 9)) {
        REQUIRE(turn.move <= 81);
        for (const auto& [move, visits] : turn.visits) REQUIRE(move <= 81);
      }
    } catch (const tengen::Error&) {
      ++refused;
    }
  }
  CHECK(refused > 15000);
  CHECK(contains(error_of([&] { decode_turns(sealed(std::string("\2\0\0", 3)), 9); }),
                 "version 2, expected 1"));
  CHECK(
      contains(error_of([&] { decode_turns(sealed("\1\xff\xff\xff\xff\x0f"), 9); }), "the number of turns"));
}

TEST_CASE("record: replay to any turn, final area, outcome") {
  GameRecord record = random_game(3, 7, {Ko::situational, false, HandicapBonus::none, 3.5}, 500);
  Game game(7, record.rules);
  for (size_t i = 0; i < record.turns.size(); ++i) {
    CHECK(replay(record, int(i)).situation_hash() == game.situation_hash());
    game.play(record.turns[i].move);
  }
  CHECK(replay(record).board() == game.board());
  CHECK(record.score == float(game.score()));
  CHECK(final_area(record).score() == area_of(game.board()).score());
  CHECK(record.winner == (record.score > 0 ? 1 : -1));  // komi decides
  CHECK(final_area(record).score() - 3.5 == record.score);
  CHECK(result_text(record) == game.result());

  CHECK(contains(error_of([&] { replay(record, int(record.turns.size()) + 1); }), "the game has"));
  record.turns[1].move = record.turns[0].move;
  CHECK(contains(error_of([&] { replay(record); }), "replay: move 2: "));
}

TEST_CASE("record: SGF tells what the search thought") {
  GameRecord record;
  record.size = 5;
  record.rules.komi = 0.5;
  record.network = 12;
  record.note = "a note";
  record.turns = {{12, true, 0.25f, 3.25f, {{6, 3}, {12, 40}, {25, 1}}},
                  {25, false, 0.5f, 2, {{25, 8}}},
                  {25, false, 0, 0, {}}};
  set_outcome(record, replay(record));
  CHECK(record.score == 24.5f);
  const std::string text = to_sgf(record);
  CHECK(contains(text, "C[Black wins 62.5%, B+3.2, full search: C3 40, B4 3, pass 1]"));
  CHECK(contains(text, "C[Black wins 25.0%, W+2.0: pass 8]"));
  CHECK(contains(text, "PB[network 12]"));
  CHECK(contains(text, "GC[a note]"));
  CHECK(contains(text, "RE[B+24.5]"));
  CHECK_FALSE(contains(to_sgf(record, false), "C[Black"));
  record.resigned = true;
  CHECK(contains(to_sgf(record), "RE[B+R]"));

  const GameRecord random = random_game(4, 9);
  const auto replayed = sgf::replay(sgf::parse(to_sgf(random)).at(0)).game;
  CHECK(replayed.board() == replay(random).board());
  CHECK(replayed.rules() == random.rules);
}
