// PUCT: which child a visit goes to.
#pragma once

#include <algorithm>
#include <cmath>

#include <tengen/apps/go/search/tree.h>

namespace tengen::go {

/// Numbers that differ between the root and the other nodes.
struct SelectionRule {
  float c_puct;
  float fpu_reduction;
  float forced_playouts;  // k; 0: none
};

/// sqrt(k * P * N): the least visits of a move at the root, once it was tried (Wu 2019, section 3.2).
inline float forced_visits(float k, float prior, float total) { return std::sqrt(k * prior * total); }

/// The child to visit, made when it does not exist yet. The node is expanded, has moves, and counts the visit
/// that is under way in its virtual loss.
inline Node* select(Tree& tree, Node& node, const SelectionRule& rule) {
  float tried_prior = 0;
  for (const Node* child = node.first_child; child; child = child->next_sibling) {
    tried_prior += child->entry.prior();
  }
  const float first_play = float(node.utility()) - rule.fpu_reduction * std::sqrt(tried_prior);
  const float total = float(node.visits - 1 + node.virtual_loss);  // >= 1
  const float explore = rule.c_puct * std::sqrt(total);

  Node* best = nullptr;
  float best_value = -INFINITY;
  for (Node* child = node.first_child; child; child = child->next_sibling) {
    const float n = float(child->visits + child->virtual_loss);
    const float prior = child->entry.prior();
    if (rule.forced_playouts > 0 && n < forced_visits(rule.forced_playouts, prior, total)) return child;
    const float utility = n == 0 ? first_play : -(float(child->utility_sum) + float(child->virtual_loss)) / n;
    const float value = utility + explore * prior / (1 + n);
    if (value > best_value) {
      best_value = value;
      best = child;
    }
  }
  const Policy& policy = *node.policy;
  if (policy.tried < policy.size &&
      (!best || first_play + explore * policy.entries[policy.tried].prior() > best_value)) {
    return tree.add_child(node);
  }
  return best;
}

}  // namespace tengen::go
