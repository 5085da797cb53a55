// The arguments of lz-analyze and kata-analyze, and the lines that they print.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <tengen/apps/go/play/restricted.h>
#include <tengen/apps/go/search/search.h>

namespace tengen::go {

struct AnalysisOptions {
  bool kata = true;  // KataGo's format; otherwise Leela Zero's
  std::optional<Color> color;
  double interval = 0;  // seconds between reports; 0: none
  int min_moves = 0, max_moves = 1 << 20;
  bool ownership = false, root_info = false;
  std::vector<MoveLimit> limits;
};

/// [color] [interval] {option value}: interval CENTISECONDS, minmoves N, maxmoves N,
/// avoid COLOUR VERTEX,VERTEX,... PLIES, allow ..., and for KataGo's commands ownership BOOL, rootInfo BOOL.
/// Throws on any other option, so that a controller can find out what there is.
AnalysisOptions parse_analysis_options(const std::vector<std::string>& words, bool kata, int size);

/// "info move D4 visits 12 ... order 0 pv D4 E5 info move ...", from the view of the player to move; empty
/// before the first visit.
std::string analysis_line(const Search& search, const AnalysisOptions& options);

/// 0 .. 1 for a value of -1 .. 1.
inline double winrate_of(double value) { return (value + 1) / 2; }
/// The lower confidence bound that the search has for the utility, moved to the win rate.
inline double winrate_lcb(const Candidate& c) { return winrate_of(c.value) - (c.utility - c.lcb) / 2; }

}  // namespace tengen::go
