// Self-play, the window, matches, the learner: what a learning run is made of, on boards small enough to be
// quick.
#include <cmath>
#include <set>

#include <doctest/doctest.h>

#include <tengen/apps/go/board/text.h>
#include <tengen/apps/go/learn/elo.h>
#include <tengen/apps/go/learn/learner.h>
#include <tengen/apps/go/learn/network_match.h>
#include <tengen/apps/go/learn/roles.h>
#include <tengen/apps/go/learn/run_state.h>
#include <tengen/apps/go/learn/selfplay.h>
#include <tengen/apps/go/learn/window.h>
#include <tengen/apps/go/net/evaluator.h>
#include <tengen/apps/go/net/symmetry.h>
#include <tengen/apps/go/search/passing.h>

#include "../temporary.h"

using namespace tengen;
using namespace tengen::go;

namespace {

RunSettings small_run() {
  RunSettings settings;
  settings.sizes = "5";
  settings.net = "b1c8";
  settings.visits = "12/6";
  settings.random_games = 40;
  settings.batch = 32;
  settings.hours = 0;
  settings.games = 30;
  return settings;
}

std::vector<GameRecord> play(const RunSettings& settings, size_t games, uint64_t seed) {
  SelfPlay self_play(settings, 8, seed);
  UniformEvaluator evaluator;
  std::vector<GameRecord> finished;
  while (finished.size() < games) self_play.step(evaluator, finished);
  return finished;
}

struct TemporaryStore {
  TemporaryFolder folder;
  std::unique_ptr<Store> store = Store::open(folder / "games.db", Store::Open::create);
};

}  // namespace

TEST_CASE("settings: JSON and back, ranges, unknown names") {
  RunSettings settings;
  settings.komi = 6.5;
  settings.resign = true;
  CHECK(to_json(settings_from_json(to_json(settings))) == to_json(settings));
  CHECK(settings_from_json(R"({"komi": 5.5})").komi == 5.5);
  CHECK_THROWS_WITH_AS(settings_from_json(R"({"kmoi": 5.5})"), doctest::Contains("'kmoi'"), Error);
  CHECK_THROWS_WITH_AS(settings_from_json(R"({"komi": 5.3})"), doctest::Contains("komi"), Error);
  CHECK_THROWS_AS(settings_from_json("{"), Error);

  const auto stages = parse_visits("16/8 48/16@0.12");
  REQUIRE(stages.size() == 2);
  CHECK(stages[1].from == 0.12);
  CHECK(stages[1].full == 48);
  CHECK(stages[1].cheap == 16);
  for (const char* wrong : {"", "16", "16/", "16/8@0.5", "16/8 32/8@0", "0/8", "16/8 32/8@x"})
    CHECK_THROWS_AS(parse_visits(wrong), Error);
}

TEST_CASE("a run is begun once; its length may change") {
  TemporaryStore file;
  CHECK_THROWS_WITH_AS(read_settings(*file.store), doctest::Contains("train"), Error);
  RunSettings settings = small_run();
  begin_run(*file.store, settings);
  settings.games = 50;
  begin_run(*file.store, settings);
  CHECK(read_settings(*file.store).games == 50);
  settings.komi = 5;
  CHECK_THROWS_WITH_AS(begin_run(*file.store, settings), doctest::Contains("--komi"), Error);
}

TEST_CASE("self-play: games are legal, complete, and counted with komi") {
  RunSettings settings = small_run();
  settings.komi_stdev = 5;
  settings.random_openings = 0.5;
  std::set<double> komis;
  int full = 0, searched = 0;
  for (const GameRecord& record : play(settings, 40, 1)) {
    const Game game = replay(record);  // throws when a move is illegal
    CHECK((game.is_over() || settled(game.board(), game.rules().suicide) || record.turns.size() >= 70));
    CHECK(record.score == doctest::Approx(game.score()));
    CHECK(record.winner == (game.score() > 0) - (game.score() < 0));
    komis.insert(record.rules.komi);
    for (const Turn& turn : record.turns) {
      searched += !turn.visits.empty();
      full += turn.full;
      int visits = 0;
      for (const auto& [move, count] : turn.visits) visits += count;
      if (turn.full) CHECK(visits > 0);
      CHECK(visits < 12 + 6);
    }
  }
  CHECK(komis.size() > 5);
  CHECK(full > 0.15 * searched);
  CHECK(full < 0.35 * searched);
}

