// Which points of a board touch each other.
#pragma once

#include <array>

#include <tengen/apps/go/board/types.h>

namespace tengen::go {

struct Geometry {
  using Four = std::array<Point, 4>;
  int size = 0;                              // N
  int points = 0;                            // N * N, also the index that stands for "off the board"
  std::array<Four, kMaxPoints> neighbors{};  // left, up, down, right
  std::array<Four, kMaxPoints> diagonals{};  //
};

/// The geometry of a board of this size; lives as long as the program. Throws unless 2 <= size <= 19.
const Geometry& geometry(int size);

}  // namespace tengen::go
