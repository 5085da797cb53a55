// Finished games for the tests of what stores them.
#pragma once

#include <tengen/apps/go/board/playout.h>
#include <tengen/apps/go/learn/record.h>

/// Random moves to the end, with made-up searches: every fourth one full, every tenth turn without any.
inline tengen::go::GameRecord random_game(uint64_t seed, int size = 5, tengen::go::Rules rules = {},
                                          int max_moves = 60) {
  using namespace tengen::go;
  Rng rng(seed);
  GameRecord record;
  record.size = size;
  record.rules = rules;
  record.network = int64_t(seed % 3);
  record.evaluations = 100 + int64_t(seed % 7);
  record.note = seed % 2 ? "" : "seed " + std::to_string(seed) + " \"quoted\" ' \\ \xe7\xa2\x81";
  Game game(size, rules);
  while (!game.is_over() && int(record.turns.size()) < max_moves) {
    Turn& turn = record.turns.emplace_back();
    turn.move = random_move(game, rng);
    turn.full = rng.below(4) == 0;
    turn.value = float(rng.below(2001)) / 1000 - 1;
    turn.score = float(rng.below(1000)) / 7 - 70;
    if (rng.below(10) != 0) {
      for (const Point point : game.legal_moves()) {
        if (rng.below(3) == 0)
          turn.visits.push_back({point, uint16_t(rng.below(2) ? rng.below(60) : rng.below(65536))});
      }
      turn.visits.push_back({turn.move, uint16_t(65535)});
    }
    game.play(turn.move);
  }
  set_outcome(record, game);
  return record;
}
