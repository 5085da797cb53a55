// What a search found: read under the tree's lock.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <tengen/apps/go/search/search.h>
#include <tengen/apps/go/search/selection.h>
#include <tengen/tensor/error.h>

namespace tengen::go {
namespace {

using Counts = std::vector<std::pair<Point, int>>;

/// Only visits that are finished count.
int visits_of(const Edge& edge) { return edge.child->visits; }

/// More visits, then the larger prior, then the lower point.
bool before(const Edge* a, const Edge* b) {
  return visits_of(*a) != visits_of(*b) ? visits_of(*a) > visits_of(*b) : a->entry > b->entry;
}

std::vector<const Edge*> visited_edges(const Node& node) {
  std::vector<const Edge*> edges;
  for (const Edge& edge : node.tried()) {
    if (visits_of(edge) > 0) edges.push_back(&edge);
  }
  std::ranges::sort(edges, before);
  return edges;
}

const Edge* most_visited(const Node& node) {
  const Edge* best = nullptr;
  for (const Edge& edge : node.tried()) {
    if (visits_of(edge) > 0 && (!best || before(&edge, best))) best = &edge;
  }
  return best;
}

/// Each child's visits without those that only forced playouts explain (Wu 2019, section 3.2): from all but
/// the most visited child, up to forced_visits() are taken away as long as PUCT would still not prefer it;
/// what comes down to a single visit goes altogether.
int unforced_visits(const Edge& edge, const Edge& best, const SelectionRule& rule, float total) {
  const int visits = visits_of(edge);
  if (&edge == &best || rule.forced_playouts <= 0) return visits;
  const float explore = rule.c_puct * std::sqrt(total), prior = edge.entry.prior();
  const float best_value =
      -float(best.child->utility()) + explore * best.entry.prior() / (1 + float(visits_of(best)));
  const float gap = best_value + float(edge.child->utility());  // above the move's own mean
  if (gap <= 0) return visits;
  const float needed = std::ceil(explore * prior / gap - 1);  // the least n with mean + U(n) <= best_value
  const float least = float(visits) - std::ceil(forced_visits(rule.forced_playouts, prior, total));
  const int kept = int(std::clamp(std::max(needed, least), 0.f, float(visits)));
  return kept < visits && kept <= 1 ? 0 : kept;
}

Counts counts_of(const Node& root, const SearchSettings& settings, bool prune_forced) {
  Counts counts;
  const auto edges = visited_edges(root);
  const SelectionRule rule{settings.c_puct, 0, prune_forced ? settings.forced_playouts : 0};
  for (const Edge* edge : edges) {
    const int n = unforced_visits(*edge, *edges[0], rule, float(root.visits - 1));
    if (n > 0) counts.emplace_back(edge->entry.move(), n);
  }
  std::ranges::stable_sort(counts, std::greater<>(), &std::pair<Point, int>::second);
  return counts;
}

std::vector<std::pair<Point, float>> priors_of(const Node& root) {
  std::vector<std::pair<Point, float>> priors;
  if (root.state != Node::expanded) return priors;
  std::vector<PolicyEntry> entries(root.policy->entries, root.policy->entries + root.policy->size);
  for (const Edge& edge : root.tried()) entries.push_back(edge.entry);
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
  const double at = rng.uniform() * sum;
  return std::min<size_t>(size_t(std::ranges::upper_bound(sums, at) - sums.begin()), sums.size() - 1);
}

/// The lower confidence bound of the utility, for the player of the move. A standard deviation of 1/2 counts
/// as one more observation, so that few visits that happen to agree are not trusted.
float lower_bound(const Node& child, float deviations) {
  const float n = float(child.visits);
  const float variance = (child.utility_m2 + 0.25f) / n;
  return -float(child.utility()) - deviations * std::sqrt(variance / n);
}

Candidate candidate(const Edge& edge, const SearchSettings& settings) {
  const Node& child = *edge.child;
  const Outcome mean = -child.mean();
  Candidate c{edge.entry.move(),
              child.visits,
              edge.entry.prior(),
              float(mean.value),
              float(mean.score),
              float(mean.utility),
              lower_bound(child, settings.lcb_deviations),
              {}};
  for (const Edge* next = &edge; next; next = most_visited(*next->child)) c.pv.push_back(next->entry.move());
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
  for (const Edge* edge : visited_edges(*tree_->root)) found.push_back(candidate(*edge, settings_));
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

  const auto edges = visited_edges(root);
  const Edge* best = nullptr;
  float best_bound = -INFINITY;
  for (const Edge* edge : edges) {
    if (float(visits_of(*edge)) < settings_.lcb_min_visits * float(visits_of(*edges[0]))) break;
    const float bound = lower_bound(*edge->child, settings_.lcb_deviations);
    if (bound > best_bound) {
      best_bound = bound;
      best = edge;
    }
  }
  return best->entry.move();
}

bool Search::decided(int more) const {
  const std::lock_guard lock(mutex_);
  const Node& root = *tree_->root;
  if (root.state == Node::expanded && root.policy->size + root.num_edges == 1) return true;
  int first = 0, second = 0;
  for (const Edge& edge : root.tried()) {
    second = std::max(second, std::min(first, visits_of(edge)));
    first = std::max(first, visits_of(edge));
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
      for (const Edge& edge : node->tried()) {
        if (visits_of(edge) == 0) continue;
        own -= visits_of(edge);
        todo.emplace_back(edge.child, -sign);
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

void Search::check() const {
  const std::lock_guard lock(mutex_);
  std::vector<const Node*> todo{tree_->root};
  while (!todo.empty()) {
    const Node& node = *todo.back();
    todo.pop_back();
    TENGEN_CHECK(node.under_way == 0, "search: a visit is under way");
    TENGEN_CHECK(node.state != Node::pending, "search: an evaluation is missing");
    int below = 0;
    for (const Edge& edge : node.tried()) {
      TENGEN_CHECK(edge.visits == visits_of(edge), "search: virtual loss is left on a move");
      TENGEN_CHECK(std::abs(edge.utility_sum + edge.child->utility_sum) < 1e-6 * (1 + edge.visits),
                   "search: a move's utility is not its position's with the opposite sign");
      below += edge.visits;
      todo.push_back(edge.child);
    }
    if (node.state == Node::expanded) {
      TENGEN_CHECK(node.visits == below + 1, "search: ", node.visits, " visits of a position, ", below,
                   " of its moves");
      const Outcome own = node.own();
      TENGEN_CHECK(std::abs(own.value) <= 1 + 1e-6 * node.visits, "search: values do not add up");
    } else {
      TENGEN_CHECK(below == 0, "search: moves of a position without evaluation were visited");
    }
  }
}

}  // namespace tengen::go
