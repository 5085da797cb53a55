#include <tengen/apps/go/search/tree.h>

#include <algorithm>
#include <utility>

namespace tengen::go {

static_assert(Arena::kMaxBytes >= sizeof(Policy) + (kMaxPoints + 1) * sizeof(PolicyEntry) + kMaxPoints);
static_assert(Arena::kMaxBytes >= (kMaxPoints + 1) * sizeof(Edge));

void Policy::best_first() {
  if (size > 0) std::swap(entries[0], *std::max_element(entries, entries + size));
}

PolicyEntry Policy::take_best() {
  const PolicyEntry best = entries[0];
  entries[0] = entries[--size];
  best_first();
  return best;
}

void Tree::start() {
  arena_.reset();
  root = new (arena_.allocate(sizeof(Node))) Node;
}

void Tree::advance(Edge& edge) {
  Node* child = std::exchange(edge.child, nullptr);
  free_subtree(root);
  root = child;
}

/// The room for edges doubles; a move that is never followed up costs none.
Edge& Tree::add_edge(Node& node) {
  if (node.num_edges == node.edge_capacity) {
    const size_t capacity = std::min<size_t>(node.edge_capacity ? 2 * node.edge_capacity : 2, kMaxPoints + 1);
    Edge* edges = static_cast<Edge*>(arena_.allocate(capacity * sizeof(Edge)));
    std::uninitialized_copy_n(node.edges, node.num_edges, edges);
    if (node.edges) arena_.release(node.edges, node.edge_capacity * sizeof(Edge));
    node.edges = edges;
    node.edge_capacity = uint16_t(capacity);
  }
  Node* child = new (arena_.allocate(sizeof(Node))) Node;
  return *new (&node.edges[node.num_edges++]) Edge{child, 0, 0, node.policy->take_best()};
}

void Tree::remove_edge(Node& node, Edge& edge) {
  free_subtree(edge.child);
  std::move(&edge + 1, node.edges + node.num_edges, &edge);
  --node.num_edges;
}

Policy* Tree::new_policy(int moves, int points) {
  auto* policy = static_cast<Policy*>(arena_.allocate(Policy::bytes(moves, points)));
  policy->capacity = policy->size = uint16_t(moves);
  policy->points = uint16_t(points);
  return policy;
}

/// With a list instead of recursion: games, and so paths, may be long.
void Tree::free_subtree(Node* top) {
  to_free_.assign(1, top);
  while (!to_free_.empty()) {
    Node* node = to_free_.back();
    to_free_.pop_back();
    for (const Edge& edge : node->tried()) {
      if (edge.child) to_free_.push_back(edge.child);
    }
    if (node->edges) arena_.release(node->edges, node->edge_capacity * sizeof(Edge));
    if (node->policy)
      arena_.release(node->policy, Policy::bytes(node->policy->capacity, node->policy->points));
    arena_.release(node, sizeof(Node));
  }
}

}  // namespace tengen::go
