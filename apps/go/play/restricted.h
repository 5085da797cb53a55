// Moves that an analysis shall not look at.
#pragma once

#include <bitset>
#include <memory>
#include <vector>

#include <tengen/apps/go/search/evaluator.h>

namespace tengen::go {

/// `color` may not play `points` (or, with `only`, nothing else) in the first `plies` moves of a search.
struct MoveLimit {
  Color color;
  std::vector<Point> points;
  int plies;
  bool only = false;
};

/// Another evaluator's answers, with the logits of the moves that `limits` forbid after `root_moves` moves
/// set to minus infinity, which is to a search as if they were illegal.
class RestrictedEvaluator : public Evaluator {
 public:
  RestrictedEvaluator(std::shared_ptr<Evaluator> evaluator, std::vector<MoveLimit> limits, int root_moves);
  void evaluate(std::span<const Game* const> games, std::span<Evaluation* const> out) override;

 private:
  using Moves = std::bitset<kMaxPoints + 1>;

  std::shared_ptr<Evaluator> evaluator_;
  std::vector<MoveLimit> limits_;
  std::vector<Moves> named_;  // by each of the limits
  int root_moves_;
};

}  // namespace tengen::go
