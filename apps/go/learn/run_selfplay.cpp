// The role that plays: networks in, games out.
#include <algorithm>
#include <chrono>
#include <mutex>
#include <thread>

#include <tengen/apps/common/run.h>
#include <tengen/apps/go/learn/roles.h>
#include <tengen/apps/go/learn/run_state.h>
#include <tengen/apps/go/learn/selfplay.h>
#include <tengen/apps/go/net/evaluator.h>
#include <tengen/apps/go/search/threads.h>
#include <tengen/tensor/parallel/parallel.h>

namespace tengen::go {
namespace {

constexpr int kGamesPerThread = 32;

// What the threads play with; exchanged while they play.
struct Player {
  std::shared_ptr<NetEvaluator> evaluator;
  int64_t network = 0;
  double progress = 0;
};

class Players {
 public:
  Players(const Player& player, const RunSettings& settings, int threads, uint64_t seed) : player_(player) {
    for (int i = 0; i < threads; ++i) {
      threads_.start([this, &settings, thread_seed = seed + uint64_t(i)](const std::stop_token& stop) {
        run(stop, settings, thread_seed);
      });
    }
  }

  void set(const Player& player) {
    std::lock_guard lock(mutex_);
    player_ = player;
  }
  /// Throws when a thread failed, but not before the finished games were taken.
  std::vector<GameRecord> take_finished() {
    std::lock_guard lock(mutex_);
    if (finished_.empty()) threads_.check();
    return std::exchange(finished_, {});
  }
  // Ends the threads; returns the games that were still to be taken.
  std::vector<GameRecord> stop() {
    threads_.request_stop();
    threads_.wait();
    return take_finished();
  }

 private:
  void run(const std::stop_token& stop, const RunSettings& settings, uint64_t seed) {
    SelfPlay games(settings, kGamesPerThread, seed);
    std::vector<GameRecord> finished;
    for (;;) {
      Player player;
      {
        std::lock_guard lock(mutex_);
        player = player_;
        for (GameRecord& game : finished) finished_.push_back(std::move(game));
      }
      if (stop.stop_requested()) return;
      finished.clear();
      games.set_network(player.network);
      games.set_progress(player.progress);
      for (int i = 0; i < 16; ++i) games.step(*player.evaluator, finished);
    }
  }

  std::mutex mutex_;
  Player player_;                     // guarded by mutex_, like the next one
  std::vector<GameRecord> finished_;  //
  Threads threads_;                   // the last member: they use the others
};

}  // namespace

int run_selfplay(const RoleOptions& options) {
  using namespace std::chrono_literals;
  const auto store = Store::open(options.store);
  const RunSettings settings = read_settings(*store);
  set_num_threads(1);  // each thread runs the network for its own games

  EvaluatorSettings evaluator;
  evaluator.concurrency = options.threads;
  if (!options.device.is_cpu()) {
    // All threads share the device: few large batches, the next one being put together meanwhile.
    evaluator.concurrency = std::min(options.threads, 2);
    evaluator.max_batch = kGamesPerThread * options.threads;
  }
  Player player;
  std::unique_ptr<Players> players;
  while (!apps::stop_requested()) {
    player.progress = read_progress(*store);
    if (player.progress >= 1 || (settings.games > 0 && store->counts().games >= settings.games)) break;
    const auto newest = store->newest_network();
    if (newest && *newest != player.network) {
      player.network = *newest;
      const Network network =
          load_network_bytes(store->network(*newest).bytes, "network " + std::to_string(*newest));
      network->to(options.device);
      player.evaluator = std::make_shared<NetEvaluator>(network, evaluator);
    }
    if (player.evaluator) {
      if (players)
        players->set(player);
      else
        players = std::make_unique<Players>(player, settings, options.threads, options.drawn_seed());
      if (const auto games = players->take_finished(); !games.empty()) store->add_games(games);
    }
    std::this_thread::sleep_for(500ms);
  }
  if (players) store->add_games(players->stop());
  return 0;
}

}  // namespace tengen::go
