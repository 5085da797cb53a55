#include <tengen/apps/go/play/handicap.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <tengen/apps/go/board/geometry.h>
#include <tengen/tensor/error.h>

namespace tengen::go {

int max_fixed_handicap(int size) { return size < 7 ? 0 : size % 2 == 0 || size == 7 ? 4 : 9; }

std::vector<Point> fixed_handicap(int size, int stones) {
  const int most = max_fixed_handicap(size);
  TENGEN_CHECK(stones >= 2 && stones <= most, "invalid number of stones: a board of size ", size,
               most ? detail::str(" takes 2 to ", most, " fixed handicap stones") : " has no fixed handicap");
  const int low = size >= 12 ? 3 : 2, high = size - 1 - low, middle = size / 2;  // from 0
  const auto at = [size](int x, int y) { return Point(y * size + x); };
  std::vector<Point> points{at(low, high), at(high, low)};
  if (stones >= 3) points.push_back(at(low, low));
  if (stones >= 4) points.push_back(at(high, high));
  if (stones >= 6) points.insert(points.end(), {at(low, middle), at(high, middle)});
  if (stones >= 8) points.insert(points.end(), {at(middle, low), at(middle, high)});
  if (stones >= 5 && stones % 2 == 1) points.push_back(at(middle, middle));
  std::ranges::sort(points);
  return points;
}

std::vector<Point> free_handicap(int size, int stones) {
  const int points = geometry(size).points;
  TENGEN_CHECK(stones >= 2 && 2 * stones < points, "invalid number of stones: expected 2 to ",
               (points - 1) / 2);
  const int most = max_fixed_handicap(size);
  std::vector<Point> taken = most ? fixed_handicap(size, std::min(stones, most)) : std::vector<Point>{};
  while (int(taken.size()) < stones) {
    Point best = 0;
    double best_room = -1;
    for (Point p = 0; p < points; ++p) {
      const int x = p % size, y = p / size;
      // The mirror image of the stone beyond the edge: twice the distance to just outside.
      double room = 2.0 * (1 + std::min({x, y, size - 1 - x, size - 1 - y}));
      for (Point q : taken) room = std::min(room, std::hypot(x - q % size, y - q / size));
      if (room > best_room) {
        best = p;
        best_room = room;
      }
    }
    taken.push_back(best);
  }
  std::ranges::sort(taken);
  return taken;
}

}  // namespace tengen::go
