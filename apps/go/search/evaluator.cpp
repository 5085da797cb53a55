#include <tengen/apps/go/search/evaluator.h>

#include <tengen/tensor/error.h>

namespace tengen::go {

Evaluator::~Evaluator() = default;

void UniformEvaluator::evaluate(std::span<const Game* const> games, std::span<Evaluation* const> out) {
  TENGEN_CHECK(games.size() == out.size(), "evaluate: ", games.size(), " positions, ", out.size(),
               " results");
  for (Evaluation* evaluation : out) *evaluation = {};
}

}  // namespace tengen::go
