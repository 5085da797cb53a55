#include <tengen/apps/go/net/symmetry.h>

#include <array>
#include <utility>

#include <tengen/apps/go/board/geometry.h>
#include <tengen/tensor/error.h>

namespace tengen::go {
namespace {

using Map = std::array<Point, kMaxPoints + 1>;

Map make_map(int symmetry, int size) {
  Map map{};
  for (int p = 0; p < size * size; ++p) {
    int x = p % size, y = p / size;
    if (symmetry & 4) std::swap(x, y);
    if (symmetry & 1) x = size - 1 - x;
    if (symmetry & 2) y = size - 1 - y;
    map[p] = Point(y * size + x);
  }
  map[size * size] = Point(size * size);
  return map;
}

}  // namespace

std::span<const Point> symmetry_map(int symmetry, int size) {
  static const auto maps = [] {
    std::array<std::array<Map, kSymmetries>, kMaxSize + 1> made{};
    for (int n = kMinSize; n <= kMaxSize; ++n) {
      for (int s = 0; s < kSymmetries; ++s) made[n][s] = make_map(s, n);
    }
    return made;
  }();
  TENGEN_CHECK(symmetry >= 0 && symmetry < kSymmetries, "symmetry ", symmetry, ": expected 0 to 7");
  TENGEN_CHECK(size >= kMinSize && size <= kMaxSize, "board size ", size, ": expected ", kMinSize, " to ",
               kMaxSize);
  return {maps[size][symmetry].data(), size_t(size * size + 1)};
}

void transform_planes(int symmetry, int size, int count, const float* in, float* out) {
  const auto map = symmetry_map(symmetry, size);
  const int points = size * size;
  for (int plane = 0; plane < count; ++plane, in += points, out += points) {
    for (int p = 0; p < points; ++p) out[map[p]] = in[p];
  }
}

void transform_policy(int symmetry, int size, const float* in, float* out) {
  const auto map = symmetry_map(symmetry, size);
  for (size_t move = 0; move < map.size(); ++move) out[map[move]] = in[move];
}

void transform_ownership(int symmetry, int size, const float* in, float* out) {
  transform_planes(symmetry, size, 1, in, out);
}

}  // namespace tengen::go
