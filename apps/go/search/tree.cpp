#include <tengen/apps/go/search/tree.h>

#include <algorithm>

namespace tengen::go {

static_assert(Arena::kMaxBytes >= sizeof(Policy) + (kMaxPoints + 1) * sizeof(PolicyEntry) + kMaxPoints);

void Policy::sort_untried() {
  if (tried < size) std::swap(entries[tried], *std::max_element(entries + tried, entries + size));
}

void Tree::start() {
  arena_.reset();
  root = new (arena_.allocate(sizeof(Node))) Node(PolicyEntry(kNoPoint, 1));
}

void Tree::advance(Node& child) {
  unlink(*root, child);
  free_subtree(root);
  root = &child;
}

Node* Tree::add_child(Node& parent) {
  Policy& policy = *parent.policy;
  Node* child = new (arena_.allocate(sizeof(Node))) Node(policy.entries[policy.tried++]);
  policy.sort_untried();
  child->next_sibling = parent.first_child;
  parent.first_child = child;
  return child;
}

void Tree::unlink(Node& parent, Node& child) {
  Node** link = &parent.first_child;
  while (*link != &child) link = &(*link)->next_sibling;
  *link = child.next_sibling;
  child.next_sibling = nullptr;
}

void Tree::remove_child(Node& parent, Node& child) {
  unlink(parent, child);
  free_subtree(&child);
}

Policy* Tree::new_policy(int moves, int points) {
  auto* policy = static_cast<Policy*>(arena_.allocate(Policy::bytes(moves, points)));
  policy->capacity = policy->size = uint16_t(moves);
  policy->tried = 0;
  policy->points = uint16_t(points);
  return policy;
}

/// The list of nodes yet to free runs through their sibling links: neither recursion nor memory is needed.
void Tree::free_subtree(Node* node) {
  node->next_sibling = nullptr;
  while (node) {
    Node* rest = node->next_sibling;
    for (Node* child = node->first_child; child;) {
      Node* next = child->next_sibling;
      child->next_sibling = rest;
      rest = child;
      child = next;
    }
    if (node->policy) arena_.release(node->policy, Policy::bytes(node->policy->capacity, node->policy->points));
    arena_.release(node, sizeof(Node));
    node = rest;
  }
}

}  // namespace tengen::go
