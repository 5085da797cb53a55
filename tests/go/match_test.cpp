// Matches: the referee, the engines' faults, the counting.
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include <tengen/apps/go/board/text.h>
#include <tengen/apps/go/play/match.h>
#include <tengen/apps/go/play/opening.h>
#include <tengen/apps/go/sgf/game.h>

#include "../temporary.h"

using namespace tengen::go;

namespace {

Side net_side(const std::string& name, int visits) {
  NetPlayerOptions options;
  options.limits.visits = visits;
  return {name, [options](int, uint64_t seed) {
            return make_net_player(std::make_shared<UniformEvaluator>(), options, seed);
          }};
}

Side engine_side(const std::string& name, const std::string& command_line, double seconds = 10) {
  EngineOptions options{name, command_line, {}, {}, {10, 10, seconds}};
  return {name, [options](int, uint64_t) { return make_engine(options); }};
}

const std::string kProgram =
    std::string("'") + TENGEN_GO_PROGRAM + "' gtp --net uniform --visits 8 --resign 0 --seed 3";

MatchSettings small_match(int games) {
  MatchSettings settings;
  settings.games = games;
  settings.size = 5;
  settings.rules.komi = 0.5;
  settings.max_moves = 40;
  return settings;
}

/// An engine as a shell script that answers `genmove` in some way and everything else with "=".
std::string fake_engine(const TemporaryFolder& folder, const std::string& name, const std::string& genmove,
                        const std::string& play = "echo '='; echo") {
  return "sh " + folder.write(name,
                              "while read -r command rest; do case $command in\n"
                              "genmove) " +
                                  genmove + ";;\nplay) " + play +
                                  ";;\nquit) echo '='; echo; exit;;\n*) echo '='; echo;;\nesac; done\n");
}

}  // namespace

TEST_CASE("match: Wilson's interval and Elo") {
  // Reference values: Newcombe 1998 (81/263), and those of the referee in Python.
  CHECK(wilson(81, 263).low == doctest::Approx(0.2553).epsilon(1e-3));
  CHECK(wilson(81, 263).high == doctest::Approx(0.3662).epsilon(1e-3));
  CHECK(wilson(15, 148).low == doctest::Approx(0.0624).epsilon(1e-3));
  CHECK(wilson(15, 148).high == doctest::Approx(0.1605).epsilon(1e-3));
  CHECK(wilson(0, 20).low == 0);
  CHECK(wilson(0, 20).high == doctest::Approx(0.1611).epsilon(1e-3));
  CHECK(wilson(1, 29).low == doctest::Approx(0.0061).epsilon(1e-2));
  CHECK(wilson(1, 29).high == doctest::Approx(0.1718).epsilon(1e-3));
  CHECK(wilson(10, 20).low == doctest::Approx(0.2993).epsilon(1e-3));
  CHECK(wilson(20, 20).high == doctest::Approx(1));
  CHECK(wilson(0, 0).low == 0);
  CHECK(wilson(0, 0).high == 1);
  CHECK(elo_of(0.5) == doctest::Approx(0));
  CHECK(elo_of(10.0 / 11) == doctest::Approx(400));
  CHECK(std::isinf(elo_of(1)));
}

TEST_CASE("match: counting of wins, draws and void games") {
  MatchCount count;
  MatchGame game;
  game.winner = Color::black;
  count.add(game);
  game.swapped = true;
  count.add(game);
  game.winner = Color::empty;
  count.add(game);
  game.counts = false;
  count.add(game);
  CHECK(count.wins == 1);
  CHECK(count.losses == 1);
  CHECK(count.draws == 1);
  CHECK(count.voids == 1);
  CHECK(count.rate() == doctest::Approx(0.5));
}

TEST_CASE("match: answers of final_score") {
  CHECK(same_score("B+3.5", 3.5));
  CHECK(same_score("W+7", -7));
  CHECK(same_score("b+2.0", 2));
  CHECK(same_score("0", 0));
  CHECK(same_score("Draw", 0));
  CHECK_FALSE(same_score("W+7", 7));
  CHECK_FALSE(same_score("W+R", -7));
  CHECK_FALSE(same_score("? no", 0));
}

TEST_CASE("match: openings are legal, off the edge, and the same for a seed") {
  Rng a(5), b(5), c(6);
  const auto first = random_opening(9, {}, 6, 3, a);
  CHECK(first == random_opening(9, {}, 6, 3, b));
  CHECK(first != random_opening(9, {}, 6, 3, c));
  CHECK(first.size() == 6);
  Game game(9);
  for (Point p : first) {
    CHECK(std::min({p % 9, p / 9, 8 - p % 9, 8 - p / 9}) >= 2);
    game.play(p);
  }
  Rng d(1);
  CHECK(random_opening(2, {}, 50, 1, d).size() < 50);
}

