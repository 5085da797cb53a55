// A finished game of self-play as it is stored and learned from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tengen/apps/go/board/area.h>
#include <tengen/apps/go/board/game.h>

namespace tengen::go {

struct Turn {
  Point move = kNoPoint;
  bool full = false;           // a full search: a row to learn from
  float value = 0, score = 0;  // the root's after the search, from the view of the player to move
  /// What the search preferred: the policy target, in any order; of quick searches too. Empty: no search.
  std::vector<std::pair<Point, uint16_t>> visits{};

  bool operator==(const Turn&) const = default;
};

/// Players alternate, Black begins on an empty board.
struct GameRecord {
  int size = 0;
  Rules rules;
  std::vector<Turn> turns;
  float score = 0;          // at the end: Black's points minus White's, komi counted
  int winner = 0;           // 1 Black, -1 White, 0 a draw
  bool resigned = false;    // then `winner` need not agree with `score`
  int64_t network = 0;      // that played, by its id in the store; 0: none
  int64_t evaluations = 0;  // positions that were evaluated for it
  std::string note;

  int rows() const;  // turns with a full search
  bool operator==(const GameRecord&) const = default;
};

/// The game after its first `turns` moves. Throws when a move is illegal, and says which.
Game replay(const GameRecord& record, int turns);
inline Game replay(const GameRecord& record) { return replay(record, int(record.turns.size())); }
/// Who owns what after the last move: the target of the ownership head. It is worth little after a
/// resignation.
Area final_area(const GameRecord& record);
/// Fills in score and winner from the final position, as if nobody had resigned.
void set_outcome(GameRecord& record, const Game& final_position);

/// "B+3.5", "W+R", "0".
std::string result_text(const GameRecord& record);
/// An SGF file. With comments each move tells what the search thought: Black's expected result, the score,
/// the visits.
std::string to_sgf(const GameRecord& record, bool comments = true);

/// The turns as bytes: about 10 a turn and 2 for each move that got visits. They come back exactly.
///
///     1 byte   version, 1
///     varint   number of turns; for each
///       varint   2 * move + full
///       float    value, float score (IEEE 754, lower byte first)
///       varint   number of moves with visits; for each: varint move, varint visits
///     4 bytes  FNV-1a hash of all bytes before, lower byte first
std::string encode_turns(const GameRecord& record);
/// Throws when the bytes were cut short or changed, or hold moves that a board of this size does not have.
std::vector<Turn> decode_turns(std::string_view bytes, int size);

}  // namespace tengen::go
