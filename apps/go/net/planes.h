// Positions as planes of numbers, always seen by the player to move: "own" and "opponent", never black and
// white.
#pragma once

#include <tengen/apps/go/board/game.h>
#include <tengen/apps/go/net/learned_rules.h>

namespace tengen::go {

/// The planes of the default network. The last ones are the same number on every point.
enum Plane : int {
  kOnBoard,  // 1 everywhere: beyond the edge a convolution sees 0
  kOwn,
  kOpponent,  // stones
  kLiberties1,
  kLiberties2,
  kLiberties3,  // stones of chains with exactly this number of liberties
  kLastMove1,
  kLastMove2,
  kLastMove3,
  kLastMove4,
  kLastMove5,  // where one was played 1 to 5 moves ago
  kForbidden,  // empty points that only ko or superko forbids
  kPassEnds,   // 1 if the last move was a pass, so that another one ends the game
  kKomi,       // komi and handicap points, positive if they are the player's, in units of 20 points
  kParity,     // how komi lies between two results that the board's odd or even number of points makes likely
  kSize,       // (N - 14) / 10, as in the networks' pooling
  kSuicide,    // 1 if suicide is allowed
  kSuperko,    // 1 if superko is in force, 0 for simple ko
  kPlanes,
};

/// Fills planes (kPlanes, N, N). Point p of the position goes to point apply(symmetry, p) of the planes.
/// Rules and komi are the nearest of those that were learned.
void encode(const Game& game, float* planes, int symmetry = 0, const LearnedRules& learned = {});

/// The planes of AlphaGo Zero (Silver et al. 2017): own and opponent's stones now, the same one move ago, and
/// so on to seven moves ago; then 1 everywhere if Black is to move. Positions before the start of the game
/// are empty.
constexpr int kPlanes17 = 17;
void encode17(const Game& game, float* planes, int symmetry = 0);

}  // namespace tengen::go
