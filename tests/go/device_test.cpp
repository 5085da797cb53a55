// --device: the evaluator, the learner and a game on the CUDA device say what they say on the CPU.
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <span>
#include <thread>

#include <doctest/doctest.h>

#include <tengen/apps/common/device.h>
#include <tengen/apps/go/learn/learner.h>
#include <tengen/apps/go/learn/run_state.h>
#include <tengen/apps/go/net/evaluator.h>
#include <tengen/apps/go/net/inference.h>
#include <tengen/apps/go/play/load_evaluator.h>
#include <tengen/apps/go/play/process.h>
#include <tengen/tensor/cuda.h>

#include "gtp_fixture.h"
#include "net_positions.h"

using namespace tengen;
using namespace net_test;
using Symmetry = EvaluatorSettings::Symmetry;

namespace {

bool no_device() {
  if (cuda::is_available()) return false;
  MESSAGE("no CUDA device: not checked");
  return true;
}

Network test_network(const char* name) {
  manual_seed(11);
  Network network = make_network(NetworkConfig::named(name));
  randomize(*network);
  network->eval();
  return network;
}

std::vector<Evaluation> evaluate(NetEvaluator& evaluator, std::span<const Game> games) {
  std::vector<Evaluation> answers(games.size());
  std::vector<const Game*> in;
  std::vector<Evaluation*> out;
  for (size_t i = 0; i < games.size(); ++i) {
    in.push_back(&games[i]);
    out.push_back(&answers[i]);
  }
  evaluator.evaluate(in, out);
  return answers;
}

void check_near(std::span<const Evaluation> found, std::span<const Evaluation> expected, int points) {
  const auto near = [](float x, float y) { return std::abs(x - y) <= 1e-3f * (1 + std::abs(x)); };
  REQUIRE(found.size() == expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    const Evaluation &a = found[i], &b = expected[i];
    CHECK(near(a.value, b.value));
    CHECK(near(a.score, b.score));
    CHECK(std::equal(a.policy.begin(), a.policy.begin() + points + 1, b.policy.begin(), near));
    CHECK(std::equal(a.ownership.begin(), a.ownership.begin() + points, b.ownership.begin(), near));
  }
}

// The exit status of tengen-go, and what it printed.
int run_program(const std::string& arguments, const TemporaryFolder& folder, std::string& text) {
  const std::string command = std::string("'") + TENGEN_GO_PROGRAM + "' " + arguments + " > '" +
                              folder / "text" + "' 2>&1 < /dev/null";
  const int status = std::system(command.c_str());
  text = folder.read("text");
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("device: a wrong name ends every command before it begins") {
  const TemporaryFolder folder;
  for (const char* command : {"gtp", "analyze", "bench", "match --black uniform --white uniform",
                              "train --run /nonexistent/run", "selfplay --store /nonexistent/store",
                              "learn --store /nonexistent/store", "evaluate --store /nonexistent/store"}) {
    CAPTURE(command);
    std::string text;
    CHECK(run_program(std::string(command) + " --device nonsense", folder, text) == 2);
    CHECK(contains(text, "--device nonsense: device: found 'nonsense', expected cpu, cuda or cuda:N"));
    if (cuda::is_available()) continue;
    CHECK(run_program(std::string(command) + " --device cuda", folder, text) == 2);
    CHECK(contains(text, "CUDA"));
  }
}

TEST_CASE("evaluator on the CUDA device") {
  if (no_device()) return;
  for (const char* name : {"b2c8", "alphago-zero-b1c8-5x5"}) {
    CAPTURE(name);
    const Network network = test_network(name), moved = copy_network(*network);
    moved->to(Device(kCUDA));
    CHECK(moved->device() == Device(kCUDA, 0));
    CHECK(copy_network(*moved)->device() == moved->device());
    CHECK(save_network_bytes(*moved) == save_network_bytes(*network));
    std::vector<Game> games;
    for (uint64_t seed : {1, 2, 3}) games.push_back(random_game(5, 10, seed));
    for (const Symmetry symmetry : {Symmetry::none, Symmetry::average}) {
      const EvaluatorSettings settings{.symmetry = symmetry, .max_batch = 16};
      NetEvaluator here(network, settings), there(moved, settings);
      check_near(evaluate(there, games), evaluate(here, games), 25);
      CHECK(here.graph_batches() == 0);
      CHECK(there.graph_batches() == there.batches());
    }
  }
}

TEST_CASE("evaluator on the CUDA device: graphs for batches and boards of several sizes") {
  if (no_device()) return;
  const Network network = test_network("b2c8"), moved = copy_network(*network);
  moved->to(Device(kCUDA));
  const EvaluatorSettings settings{.symmetry = Symmetry::none, .max_batch = 11};
  std::vector<Game> games[2];
  for (uint64_t seed = 1; seed <= 11; ++seed) {
    games[0].push_back(random_game(5, 10, seed));
    games[1].push_back(random_game(4, 6, seed));
  }
  const auto expected = [&](const Network& network) {
    NetEvaluator evaluator(network, settings);
    return std::array{evaluate(evaluator, games[0]), evaluate(evaluator, games[1])};
  };
  const auto check = [&](NetEvaluator& evaluator, const auto& expected,
                         std::initializer_list<size_t> counts) {
    for (const size_t count : counts) {
      CAPTURE(count);
      for (size_t k : {0, 1})  // the last `count`, so that no row keeps what it held
        check_near(evaluate(evaluator, std::span(games[k]).last(count)), std::span(expected[k]).last(count),
                   k ? 16 : 25);
    }
    CHECK(evaluator.graph_batches() == evaluator.batches());
  };
  const auto first = expected(network);
  NetEvaluator before(moved, settings);
  check(before, first, {1, 5, 11, 3, 4, 1, 5, 11, 2});

  // A network that has learned goes to an evaluator of its own.
  randomize(*network);
  moved->load_state_dict(network->state_dict());
  const auto second = expected(network);
  float change = 0;
  for (size_t p = 0; p < 25; ++p)
    change = std::max(change, std::abs(second[0][0].ownership[p] - first[0][0].ownership[p]));
  CHECK(change > 0.02f);  // far more than check_near() lets pass
  NetEvaluator after(moved, settings);
  check(after, second, {3, 11, 3});
  check(before, first, {5, 1});
}

// A network that waits for the device, which cannot be recorded.
struct WaitingNetwork : NetworkImpl {
  WaitingNetwork() : NetworkImpl({}) { scale = register_parameter("scale", full({1}, 2.0)); }
  int planes() const override { return 1; }
  void encode(const Game&, float*, int) const override {}
  NetworkOutput forward(const Tensor& planes) override {
    const float factor = scale.item<float>();
    const Tensor flat = planes.flatten(1) * factor;
    return {.policy = cat({flat, flat.sum(1, true)}, 1),
            .value = flat.sum(1),
            .score = {},
            .ownership = {},
            .reply = {}};
  }
  Tensor scale;
};

TEST_CASE("inference on the CUDA device: a network that cannot be recorded is computed as it comes") {
  if (no_device()) return;
  const auto network = std::make_shared<WaitingNetwork>();
  network->to(Device(kCUDA));
  Inference inference(network, 8);
  for (const int positions : {3, 8, 3, 1}) {
    float* planes = inference.planes(positions, 2);
    for (int i = 0; i < 4 * positions; ++i) planes[i] = float(i);
    const Inference::Answers answers = inference.run();
    CHECK_FALSE(answers.from_graph);
    CHECK(answers.width == 6);
    for (int i = 0; i < positions; ++i) {
      CHECK(answers.rows[6 * i + 3] == float(2 * (4 * i + 3)));
      CHECK(answers.rows[6 * i + 5] == float(2 * (16 * i + 6)));  // value
    }
  }
}

TEST_CASE("evaluator on the CUDA device: several threads") {
  if (no_device()) return;
  const Network network = test_network("b1c8"), moved = copy_network(*network);
  moved->to(Device(kCUDA));
  std::vector<Game> games;
  for (uint64_t seed : {1, 2, 3, 4}) games.push_back(random_game(5, 10, seed));
  NetEvaluator here(network, {.symmetry = Symmetry::none});
  NetEvaluator there(moved, {.symmetry = Symmetry::none, .max_batch = 4, .concurrency = 2});
  const auto expected = evaluate(here, games);
  std::vector<std::vector<Evaluation>> answers(12);
  std::vector<std::thread> threads;
  for (size_t t : {0, 1, 2})
    threads.emplace_back([&, t] {
      for (size_t i = t; i < answers.size(); i += 3)
        answers[i] = evaluate(there, std::span(games).first(1 + i % 4));
    });
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < answers.size(); ++i)
    check_near(answers[i], std::span(expected).first(1 + i % 4), 25);
  CHECK(there.graph_batches() == there.batches());
}

TEST_CASE("learner on the CUDA device, going on where another device stopped") {
  if (no_device()) return;
  RunSettings settings;
  settings.sizes = "5";
  settings.net = "b1c8";
  settings.random_games = 4;
  settings.batch = 50;  // two steps
  settings.hours = 1e-9;
  std::vector<std::vector<MetricsRow>> metrics;
  for (const auto& [first, second] :
       {std::pair(kCPU, kCPU), std::pair(kCUDA, kCPU), std::pair(kCPU, kCUDA)}) {
    const TemporaryFolder folder;
    const auto store = Store::open(folder / "games.db", Store::Open::create);
    begin_run(*store, settings);
    Learner(*store, first).run();
    const auto weights = [&] {
      return load_network_bytes(store->network(store->networks().back().id).bytes, "test")->state_dict();
    };
    const auto written = weights();
    CHECK(store->networks().back().step == 2);
    metrics.push_back(store->metrics());
    Learner(*store, second).run();  // restores, learns nothing, writes the same
    CHECK(store->networks().back().step == 2);
    const auto again = weights();
    REQUIRE(again.size() == written.size());
    for (const auto& item : written) CHECK(torch::equal(again[item.key()], item.value()));
  }
  REQUIRE(metrics[0].size() == 1);
  for (const auto& rows : metrics) {
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].loss == doctest::Approx(metrics[0][0].loss).epsilon(1e-3));
    CHECK(rows[0].policy == doctest::Approx(metrics[0][0].policy).epsilon(1e-3));
    CHECK(rows[0].ownership == doctest::Approx(metrics[0][0].ownership).epsilon(1e-3));
  }
  CHECK(metrics[2][0].loss == metrics[0][0].loss);  // the same two steps on the CPU
}

TEST_CASE("gtp on the CUDA device") {
  if (no_device()) return;
  const TemporaryFolder folder;
  save_network(folder / "net.safetensors", *test_network("b1c8"));
  const auto move_on = [&](Device device) {
    EvaluatorOptions options;
    options.net = folder / "net.safetensors";
    options.symmetry = "none";
    options.device = device;
    GtpSettings settings;
    settings.size = 5;
    settings.limits.visits = 8;
    return gtp_last("genmove b\n", settings, load_evaluator(options));
  };
  const std::string move = move_on(kCUDA);
  CHECK(move.starts_with("= "));
  CHECK(move == move_on(kCPU));
}
