// The tree of a search: nodes, their moves, and the memory both live in.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <tengen/apps/go/board/types.h>
#include <tengen/apps/go/search/arena.h>

namespace tengen::go {

/// A move and its prior in four bytes: the upper half of the float (8 significant bits, full range), then the
/// move. The entry that compares greatest has the largest prior, and the lowest point among equals.
class PolicyEntry {
 public:
  PolicyEntry() = default;
  PolicyEntry(Point move, float prior)
      : bits_(((std::bit_cast<uint32_t>(prior) + 0x8000u) & 0xffff0000u) | uint16_t(~move)) {}
  Point move() const { return Point(~bits_); }
  float prior() const { return std::bit_cast<float>(bits_ & 0xffff0000u); }
  auto operator<=>(const PolicyEntry&) const = default;

 private:
  uint32_t bits_;
};

struct Node;

/// A move that was tried. All that selection reads stands here, side by side with the other moves of the
/// node: what it needs of the child is kept twice.
struct Edge {
  Node* child;
  double utility_sum;  // from the parent's view; each visit under way counts as lost, -1 (virtual loss)
  int32_t visits;      // of the child, those under way included
  PolicyEntry entry;
};

/// The moves of an expanded node that were not tried yet, the best one first; and who owns what. Only as many
/// entries, and after them ownership bytes, as there are exist.
struct Policy {
  uint16_t capacity;  // entries that there is room for
  uint16_t size;      // moves not tried
  uint16_t points;    // N * N, or 0 without ownership
  PolicyEntry entries[1];

  int8_t* ownership() { return reinterpret_cast<int8_t*>(entries + capacity); }  // -127 .. 127
  const int8_t* ownership() const { return reinterpret_cast<const int8_t*>(entries + capacity); }
  static size_t bytes(int capacity, int points) {
    return offsetof(Policy, entries) + capacity * sizeof(PolicyEntry) + points;
  }
  void best_first();
  PolicyEntry take_best();
};

/// What one or several visits found, from one player's view.
struct Outcome {
  double value, score, utility;
  Outcome operator-() const { return {-value, -score, -utility}; }
};

/// A position. Sums are from the view of the player to move there, so that a parent reads them with the
/// opposite sign. No node knows its parent: a visit keeps its path itself.
struct Node {
  enum State : uint8_t {
    fresh,     // not evaluated
    pending,   // somebody is evaluating it
    expanded,  // has its moves
    terminal,  // the game is over here
  };
  Policy* policy = nullptr;  // of expanded nodes; without moves, for the ownership, of terminal ones
  Edge* edges = nullptr;
  uint16_t num_edges = 0, edge_capacity = 0;
  uint16_t under_way = 0;  // visits begun and not finished
  State state = fresh;
  int32_t visits = 0;
  float utility_m2 = 0;  // sum of squared differences from the mean (Welford 1962)
  double value_sum = 0, score_sum = 0, utility_sum = 0;

  std::span<Edge> tried() { return {edges, num_edges}; }
  std::span<const Edge> tried() const { return {edges, num_edges}; }
  Edge* edge_for(Point move) {
    for (Edge& edge : tried()) {
      if (edge.entry.move() == move) return &edge;
    }
    return nullptr;
  }

  double utility() const { return visits == 0 ? 0 : utility_sum / visits; }
  /// What the evaluator said: the sums without those of the children.
  Outcome own() const {
    Outcome own{value_sum, score_sum, utility_sum};
    for (const Edge& edge : tried()) {
      own.value += edge.child->value_sum;
      own.score += edge.child->score_sum;
      own.utility += edge.child->utility_sum;
    }
    return own;
  }
  Outcome mean() const { return {value_sum / visits, score_sum / visits, utility_sum / visits}; }

  void add(const Outcome& outcome) {
    const double before = visits == 0 ? outcome.utility : utility_sum / visits;
    ++visits;
    value_sum += outcome.value;
    score_sum += outcome.score;
    utility_sum += outcome.utility;
    utility_m2 += float((outcome.utility - before) * (outcome.utility - utility_sum / visits));
  }
  /// Takes out what a child's visits added.
  void subtract(const Node& child) {
    utility_m2 *= float(visits - child.visits) / float(visits);  // roughly
    visits -= child.visits;
    value_sum += child.value_sum;
    score_sum += child.score_sum;
    utility_sum += child.utility_sum;
  }
};
static_assert(sizeof(Node) <= Arena::kUnit);

class Tree {
 public:
  /// Never null after start().
  Node* root = nullptr;

  /// Drops everything. The root is fresh.
  void start();
  /// Makes the edge's child the root, and frees all that is not below it.
  void advance(Edge& edge);
  /// An edge with a fresh child for the best move of the node that was not tried.
  Edge& add_edge(Node& node);
  /// Frees the subtree and forgets the move.
  void remove_edge(Node& node, Edge& edge);
  /// Room for a policy, nothing filled in but the numbers.
  Policy* new_policy(int moves, int points);

  size_t memory() const { return arena_.bytes(); }

 private:
  void free_subtree(Node* node);

  Arena arena_;
  std::vector<Node*> to_free_;
};

}  // namespace tengen::go
