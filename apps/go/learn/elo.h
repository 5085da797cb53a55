// Strengths from results of games.
#pragma once

#include <span>
#include <vector>

namespace tengen::go {

/// Games between players i and j; draws count half for each.
struct PairResult {
  int i, j;
  double wins_i, games;
};

/// Elo of `players` players by the Bradley-Terry model (Hunter 2004, minorisation-maximisation), player 0 at
/// 0. Each pair that met also drew `prior` games, so that a whitewash stays finite; players without a game
/// are at 0.
std::vector<double> fit_elo(int players, std::span<const PairResult> results, double prior = 1);

}  // namespace tengen::go
