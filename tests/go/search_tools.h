// Evaluators made of functions, and drivers, for the tests of the search.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <tengen/apps/go/board/text.h>
#include <tengen/apps/go/search/search.h>

namespace search_tools {

using namespace tengen::go;

/// Starts from zeros; the function fills in what it wants.
class FunctionEvaluator : public Evaluator {
 public:
  using Function = std::function<void(const Game&, Evaluation&)>;
  explicit FunctionEvaluator(Function function) : function_(std::move(function)) {}
  void evaluate(std::span<const Game* const> games, std::span<Evaluation* const> out) override {
    for (size_t i = 0; i < games.size(); ++i) {
      *out[i] = {};
      function_(*games[i], *out[i]);
    }
  }

 private:
  Function function_;
};

inline Evaluation evaluate_one(Evaluator& evaluator, const Game& game) {
  Evaluation evaluation;
  const Game* in = &game;
  Evaluation* out = &evaluation;
  evaluator.evaluate({&in, 1}, {&out, 1});
  return evaluation;
}

/// Until the root has so many visits.
inline void search_to(Search& search, Evaluator& evaluator, int visits) {
  Search::Leaf leaf;
  while (search.visits() < visits) {
    if (search.begin(leaf) == Search::Step::evaluate) search.finish(leaf, evaluate_one(evaluator, leaf.game));
  }
}

/// A game that begins with a position.
inline Game game_from(const std::string& rows, Color to_move, const Rules& rules = {}) {
  const Board board = parse_board(rows);
  std::vector<Move> stones;
  for (Point p = 0; p < board.points(); ++p) {
    if (board.at(p) != Color::empty) stones.push_back({board.at(p), p});
  }
  return Game(board.size(), rules, stones, to_move);
}

inline const Candidate* find(const std::vector<Candidate>& candidates, Point move) {
  for (const Candidate& c : candidates) {
    if (c.move == move) return &c;
  }
  return nullptr;
}

/// The rules with another komi.
inline Rules with_komi(double komi) {
  Rules rules;
  rules.komi = komi;
  return rules;
}

}  // namespace search_tools