TEST_CASE("self-play: the same seed, the same games") {
  const auto a = play(small_run(), 10, 7), b = play(small_run(), 10, 7), c = play(small_run(), 10, 8);
  CHECK(a == b);
  CHECK(a != c);
}

TEST_CASE("self-play: resignation waits for its calibration, and some games play on") {
  CHECK(resign_threshold(std::vector<float>(49, -0.5f)) == -2);
  std::vector<float> lowest;
  for (int i = 0; i < 100; ++i) lowest.push_back(-float(i) / 100);
  CHECK(resign_threshold(lowest) == doctest::Approx(-0.94));  // 5 of 100 winners would have resigned
  CHECK(resign_threshold(std::vector<float>(100, 0.f)) == doctest::Approx(-0.8));
}

namespace {

// Believes that the present area decides.
struct AreaEvaluator : Evaluator {
  void evaluate(std::span<const Game* const> games, std::span<go::Evaluation* const> out) override {
    for (size_t i = 0; i < games.size(); ++i) {
      *out[i] = {};
      out[i]->score = float(score_now(*games[i]));
      out[i]->value = std::tanh(out[i]->score / 4);
    }
  }
};

}  // namespace

TEST_CASE("self-play: games are resigned by who is losing, once the threshold is known") {
  RunSettings settings = small_run();
  settings.resign = true;
  settings.visits = "6/4";
  settings.komi_stdev = 8;
  SelfPlay self_play(settings, 8, 11);
  AreaEvaluator evaluator;
  std::vector<GameRecord> finished;
  while (finished.size() < 500) self_play.step(evaluator, finished);
  int resigned = 0, early = 0;
  for (size_t i = 0; i < finished.size(); ++i) {
    const GameRecord& record = finished[i];
    if (!record.resigned) continue;
    ++resigned;
    early += i < 50;
    const Game game = replay(record);
    CHECK(record.winner == (game.to_move() == Color::black ? -1 : 1));  // who was to move gave up
    CHECK(record.winner * record.score > 0);
  }
  CHECK(resigned > 20);
  CHECK(resigned < 450);  // a fifth is played on
  CHECK(early == 0);
}

TEST_CASE("window: rows are full searches, old games leave, growth is sublinear") {
  CHECK(window_rows(1000, 30000) == 1000);
  CHECK(window_rows(30000, 30000) == 30000);
  CHECK(window_rows(480000, 30000) == 30000 + int(30000 * 0.4 * (8 - 1) / 0.75));

  const auto games = play(small_run(), 30, 3);
  Window window;
  int rows = 0;
  for (const GameRecord& game : games) {
    window.add(game);
    rows += game.rows();
  }
  CHECK(window.rows() == rows);
  window.trim(rows / 2);
  CHECK(window.rows() >= rows / 2);
  CHECK(window.rows() < rows / 2 + 60);
  window.trim(0);
  CHECK(window.rows() == 0);
}

TEST_CASE("window: a sample turns the position and what is to be learned of it alike") {
  // One row: White to move after Black's stone at C4 (5x5), the search liked A5 and the pass, Black won.
  GameRecord record;
  record.size = 5;
  record.rules.komi = 3;
  const auto point = [](const char* text) { return parse_point(text, 5); };
  record.turns = {{.move = point("C4")},
                  {.move = point("A5"), .full = true, .visits = {{point("A5"), 3}, {Point(25), 1}}},
                  {.move = point("B5"), .visits = {{point("B5"), 2}}},
                  {.move = Point(25)},
                  {.move = point("A4")}};
  set_outcome(record, replay(record));
  REQUIRE(record.score == 22);
  Window window;
  window.add(record);
  REQUIRE(window.rows() == 1);

  const Network network = make_network(NetworkConfig::named("b1c8"));
  Rng rng(5);
  const Batch batch = window.sample(64, *network, rng);
  std::set<int> seen;
  const auto at = [](const Tensor& t, int64_t row, int64_t column) { return t[row][column].item<float>(); };
  for (int64_t i = 0; i < 64; ++i) {
    int match = -1;
    for (int s = 0; s < kSymmetries; ++s) {
      std::vector<float> planes(network->planes() * 25);
      network->encode(replay(record, 1), planes.data(), s);
      if (torch::equal(batch.planes[i].flatten(), torch::tensor(planes)) &&
          at(batch.targets.policy, i, apply(s, point("A5"), 5)) == 0.75f)
        match = s;
    }
    REQUIRE(match >= 0);
    seen.insert(match);
    CHECK(at(batch.targets.policy, i, 25) == 0.25f);
    CHECK(at(batch.targets.reply, i, apply(match, point("B5"), 5)) == 1);
    CHECK(batch.targets.value[i].item<float>() == -1);  // White lost
    CHECK(batch.targets.score[i].item<float>() == -22);
    CHECK(batch.targets.ownership[i].sum().item<float>() == -25);
  }
  CHECK(seen.size() >= 4);  // the symmetries that can be told apart here
}

