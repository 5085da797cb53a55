// What tengen-go sgf does with game records.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <tengen/apps/go/sgf/game.h>

namespace tengen::go {

/// Reads every game of every file and plays its main line. A line for each problem, "FILE:LINE:COLUMN: ...",
/// for each thing that was not taken as it stands, "FILE: game K: warning: ...", and for each good game.
/// Returns the number of files with problems.
int check_sgf(const std::vector<std::string>& paths, std::ostream& out);

struct SgfSelection {
  int game = 1;             // of the file
  std::optional<int> move;  // moves of the main line to play; without it, all
  sgf::ReplayOptions rules;
};

/// Players, rules, the board after the moves, and the result as written and by our count. `image` is a file
/// (.png, .jpg, .bmp) that the board is drawn to, or empty.
void print_sgf(const std::string& path, const SgfSelection& selection, std::ostream& out,
               const std::string& image = "");
/// The main line, a move a line with what it captures, then the result as written and by our count.
void replay_sgf(const std::string& path, const SgfSelection& selection, std::ostream& out);

}  // namespace tengen::go
