#include <tengen/apps/go/search/search.h>

#include <algorithm>
#include <cmath>

#include <tengen/apps/go/board/area.h>
#include <tengen/apps/go/board/zobrist.h>
#include <tengen/apps/go/search/root_policy.h>
#include <tengen/apps/go/search/selection.h>
#include <tengen/tensor/error.h>

namespace tengen::go {
namespace {

/// Moves below the root that a leaf's game has room for from the start.
constexpr int kUsualDepth = 64;

/// Softmax over the legal moves and the pass, without those whose logit is minus infinity: fills `entries`
/// (as many as returned). Without any move at all: a pass.
int masked_policy(const Evaluation& evaluation, const PointList& legal, Point pass, PolicyEntry* entries) {
  std::array<float, kMaxPoints + 1> weights;
  std::array<Point, kMaxPoints + 1> moves;
  float largest = -INFINITY, sum = 0;
  int n = 0;
  const auto add = [&](Point p) {
    if (evaluation.policy[p] == -INFINITY) return;
    largest = std::max(largest, evaluation.policy[p]);
    moves[n++] = p;
  };
  for (Point p : legal) add(p);
  add(pass);
  for (int i = 0; i < n; ++i) sum += weights[i] = std::exp(evaluation.policy[moves[i]] - largest);
  for (int i = 0; i < n; ++i) entries[i] = {moves[i], weights[i] / sum};
  if (n == 0) entries[n++] = {pass, 1};
  return n;
}

/// -1 .. 1 as -127 .. 127.
int8_t to_byte(float ownership) {
  const float scaled = std::clamp(127 * ownership, -127.f, 127.f);
  return int8_t(scaled < 0 ? scaled - 0.5f : scaled + 0.5f);
}

/// A hash of everything that an evaluation depends on, except for the moves that led there.
uint64_t transposition_key(const Game& game) {
  uint64_t key = game.situation_hash();
  if (!game.moves().empty() && game.moves().back().point == game.board().pass()) key ^= zobrist::mix(4000);
  for (Point p : game.legal_moves()) key += zobrist::mix(5000 + p);
  return key;
}

bool same_start(const Game& a, const Game& b) {
  return a.size() == b.size() && a.rules() == b.rules() && a.start_to_move() == b.start_to_move() &&
         std::ranges::equal(a.start_stones(), b.start_stones());
}

}  // namespace

Search::Search(const SearchSettings& settings, uint64_t seed)
    : settings_(settings), rng_(seed), root_(kMinSize), tree_(std::make_unique<Tree>()) {
  set_root(root_);
}

Search::~Search() = default;

/// Moves the tree's root to where `game` is; false when the tree does not contain that.
bool Search::follow(const Game& game) {
  const auto before = root_.moves(), now = game.moves();
  if (!same_start(root_, game) || now.size() < before.size()) return false;
  if (!std::ranges::equal(before, now.first(before.size()))) return false;
  Color color = root_.to_move();
  for (const Move& move : now.subspan(before.size())) {
    Edge* edge = move.color == color ? tree_->root->edge_for(move.point) : nullptr;
    if (!edge || edge->child->state != Node::expanded) return false;
    tree_->advance(*edge);
    color = opposite(color);
  }
  return color == game.to_move();  // not so for a move out of turn
}

void Search::set_root(const Game& game) {
  const Node* old = tree_->root;
  TENGEN_CHECK(!old || old->under_way == 0, "set_root: a visit is still under way");
  const bool kept = old && follow(game);
  root_ = game;
  root_.reserve(kUsualDepth);
  pointless_.reset();
  if (settings_.prune_pointless) {
    pointless_ = pointless_moves(root_.board(), root_.to_move(), root_.rules().suicide);
  }
  if (!kept) tree_->start();
  transpositions_.clear();
  if (tree_->root->state != Node::expanded) return;
  if (tree_->root != old) keep_raw_priors();
  set_root_policy();
}

void Search::keep_raw_priors() {
  const Node& root = *tree_->root;
  raw_priors_.assign(root.policy->entries, root.policy->entries + root.policy->size);
  for (const Edge& edge : root.tried()) raw_priors_.push_back(edge.entry);
}

/// Masks pointless moves, and gives the others their priors from the raw ones.
void Search::set_root_policy() {
  std::array<float, kMaxPoints + 1> priors;
  std::array<Point, kMaxPoints + 1> moves;
  int n = 0;
  const auto pointless = [&](const PolicyEntry& entry) { return pointless_[entry.move()]; };
  if (std::ranges::all_of(raw_priors_, pointless)) pointless_.reset();  // only where no pass is among them
  for (const PolicyEntry& entry : raw_priors_) {
    if (pointless(entry)) continue;
    moves[n] = entry.move();
    priors[n++] = entry.prior();
  }
  const std::span<float> used(priors.data(), n);
  apply_temperature(used, settings_.root_policy_temperature);
  add_dirichlet_noise(used, settings_.noise_weight, settings_.noise_total, rng_);

  Node& root = *tree_->root;
  for (int i = root.num_edges - 1; i >= 0; --i) {
    Edge& edge = root.edges[i];
    if (!pointless_[edge.entry.move()]) continue;
    root.subtract(*edge.child);
    tree_->remove_edge(root, edge);
  }
  Policy& untried = *root.policy;
  untried.size = 0;
  for (int i = 0; i < n; ++i) {
    const PolicyEntry entry(moves[i], priors[i]);
    if (Edge* edge = root.edge_for(moves[i])) {
      edge->entry = entry;
    } else {
      untried.entries[untried.size++] = entry;
    }
  }
  untried.best_first();
}

Search::Step Search::begin(Leaf& leaf) {
  leaf.path.clear();
  const SelectionRule at_root{settings_.c_puct, settings_.root_fpu_reduction, settings_.forced_playouts};
  const SelectionRule below{settings_.c_puct, settings_.fpu_reduction, 0};
  {
    const std::lock_guard lock(mutex_);
    Node* node = tree_->root;
    ++node->under_way;
    leaf.path.push_back({node, kNoPoint, 0});
    while (node->state == Node::expanded) {
      Edge& edge = select(*tree_, *node, leaf.path.size() == 1 ? at_root : below);
      ++edge.visits;
      edge.utility_sum -= 1;
      leaf.path.push_back({edge.child, edge.entry.move(), uint16_t(&edge - node->edges)});
      node = edge.child;
      ++node->under_way;
    }
    if (node->state == Node::pending) {
      take_back(leaf);
      return Step::collision;
    }
    if (node->state == Node::terminal) {
      back_up(leaf, node->mean());
      return Step::done;
    }
    node->state = Node::pending;
  }
  leaf.game = root_;
  for (size_t i = 1; i < leaf.path.size(); ++i) leaf.game.play_unchecked(leaf.path[i].move);
  if (leaf.path.size() > 1 && leaf.game.is_over()) {
    finish_game(leaf);
    return Step::done;
  }
  return settings_.transpositions && share_evaluation(leaf) ? Step::done : Step::evaluate;
}

/// The first visit of a position where two passes ended the game.
void Search::finish_game(Leaf& leaf) {
  const double score = score_now(leaf.game);
  const Outcome found = outcome((score > 0) - (score < 0), score);
  const int points = settings_.ownership ? leaf.game.board().points() : 0;
  std::array<int8_t, kMaxPoints> owners;
  if (points != 0) {
    const Area area = area_of(leaf.game.board());
    for (Point p = 0; p < points; ++p) {
      owners[p] = area.owner[p] == Color::empty ? 0 : area.owner[p] == leaf.game.to_move() ? 127 : -127;
    }
  }
  const std::lock_guard lock(mutex_);
  Node& node = *leaf.path.back().node;
  if (points != 0) {
    node.policy = tree_->new_policy(0, points);
    std::copy_n(owners.begin(), points, node.policy->ownership());
  }
  node.state = Node::terminal;
  back_up(leaf, found);
}

/// Takes the evaluation of the same position elsewhere in the tree, if there is one.
bool Search::share_evaluation(Leaf& leaf) {
  leaf.key = transposition_key(leaf.game);
  const std::lock_guard lock(mutex_);
  const auto found = transpositions_.find(leaf.key);
  if (found == transpositions_.end()) return false;
  const Node& known = *found->second;
  const Policy& policy = *known.policy;
  Node& node = *leaf.path.back().node;
  node.policy = tree_->new_policy(policy.size + known.num_edges, policy.points);
  PolicyEntry* entry = std::copy_n(policy.entries, policy.size, node.policy->entries);
  for (const Edge& edge : known.tried()) *entry++ = edge.entry;
  std::copy_n(policy.ownership(), policy.points, node.policy->ownership());
  node.policy->best_first();
  node.state = Node::expanded;
  back_up(leaf, known.own());
  return true;
}

void Search::finish(Leaf& leaf, const Evaluation& evaluation) {
  if (!std::isfinite(evaluation.value) || !std::isfinite(evaluation.score)) {
    cancel(leaf);
    fail("the evaluator returned value ", evaluation.value, ", score ", evaluation.score);
  }
  std::array<PolicyEntry, kMaxPoints + 1> entries;
  const Board& board = leaf.game.board();
  const int moves = masked_policy(evaluation, leaf.game.legal_moves(), board.pass(), entries.data());
  const Outcome found = outcome(evaluation.value, evaluation.score);
  const int points = settings_.ownership ? board.points() : 0;

  const std::lock_guard lock(mutex_);
  Node& node = *leaf.path.back().node;
  node.policy = tree_->new_policy(moves, points);
  std::copy_n(entries.begin(), moves, node.policy->entries);
  node.policy->best_first();
  for (int p = 0; p < points; ++p) node.policy->ownership()[p] = to_byte(evaluation.ownership[p]);
  node.state = Node::expanded;
  if (&node == tree_->root) {
    keep_raw_priors();
    set_root_policy();
  } else if (settings_.transpositions) {
    transpositions_.emplace(leaf.key, &node);
  }
  back_up(leaf, found);
}

void Search::cancel(Leaf& leaf) {
  const std::lock_guard lock(mutex_);
  leaf.path.back().node->state = Node::fresh;
  take_back(leaf);
}

/// Adds what the leaf's player to move expects to every node of the path, each from its own player's view,
/// and puts it in the place of the virtual loss.
void Search::back_up(Leaf& leaf, Outcome found) {
  for (size_t i = leaf.path.size(); i-- > 0; found = -found) {
    const auto& [node, move, edge] = leaf.path[i];
    --node->under_way;
    node->add(found);
    if (i > 0) leaf.path[i - 1].node->edges[edge].utility_sum += 1 - found.utility;
  }
  leaf.path.clear();
}

void Search::take_back(Leaf& leaf) {
  for (size_t i = leaf.path.size(); i-- > 0;) {
    const auto& [node, move, index] = leaf.path[i];
    --node->under_way;
    if (i == 0) continue;
    Edge& edge = leaf.path[i - 1].node->edges[index];
    --edge.visits;
    edge.utility_sum += 1;
  }
  leaf.path.clear();
}

Outcome Search::outcome(double value, double score) const {
  const double w = settings_.score_weight;
  return {value, score, (1 - w) * value + w * std::tanh(score / (2 * root_.size()))};
}

}  // namespace tengen::go