TEST_CASE("match: openings in pairs, colors alternate, komi counts") {
  NetworkMatchSettings settings;
  settings.size = 4;
  settings.rules.komi = 16.5;  // nobody can win this as Black
  settings.games = 10;
  settings.visits = 8;
  settings.at_once = 4;
  settings.search.ownership = false;
  UniformEvaluator first, second;
  const NetworkMatchResult result = play_networks(first, second, settings);
  CHECK(result.played() == 10);
  CHECK(result.wins == 5);
  CHECK(result.losses == 5);
  std::set<std::vector<Point>> openings;
  for (size_t i = 0; i < 10; i += 2) {
    for (int move = 0; move < settings.random_moves; ++move)
      CHECK(result.games[i].turns[move].move == result.games[i + 1].turns[move].move);
    openings.insert({result.games[i].turns[0].move, result.games[i].turns[1].move});
  }
  CHECK(openings.size() > 1);
}

TEST_CASE("Elo: a fit of the Bradley-Terry model") {
  // 3 to 1 is 190.8 Elo (400 log10 3); without a prior the fit of one pair is exact.
  const std::vector<PairResult> results{{1, 0, 75, 100}, {2, 1, 50, 100}};
  const auto elo = fit_elo(4, results, 0);
  CHECK(elo[0] == 0);
  CHECK(elo[1] == doctest::Approx(400 * std::log10(3.0)).epsilon(1e-3));
  CHECK(elo[2] == doctest::Approx(elo[1]).epsilon(1e-3));
  CHECK(elo[3] == 0);  // never played
  CHECK(std::isfinite(fit_elo(2, std::vector<PairResult>{{1, 0, 20, 20}})[1]));
}

TEST_CASE("evaluation: the gate lets a network play only after it won; Elo is fitted") {
  TemporaryStore file;
  Store& store = *file.store;
  RunSettings settings = small_run();
  settings.gate = 0.01;
  settings.evaluation_games = 4;
  settings.evaluation_visits = 2;
  begin_run(store, settings);
  torch::manual_seed(1);
  const std::string bytes = save_network_bytes(*make_network(NetworkConfig::named("b1c8")));
  const int64_t first = store.add_network(0, bytes, /*accepted=*/true);
  const int64_t second = store.add_network(10, bytes, /*accepted=*/false);
  write_progress(store, 1);  // so that the role ends after one round

  RoleOptions options;
  options.store = file.folder / "games.db";
  CHECK(run_evaluate(options) == 0);
  REQUIRE(store.matches().size() == 1);
  const MatchRow match = store.matches()[0];
  CHECK(match.candidate == second);
  CHECK(match.opponent == first);
  CHECK(match.wins + match.losses + match.draws == 4);
  const bool won = match.wins + 0.5 * match.draws >= 0.01 * 4;
  CHECK(store.newest_network(/*accepted_only=*/true) == (won ? second : first));
  CHECK(store.networks()[0].elo == 0);
  CHECK(store.networks()[1].elo.has_value());
}

TEST_CASE("learner: learns, publishes, and goes on from where it was") {
  TemporaryStore file;
  Store& store = *file.store;
  begin_run(store, small_run());
  store.add_games(play(small_run(), 30, 1));  // the run's games: it ends when they are learned

  Learner(store).run();
  CHECK(read_progress(store) == 1);
  const auto networks = store.networks();
  REQUIRE(networks.size() >= 2);
  const Network network = load_network_bytes(store.network(networks.back().id).bytes, "test");
  CHECK(network->config().name() == "b1c8");
  REQUIRE(!store.metrics().empty());
  CHECK(std::isfinite(store.metrics().back().loss));

  // The state is the same: nothing is learned twice, and a longer run begins where this one ended.
  RunSettings longer = small_run();
  longer.games = 60;
  begin_run(store, longer);
  CHECK(read_progress(store) < 1);
  const int64_t step = networks.back().step;
  store.add_games(play(small_run(), 30, 2));
  Learner(store).run();
  CHECK(store.networks().back().step > step);
}
