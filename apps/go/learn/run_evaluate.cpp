// The role that compares networks: matches, Elo, the gate.
#include <algorithm>
#include <chrono>
#include <map>
#include <thread>

#include <tengen/apps/common/run.h>
#include <tengen/apps/go/learn/elo.h>
#include <tengen/apps/go/learn/network_match.h>
#include <tengen/apps/go/learn/roles.h>
#include <tengen/apps/go/learn/run_state.h>
#include <tengen/apps/go/net/evaluator.h>
#include <tengen/tensor/parallel/parallel.h>

namespace tengen::go {
namespace {

NetEvaluator load_evaluator(Store& store, int64_t id, Device device) {
  const Network network = load_network_bytes(store.network(id).bytes, "network " + std::to_string(id));
  network->to(device);
  return NetEvaluator(network);
}

// Writes the Elo of every network that played into the store, the oldest one's being 0.
void update_elo(Store& store) {
  std::vector<int64_t> ids;
  const std::vector<MatchRow> matches = store.matches();
  for (const MatchRow& match : matches) {
    ids.push_back(match.candidate);
    ids.push_back(match.opponent);
  }
  std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  const auto index = [&](int64_t id) { return int(std::ranges::lower_bound(ids, id) - ids.begin()); };
  std::vector<PairResult> results;
  for (const MatchRow& m : matches) {
    results.push_back({index(m.candidate), index(m.opponent), double(m.wins) + 0.5 * double(m.draws),
                       double(m.wins + m.losses + m.draws)});
  }
  const std::vector<double> elo = fit_elo(int(ids.size()), results);
  for (size_t i = 0; i < ids.size(); ++i) store.set_elo(ids[i], elo[i]);
}

class Evaluations {
 public:
  Evaluations(Store& store, const RunSettings& settings, const RoleOptions& options)
      : store_(store), settings_(settings), device_(options.device), seed_(options.drawn_seed()) {}

  // The fraction of points that `candidate` won against `opponent`; nothing when it was stopped.
  std::optional<double> play(int64_t candidate, int64_t opponent, int64_t games) {
    NetworkMatchSettings match;
    match.size = board_sizes(settings_).back();
    match.rules = rules_of(settings_);
    match.games = int(games);
    match.visits = int(settings_.evaluation_visits);
    match.search.ownership = false;
    match.search.c_puct = float(settings_.c_puct);
    match.search.score_weight = float(settings_.score_weight);
    match.seed = seed_++;
    NetEvaluator first = load_evaluator(store_, candidate, device_);
    NetEvaluator second = load_evaluator(store_, opponent, device_);
    const NetworkMatchResult result = play_networks(first, second, match, apps::stop_requested);
    if (apps::stop_requested()) return std::nullopt;
    store_.add_match({.candidate = candidate,
                      .opponent = opponent,
                      .visits = match.visits,
                      .wins = result.wins,
                      .losses = result.losses,
                      .draws = result.draws});
    update_elo(store_);
    return result.points() / result.played();
  }

 private:
  Store& store_;
  const RunSettings& settings_;
  Device device_;
  uint64_t seed_;
};

// The networks that took part in matches as candidates or are the first one, oldest first.
std::vector<int64_t> evaluated(Store& store, int64_t first) {
  std::vector<int64_t> ids{first};
  for (const MatchRow& match : store.matches()) ids.push_back(match.candidate);
  return ids;
}

}  // namespace

int run_evaluate(const RoleOptions& options) {
  using namespace std::chrono_literals;
  using Clock = std::chrono::steady_clock;
  const auto store = Store::open(options.store);
  const RunSettings settings = read_settings(*store);
  set_num_threads(options.threads);
  Evaluations evaluations(*store, settings, options);

  Clock::time_point last = Clock::now();
  while (!apps::stop_requested()) {
    const bool over = read_progress(*store) >= 1;
    const auto newest = store->newest_network(/*accepted_only=*/false);
    const bool gated = settings.gate > 0;
    const bool due = over || gated || Clock::now() - last > settings.evaluation_minutes * 60s;
    if (newest && due) {
      last = Clock::now();
      if (gated) {
        const auto accepted = store->newest_network();
        if (accepted && *accepted < *newest) {
          const auto won = evaluations.play(*newest, *accepted, settings.evaluation_games);
          if (won && *won >= settings.gate) store->accept(*newest);
        }
      } else {
        // Against the last two, so that one unlucky match does not bend the curve.
        std::vector<int64_t> earlier = evaluated(*store, store->networks().front().id);
        if (earlier.back() < *newest) {
          const size_t opponents = std::min<size_t>(2, earlier.size());
          for (size_t i = 1; i <= opponents; ++i)
            evaluations.play(*newest, earlier[earlier.size() - i],
                             settings.evaluation_games / int64_t(opponents));
        }
      }
    }
    if (over) break;
    std::this_thread::sleep_for(1s);
  }
  return 0;
}

}  // namespace tengen::go