TEST_CASE("match: networks in this process; colors alternate, pairs begin alike, all is recorded") {
  const Side sides[2] = {net_side("few", 4), net_side("more", 16)};
  MatchSettings settings = small_match(6);
  settings.opening_moves = 2;
  settings.jobs = 3;
  int reported = 0;
  const auto games = play_match(sides, settings, [&](const MatchGame& game, const MatchCount& count) {
    CHECK(count.games() == ++reported);
    CHECK(contains(game_line(game, count, sides), tengen::detail::str("game ", game.index, ": ")));
  });
  REQUIRE(games.size() == 6);
  for (const MatchGame& game : games) {
    CHECK(game.swapped == (game.index % 2 == 0));
    CHECK((game.how == "score" || game.how == "limit"));
    CHECK(game.opening == 2);
    CHECK(game.margin == game.game.score());
    const auto trees = sgf::parse(game_sgf(game, sides));
    CHECK(sgf::replay(trees[0]).game.moves().size() == game.game.moves().size());
    CHECK(trees[0].nodes[0].text("RE") == game.result);
    CHECK(trees[0].nodes[0].text("PB") == (game.swapped ? "more" : "few"));
    const json line = json::parse(to_text(game_json(game, sides)));
    CHECK(line["moves"].size() == game.game.moves().size());
    CHECK(line["engine1_score"] == game.score());
  }
  const auto start = [&](int i) {
    return std::vector<Move>(games[i].game.moves().begin(), games[i].game.moves().begin() + 2);
  };
  CHECK(start(0) == start(1));
  CHECK(start(2) == start(3));
  CHECK(start(0) != start(2));
  const json summary = summary_json(games, settings, sides, 1);
  CHECK(summary["games"] == 6);
  CHECK(summary["wins"].get<int>() + summary["losses"].get<int>() + summary["draws"].get<int>() == 6);
  CHECK(contains(summary_text(games, settings, sides, 1), "6 games: "));
}

TEST_CASE("match: this program as a GTP engine; its count agrees with the referee's") {
  const Side sides[2] = {engine_side("program", kProgram), net_side("network", 8)};
  MatchSettings settings = small_match(2);
  settings.max_moves = 0;
  settings.check_final_score = true;
  settings.opening_moves = 1;
  for (const MatchGame& game : play_match(sides, settings)) {
    CAPTURE(game.note);
    REQUIRE(game.margin.has_value());
    CHECK(same_score(game.final_scores[0].value_or(""), *game.margin));
  }
}

TEST_CASE("match: an engine that errs loses that game, and the match goes on") {
  TemporaryFolder folder;
  struct Fault {
    const char* name;
    const char* genmove;
    const char* how;
  };
  const Fault faults[] = {
      {"crash", "exit 3", "died"},
      {"garbage", "echo '= banana'; echo", "bad-answer"},
      {"refusal", "echo '? no'; echo", "bad-answer"},
      {"illegal", "echo '= a1'; echo", "illegal"},
      {"resigns", "echo '= RESIGN'; echo", "resign"},
      {"hang", "sleep 30", "timeout"},
  };
  for (const Fault& fault : faults) {
    CAPTURE(fault.name);
    const double seconds = std::string(fault.how) == "timeout" ? 0.3 : 10;
    const Side sides[2] = {net_side("net", 2),
                           engine_side(fault.name, fake_engine(folder, fault.name, fault.genmove), seconds)};
    const auto games = play_match(sides, small_match(2));
    REQUIRE(games.size() == 2);
    for (const MatchGame& game : games) {
      CAPTURE(game.note);
      CHECK(game.how == fault.how);
      CHECK(game.score() == 1);
      CHECK(game.blame == (game.how == "resign" ? -1 : 1));
    }
  }
}

TEST_CASE("match: refusal of a legal move, void games, engines that do not start") {
  TemporaryFolder folder;
  const std::string rejects =
      fake_engine(folder, "rejects", "echo '= pass'; echo", "echo '? illegal move'; echo");
  const Side sides[2] = {engine_side("rejects", rejects), net_side("net", 2)};
  MatchSettings settings = small_match(2);
  for (const MatchGame& game : play_match(sides, settings)) {
    CHECK(game.how == "reject");
    CHECK(game.score() == 0);
  }
  settings.void_on_reject = true;
  CHECK_FALSE(play_match(sides, settings)[0].counts);

  const Side missing[2] = {net_side("net", 2), engine_side("none", "/no/such/program")};
  settings.games = 10;
  const auto games = play_match(missing, settings);
  CHECK(games.size() == 3);  // given up
  CHECK(std::ranges::all_of(games, [](const MatchGame& g) { return g.how == "died" && g.score() == 1; }));
}

TEST_CASE("match: an engine that prints stray lines is understood") {
  TemporaryFolder folder;
  const std::string noisy = fake_engine(folder, "noisy", "echo 'thinking...'; echo; echo '=7 pass'; echo");
  const Side sides[2] = {engine_side("noisy", noisy), engine_side("noisy2", noisy)};
  const auto games = play_match(sides, small_match(1));
  CHECK(games[0].how == "score");
  CHECK(games[0].result == "W+0.5");
}

TEST_CASE("match: words of a command line") {
  CHECK(split_words("a  'b c' \"d 'e'\" f\\ g ''") ==
        std::vector<std::string>{"a", "b c", "d 'e'", "f g", ""});
  CHECK(split_words("").empty());
  CHECK(contains(error_of([] { split_words("a 'b"); }), "quote"));
}

TEST_CASE("match: GNU Go plays a 5x5 game against this program" *
          doctest::skip(::access("/usr/games/gnugo", X_OK) != 0)) {
  const Side sides[2] = {
      engine_side("gnugo",
                  "/usr/games/gnugo --mode gtp --level 1 --chinese-rules --capture-all-dead "
                  "--positional-superko --allow-suicide --seed 1"),
      engine_side("program", kProgram)};
  MatchSettings settings = small_match(1);
  settings.max_moves = 0;
  settings.check_final_score = true;
  const auto games = play_match(sides, settings);
  CAPTURE(games[0].note);
  REQUIRE(games[0].margin.has_value());
  CHECK(same_score(games[0].final_scores[1].value_or(""), *games[0].margin));
}
