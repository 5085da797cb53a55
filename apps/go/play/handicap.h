// Where handicap stones go.
#pragma once

#include <vector>

#include <tengen/apps/go/board/types.h>

namespace tengen::go {

/// The most fixed handicap stones of a board: 9, on even boards and 7x7 only 4, none below 7x7.
int max_fixed_handicap(int size);
/// GTP's fixed handicap (section 4.1.1), in rising order of points as GNU Go lists them. Throws "invalid
/// number of stones".
std::vector<Point> fixed_handicap(int size, int stones);
/// The fixed points as far as they go, then each further stone as far as can be from the others and the
/// edges. Throws "invalid number of stones" unless 2 <= stones < half of the board.
std::vector<Point> free_handicap(int size, int stones);

}  // namespace tengen::go
