// When there is nothing left to play for. Benson's pass-alive territory decides it without search.
#pragma once

#include <bitset>

#include <tengen/apps/go/board/game.h>

namespace tengen::go {

using PointSet = std::bitset<kMaxPoints + 1>;

/// Points where `color` gains nothing whatever follows: his own pass-alive territory, as far as area scoring
/// gives it to him already (dead stones left inside must still be captured), and his opponent's.
PointSet pointless_moves(const Board& board, Color color, bool suicide);

/// Every point is pass-alive territory of the player to whom area scoring gives it: the game may stop here.
bool settled(const Board& board, bool suicide);

/// What the player to move wins by if the game ends here (negative: he loses).
double score_now(const Game& game);

}  // namespace tengen::go
