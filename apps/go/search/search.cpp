#include <tengen/apps/go/board/area.h>
#include <tengen/apps/go/search/root_policy.h>
#include <tengen/apps/go/search/search.h>
#include <tengen/apps/go/search/selection.h>
#include <tengen/tensor/error.h>

#include <algorithm>
#include <cmath>

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

bool same_start(const Game& a, const Game& b) {
  return a.size() == b.size() && a.rules() == b.rules() && a.start_to_move() == b.start_to_move() &&
         std::ranges::equal(a.start_stones(), b.start_stones());
}

Node* child_for(const Node& node, Point move) {
  for (Node* child = node.first_child; child; child = child->next_sibling) {
    if (child->entry.move() == move) return child;
  }
  return nullptr;
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
    Node* child = move.color == color ? child_for(*tree_->root, move.point) : nullptr;
    if (!child || child->state != Node::expanded) return false;
    tree_->advance(*child);
    color = opposite(color);
  }
  return color == game.to_move();  // not so for a move out of turn
}

void Search::set_root(const Game& game) {
  const Node* old = tree_->root;
  TENGEN_CHECK(!old || old->virtual_loss == 0, "set_root: a visit is still under way");
  const bool kept = old && follow(game);
  root_ = game;
  root_.reserve(kUsualDepth);
  pointless_.reset();
  if (settings_.prune_pointless) {
    pointless_ = pointless_moves(root_.board(), root_.to_move(), root_.rules().suicide);
  }
  if (!kept) tree_->start();
  if (tree_->root->state != Node::expanded) return;
  if (tree_->root != old) keep_raw_priors();
  set_root_policy();
}

void Search::keep_raw_priors() {
  const Policy& policy = *tree_->root->policy;
  raw_priors_.assign(policy.entries, policy.entries + policy.size);
}

/// Masks pointless moves, and gives the others their priors from the raw ones.
void Search::set_root_policy() {
  Node& root = *tree_->root;
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

  for (Node *child = root.first_child, *next; child; child = next) {
    next = child->next_sibling;
    if (!pointless_[child->entry.move()]) continue;
    root.subtract(*child);
    tree_->remove_child(root, *child);
  }
  Policy& policy = *root.policy;
  policy.size = uint16_t(n);
  policy.tried = 0;
  for (int i = 0; i < n; ++i) {
    policy.entries[i] = {moves[i], priors[i]};
    if (Node* child = child_for(root, moves[i])) {
      child->entry = policy.entries[i];
      std::swap(policy.entries[i], policy.entries[policy.tried++]);
    }
  }
  policy.sort_untried();
}

Search::Step Search::begin(Leaf& leaf) {
  leaf.path.clear();
  const SelectionRule at_root{settings_.c_puct, settings_.root_fpu_reduction, settings_.forced_playouts};
  const SelectionRule below{settings_.c_puct, settings_.fpu_reduction, 0};
  {
    const std::lock_guard lock(mutex_);
    Node* node = tree_->root;
    for (;;) {
      ++node->virtual_loss;
      leaf.path.push_back(node);
      if (node->state != Node::expanded) break;
      node = select(*tree_, *node, leaf.path.size() == 1 ? at_root : below);
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
  for (size_t i = 1; i < leaf.path.size(); ++i) leaf.game.play_unchecked(leaf.path[i]->entry.move());
  if (leaf.path.size() > 1 && leaf.game.is_over()) {
    finish_game(leaf);
    return Step::done;
  }
  return Step::evaluate;
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
  Node& node = *leaf.path.back();
  if (points != 0) {
    node.policy = tree_->new_policy(0, points);
    std::copy_n(owners.begin(), points, node.policy->ownership());
  }
  node.state = Node::terminal;
  back_up(leaf, found);
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
  Node& node = *leaf.path.back();
  node.policy = tree_->new_policy(moves, points);
  std::copy_n(entries.begin(), moves, node.policy->entries);
  node.policy->sort_untried();
  for (int p = 0; p < points; ++p) node.policy->ownership()[p] = int8_t(std::lround(127 * evaluation.ownership[p]));
  node.state = Node::expanded;
  if (&node == tree_->root) {
    keep_raw_priors();
    set_root_policy();
  }
  back_up(leaf, found);
}

void Search::cancel(Leaf& leaf) {
  const std::lock_guard lock(mutex_);
  leaf.path.back()->state = Node::fresh;
  take_back(leaf);
}

/// Adds what the leaf's player to move expects to every node of the path: each from its own player's view.
void Search::back_up(Leaf& leaf, Outcome found) {
  for (auto node = leaf.path.rbegin(); node != leaf.path.rend(); ++node, found = -found) {
    --(*node)->virtual_loss;
    (*node)->add(found);
  }
  leaf.path.clear();
}

void Search::take_back(Leaf& leaf) {
  for (Node* node : leaf.path) --node->virtual_loss;
  leaf.path.clear();
}

Outcome Search::outcome(double value, double score) const {
  const double w = settings_.score_weight;
  return {value, score, (1 - w) * value + w * std::tanh(score / (2 * root_.size()))};
}

}  // namespace tengen::go
