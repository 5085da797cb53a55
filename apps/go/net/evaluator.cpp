#include <tengen/apps/go/net/evaluator.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

#include <tengen/apps/go/board/zobrist.h>
#include <tengen/apps/go/net/inference.h>
#include <tengen/apps/go/net/symmetry.h>
#include <tengen/cuda/runtime/stream.h>
#include <tengen/tensor/parallel/parallel.h>

namespace tengen::go {

using Symmetry = EvaluatorSettings::Symmetry;

/// What one batch needs; kept and reused.
struct NetEvaluator::Workspace {
  Workspace(const Network& network, int max_positions) : inference(network, max_positions) {}

  std::vector<Item> batch;      // boards of one size
  std::vector<int> symmetries;  // of the inputs
  Inference inference;
};

NetEvaluator::NetEvaluator(const Network& network, const EvaluatorSettings& settings)
    : network_(copy_network(*network)), settings_(settings), cache_(settings.cache_size) {
  TENGEN_CHECK(settings.max_batch >= 1, "evaluator: max_batch ", settings.max_batch, ", expected 1 or more");
  TENGEN_CHECK(settings.concurrency >= 1, "evaluator: concurrency ", settings.concurrency,
               ", expected 1 or more");
  network_->eval();
  network_->fold();
  // The workspaces have streams of their own. (Waiting for the whole device would disturb others that
  // record.)
  if (network_->device().is_cuda()) cuda::getCurrentCUDAStream().synchronize();
  for (int i = 0; i < settings.concurrency; ++i)
    idle_.push_back(std::make_unique<Workspace>(network_, std::max(kSymmetries, settings.max_batch)));
}

NetEvaluator::~NetEvaluator() = default;

void NetEvaluator::evaluate(std::span<const Game* const> games, std::span<Evaluation* const> out) {
  TENGEN_CHECK(games.size() == out.size(), "evaluator: ", games.size(), " games, but ", out.size(),
               " places for evaluations");
  for (const Game* game : games)
    TENGEN_CHECK(network_->takes(game->size()), "evaluator: the network is for boards of size ",
                 config().size, ", the position's size is ", game->size());

  thread_local std::vector<Item> missing;
  missing.clear();
  Request request;
  for (size_t i = 0; i < games.size(); ++i) {
    const uint64_t key = settings_.cache_size > 0 ? evaluation_key(*games[i]) : 0;
    if (cache_.find(key, games[i]->board().points(), *out[i]))
      ++cache_hits_;
    else
      missing.push_back({games[i], out[i], key, &request});
  }
  if (missing.empty()) return;
  request.left = int(missing.size());

  // Under one lock: positions are added and, where a place is free, taken, so that no other call gets them.
  std::unique_lock lock(mutex_);
  waiting_.insert(waiting_.end(), missing.begin(), missing.end());
  while (request.left > 0) {
    if (waiting_.empty() || idle_.empty()) {
      changed_.wait(lock);
      continue;
    }
    std::unique_ptr<Workspace> work = std::move(idle_.back());
    idle_.pop_back();
    take_batch(work->batch);
    lock.unlock();
    std::exception_ptr error;
    try {
      run(*work);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    for (const Item& item : work->batch) {
      --item.request->left;
      if (error) item.request->error = error;
    }
    idle_.push_back(std::move(work));
    changed_.notify_all();
  }
  if (request.error) std::rethrow_exception(request.error);
}

/// Moves waiting positions on boards of one size, as many as fit.
void NetEvaluator::take_batch(std::vector<Item>& batch) {
  const int each = settings_.symmetry == Symmetry::average ? kSymmetries : 1;
  const size_t most = size_t(std::max(1, settings_.max_batch / each));
  const int size = waiting_.front().game->size();
  batch.clear();
  std::erase_if(waiting_, [&](const Item& item) {
    if (batch.size() == most || item.game->size() != size) return false;
    batch.push_back(item);
    return true;
  });
}

/// Beyond the komi that the network learned it judges the nearest that it knows; what differs is counted, and
/// what no area can make up for is certain.
void NetEvaluator::correct_for_komi(const Game& game, Evaluation& out) const {
  const double komi = game.compensation(), extra = komi - network_->learned().shown_komi(komi);
  const double sign = game.to_move() == Color::white ? 1 : -1;
  if (extra != 0) {
    constexpr double kPerPoint =
        0.15;  // of the value, as an angle: two thirds of a win rate of 3:1 at ten points
    const double angle = std::atanh(std::clamp(double(out.value), -0.9999, 0.9999));
    out.value = float(std::tanh(angle + kPerPoint * sign * extra));
    out.score += float(sign * extra);
  }
  if (std::abs(komi) > game.board().points()) out.value = float(komi > 0 ? sign : -sign);
}

/// Once, on standard error.
void NetEvaluator::say_what_it_knows(const Rules& rules) {
  const LearnedRules& learned = network_->learned();
  if (learned.knows(rules) || said_.exchange(true)) return;
  std::fprintf(stderr,
               "tengen-go: note: the network did not learn these rules (%s): it judges positions as with%s "
               "suicide and %s\n",
               describe(rules).c_str(), learned.shown_suicide(rules) ? "" : "out",
               learned.shown_superko(rules) ? "superko" : "simple ko");
}

void NetEvaluator::run(Workspace& work) {
  std::optional<SerialGuard> alone;
  if (settings_.concurrency > 1) alone.emplace();

  const bool average = settings_.symmetry == Symmetry::average;
  const int each = average ? kSymmetries : 1;
  const int count = int(work.batch.size()), inputs = count * each;
  const int size = work.batch[0].game->size(), points = size * size;
  const int64_t numbers = int64_t(network_->planes()) * points;  // of one input
  float* planes = work.inference.planes(inputs, size);

  work.symmetries.resize(size_t(inputs));
  for (int i = 0; i < inputs; ++i) {
    int& symmetry = work.symmetries[size_t(i)];
    symmetry = average                                  ? i % kSymmetries
               : settings_.symmetry == Symmetry::random ? int(zobrist::mix(settings_.seed + drawn_++) >> 61)
                                                        : 0;
    if (i % each == 0) say_what_it_knows(work.batch[size_t(i / each)].game->rules());
    network_->encode(*work.batch[size_t(i / each)].game, planes + i * numbers, symmetry);
  }

  const Inference::Answers answers = work.inference.run();

  for (int i = 0; i < count; ++i) {
    const Item& item = work.batch[size_t(i)];
    Evaluation& out = *item.out;
    out.value = out.score = 0;
    std::fill_n(out.policy.begin(), points + 1, 0.0f);
    std::fill_n(out.ownership.begin(), points, 0.0f);
    const float weight = 1.0f / float(each);
    for (int j = i * each; j < (i + 1) * each; ++j) {
      const auto map = symmetry_map(work.symmetries[size_t(j)], size);  // from the position to the input
      const float* log_p = answers.rows + j * answers.width;
      const float* next = log_p + points + 1;
      out.value += weight * *next++;
      if (answers.has_score) out.score += weight * *next++;
      for (int p = 0; p <= points; ++p)
        out.policy[p] += average ? weight * std::exp(log_p[map[p]]) : log_p[map[p]];
      if (!answers.has_ownership) continue;
      for (int p = 0; p < points; ++p) out.ownership[p] += weight * next[map[p]];
    }
    if (average)
      for (int p = 0; p <= points; ++p) out.policy[p] = std::log(std::max(out.policy[p], 1e-30f));
    correct_for_komi(*item.game, out);
    cache_.store(item.key, points, out);
  }
  positions_ += count;
  ++batches_;
  graph_batches_ += answers.from_graph;
}

}  // namespace tengen::go
