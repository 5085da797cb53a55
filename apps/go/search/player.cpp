#include <tengen/apps/go/search/player.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <climits>

#include <tengen/apps/common/stopwatch.h>
#include <tengen/tensor/error.h>

namespace tengen::go {
namespace {

using apps::seconds_since;

using Time = std::chrono::steady_clock;

}  // namespace

/// One call of think(): what its threads share.
struct Player::ThinkCall {
  int playouts;               // that may be begun
  std::atomic<int> begun{0};  // and not given up
  std::atomic<bool> stop{false};
  std::mutex mutex;
  std::exception_ptr failed;  // the first failure

  void fail(std::exception_ptr failure) {
    const std::lock_guard lock(mutex);
    if (!failed) failed = failure;
    stop = true;
  }
};

/// One thread's batch.
struct Player::Worker {
  std::vector<Search::Leaf> leaves;
  std::vector<Evaluation> evaluations;
  std::vector<const Game*> games;
  std::vector<Evaluation*> results;

  explicit Worker(int batch) : leaves(batch), evaluations(batch) {
    for (const Search::Leaf& leaf : leaves) games.push_back(&leaf.game);
    for (Evaluation& evaluation : evaluations) results.push_back(&evaluation);
  }

  /// Gathers leaves until one is taken already, evaluates and finishes them. Returns visits made.
  int step(Search& search, Evaluator& evaluator, ThinkCall& run) {
    const int most = std::min(int(leaves.size()), 1 + search.visits() / kVisitsPerLeaf);
    int gathered = 0, done = 0;
    while (gathered < most && gathered + done < kStep && !run.stop) {
      if (run.begun.fetch_add(1) >= run.playouts) {
        --run.begun;
        break;
      }
      const Search::Step step = search.begin(leaves[gathered]);
      if (step == Search::Step::collision) {
        --run.begun;
        break;
      }
      ++(step == Search::Step::evaluate ? gathered : done);
    }
    if (gathered == 0) return done;
    try {
      evaluator.evaluate({games.data(), size_t(gathered)}, {results.data(), size_t(gathered)});
    } catch (...) {
      for (int i = 0; i < gathered; ++i) search.cancel(leaves[i]);
      throw;
    }
    for (int i = 0; i < gathered; ++i) search.finish(leaves[i], evaluations[i]);
    return gathered + done;
  }

  static constexpr int kStep = 1024;         // visits between two looks at the clock
  static constexpr int kVisitsPerLeaf = 64;  // in the tree, for each leaf after the first that is gathered
};

Player::Player(std::shared_ptr<Evaluator> evaluator, const SearchSettings& settings, int threads,
               int leaves_per_batch, uint64_t seed)
    : evaluator_(std::move(evaluator)), seed_(seed), rng_(seed + 1) {
  TENGEN_CHECK(evaluator_ != nullptr, "a player needs an evaluator");
  TENGEN_CHECK(threads >= 1 && threads <= 1024, "search threads ", threads, ": expected 1 to 1024");
  TENGEN_CHECK(leaves_per_batch >= 1 && leaves_per_batch <= 4096, "leaves per batch ", leaves_per_batch,
               ": expected 1 to 4096");
  for (int i = 0; i < threads; ++i) workers_.push_back(std::make_unique<Worker>(leaves_per_batch));
  reset(settings);
}

Player::~Player() = default;

void Player::set_position(const Game& game) {
  stop_pondering();
  search_->set_root(game);
}

void Player::reset(const SearchSettings& settings) {
  stop_pondering();
  const Game game = search_ ? search_->root() : Game();
  search_ = std::make_unique<Search>(settings, seed_);
  search_->set_root(game);
}

void Player::think(const Limits& limits, std::stop_token stop, const Report& report) {
  stop_pondering();
  run(limits, std::move(stop), report);
}

void Player::run(const Limits& limits, std::stop_token stop, const Report& report) {
  const int before = search_->visits();
  ThinkCall run;
  run.playouts = kMaxVisits - before;
  if (limits.visits > 0) run.playouts = std::min(run.playouts, limits.visits - before);
  if (limits.playouts > 0) run.playouts = std::min(run.playouts, limits.playouts);
  if (before == 0) run.playouts = std::max(run.playouts, 1);

  const auto start = Time::now();
  const auto work = [&](Worker& worker) {
    try {
      while (!run.stop && run.begun < run.playouts) {
        if (worker.step(*search_, *evaluator_, run) == 0)
          std::this_thread::sleep_for(std::chrono::microseconds(20));
      }
    } catch (...) {
      run.fail(std::current_exception());
    }
  };
  // The playouts that are left, or fewer where the remaining time does not allow them.
  const auto left = [&] {
    const int made = search_->visits() - before;
    double playouts = run.playouts - made;
    if (limits.seconds > 0) {
      const double spent = seconds_since(start);
      playouts = std::min(playouts, made / std::max(spent, 1e-6) * std::max(limits.seconds - spent, 0.0));
    }
    return int(std::max(playouts, 0.0));
  };

  Threads helpers;
  try {
    Worker& own = *workers_[0];
    if (before == 0 && run.playouts > 0)
      own.step(*search_, *evaluator_, run);  // the root, before anybody else
    for (size_t i = 1; i < workers_.size(); ++i)
      helpers.start([&, i](std::stop_token) { work(*workers_[i]); });
    double next_report = report.seconds;
    while (!run.stop && run.begun < run.playouts) {
      const double spent = seconds_since(start);
      if (stop.stop_requested() || (limits.seconds > 0 && spent >= limits.seconds)) break;
      if (limits.early_stop && search_->decided(left())) break;
      if (report.call && spent >= next_report) {
        report.call(*search_);
        next_report = seconds_since(start) + report.seconds;
      }
      if (own.step(*search_, *evaluator_, run) == 0)
        std::this_thread::sleep_for(std::chrono::microseconds(20));
    }
    if (run.begun < run.playouts) run.stop = true;
  } catch (...) {
    run.fail(std::current_exception());
  }
  helpers.join();
  if (run.failed) std::rethrow_exception(run.failed);
}

void Player::start_pondering(const Limits& limits) {
  stop_pondering();
  auto ponderer = std::make_unique<Threads>();
  ponderer->start([this, limits](std::stop_token stop) { run(limits, std::move(stop), {}); });
  ponderer_ = std::move(ponderer);
}

void Player::stop_pondering() {
  if (!ponderer_) return;
  const std::unique_ptr<Threads> ponderer = std::move(ponderer_);
  ponderer->request_stop();
  ponderer->join();
}

}  // namespace tengen::go
