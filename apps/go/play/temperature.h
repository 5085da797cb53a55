// Variety in the opening only.
#pragma once

#include <cmath>

namespace tengen::go {

/// The temperature of a move's choice: halves every N moves of an N x N board; below 0.05 the best move is
/// played.
inline float move_temperature(double at_start, int moves, int size) {
  const double now = at_start * std::exp2(-double(moves) / size);
  return now < 0.05 ? 0 : float(now);
}

}  // namespace tengen::go
