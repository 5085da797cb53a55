// What a search found: read under the tree's lock.
#include <tengen/apps/go/search/root_policy.h>
#include <tengen/apps/go/search/search.h>
#include <tengen/apps/go/search/selection.h>
#include <tengen/tensor/error.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tengen::go {
namespace {

using Counts = std::vector<std::pair<Point, int>>;

/// More visits, then the larger prior, then the lower point.
bool before(const Node* a, const Node* b) {
  return a->visits != b->visits ? a->visits > b->visits : a->entry > b->entry;
}

std::vector<const Node*> visited_children(const Node& node) {
  std::vector<const Node*> children;
  for (const Node* child = node.first_child; child; child = child->next_sibling) {
    if (child->visits > 0) children.push_back(child);
  }
  std::ranges::sort(children, before);
  return children;
}

const Node* most_visited(const Node& node) {
  const Node* best = nullptr;
  for (const Node* child = node.first_child; child; child = child->next_sibling) {
    if (child->visits > 0 && (!best || before(child, best))) best = child;
  }
  return best;
}

/// Each child's visits without those that only forced playouts explain (Wu 2019, section 3.2): from all but
/// the most visited child, up to forced_visits() are taken away as long as PUCT would still not prefer it; what
/// comes down to a single visit goes altogether.
int unforced_visits(const Node& child, const Node& best, const SelectionRule& rule, float total) {
  if (&child == &best || rule.forced_playouts <= 0) return child.visits;
  const float explore = rule.c_puct * std::sqrt(total);
  const float best_value = -float(best.utility()) + explore * best.entry.prior() / (1 + float(best.visits));
  const float gap = best_value + float(child.utility());  // to the child's own mean
  if (gap <= 0) return child.visits;
  const float prior = child.entry.prior();
  const float needed = std::ceil(explore * prior / gap - 1);  // the least n with mean + U(n) <= best_value
  const float least = float(child.visits) - std::ceil(forced_visits(rule.forced_playouts, prior, total));
  const int kept = int(std::clamp(std::max(needed, least), 0.f, float(child.visits)));
  return kept < child.visits && kept <= 1 ? 0 : kept;
}

Counts counts_of(const Node& root, const SearchSettings& settings, bool prune_forced) {
  Counts counts;
  const auto children = visited_children(root);
  if (children.empty()) return counts;
  const SelectionRule rule{settings.c_puct, 0, prune_forced ? settings.forced_playouts : 0};
  for (const Node* child : children) {
    const int n = unforced_visits(*child, *children[0], rule, float(root.visits - 1));
    if (n > 0) counts.emplace_back(child->entry.move(), n);
  }
  std::ranges::stable_sort(counts, std::greater<>(), &std::pair<Point, int>::second);
  return counts;
}

std::vector<std::pair<Point, float>> priors_of(const Node& root) {
  std::vector<std::pair<Point, float>> priors;
  if (root.state != Node::expanded) return priors;
  std::vector<PolicyEntry> entries(root.policy->entries, root.policy->entries + root.policy->size);
  std::ranges::sort(entries, std::greater<>());
  for (const PolicyEntry& entry : entries) priors.emplace_back(entry.move(), entry.prior());
  return priors;
}

/// An index with probability proportional to weights[i] ^ (1 / temperature); weights[0] is the largest.
template <class Pairs>
size_t draw(const Pairs& weights, float temperature, Rng& rng) {
  if (temperature <= 0) return 0;
  std::vector<double> sums;
  double sum = 0;
  for (const auto& [move, weight] : weights) {
    sums.push_back(sum += std::pow(double(weight) / double(weights[0].second), 1 / double(temperature)));
  }
  const double at = uniform(rng) * sum;
  return std::min<size_t>(size_t(std::ranges::upper_bound(sums, at) - sums.begin()), sums.size() - 1);
}

/// Of the utility, from the view of who moves to the child. A standard deviation of 1/2 counts as one more
/// observation, so that few visits that happen to agree are not trusted.
float lower_bound(const Node& child, float deviations) {
  const float n = float(child.visits);
  const float variance = (child.utility_m2 + 0.25f) / n;
  return -float(child.utility()) - deviations * std::sqrt(variance / n);
}

Candidate candidate(const Node& child, const SearchSettings& settings) {
  const Outcome mean = -child.mean();
  Candidate c{child.entry.move(), child.visits,        child.entry.prior(), float(mean.value),
              float(mean.score),  float(mean.utility), lower_bound(child, settings.lcb_deviations), {}};
  for (const Node* node = &child; node; node = most_visited(*node)) c.pv.push_back(node->entry.move());
  return c;
}

}  // namespace

