// Games that a network plays against itself: the data it learns from.
#pragma once

#include <deque>
#include <vector>

#include <tengen/apps/go/board/playout.h>
#include <tengen/apps/go/learn/record.h>
#include <tengen/apps/go/learn/settings.h>
#include <tengen/apps/go/search/search.h>

namespace tengen::go {

/// One thread's games. Each advances by one visit at a time, so that the leaves of all of them make one
/// batch.
///
/// A game: a few uniformly random moves (in some games), a few moves drawn from the policy alone, then
/// searches, a fraction of them full (noise, forced playouts; these become training rows), the others cheap.
/// It ends after two passes, when nothing can change hands any more (settled()), or after a number of moves
/// that no sensible game needs; all stones on the board count then.
class SelfPlay {
 public:
  SelfPlay(const RunSettings& settings, int games, uint64_t seed);

  /// Fraction of the run that has passed, 0 .. 1: decides the number of visits.
  void set_progress(double progress);
  /// Written into the records of games that end from now on.
  void set_network(int64_t id) { network_ = id; }
  /// One visit in every game. Games that ended are appended to `finished`, and others have begun.
  void step(Evaluator& evaluator, std::vector<GameRecord>& finished);

 private:
  struct Slot {
    Game game;
    Search search;
    Search::Leaf leaf;
    Evaluation evaluation;
    GameRecord record;
    bool full = false;
    int visits = 0;          // to make before the next move
    int policy_moves = 0;    // still to be drawn from the policy alone
    bool play_on = false;    // never resigns: tells what resigning would have cost
    int lost_turns[2] = {};  // in a row that Black's, White's value was below the threshold
    float lowest[2] = {};    // value that Black, White had after a search
    explicit Slot(uint64_t seed) : search({}, seed) {}
  };

  void begin_game(Slot& slot);
  void begin_turn(Slot& slot);
  void end_turn(Slot& slot, std::vector<GameRecord>& finished);
  bool wants_to_resign(Slot& slot, float value);
  void end_game(Slot& slot, std::vector<GameRecord>& finished);
  SearchSettings search_settings(const Slot& slot) const;
  /// 1 at the first move, half as much after each half-life.
  double earliness(const Game& game) const;

  RunSettings settings_;
  std::vector<int> sizes_;
  std::vector<VisitStage> stages_;
  VisitStage stage_;
  Rng rng_;
  int64_t network_ = 0;
  float resign_below_ = -2;            // never
  std::vector<float> winners_lowest_;  // of games that were played on
  std::deque<Slot> slots_;
  std::vector<const Game*> positions_;  // of one batch
  std::vector<Evaluation*> evaluations_;
  std::vector<Slot*> waiting_;
};

/// A game of uniformly random moves (random_move) as a record whose turns have no search.
GameRecord random_game(int size, const Rules& rules, Rng& rng);
/// Half of the results are the run's komi, the others normally distributed around it, rounded to half points,
/// and not beyond what the board has points.
double draw_komi(const RunSettings& settings, int size, Rng& rng);
/// The value below which the fraction `share` of the games that a player won would have been resigned, given
/// the lowest value of the winner in each; at most -0.8, and -2 (never) for fewer than 50 games.
float resign_threshold(std::vector<float> winners_lowest, double share = 0.05);

}  // namespace tengen::go
