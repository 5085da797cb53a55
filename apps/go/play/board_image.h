// A board as an image.
#pragma once

#include <tengen/apps/common/image.h>
#include <tengen/apps/go/board/game.h>

namespace tengen::go {

/// The position with coordinates; a stone has the number of the move that put it there.
apps::Image draw_board(const Game& game);

}  // namespace tengen::go
