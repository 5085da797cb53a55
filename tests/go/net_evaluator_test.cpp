// The network as an evaluator: symmetries, cache, several threads.
#include <algorithm>
#include <thread>

#include <doctest/doctest.h>

#include <tengen/apps/go/net/evaluator.h>
#include <tengen/apps/go/net/symmetry.h>

#include "../temporary.h"
#include "net_positions.h"

using namespace net_test;
using tengen::manual_seed;
using tengen::Tensor;
using Symmetry = EvaluatorSettings::Symmetry;

namespace {

Network test_network(const char* name = "b2c16") {
  manual_seed(11);
  Network network = make_network(NetworkConfig::named(name));
  randomize(*network);
  network->eval();
  return network;
}

std::vector<Evaluation> evaluate(Evaluator& evaluator, const std::vector<Game>& games) {
  std::vector<Evaluation> result(games.size());
  std::vector<const Game*> in;
  std::vector<Evaluation*> out;
  for (size_t i = 0; i < games.size(); ++i) {
    in.push_back(&games[i]);
    out.push_back(&result[i]);
  }
  evaluator.evaluate(in, out);
  return result;
}

/// What the network says of a position turned by a symmetry, turned back.
Evaluation straight(const Network& network, const Game& game, int symmetry) {
  tengen::NoGradGuard guard;
  const int size = game.size(), points = size * size;
  Tensor planes = tengen::empty({1, network->planes(), size, size});
  network->encode(game, planes.data_ptr<float>(), symmetry);
  const auto out = network->forward(planes);
  Evaluation result{};
  result.value = out.value.item<float>();
  result.score = out.score.defined() ? out.score.item<float>() : 0;
  for (Point p = 0; p <= points; ++p)
    result.policy[p] = out.policy[0][apply(symmetry, p, size)].item<float>();
  for (Point p = 0; p < points && out.ownership.defined(); ++p)
    result.ownership[p] = out.ownership[0][apply(symmetry, p, size)].item<float>();
  return result;
}

bool close(const Evaluation& a, const Evaluation& b, int points) {
  const auto near = [](float x, float y) { return std::abs(x - y) <= 1e-4f * (1 + std::abs(x)); };
  return near(a.value, b.value) && near(a.score, b.score) &&
         std::equal(a.policy.begin(), a.policy.begin() + points + 1, b.policy.begin(), near) &&
         std::equal(a.ownership.begin(), a.ownership.begin() + points, b.ownership.begin(), near);
}
bool same(const Evaluation& a, const Evaluation& b, int points) {
  return a.value == b.value && a.score == b.score &&
         std::equal(a.policy.begin(), a.policy.begin() + points + 1, b.policy.begin()) &&
         std::equal(a.ownership.begin(), a.ownership.begin() + points, b.ownership.begin());
}

}  // namespace

TEST_CASE("evaluator: answers are the network's, for boards of several sizes in one call") {
  const Network network = test_network();
  NetEvaluator evaluator(network, {.symmetry = Symmetry::none, .max_batch = 4});
  std::vector<Game> games;
  for (int size : {5, 9, 5, 19, 9, 5, 5, 5, 5})
    games.push_back(random_game(size, size * size / 2, games.size() + 1));
  const auto got = evaluate(evaluator, games);
  for (size_t i = 0; i < games.size(); ++i)
    CHECK(close(got[i], straight(network, games[i], 0), games[i].board().points()));
  CHECK(evaluator.positions() == 9);
  CHECK(evaluator.batches() == 4);  // of 4, 2, 1 and 2
  CHECK(evaluator.cache_hits() == 0);
  evaluator.evaluate({}, {});
}

