#include <tengen/apps/go/board/area.h>

#include <bitset>

namespace tengen::go {
namespace {

void give(Area& area, Color color, Point point) {
  area.owner[point] = color;
  ++(color == Color::black ? area.black : area.white);
}

Area nobodys(const Board& board) {
  Area area;
  std::fill_n(area.owner.begin(), board.points(), Color::empty);
  return area;
}

}  // namespace

Area area_of(const Board& board) {
  Area area = nobodys(board);
  std::bitset<kMaxPoints + 1> seen;
  for (Point p = 0; p < board.points(); ++p) {
    if (board.at(p) != Color::empty) give(area, board.at(p), p);
  }
  for (Point start : board.empty_points()) {
    if (seen[start]) continue;
    PointList region;
    region.push_back(start);
    seen[start] = true;
    bool touches[4] = {};
    for (int i = 0; i < region.size(); ++i) {
      for (Point q : board.geometry().neighbors[region[i]]) {
        touches[int(board.at(q))] = true;
        if (board.at(q) != Color::empty || seen[q]) continue;
        seen[q] = true;
        region.push_back(q);
      }
    }
    const bool black = touches[int(Color::black)], white = touches[int(Color::white)];
    if (black == white) continue;
    for (Point p : region) give(area, black ? Color::black : Color::white, p);
  }
  return area;
}

}  // namespace tengen::go
