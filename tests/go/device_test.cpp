// --device: the evaluator, the learner and a game on the CUDA device say what they say on the CPU.
#include <doctest/doctest.h>

#include <tengen/apps/common/device.h>
#include <tengen/apps/go/learn/learner.h>
#include <tengen/apps/go/learn/run_state.h>
#include <tengen/apps/go/net/evaluator.h>
#include <tengen/apps/go/play/load_evaluator.h>
#include <tengen/apps/go/play/process.h>
#include <tengen/tensor/cuda.h>

#include <sys/wait.h>

#include <cmath>
#include <cstdlib>

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
  randomise(*network);
  network->eval();
  return network;
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
      std::vector<Evaluation> answers[2];
      for (size_t k : {0, 1}) {
        NetEvaluator evaluator(k ? moved : network, {.symmetry = symmetry, .max_batch = 16});
        answers[k].resize(games.size());
        std::vector<const Game*> in;
        std::vector<Evaluation*> out;
        for (size_t i = 0; i < games.size(); ++i) {
          in.push_back(&games[i]);
          out.push_back(&answers[k][i]);
        }
        evaluator.evaluate(in, out);
      }
      const auto near = [](float x, float y) { return std::abs(x - y) <= 1e-3f * (1 + std::abs(x)); };
      for (size_t i = 0; i < games.size(); ++i) {
        const Evaluation &a = answers[0][i], &b = answers[1][i];
        CHECK(near(a.value, b.value));
        CHECK(near(a.score, b.score));
        CHECK(std::equal(a.policy.begin(), a.policy.begin() + 26, b.policy.begin(), near));
        CHECK(std::equal(a.ownership.begin(), a.ownership.begin() + 25, b.ownership.begin(), near));
      }
    }
  }
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