TEST_CASE("evaluator: AlphaGo Zero's network, and the size that it is made for") {
  const Network network = test_network("alphago-zero-b2c16-5x5");
  NetEvaluator evaluator(network, {.symmetry = Symmetry::none});
  const auto games = random_games(5, 6);
  const auto got = evaluate(evaluator, games);
  for (size_t i = 0; i < games.size(); ++i) CHECK(close(got[i], straight(network, games[i], 0), 25));
  CHECK(error_of([&] { evaluate(evaluator, random_games(9, 1)); }) ==
        "evaluator: the network is for boards of size 5, the position's size is 9");
}

TEST_CASE("evaluator: random symmetries are all drawn, and their answers turned back") {
  const Network network = test_network();
  NetEvaluator evaluator(network, {.symmetry = Symmetry::random, .max_batch = 100});
  const Game game = random_game(9, 30, 3);
  std::vector<Evaluation> possible;
  for (int s = 0; s < kSymmetries; ++s) possible.push_back(straight(network, game, s));
  CHECK_FALSE(close(possible[0], possible[1], 81));  // the network itself is not symmetric
  std::vector<int> counts(kSymmetries, 0);
  for (const Evaluation& got : evaluate(evaluator, std::vector<Game>(100, game))) {
    int matches = 0;
    for (int s = 0; s < kSymmetries; ++s) {
      if (!close(got, possible[size_t(s)], 81)) continue;
      ++counts[size_t(s)];
      ++matches;
    }
    CHECK(matches == 1);
  }
  for (int count : counts) CHECK(count >= 3);
}

TEST_CASE("evaluator: the average of all symmetries does not change when the board is turned") {
  const Network network = test_network();
  NetEvaluator evaluator(network, {.symmetry = Symmetry::average, .max_batch = 20});
  const Game game = random_game(9, 20, 4);
  std::vector<Game> games;
  for (int s = 0; s < kSymmetries; ++s) {
    Game turned(9);
    for (const Move& move : game.moves()) turned.play(move.color, apply(s, move.point, 9));
    games.push_back(turned);
  }
  const auto got = evaluate(evaluator, games);
  double value = 0, pass = 0;
  for (int s = 0; s < kSymmetries; ++s) {
    const Evaluation one = straight(network, game, s);
    value += one.value / 8;
    pass += std::exp(one.policy[81]) / 8;
  }
  CHECK(got[0].value == doctest::Approx(value));
  CHECK(std::exp(got[0].policy[81]) == doctest::Approx(pass));
  for (int s = 0; s < kSymmetries; ++s) {
    Evaluation turned = got[0];
    transform_policy(s, 9, got[0].policy.data(), turned.policy.data());
    transform_ownership(s, 9, got[0].ownership.data(), turned.ownership.data());
    CHECK(close(got[size_t(s)], turned, 81));
  }
}

TEST_CASE("evaluator: the original network may go on learning") {
  const Network network = test_network();
  NetEvaluator evaluator(network, {.symmetry = Symmetry::none});
  const auto games = random_games(5, 3);
  const auto before = evaluate(evaluator, games);
  {
    tengen::NoGradGuard guard;
    for (Tensor p : network->parameters()) p.mul_(1.5);
  }
  const auto after = evaluate(evaluator, games);
  for (size_t i = 0; i < games.size(); ++i) CHECK(same(before[i], after[i], 25));
}

TEST_CASE(
    "evaluator: cached positions get the same answer without the network; what differs is not mixed up") {
  const Network network = test_network();
  NetEvaluator evaluator(network, {.cache_size = 1000});
  const auto games = random_games(9, 30);
  const auto first = evaluate(evaluator, games);
  const int64_t positions = evaluator.positions();
  const auto second = evaluate(evaluator, games);
  CHECK(evaluator.positions() == positions);
  CHECK(evaluator.cache_hits() >= 30);
  for (size_t i = 0; i < games.size(); ++i) CHECK(same(first[i], second[i], 81));
}

