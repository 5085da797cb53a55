// Random openings, so that strong deterministic players do not repeat one game.
#pragma once

#include <vector>

#include <tengen/apps/go/board/playout.h>

namespace tengen::go {

/// The line (1: the edge) from which on random openings are played by default: 3 from 9x9 on, 2 from 7x7 on.
constexpr int opening_line(int size) { return size >= 9 ? 3 : size >= 7 ? 2 : 1; }

/// Up to `moves` legal random moves from the empty board on line `min_line` or further in, Black first: none
/// fills an own eye, each has an empty neighbor. Fewer when there are no such moves.
std::vector<Point> random_opening(int size, const Rules& rules, int moves, int min_line, Rng& rng);

}  // namespace tengen::go
