// The priors of the root: temperature and noise.
#pragma once

#include <span>

#include <tengen/apps/go/board/playout.h>

namespace tengen::go {

/// p ^ (1 / temperature), then made to sum to 1.
void apply_temperature(std::span<float> priors, float temperature);

/// (1 - weight) * p + weight * d, d drawn from the Dirichlet distribution whose parameters are all
/// `total` / size. Does nothing when the weight is 0.
void add_dirichlet_noise(std::span<float> priors, float weight, float total, Rng& rng);

}  // namespace tengen::go