TEST_CASE("evaluation keys: stones, player, komi, rules, passes and ko count; the way there does not") {
  const auto played = [](Game game, std::initializer_list<const char*> moves) {
    for (const char* move : moves) game.play(parse_point(move, game.size()));
    return game;
  };
  const auto key = [](const Game& game) { return evaluation_key(game); };
  const Game game = played(Game(9), {"C3", "D4", "E5", "F6"});
  CHECK(key(game) == key(played(Game(9), {"E5", "F6", "C3", "D4"})));
  CHECK(key(game) != key(played(Game(9), {"C3", "D4", "E5", "F6", "pass"})));
  CHECK(key(Game(9)) != key(played(Game(9), {"pass", "pass"})));
  CHECK(key(Game(9)) != key(Game(13)));
  Rules komi, simple, no_suicide;
  komi.komi = 6.5;
  simple.ko = Ko::simple;
  no_suicide.suicide = false;
  for (const Rules& rules : {komi, simple, no_suicide})
    CHECK(key(game) != key(played(Game(9, rules), {"C3", "D4", "E5", "F6"})));
  // The same stones, once with a point that ko forbids to White.
  //   X takes at D3: . X O .      C3 is the ko.
  const Game ko = played(Game(9), {"C4", "D4", "B3", "E3", "C2", "D2", "A9", "C3", "D3"});
  REQUIRE(ko.ko_forbidden().size() == 1);
  const Game quiet = played(Game(9), {"C4", "D4", "B3", "E3", "C2", "D2", "A9", "pass", "D3"});
  REQUIRE(quiet.board().hash() == ko.board().hash());
  REQUIRE(quiet.ko_forbidden().empty());
  CHECK(key(ko) != key(quiet));
}

TEST_CASE("evaluation cache: bounded; what was asked for lately stays; sizes do not mix") {
  EvaluationCache cache(256);
  Evaluation in{}, out{};
  for (uint64_t i = 0; i < 100000; ++i) {
    in.value = float(i);
    cache.store(i * 0x9e3779b97f4a7c15u, 25, in);
    in.value = -1;
    cache.store(12345, 25, in);
    REQUIRE(cache.find(12345, 25, out));
  }
  int found = 0;
  for (uint64_t i = 0; i < 100000; ++i) {
    if (!cache.find(i * 0x9e3779b97f4a7c15u, 25, out)) continue;
    CHECK(out.value == float(i));
    ++found;
  }
  CHECK(found > 200);
  CHECK(found <= 256);
  cache.clear();
  CHECK_FALSE(cache.find(12345, 25, out));
  EvaluationCache none(0);
  none.store(1, 25, in);
  CHECK_FALSE(none.find(1, 25, out));
}

TEST_CASE("evaluator: several threads, merged into one batch at a time or each on its own") {
  const Network network = test_network();
  std::vector<Game> games = random_games(5, 24);
  for (const Game& game : random_games(7, 8)) games.push_back(game);
  NetEvaluator reference(network, {.symmetry = Symmetry::none});
  const auto expected = evaluate(reference, games);
  for (int concurrency : {1, 2, 3}) {
    for (int64_t cache : {0, 100}) {
      NetEvaluator evaluator(
          network,
          {.cache_size = cache, .symmetry = Symmetry::none, .max_batch = 7, .concurrency = concurrency});
      std::vector<std::thread> threads;
      std::atomic<int> wrong = 0;
      for (int t = 0; t < 3; ++t)
        threads.emplace_back([&, t] {
          for (int round = 0; round < 4; ++round) {
            std::vector<Game> mine(games.begin() + 4 * t, games.end() - 3 * round);
            const auto got = evaluate(evaluator, mine);
            for (size_t i = 0; i < mine.size(); ++i)
              wrong += !close(got[i], expected[i + size_t(4 * t)], mine[i].board().points());
          }
        });
      for (auto& thread : threads) thread.join();
      CHECK(wrong == 0);
      if (cache == 0) CHECK(evaluator.positions() == 3 * 4 * 32 - 3 * (3 + 6 + 9) - 4 * (4 + 8));
    }
  }
}
