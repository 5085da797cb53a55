// Monte-Carlo tree search with a policy and a value (PUCT; Silver et al. 2017), with forced playouts and
// policy target pruning (Wu 2019, arXiv 1902.10565, section 3.2).
//
// The search does not call the evaluator. It hands out leaves and takes evaluations back, so that whoever
// drives it may gather a batch from one tree (Player) or from many (self-play):
//
//     search.set_root(game);
//     while (search.visits() < 100) {
//       if (search.begin(leaf) != Search::Step::evaluate) continue;
//       ... evaluate leaf.game ...
//       search.finish(leaf, evaluation);
//     }
//     game.play(search.choose(0, rng));
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include <tengen/apps/go/board/playout.h>
#include <tengen/apps/go/search/evaluator.h>
#include <tengen/apps/go/search/passing.h>

namespace tengen::go {

struct SearchSettings {
  float c_puct = 1.1f;
  /// First-play urgency: a move that was not tried yet counts as the position's own utility minus this much
  /// times the square root of the prior of the moves that were.
  float fpu_reduction = 0.2f;
  float root_fpu_reduction = 0;

  /// The root's priors, in this order: illegal and pointless moves masked, priors ^ (1 / temperature), and
  /// (1 - noise_weight) * prior + noise_weight * Dirichlet(noise_total / moves each). For self-play; drawn
  /// afresh whenever a root is set, from the priors that the evaluator gave.
  float root_policy_temperature = 1;
  float noise_weight = 0;
  float noise_total = 10.83f;
  /// k: a move at the root that was tried gets at least sqrt(k * prior * visits of the root's children).
  float forced_playouts = 0;

  /// utility = (1 - w) * value + w * tanh(score / (2 * N)): what the search maximizes.
  float score_weight = 0.1f;
  /// Moves at the root that gain nothing (pointless_moves) are not candidates; the pass always is.
  bool prune_pointless = true;
  /// A position met before in this tree (same stones, player to move, passes and legal moves) takes its
  /// evaluation over, whichever way it was reached.
  bool transpositions = false;
  /// Keep each position's ownership (one byte a point), so that Search::ownership() can tell.
  bool ownership = true;

  /// Lower confidence bound: mean - lcb_deviations * standard error. With 0, choose() looks at visits alone.
  float lcb_deviations = 5;
  float lcb_min_visits = 0.15f;  // of the most visited move's: fewer do not count for the bound
};

/// A move at the root that was visited. Everything from the view of the player to move at the root.
struct Candidate {
  Point move;
  int visits;
  float prior;            // with temperature and noise
  float value;            // mean result, -1 .. 1
  float score;            // mean final score in points
  float utility;          // mean of what the search maximizes
  float lcb;              // lower confidence bound of the utility
  std::vector<Point> pv;  // the expected continuation, `move` first
};

struct Node;
struct Outcome;
class PolicyEntry;
class Tree;

/// One tree. begin, finish, cancel and everything const may be called from several threads at once; set_root
/// and settings() only while nothing else runs and every begun visit was finished or cancelled. The tree's
/// one lock is held for about a microsecond a visit: playing the moves, masking and softmax happen outside of
/// it. After warm-up a visit allocates nothing.
class Search {
 public:
  explicit Search(const SearchSettings& settings = {}, uint64_t seed = 1);
  ~Search();

  const SearchSettings& settings() const { return settings_; }
  /// May change before each set_root, for instance for cheap and full searches of one game.
  SearchSettings& settings() { return settings_; }

  /// The position to think about. Where `game` continues the game of the last root, the subtree it leads to
  /// is kept and all else freed; otherwise a new tree begins. An ended game may be searched: its moves go
  /// on.
  void set_root(const Game& game);
  const Game& root() const { return root_; }

  /// A visit under way. Reuse the object: it keeps its memory.
  struct Leaf {
    Game game;  // the position to evaluate
   private:
    friend class Search;
    struct Step {
      Node* node;
      Point move;     // that led there
      uint16_t edge;  // of the parent
    };
    std::vector<Step> path;  // from the root to the node of `game`
    uint64_t key = 0;        // with transpositions: of the position
    PointList legal;
  };
  enum class Step {
    evaluate,   // leaf.game wants an evaluation and finish(), or cancel()
    done,       // nothing to evaluate (the game is over there): backed up already
    collision,  // somebody else is evaluating that position: try again later
  };
  /// Walks down to a position without evaluation, with virtual loss on the way.
  Step begin(Leaf& leaf);
  /// Expands the leaf and backs its evaluation up; the sign alternates at every ply.
  void finish(Leaf& leaf, const Evaluation& evaluation);
  /// Gives a begun visit up.
  void cancel(Leaf& leaf);

  /// The value of the root for its player to move; 0 before the first visit.
  int visits() const;
  float value() const;
  float score() const;

  /// The moves that were visited, most visits first (then prior).
  std::vector<Candidate> candidates() const;
  /// All moves that may be chosen at the root with their priors (with temperature and noise), best first;
  /// empty before the first visit.
  std::vector<std::pair<Point, float>> priors() const;
  /// Visits of the root's children, most first: the policy target. With prune_forced, those that only forced
  /// playouts explain are taken away.
  std::vector<std::pair<Point, int>> visit_counts(bool prune_forced) const;
  /// A move with probability proportional to visits ^ (1 / temperature), forced playouts pruned. Temperature
  /// 0: the most visited, or the one with the best lower confidence bound where that has enough visits. From
  /// the priors in the same way when only the root itself was visited; a pass before that.
  Point choose(float temperature, Rng& rng) const;
  /// True when `more` visits cannot make another move the most visited one.
  bool decided(int more) const;
  /// (N*N): -1 .. 1 for each point, 1: the root's player to move owns it. The mean over the tree; a subtree
  /// with less than 1 / 4000 of all visits counts by its first position alone.
  void ownership(std::span<float> out) const;

  /// Bytes held by the tree.
  size_t memory() const;
  /// For tests, while no visit is under way: throws where the numbers of the tree contradict each other.
  void check() const;

 private:
  bool follow(const Game& game);
  void keep_raw_priors();
  void set_root_policy();
  void finish_game(Leaf& leaf);
  bool share_evaluation(Leaf& leaf);
  void back_up(Leaf& leaf, Outcome found);
  void take_back(Leaf& leaf);
  Outcome outcome(double value, double score) const;

  SearchSettings settings_;
  Rng rng_;  // for the noise
  Game root_;
  PointSet pointless_;
  mutable std::mutex mutex_;  // guards all below
  std::unique_ptr<Tree> tree_;
  std::unordered_map<uint64_t, const Node*> transpositions_;  // expanded nodes below the root
  std::vector<PolicyEntry> raw_priors_;  // the root's, as the evaluator gave them: legal moves, no noise
};

/// The move to play in earnest, also where the search saw so little that it cannot judge an end of the game
/// (policy only: one visit). As choose(), but
/// - a pass that ends the game (the opponent just passed) and wins is played at once;
/// - a pass that would lose if the opponent passes too is replaced by the best other move, as long as there
/// is
///   one and the board is not settled: under area scoring playing on costs nothing, and dead stones that
///   nobody captured count for their owner.
Point choose_to_play(const Search& search, float temperature, Rng& rng);

}  // namespace tengen::go
