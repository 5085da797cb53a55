// What a network learns to answer. Everything is composed of differentiable operators: no backward rule is
// written here.
#pragma once

#include <tengen/apps/go/net/network.h>

namespace tengen::go {

/// AlphaGo Zero's loss for each of B positions: (z - v)^2 - pi^T log p -> (B).
/// value and z (B), log_p and pi (B,M).
Tensor alpha_loss(const Tensor& value, const Tensor& z, const Tensor& log_p, const Tensor& pi);

/// From the view of the player to move. Undefined where nothing is known: then that term is left out.
struct Targets {
  Tensor policy;        // (B,M) probabilities; a row of zeros teaches no policy
  Tensor value;         // (B) -1, 0 or 1
  Tensor score;         // (B) points
  Tensor ownership;     // (B,N*N) -1, 0 or 1
  Tensor reply;         // (B,M) probabilities
  Tensor reply_weight;  // (B), 0 where the game ended before a reply; undefined: 1
  Tensor finished;      // (B), 0 where a resigned game teaches neither score nor ownership; undefined: 1
};

struct LossWeights {
  double policy = 1, value = 1;
  double score = 0.25;      // Huber's loss in units of kScoreUnit
  double ownership = 0.75;  // squared error, mean over the points
  double reply = 0.15;
};

/// Means over the batch, each without its weight, and their weighted total; undefined where the output or the
/// target is.
struct LossTerms {
  Tensor total, policy, value, score, ownership, reply;
};

LossTerms go_loss(const NetworkOutput& output, const Targets& targets, const LossWeights& weights = {});

}  // namespace tengen::go
