#include <tengen/apps/go/board/geometry.h>

#include <tengen/tensor/error.h>

namespace tengen::go {
namespace {

Geometry make(int size) {
  Geometry g;
  g.size = size;
  g.points = size * size;
  const auto point = [&](int x, int y) {
    const bool inside = x >= 0 && x < size && y >= 0 && y < size;
    return Point(inside ? y * size + x : g.points);
  };
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const int p = y * size + x;
      g.neighbors[p] = {point(x - 1, y), point(x, y - 1), point(x, y + 1), point(x + 1, y)};
      g.diagonals[p] = {point(x - 1, y - 1), point(x + 1, y - 1), point(x - 1, y + 1), point(x + 1, y + 1)};
    }
  }
  return g;
}

}  // namespace

const Geometry& geometry(int size) {
  static const std::array<Geometry, kMaxSize + 1> all = [] {
    std::array<Geometry, kMaxSize + 1> made;
    for (int n = kMinSize; n <= kMaxSize; ++n) made[n] = make(n);
    return made;
  }();
  TENGEN_CHECK(size >= kMinSize && size <= kMaxSize, "board size ", size, ": expected ", kMinSize, " to ",
               kMaxSize);
  return all[size];
}

}  // namespace tengen::go