int Search::visits() const {
  const std::lock_guard lock(mutex_);
  return tree_->root->visits;
}

float Search::value() const {
  const std::lock_guard lock(mutex_);
  const Node& root = *tree_->root;
  return root.visits == 0 ? 0 : float(root.mean().value);
}

float Search::score() const {
  const std::lock_guard lock(mutex_);
  const Node& root = *tree_->root;
  return root.visits == 0 ? 0 : float(root.mean().score);
}

std::vector<Candidate> Search::candidates() const {
  const std::lock_guard lock(mutex_);
  std::vector<Candidate> found;
  for (const Node* child : visited_children(*tree_->root)) found.push_back(candidate(*child, settings_));
  return found;
}

std::vector<std::pair<Point, float>> Search::priors() const {
  const std::lock_guard lock(mutex_);
  return priors_of(*tree_->root);
}

std::vector<std::pair<Point, int>> Search::visit_counts(bool prune_forced) const {
  const std::lock_guard lock(mutex_);
  return counts_of(*tree_->root, settings_, prune_forced);
}

Point Search::choose(float temperature, Rng& rng) const {
  const std::lock_guard lock(mutex_);
  const Node& root = *tree_->root;
  const Counts counts = counts_of(root, settings_, true);
  if (counts.empty()) {
    const auto priors = priors_of(root);
    return priors.empty() ? root_.board().pass() : priors[draw(priors, temperature, rng)].first;
  }
  if (temperature > 0 || settings_.lcb_deviations <= 0) return counts[draw(counts, temperature, rng)].first;

  const Node* best = nullptr;
  float best_bound = -INFINITY;
  const auto children = visited_children(root);
  for (const Node* child : children) {
    if (float(child->visits) < settings_.lcb_min_visits * float(children[0]->visits)) break;
    const float bound = lower_bound(*child, settings_.lcb_deviations);
    if (bound > best_bound) {
      best_bound = bound;
      best = child;
    }
  }
  return best->entry.move();
}

bool Search::decided(int more) const {
  const std::lock_guard lock(mutex_);
  const Policy* policy = tree_->root->policy;
  if (policy && policy->size == 1) return true;
  int first = 0, second = 0;
  for (const Node* child = tree_->root->first_child; child; child = child->next_sibling) {
    second = std::max(second, std::min(first, child->visits));
    first = std::max(first, child->visits);
  }
  return first > second + more;
}

void Search::ownership(std::span<float> out) const {
  const size_t points = size_t(root_.board().points());
  TENGEN_CHECK(out.size() == points, "ownership: ", out.size(), " points for a board of ", points);
  std::ranges::fill(out, 0.f);
  const std::lock_guard lock(mutex_);
  const Node& root = *tree_->root;
  if (root.visits == 0) return;

  const int whole = root.visits / 4000;  // subtrees below are not entered
  float weight_sum = 0;
  std::vector<std::pair<const Node*, int>> todo{{&root, 1}};  // and the sign of its view
  while (!todo.empty()) {
    const auto [node, sign] = todo.back();
    todo.pop_back();
    int own = node->visits;
    if (node->visits > whole) {
      for (const Node* child = node->first_child; child; child = child->next_sibling) {
        if (child->visits == 0) continue;
        own -= child->visits;
        todo.emplace_back(child, -sign);
      }
    }
    const Policy* policy = node->policy;
    if (!policy || policy->points != points) continue;
    weight_sum += float(own);
    const float weight = float(sign * own) / 127;
    for (size_t p = 0; p < points; ++p) out[p] += weight * policy->ownership()[p];
  }
  if (weight_sum == 0) return;
  for (float& x : out) x /= weight_sum;
}

size_t Search::memory() const {
  const std::lock_guard lock(mutex_);
  return tree_->memory();
}

}  // namespace tengen::go
