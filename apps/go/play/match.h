// Matches between two sides under one referee.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <tengen/apps/go/play/contestant.h>
#include <tengen/apps/go/play/json_text.h>
#include <tengen/apps/go/play/wilson.h>

namespace tengen::go {

/// A side: how to make a contestant for a worker's games. `seed` differs each time.
struct Side {
  std::string name;
  std::function<std::unique_ptr<Contestant>(int job, uint64_t seed)> make;
};

struct MatchSettings {
  int games = 2;
  int size = 9;
  Rules rules;
  int jobs = 1;           // games at once, each with contestants of its own
  bool alternate = true;  // the first side is Black in games 1, 3, 5 ...; otherwise always
  int max_moves = 0;      // the game is counted as it stands then; 0: 3 * size * size
  int opening_moves = 0;  // random ones; both games of a pair begin alike
  int opening_line = 0;   // see random_opening; 0: as it suits the size
  uint64_t seed = 1;
  bool void_on_crash = false, void_on_reject = false;  // instead of a loss
  bool check_final_score = false;                      // ask both sides and compare
};

struct MatchGame {
  int index = 0;         // from 1
  bool swapped = false;  // the second side is Black
  Game game{kMinSize};
  int opening = 0;  // random moves at the start
  /// score, resign, limit; or how a side forfeited: died, timeout, bad-answer, illegal, reject, void.
  std::string how = "score";
  std::string note;                                 // details of a forfeit
  int blame = -1;                                   // the side that forfeited
  Color winner = Color::empty;                      // empty: a draw
  bool counts = true;                               // false: void
  std::string result;                               // SGF: B+3.5, W+R, W+F, 0, Void
  std::optional<double> margin;                     // Black's, when it was counted
  double seconds[2] = {0, 0}, longest[2] = {0, 0};  // of the sides
  int genmoves[2] = {0, 0};
  std::optional<std::string> final_scores[2];

  int black() const { return swapped ? 1 : 0; }
  int side(Color color) const { return color == Color::black ? black() : 1 - black(); }
  /// The first side's: 1, 0.5 or 0.
  double score() const { return winner == Color::empty ? 0.5 : side(winner) == 0 ? 1 : 0; }
};

struct MatchCount {
  int wins = 0, losses = 0, draws = 0, voids = 0;  // of the first side
  int games() const { return wins + losses + draws; }
  double rate() const { return games() == 0 ? 0 : (wins + 0.5 * draws) / games(); }
  Interval interval() const { return wilson(wins + 0.5 * draws, games()); }
  void add(const MatchGame& game);
};

/// Plays all games. `report` gets each that ended, one after the other, in the order in which they ended.
/// Stops early when a side cannot be made three times in a row.
std::vector<MatchGame> play_match(
    const Side (&sides)[2], const MatchSettings& settings,
    const std::function<void(const MatchGame&, const MatchCount&)>& report = {});

/// One game between contestants that are ready for it; `game` has index, swapped and an opening to be played.
void play_game(MatchGame& game, Contestant* const (&contestants)[2], const MatchSettings& settings,
               const std::vector<Point>& opening);

/// Does a final_score answer mean this margin of Black's?
bool same_score(const std::string& answer, double margin);

// ---- match_report.cpp

/// "game 3: a(B) - b(W) W+R resign, 55 moves | a 2-1-0 66.7% [20.8, 93.9]"
std::string game_line(const MatchGame& game, const MatchCount& count, const Side (&sides)[2]);
json game_json(const MatchGame& game, const Side (&sides)[2]);
std::string game_sgf(const MatchGame& game, const Side (&sides)[2]);
/// Several lines for people, and the same as JSON.
std::string summary_text(const std::vector<MatchGame>& games, const MatchSettings& settings,
                         const Side (&sides)[2], double seconds);
json summary_json(const std::vector<MatchGame>& games, const MatchSettings& settings, const Side (&sides)[2],
                  double seconds);

}  // namespace tengen::go
