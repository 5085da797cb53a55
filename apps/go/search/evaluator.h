// What a search asks about a position, and who answers.
#pragma once

#include <array>
#include <span>

#include <tengen/apps/go/board/game.h>

namespace tengen::go {

/// All from the view of the player to move.
struct Evaluation {
  float value;  // expected result, -1 lost .. 1 won; a draw counts 0
  float score;  // expected final score in points, komi counted
  /// Logits by move, [N * N] is the pass: not normalized, illegal moves not masked. A search does not
  /// consider moves with minus infinity.
  std::array<float, kMaxPoints + 1> policy;
  std::array<float, kMaxPoints> ownership;  // -1 .. 1; 1: the player to move owns the point in the end
};

class Evaluator {
 public:
  virtual ~Evaluator();
  /// Fills *out[i] for *games[i]; both have the same length. The sizes of the boards may differ.
  /// May be called from several threads at once.
  virtual void evaluate(std::span<const Game* const> games, std::span<Evaluation* const> out) = 0;
};

/// Knows nothing: all moves alike, the result even.
class UniformEvaluator : public Evaluator {
 public:
  void evaluate(std::span<const Game* const> games, std::span<Evaluation* const> out) override;
};

}  // namespace tengen::go
