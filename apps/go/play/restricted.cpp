#include <tengen/apps/go/play/restricted.h>

#include <limits>
#include <utility>

namespace tengen::go {

RestrictedEvaluator::RestrictedEvaluator(std::shared_ptr<Evaluator> evaluator, std::vector<MoveLimit> limits,
                                         int root_moves)
    : evaluator_(std::move(evaluator)), limits_(std::move(limits)), root_moves_(root_moves) {
  for (const MoveLimit& limit : limits_) {
    Moves& moves = named_.emplace_back();
    for (const Point point : limit.points) moves.set(point);
  }
}

void RestrictedEvaluator::evaluate(std::span<const Game* const> games, std::span<Evaluation* const> out) {
  evaluator_->evaluate(games, out);
  for (size_t i = 0; i < games.size(); ++i) {
    const Game& game = *games[i];
    const int plies = int(game.moves().size()) - root_moves_;
    for (size_t l = 0; l < limits_.size(); ++l) {
      const MoveLimit& limit = limits_[l];
      if (limit.color != game.to_move() || plies >= limit.plies) continue;
      for (Point p = 0; p <= game.board().pass(); ++p) {
        if (named_[l].test(p) != limit.only) out[i]->policy[p] = -std::numeric_limits<float>::infinity();
      }
    }
  }
}

}  // namespace tengen::go
