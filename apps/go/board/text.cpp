#include <tengen/apps/go/board/text.h>

#include <vector>

#include <tengen/tensor/error.h>

namespace tengen::go {
namespace {

constexpr char kColumns[] = "ABCDEFGHJKLMNOPQRST";

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = char(c - 'A' + 'a');
  }
  return result;
}

std::string column_line(int size) {
  std::string line = "  ";
  for (int x = 0; x < size; ++x) line += std::string(" ") + kColumns[x];
  return line + "\n";
}

}  // namespace

const char* to_string(Color color) {
  static constexpr const char* kNames[] = {"empty", "black", "white", "wall"};
  return kNames[int(color)];
}

Color parse_color(std::string_view text) {
  const std::string name = lower(text);
  if (name == "b" || name == "black") return Color::black;
  if (name == "w" || name == "white") return Color::white;
  fail("'", text, "' is no color: expected black, white, b or w");
}

std::string to_string(Point point, int size) {
  if (point >= size * size) return "pass";
  return kColumns[point % size] + std::to_string(size - point / size);
}

Point parse_point(std::string_view text, int size) {
  const std::string name = lower(text);
  if (name == "pass") return Point(size * size);
  int x = size, row = 0;
  if (name.size() >= 2 && name.size() <= 3) {
    for (x = 0; x < size && lower(kColumns)[x] != name[0];) ++x;
    for (char c : name.substr(1)) row = c >= '0' && c <= '9' ? 10 * row + (c - '0') : 1000;
    if (name[1] == '0') row = 0;
  }
  TENGEN_CHECK(x < size && row >= 1 && row <= size, "'", text, "' is no point of a board of size ", size,
               ": expected A1 to ", to_string(Point(size - 1), size), " (without the letter I) or pass");
  return Point((size - row) * size + x);
}

std::string to_string(const Board& board) {
  static constexpr char kStones[] = ".XO";
  const int size = board.size();
  std::string text = column_line(size);
  for (int y = 0; y < size; ++y) {
    const std::string row = std::to_string(size - y);
    text += std::string(2 - row.size(), ' ') + row;
    for (int x = 0; x < size; ++x) text += std::string(" ") + kStones[int(board.at(Point(y * size + x)))];
    text += " " + row + "\n";
  }
  return text + column_line(size);
}

Board parse_board(std::string_view rows) {
  std::vector<Color> stones;
  for (char c : rows) {
    if (c == ' ' || c == '\n' || c == '/') continue;
    TENGEN_CHECK(c == 'X' || c == 'O' || c == '.', "a board consists of 'X', 'O' and '.', not of '", c, "'");
    stones.push_back(c == 'X' ? Color::black : c == 'O' ? Color::white : Color::empty);
  }
  int size = 0;
  while (size * size < int(stones.size())) ++size;
  TENGEN_CHECK(size * size == int(stones.size()), stones.size(), " points do not make a square board");
  Board board(size);
  for (Point p = 0; p < board.points(); ++p) board.set(stones[p], p);
  TENGEN_CHECK(board.all_have_liberties(), "the position has a chain without liberties");
  return board;
}

}  // namespace tengen::go
