// tengen-go bench: how fast the board, the planes and the networks are on this machine.
#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <time.h>

#include <tengen/apps/go/board/playout.h>
#include <tengen/apps/go/commands/commands.h>
#include <tengen/apps/go/commands/player_options.h>
#include <tengen/apps/go/net/evaluator.h>
#include <tengen/apps/go/net/planes.h>
#include <tengen/apps/go/search/player.h>
#include <tengen/apps/go/search/threads.h>
#include <tengen/tensor/parallel/parallel.h>

namespace tengen::go {
namespace {

using apps::number_from;

struct BenchOptions {
  std::vector<int> sizes{9, 19};
  std::vector<std::string> networks{"b4c32", "b6c64", "b6c96"};
  std::string file;
  std::vector<int> batches{1, 8, 16, 32, 64};
  std::vector<int> threads{1, 2};
  double seconds = 0.3;
  Device device = kCPU;
  bool cpu_time = false;
};

/// Seconds, of the clock or of this thread's processor time.
double now(const BenchOptions& options) {
  timespec time;
  clock_gettime(options.cpu_time ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &time);
  return double(time.tv_sec) + 1e-9 * double(time.tv_nsec);
}

/// Calls of body() a second, from the median of five samples.
template <class Body>
double rate(const BenchOptions& options, const Body& body) {
  body();
  std::vector<double> rates;
  for (int sample = 0; sample < 5; ++sample) {
    const double start = now(options);
    int64_t calls = 0;
    double passed = 0;
    do {
      body();
      ++calls;
      passed = now(options) - start;
    } while (passed < options.seconds / 5);
    rates.push_back(double(calls) / passed);
  }
  std::nth_element(rates.begin(), rates.begin() + 2, rates.end());
  return rates[2];
}

/// Positions from random games, of all lengths up to a full board.
std::vector<Game> positions(int size, int count) {
  std::vector<Game> games;
  Rng rng(1);
  for (int i = 0; i < count; ++i) {
    Game game(size);
    for (int move = 0; move < i * size * size / count && !game.is_over(); ++move)
      game.play_unchecked(random_move(game, rng));
    games.push_back(game);
  }
  return games;
}

void bench_board(int size, const BenchOptions& options) {
  for (Ko ko : {Ko::simple, Ko::positional}) {
    Rules rules;
    rules.ko = ko;
    Game game(size, rules);
    Rng rng(1);
    const double playouts = rate(options, [&] {
      game.restart();
      playout(game, rng);
    });
    std::printf(
        "%-46s %10.0f /s\n",
        detail::str(size, "x", size, " random games, ", ko == Ko::simple ? "simple ko" : "superko").c_str(),
        playouts);
  }
}

void bench_planes(int size, const BenchOptions& options) {
  const std::vector<Game> games = positions(size, 64);
  std::vector<float> planes(size_t(kPlanes * size * size));
  const auto report = [&](const char* what, const auto& body) {
    const double rounds = rate(options, [&] {
      for (const Game& game : games) body(game);
    });
    std::printf("%-46s %10.2f us\n", detail::str(size, "x", size, " ", what).c_str(),
                1e6 / (rounds * double(games.size())));
  };
  report("planes", [&](const Game& game) { encode(game, planes.data(), 3); });
  report("planes of AlphaGo Zero", [&](const Game& game) { encode17(game, planes.data(), 3); });
  uint64_t sum = 0;
  report("key of the cache", [&](const Game& game) { sum += evaluation_key(game); });
}

/// Evaluations a second with `threads` threads, each with a batch of its own.
double evaluations(const Network& network, int size, int batch, int threads, const BenchOptions& options) {
  NetEvaluator evaluator(network, {.max_batch = batch, .concurrency = threads});
  const std::vector<Game> games = positions(size, batch);
  double sum = 0;
  std::mutex mutex;
  Threads workers;
  for (int t = 0; t < threads; ++t) {
    workers.start([&](std::stop_token) {
      std::vector<Evaluation> results(games.size());
      std::vector<const Game*> in;
      std::vector<Evaluation*> out;
      for (size_t i = 0; i < games.size(); ++i) {
        in.push_back(&games[i]);
        out.push_back(&results[i]);
      }
      const double own = batch * rate(options, [&] { evaluator.evaluate(in, out); });
      std::lock_guard lock(mutex);
      sum += own;
    });
  }
  workers.join();
  return sum;
}

/// Visits a second of one tree: searches of 400 playouts from a position in the middle of a game.
void bench_search(const std::string& name, int size, const BenchOptions& options,
                  const std::function<std::shared_ptr<Evaluator>(int threads)>& make_evaluator) {
  constexpr int kPlayouts = 400, kLeaves = 8;
  BenchOptions clock = options;
  clock.cpu_time = false;  // this thread's time says nothing of the others'
  std::printf("%s, visits of a search:", name.c_str());
  for (int threads : options.threads) {
    Player player(make_evaluator(threads), SearchSettings{}, threads, kLeaves);
    const Game game = positions(size, 4)[1];
    const double searches = rate(clock, [&] {
      player.reset(SearchSettings{});
      player.set_position(game);
      player.think({.playouts = kPlayouts});
    });
    std::printf("  %d thread%s %.0f", threads, threads == 1 ? "" : "s", searches * kPlayouts);
    std::fflush(stdout);
  }
  std::printf(" /s\n");
}

void bench_network(const Network& network, int size, const BenchOptions& options) {
  network->to(options.device);
  const std::string name = detail::str(size, "x", size, " ", network->config().name());
  for (int threads : options.threads) {
    std::printf("%s, %d thread%s:", name.c_str(), threads, threads == 1 ? "" : "s");
    for (int batch : options.batches) {
      std::printf("  b%d %.0f", batch, evaluations(network, size, batch, threads, options));
      std::fflush(stdout);
    }
    std::printf(" /s\n");
  }
  bench_search(name, size, options, [&](int threads) {
    return std::make_shared<NetEvaluator>(network, EvaluatorSettings{.concurrency = threads});
  });
}

void run(const BenchOptions& options) {
  set_num_threads(1);
  for (int size : options.sizes) {
    bench_board(size, options);
    bench_planes(size, options);
    bench_search(detail::str(size, "x", size, " no network"), size, options,
                 [](int) { return std::make_shared<UniformEvaluator>(); });
    if (!options.file.empty()) {
      bench_network(load_network(options.file), size, options);
      continue;
    }
    for (const std::string& name : options.networks)
      bench_network(make_network(NetworkConfig::named(name)), size, options);
  }
}

}  // namespace

void add_bench_command(CLI::App& app) {
  const auto options = std::make_shared<BenchOptions>();
  CLI::App* command = app.add_subcommand("bench", "Measure board, planes and networks on this machine");
  command->add_option("--sizes", options->sizes, "Measure on boards of these sizes")
      ->check(number_from(kMinSize, kMaxSize))
      ->delimiter(',')
      ->capture_default_str();
  command->add_option("--networks", options->networks, "Measure networks of these kinds with random weights")
      ->delimiter(',')
      ->capture_default_str();
  command->add_option("--net", options->file, "Measure the network of this file instead [default: none]")
      ->type_name("FILE");
  command->add_option("--batches", options->batches, "Evaluate this many positions at once")
      ->check(number_from(1, 4096))
      ->delimiter(',')
      ->capture_default_str();
  command->add_option("--threads", options->threads, "Use this many threads, each with a batch of its own")
      ->check(number_from(1, 256))
      ->delimiter(',')
      ->capture_default_str();
  apps::add_number(*command, "--seconds", options->seconds, "Measure each number for this many seconds", 0.0);
  add_device_option(*command, options->device);
  command->add_flag("--cpu-time", options->cpu_time,
                    "Count processor time instead of the clock's, for a machine that is busy otherwise");
  command->callback([options] { run(*options); });
}

}  // namespace tengen::go
