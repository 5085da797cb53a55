// Under which rules a network learned. What it has never seen it judges at random, so it is shown the nearest
// that it knows.
#pragma once

#include <limits>
#include <map>
#include <string>

#include <tengen/apps/go/board/rules.h>

namespace tengen::go {

struct LearnedRules {
  bool suicide[2] = {true, true};  // whether it learned games without it, and with it
  bool superko[2] = {true, true};
  /// White's komi, handicap points included.
  double komi_low = -std::numeric_limits<double>::infinity(),
         komi_high = std::numeric_limits<double>::infinity();

  /// From the settings that the metadata of a run's network hold; all rules where they hold none.
  static LearnedRules from(const std::map<std::string, std::string>& metadata);

  bool shown_suicide(const Rules& rules) const {
    return suicide[rules.suicide] ? rules.suicide : !rules.suicide;
  }
  bool shown_superko(const Rules& rules) const {
    const bool asked = rules.ko != Ko::simple;
    return superko[asked] ? asked : !asked;
  }
  double shown_komi(double komi) const {
    return komi < komi_low ? komi_low : komi > komi_high ? komi_high : komi;
  }
  /// Whether it learned rules with this ko and suicide.
  bool knows(const Rules& rules) const { return suicide[rules.suicide] && superko[rules.ko != Ko::simple]; }
};

}  // namespace tengen::go
