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

/// The move to follow; its edge is made when it does not exist yet. The node is expanded, has moves, and
/// counts the visit under way.
inline Edge& select(Tree& tree, Node& node, const SelectionRule& rule) {
  float tried_prior = 0;
  for (const Edge& edge : node.tried()) tried_prior += edge.entry.prior();
  const float first_play = float(node.utility()) - rule.fpu_reduction * std::sqrt(tried_prior);
  const float total = float(node.visits - 1 + node.under_way);  // >= 1
  const float explore = rule.c_puct * std::sqrt(total);

  Edge* best = nullptr;
  float best_value = -INFINITY;
  for (Edge& edge : node.tried()) {
    const float n = float(edge.visits), prior = edge.entry.prior();
    if (rule.forced_playouts > 0 && n < forced_visits(rule.forced_playouts, prior, total)) return edge;
    const float utility = edge.visits == 0 ? first_play : float(edge.utility_sum) / n;
    const float value = utility + explore * prior / (1 + n);
    if (value > best_value) {
      best_value = value;
      best = &edge;
    }
  }
  const Policy& untried = *node.policy;
  const bool is_new =
      untried.size > 0 && (!best || first_play + explore * untried.entries[0].prior() > best_value);
  return is_new ? tree.add_edge(node) : *best;
}

}  // namespace tengen::go
