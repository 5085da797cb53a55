// Colors, points and boards as people write them.
#pragma once

#include <string>
#include <string_view>

#include <tengen/apps/go/board/board.h>

namespace tengen::go {

/// "black", "white", "empty".
const char* to_string(Color color);
/// b, w, black, white in any case. Throws on anything else.
Color parse_color(std::string_view text);

/// "A1" is the lower left corner, the letter I is left out, "pass" is a pass.
std::string to_string(Point point, int size);
/// In any case. Throws, and says what was expected, on anything that is no point of such a board nor "pass".
Point parse_point(std::string_view text, int size);

/// The board with coordinates, `X` for black, `O` for white.
std::string to_string(const Board& board);
/// A position from rows of `X`, `O` and `.`, blanks aside, upper row first: "X . / . O" or one row a line.
/// Throws on anything else, and when a chain has no liberty.
Board parse_board(std::string_view rows);

}  // namespace tengen::go
