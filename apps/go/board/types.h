// Colors, points, moves and lists of points: the words of every other header here.
#pragma once

#include <array>
#include <cstdint>

namespace tengen::go {

constexpr int kMinSize = 2;
constexpr int kMaxSize = 19;
constexpr int kMaxPoints = kMaxSize * kMaxSize;

enum class Color : uint8_t { empty, black, white, wall };

/// The other player. Only for black and white.
constexpr Color opposite(Color color) { return Color(3 - int(color)); }

/// A point of an N x N board is its index y * N + x, counted from the upper left corner as in SGF files and
/// in the planes of a network. N * N is a pass, so that a policy of N * N + 1 numbers is indexed by moves.
using Point = uint16_t;
constexpr Point kNoPoint = 0xffff;

struct Move {
  Color color;
  Point point;
  bool operator==(const Move&) const = default;
};

/// Up to every point of a board and the pass. Plain memory: nothing is allocated.
class PointList {
 public:
  void push_back(Point point) { points_[size_++] = point; }
  Point pop_back() { return points_[--size_]; }
  void clear() { size_ = 0; }
  int size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Point operator[](int i) const { return points_[i]; }
  const Point* begin() const { return points_.data(); }
  const Point* end() const { return points_.data() + size_; }
  bool contains(Point point) const {
    for (Point p : *this) {
      if (p == point) return true;
    }
    return false;
  }

 private:
  std::array<Point, kMaxPoints + 1> points_;
  int size_ = 0;
};

}  // namespace tengen::go
