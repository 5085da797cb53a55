// The root: noise, temperature, forced playouts, the choice of a move.
#include <cmath>
#include <map>

#include <doctest/doctest.h>

#include <tengen/apps/go/search/root_policy.h>

#include "../temporary.h"
#include "search_tools.h"

using namespace search_tools;

namespace {

std::map<Point, float> priors_of(const Search& search) {
  const auto priors = search.priors();
  return {priors.begin(), priors.end()};
}

float sum(const std::map<Point, float>& priors) {
  float total = 0;
  for (const auto& [move, prior] : priors) total += prior;
  return total;
}

/// Logits that fall with the point.
FunctionEvaluator sloping([](const Game& game, Evaluation& e) {
  for (int p = 0; p <= game.board().points(); ++p) e.policy[p] = -0.2f * float(p);
});

SearchSettings noisy() {
  SearchSettings settings;
  settings.noise_weight = 0.25f;
  return settings;
}

}  // namespace

TEST_CASE("search noise: after the mask, with its full weight on the candidates") {
  // B1 and B2 would be suicide of one stone, A3 is taken; C1 and A1 are Black's eyes: pass-alive.
  const std::string rows =
      "X X X . ."
      ". X . X ."
      "X X X X ."
      ". . . . ."
      ". . . . .";
  for (Color color : {Color::black, Color::white}) {
    const Game game = game_from(rows, color);
    const PointSet pointless = pointless_moves(game.board(), color, true);
    Search plain, search(noisy());
    plain.set_root(game);
    search.set_root(game);
    search_to(plain, sloping, 1);
    search_to(search, sloping, 1);
    const auto without = priors_of(plain), with = priors_of(search);
    CHECK(sum(without) == doctest::Approx(1).epsilon(0.005));
    CHECK(sum(with) == doctest::Approx(1).epsilon(0.005));
    CHECK(with.size() == without.size());
    float added = 0;
    for (const auto& [move, prior] : with) {
      CHECK((move == 25 || (game.is_legal(move) && !pointless[move])));
      CHECK(prior >= 0.75f * without.at(move) * 0.99f);
      added += prior - 0.75f * without.at(move);
    }
    CHECK(added == doctest::Approx(0.25).epsilon(0.02));
    CHECK(pointless.count() > 0);
  }
}

TEST_CASE("search noise: drawn afresh for every root, also for a kept one; the old noise is gone") {
  Search plain, search(noisy());
  Game game(5);
  plain.set_root(game);
  search.set_root(game);
  search_to(plain, sloping, 1);
  search_to(search, sloping, 200);
  const auto raw = priors_of(plain);
  auto last = priors_of(search);
  std::map<Point, double> mean;
  for (int i = 0; i < 200; ++i) {
    search.set_root(game);
    const auto now = priors_of(search);
    CHECK(now != last);
    CHECK(sum(now) == doctest::Approx(1).epsilon(0.005));
    for (const auto& [move, prior] : now) {
      CHECK(prior >= 0.75f * raw.at(move) * 0.99f);  // noise upon noise would take 0.75 ^ 200 of it
      mean[move] += prior / 200;
    }
    last = now;
  }
  // The Dirichlet distribution has the mean 1 / moves.
  for (const auto& [move, m] : mean)
    CHECK(m == doctest::Approx(0.75 * raw.at(move) + 0.25 / 26).epsilon(0.25));

  // The next root gets its own.
  game.play(search.candidates()[0].move);
  plain.set_root(game);
  search_to(plain, sloping, 1);
  search.set_root(game);
  CHECK(search.visits() > 1);
  const auto next = priors_of(search);
  float added = 0;
  for (const auto& [move, prior] : next) added += std::abs(prior - priors_of(plain).at(move));
  CHECK(added > 0.05);
}

TEST_CASE("search noise: none unless asked for, and gone when the settings say so") {
  Search plain, search(noisy());
  const Game game(5);
  plain.set_root(game);
  search.set_root(game);
  search_to(plain, sloping, 1);
  search_to(search, sloping, 1);
  CHECK(SearchSettings().noise_weight == 0);
  const auto raw = priors_of(plain);
  for (const auto& [move, prior] : raw)
    CHECK(prior == doctest::Approx(raw.at(0) * std::exp(-0.2 * move)).epsilon(0.01));
  CHECK(priors_of(search) != raw);
  search.settings().noise_weight = 0;
  search.set_root(game);
  for (const auto& [move, prior] : priors_of(search))
    CHECK(prior == doctest::Approx(raw.at(move)).epsilon(0.01));
}

TEST_CASE("search noise: the Dirichlet distribution's variance") {
  Rng rng(3);
  const int n = 10;
  const double total = 1.3, alpha = total / n;
  double mean = 0, square = 0;
  const int draws = 20000;
  for (int i = 0; i < draws; ++i) {
    std::array<float, n> p{};
    add_dirichlet_noise(p, 1, float(total), rng);
    mean += p[0] / draws;
    square += p[0] * p[0] / draws;
  }
  CHECK(mean == doctest::Approx(0.1).epsilon(0.05));
  const double variance = alpha * (total - alpha) / (total * total * (total + 1));
  CHECK(square - mean * mean == doctest::Approx(variance).epsilon(0.05));
}

