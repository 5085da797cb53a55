// Who owns what: area for the score, and what a player owns even if he passes for ever.
#pragma once

#include <array>

#include <tengen/apps/go/board/board.h>

namespace tengen::go {

/// The owner of every point; `empty` where there is none.
struct Area {
  std::array<Color, kMaxPoints> owner;
  int black = 0, white = 0;  // points owned
  int score() const { return black - white; }
};

/// Tromp-Taylor: a stone owns its point, a player owns the empty regions that touch only his stones.
Area area_of(const Board& board);

/// Pass-alive chains (Benson 1976) and their territory, for both colors: nobody can take it from a player
/// who passes for ever.
///
/// A region is a connected set of points that are not the player's. It is vital to a chain that touches all
/// its empty points (with suicide: all its points, since the stones inside could remove themselves). A set of
/// chains lives when each has two vital regions that touch no chain outside of the set. Their territory:
/// regions that touch only living chains, and are vital to one of them or have at most one point away from
/// them, so that no two eyes fit in.
Area pass_alive_of(const Board& board, bool suicide);

}  // namespace tengen::go
