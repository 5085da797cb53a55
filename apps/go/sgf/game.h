// Between SGF trees and games.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <tengen/apps/go/board/game.h>
#include <tengen/apps/go/sgf/tree.h>

namespace tengen::go::sgf {

struct ReplayOptions {
  /// Used where RU is absent or names rules that do not exist here (Japanese, say): they forbid least.
  Rules rules{Ko::simple, true};
  std::optional<Rules> force_rules;  // instead of RU
  std::optional<double> force_komi;  // instead of KM
};

struct Replay {
  Game game;
  std::string rules, result;          // RU and RE as they stand
  std::string black, white;           // PB and PW
  std::vector<std::string> warnings;  // what was not taken as it stands
};

/// The main line as a game: SZ (19 without), RU, KM, AB, AW, AE, PL, HA, B, W. Stones that are set up after
/// the first move restart the game from there, with a warning. Throws SgfError for other games than Go,
/// boards that are not square or not 2 to 19 wide, wrong points, komi that is no half point, and illegal
/// moves.
Replay replay(const Tree& tree, const ReplayOptions& options = {});

/// A game as a tree of one line. `result` is RE; empty: the score of a finished game, nothing otherwise.
Tree to_tree(const Game& game, const std::string& result = {});

/// "cd" is the third column, fourth row from the upper left; "" and, up to 19x19, "tt" are a pass. Empty on
/// anything else.
std::optional<Point> parse_point(std::string_view text, int size);
std::string point_text(Point point, int size);

}  // namespace tengen::go::sgf