TEST_CASE("search: the root's policy temperature flattens its priors") {
  SearchSettings settings;
  settings.root_policy_temperature = 2;
  Search search(settings);
  search.set_root(Game(3));
  search_to(search, sloping, 1);
  const auto priors = priors_of(search);
  CHECK(sum(priors) == doctest::Approx(1).epsilon(0.005));
  CHECK(priors.at(5) / priors.at(0) == doctest::Approx(std::exp(-0.5)).epsilon(0.01));
}

namespace {

/// Black's first move decides: the value of the game from his view. Priors of 0.9 for move 0, 0.1 for 1.
FunctionEvaluator two_moves(float first, float second) {
  return FunctionEvaluator([=](const Game& game, Evaluation& e) {
    const auto moves = game.moves();
    if (moves.empty()) {
      e.policy.fill(-60);
      e.policy[0] = std::log(0.9f);
      e.policy[1] = std::log(0.1f);
    } else {
      const float value = moves[0].point == 0 ? first : second;
      e.value = game.to_move() == Color::black ? value : -value;
    }
  });
}

int visits_of(const std::vector<std::pair<Point, int>>& counts, Point move) {
  for (const auto& [m, n] : counts) {
    if (m == move) return n;
  }
  return 0;
}

}  // namespace

TEST_CASE("search: forced playouts look at a poor move, and the policy target forgets it") {
  FunctionEvaluator poor = two_moves(0.5f, -0.9f);
  SearchSettings settings;
  Search plain(settings);
  settings.forced_playouts = 2;
  Search forced(settings);
  for (Search* search : {&plain, &forced}) {
    search->set_root(Game(5));
    search_to(*search, poor, 401);
  }
  CHECK(visits_of(plain.visit_counts(false), 1) < 6);
  const int n = visits_of(forced.visit_counts(false), 1);
  CHECK(n == int(std::ceil(std::sqrt(2 * 0.1 * 400))));
  const auto target = forced.visit_counts(true);
  CHECK(visits_of(target, 1) <= visits_of(plain.visit_counts(false), 1));
  CHECK(visits_of(target, 0) == visits_of(forced.visit_counts(false), 0));
  CHECK(forced.visit_counts(false).size() >= target.size());
  CHECK(plain.visit_counts(true) == plain.visit_counts(false));
}

TEST_CASE("search: forced playouts that found a good move stay in the policy target") {
  FunctionEvaluator good = two_moves(-0.5f, 0.9f);
  SearchSettings settings;
  settings.forced_playouts = 2;
  Search search(settings);
  search.set_root(Game(5));
  search_to(search, good, 401);
  const auto counts = search.visit_counts(false), target = search.visit_counts(true);
  CHECK(counts[0].first == 1);
  CHECK(target[0] == counts[0]);
  CHECK(visits_of(target, 0) < visits_of(counts, 0));
}

TEST_CASE("search: a move is drawn by visits ^ (1 / temperature)") {
  FunctionEvaluator even = two_moves(0.1f, 0.1f);
  Search search;
  search.set_root(Game(5));
  search_to(search, even, 101);
  const auto counts = search.visit_counts(true);
  REQUIRE(counts.size() == 2);
  const double ratio = double(counts[1].second) / counts[0].second;
  Rng rng(4);
  for (const double temperature : {1.0, 0.5, 2.0}) {
    int first = 0;
    for (int i = 0; i < 20000; ++i) first += search.choose(float(temperature), rng) == counts[0].first;
    CHECK(first / 20000.0 == doctest::Approx(1 / (1 + std::pow(ratio, 1 / temperature))).epsilon(0.03));
  }
  for (int i = 0; i < 100; ++i) CHECK(search.choose(0, rng) == counts[0].first);

  // From the priors when there is nothing else.
  Search policy_only;
  policy_only.set_root(Game(5));
  search_to(policy_only, even, 1);
  CHECK(policy_only.visit_counts(true).empty());
  int first = 0;
  for (int i = 0; i < 20000; ++i) first += policy_only.choose(1, rng) == 0;
  CHECK(first / 20000.0 == doctest::Approx(0.9).epsilon(0.02));
  CHECK(policy_only.choose(0, rng) == 0);
}

TEST_CASE("search: of moves with enough visits, the better lower bound is played") {
  // The second move was found late: fewer visits, but no doubt that it is better.
  FunctionEvaluator late([](const Game& game, Evaluation& e) {
    const auto moves = game.moves();
    e.policy.fill(-60);
    if (moves.empty()) {
      e.policy[0] = std::log(0.9f);
      e.policy[1] = std::log(0.1f);
    } else {
      e.policy[moves.size() + 1] = 0;
      const float value = moves[0].point == 0 ? 0.0f : 0.6f;
      e.value = game.to_move() == Color::black ? value : -value;
    }
  });
  SearchSettings settings;
  settings.score_weight = 0;
  Search search(settings);
  Rng rng(1);
  search.set_root(Game(9));
  bool seen = false;
  for (int visits = 2; visits <= 100 && !seen; ++visits) {
    search_to(search, late, visits);
    const auto candidates = search.candidates();
    if (candidates.size() < 2 || candidates[0].move != 0) continue;
    seen = search.choose(0, rng) == 1;
    if (seen) CHECK(candidates[1].lcb > candidates[0].lcb);
  }
  CHECK(seen);
}
