#include <tengen/apps/go/board/board.h>

#include <bitset>
#include <type_traits>
#include <utility>

#include <tengen/apps/go/board/zobrist.h>

namespace tengen::go {

static_assert(std::is_trivially_copyable_v<Board>);

Board::Board(int size) : geometry_(&go::geometry(size)), hash_(zobrist::empty_board(size)) {
  const Point wall = pass();
  for (Point p = 0; p < wall; ++p) {
    colors_[p] = Color::empty;
    chain_of_[p] = wall;
    empty_[p] = empty_at_[p] = p;
  }
  colors_[wall] = Color::wall;
  chain_of_[wall] = wall;
  chains_[wall] = {};
  num_empty_ = wall;
}

PointList Board::chain_stones(Point point) const {
  PointList stones;
  Point p = point;
  do {
    stones.push_back(p);
    p = next_[p];
  } while (p != point);
  return stones;
}

PointList Board::liberties(Point point) const {
  PointList found;
  std::bitset<kMaxPoints> seen;
  Point p = point;
  do {
    for (Point q : geometry_->neighbors[p]) {
      if (at(q) != Color::empty || seen[q]) continue;
      seen[q] = true;
      found.push_back(q);
    }
    p = next_[p];
  } while (p != point);
  return found;
}

Effect Board::effect(Color color, Point point) const {
  if (at(point) != Color::empty) return {Effect::occupied, 0};
  const Geometry::Four& around = geometry_->neighbors[point];
  bool liberty = false, friends = false, captures = false;
  uint64_t friends_hash = 0, captured_hash = 0;
  for (int i = 0; i < 4; ++i) {
    const Color there = at(around[i]);
    if (there == Color::empty) liberty = true;
    if (there == Color::empty || there == Color::wall) continue;
    const Point name = chain_of_[around[i]];
    int edges = 0, earlier = 0;  // how often the point touches this chain, and how often up to here
    for (int j = 0; j < 4; ++j) {
      const bool same = chain_of_[around[j]] == name;
      edges += same;
      earlier += same && j < i;
    }
    const Chain& chain = chains_[name];
    const bool last_liberty = chain.liberties == edges;
    const uint64_t hash = earlier ? 0 : chain.hash;
    if (there == color) {
      friends = true;
      liberty |= !last_liberty;
      friends_hash ^= hash;
    } else if (last_liberty) {
      captures = true;
      captured_hash ^= hash;
    }
  }
  const uint64_t stone = zobrist::stone(color, point);
  if (captures) return {Effect::capture, hash_ ^ stone ^ captured_hash};
  if (liberty) return {Effect::quiet, hash_ ^ stone};
  return friends ? Effect{Effect::suicide, hash_ ^ friends_hash} : Effect{Effect::lone_suicide, 0};
}

bool Board::is_legal(Color color, Point point, bool suicide) const {
  if (at(point) != Color::empty) return false;
  for (Point q : geometry_->neighbors[point]) {
    if (at(q) == Color::empty) return true;
  }
  const Effect::Kind kind = effect(color, point).kind;
  return kind >= Effect::quiet || (suicide && kind == Effect::suicide);
}

bool Board::is_eye(Color color, Point point) const {
  const Geometry::Four& around = geometry_->neighbors[point];
  bool edge = false;
  for (Point q : around) {
    if (at(q) != color && at(q) != Color::wall) return false;
    edge |= at(q) == Color::wall;
  }
  int enemies = 0;
  for (Point q : geometry_->diagonals[point]) enemies += at(q) == opposite(color);
  return enemies + edge < 2;
}

void Board::play(Color color, Point point) {
  ko_point_ = kNoPoint;
  if (point == pass()) return;
  place(color, point);
  const Color other = opposite(color);
  int captured = 0;
  Point last = kNoPoint;
  for (Point q : geometry_->neighbors[point]) {
    if (at(q) != other || chains_[chain_of_[q]].liberties != 0) continue;
    captured += chains_[chain_of_[q]].size;
    last = q;
    remove_chain(q);
  }
  const Chain& own = chains_[chain_of_[point]];
  if (own.liberties == 0) {
    remove_chain(point);
  } else if (captured == 1 && own.size == 1 && own.liberties == 1) {
    ko_point_ = last;
    ko_color_ = other;
  }
}

void Board::set(Color color, Point point) {
  ko_point_ = kNoPoint;
  if (at(point) == color) return;
  if (at(point) != Color::empty) {
    // The chain may fall apart: take it away and put the other stones down again.
    const Color old = at(point);
    const PointList stones = chain_stones(point);
    const std::array<int, 2> prisoners = prisoners_;
    remove_chain(point);
    prisoners_ = prisoners;
    for (Point p : stones) {
      if (p != point) place(old, p);
    }
  }
  if (color != Color::empty) place(color, point);
}

bool Board::all_have_liberties() const {
  for (Point p = 0; p < points(); ++p) {
    if (at(p) != Color::empty && chains_[chain_of_[p]].liberties == 0) return false;
  }
  return true;
}

bool Board::operator==(const Board& other) const {
  if (size() != other.size() || ko_point_ != other.ko_point_ || prisoners_ != other.prisoners_) return false;
  if (ko_point_ != kNoPoint && ko_color_ != other.ko_color_) return false;
  for (Point p = 0; p < points(); ++p) {
    if (at(p) != other.at(p)) return false;
  }
  return true;
}

void Board::place(Color color, Point point) {
  const uint64_t key = zobrist::stone(color, point);
  hash_ ^= key;
  const Point moved = empty_[--num_empty_];
  empty_[empty_at_[point]] = moved;
  empty_at_[moved] = empty_at_[point];

  const Geometry::Four& around = geometry_->neighbors[point];
  uint16_t liberties = 0;
  for (Point q : around) {
    --chains_[chain_of_[q]].liberties;
    liberties += at(q) == Color::empty;
  }
  colors_[point] = color;
  chain_of_[point] = next_[point] = point;
  chains_[point] = {key, liberties, 1};
  Point name = point;
  for (Point q : around) {
    if (at(q) == color && chain_of_[q] != name) name = merge(name, chain_of_[q]);
  }
}

/// Joins two chains under the name of the larger one, which is returned.
Point Board::merge(Point a, Point b) {
  if (chains_[a].size < chains_[b].size) std::swap(a, b);
  chains_[a].hash ^= chains_[b].hash;
  chains_[a].liberties += chains_[b].liberties;
  chains_[a].size += chains_[b].size;
  Point p = b;
  do {
    chain_of_[p] = a;
    p = next_[p];
  } while (p != b);
  std::swap(next_[a], next_[b]);
  return a;
}

void Board::remove_chain(Point point) {
  const Chain& chain = chains_[chain_of_[point]];
  hash_ ^= chain.hash;
  prisoners_[int(at(point)) - 1] += chain.size;
  Point p = point;
  do {
    colors_[p] = Color::empty;
    chain_of_[p] = pass();
    empty_at_[p] = num_empty_;
    empty_[num_empty_++] = p;
    for (Point q : geometry_->neighbors[p]) ++chains_[chain_of_[q]].liberties;
    p = next_[p];
  } while (p != point);
}

}  // namespace tengen::go
