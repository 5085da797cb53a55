// A position: stones, the chains they form, their liberties, a hash, the point that simple ko forbids.
// It knows what a move does, not which moves a game's history forbids; that is Game's.
#pragma once

#include <span>

#include <tengen/apps/go/board/geometry.h>
#include <tengen/apps/go/board/types.h>

namespace tengen::go {

/// What a move would do to the stones.
struct Effect {
  enum Kind : uint8_t {
    occupied,      // there is a stone already
    lone_suicide,  // one stone without liberties: never allowed
    suicide,       // two or more stones that would remove themselves
    quiet,         // a stone is added, nothing is removed
    capture,       //
  };
  Kind kind;
  uint64_t hash;  // of the position after the move; only for suicide, quiet and capture
};

/// Plain memory: copied in a fraction of a microsecond, nothing is allocated.
class Board {
 public:
  /// An empty board. Throws unless 2 <= size <= 19.
  explicit Board(int size = kMaxSize);

  int size() const { return geometry_->size; }
  int points() const { return geometry_->points; }
  Point pass() const { return Point(geometry_->points); }
  const Geometry& geometry() const { return *geometry_; }

  /// The stone at a point, or empty; `wall` for the index off the board.
  Color at(Point point) const { return colors_[point]; }
  /// In no particular order.
  std::span<const Point> empty_points() const { return {empty_.data(), size_t(num_empty_)}; }
  /// Depends on the stones and the size only: not on ko, the player to move, or how the position came about.
  uint64_t hash() const { return hash_; }
  /// Stones of this color that were removed from the board.
  int prisoners(Color color) const { return prisoners_[int(color) - 1]; }

  /// Where a lone stone was just captured by a lone stone that could be retaken at once; kNoPoint without.
  Point ko_point() const { return ko_point_; }
  bool is_ko(Color color, Point point) const { return point == ko_point_ && color == ko_color_; }

  /// The chain of the stone at `point`: a stone that names it, its stones, its liberties.
  Point chain(Point point) const { return chain_of_[point]; }
  int chain_size(Point point) const { return chains_[chain_of_[point]].size; }
  PointList chain_stones(Point point) const;
  PointList liberties(Point point) const;
  Point next_stone(Point point) const { return next_[point]; }  // goes round the chain

  /// Cheap: a few table look-ups, for any point of the board (no pass).
  Effect effect(Color color, Point point) const;
  /// Can be played, ko aside.
  bool is_legal(Color color, Point point, bool suicide) const;
  /// All neighbors are `color`'s or off the board and the diagonals do not make it a false eye: at most one
  /// enemy among them, none at the edge.
  bool is_eye(Color color, Point point) const;

  /// Plays a move that is_legal(..., true), or a pass, which lifts the ko. Never checks.
  void play(Color color, Point point);
  /// Puts a stone down, or takes it away (empty), without capturing. Chains without liberties may result
  /// while a position is set up; all_have_liberties() tells. Lifts the ko.
  void set(Color color, Point point);
  bool all_have_liberties() const;

  /// The same stones, ko and prisoners.
  bool operator==(const Board& other) const;

 private:
  // Kept at the index of one of the chain's stones. Every empty point and the wall "belong" to the chain at
  // the wall's index: it is written to without a branch and never read.
  struct Chain {
    uint64_t hash;       // exclusive or of its stones' keys
    uint16_t liberties;  // pseudo-liberties: pairs of a stone and an empty neighbor
    uint16_t size;
  };

  void place(Color color, Point point);
  Point merge(Point a, Point b);
  void remove_chain(Point point);

  const Geometry* geometry_;
  uint64_t hash_;
  std::array<int, 2> prisoners_{};
  Point ko_point_ = kNoPoint;
  Color ko_color_ = Color::empty;
  uint16_t num_empty_ = 0;
  std::array<Color, kMaxPoints + 1> colors_;
  std::array<Point, kMaxPoints + 1> chain_of_;
  std::array<Point, kMaxPoints> next_;
  std::array<Point, kMaxPoints> empty_;        // the first num_empty_ are the empty points
  std::array<uint16_t, kMaxPoints> empty_at_;  // where an empty point stands in empty_
  std::array<Chain, kMaxPoints + 1> chains_;
};

}  // namespace tengen::go
