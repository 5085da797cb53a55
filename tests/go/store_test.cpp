// The store, the same for both databases: what goes in comes out, all or nothing, several writers at once.
#include <doctest/doctest.h>
#include <tengen/apps/go/learn/store.h>

#include <cmath>
#include <thread>

#include "../temporary.h"
#include "games.h"

using namespace tengen::go;

namespace {

/// Stores in one database after another, each empty at first.
struct Sqlite {
  TemporaryFolder folder;
  std::string url = folder / "store.db";
};

}  // namespace

TEST_CASE_TEMPLATE("store: games", Where, Sqlite) {
  Where where;
  auto store = Store::open(where.url, Store::Open::create);
  CHECK(store->counts().games == 0);
  CHECK(store->games_after(0, 10).empty());
  CHECK(store->newest_game() == 0);
  CHECK(store->window_start(100) == 0);
  CHECK_FALSE(store->game(1));

  std::vector<GameRecord> games;
  for (uint64_t i = 0; i < 30; ++i) {
    const Ko ko = Ko(i % 3);
    const HandicapBonus bonus = HandicapBonus(i / 3 % 3);
    games.push_back(random_game(i, 2 + int(i) % 18, {ko, i % 2 == 0, bonus, double(i) / 2 - 5}));
    games.back().resigned = i % 5 == 0;
  }
  store->add_games(std::span(games).first(20));
  for (size_t i = 20; i < 30; ++i) store->add_game(games[i]);
  store->add_games({});

  for (const bool reopened : {false, true}) {
    CAPTURE(reopened);
    if (reopened) store = Store::open(where.url);
    const auto found = store->games_after(0, 100);
    REQUIRE(found.size() == 30);
    StoreCounts counts;
    for (size_t i = 0; i < 30; ++i) {
      CHECK(found[i].first == int64_t(i) + 1);
      CHECK(found[i].second == games[i]);
      counts.positions += int64_t(games[i].turns.size());
      counts.rows += games[i].rows();
      counts.evaluations += games[i].evaluations;
    }
    CHECK(store->counts().games == 30);
    CHECK(store->counts().positions == counts.positions);
    CHECK(store->counts().rows == counts.rows);
    CHECK(store->counts().evaluations == counts.evaluations);
  }
  const auto some = store->games_after(7, 3);
  REQUIRE(some.size() == 3);
  CHECK(some[0].first == 8);
  CHECK(store->games_after(30, 3).empty());
  CHECK(store->game(5).value() == games[4]);
  CHECK_FALSE(store->game(31));
  CHECK(store->newest_game() == 30);
  const GameSummary summary = store->summaries_after(9, 1).at(0);
  CHECK(summary.id == 10);
  CHECK(std::abs(summary.created - now()) < 60);
  CHECK(summary.size == games[9].size);
  CHECK(summary.moves == int(games[9].turns.size()));
  CHECK(summary.rows == games[9].rows());
  CHECK(summary.winner == games[9].winner);
  CHECK(summary.score == games[9].score);

  // The newest 10 games hold their rows exactly; one row more needs a game more.
  int64_t rows = 0;
  for (size_t i = 20; i < 30; ++i) rows += games[i].rows();
  CHECK(store->window_start(rows) >= 20);
  CHECK(store->window_start(rows + 1) < 20);
  CHECK(store->window_start(1'000'000) == 0);
  store->check();
}

TEST_CASE_TEMPLATE("store: networks, matches, metrics, settings, the learner's state", Where, Sqlite) {
  Where where;
  auto store = Store::open(where.url, Store::Open::create);
  std::string bytes(100'000, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = char(i * i >> 3);
  CHECK_FALSE(store->newest_network());
  CHECK_FALSE(store->learner_state());
  CHECK_FALSE(store->setting("size"));

  CHECK(store->add_network(0, bytes, true) == 1);
  CHECK(store->add_network(100, "second", false) == 2);
  CHECK(store->newest_network() == 1);
  CHECK(store->newest_network(false) == 2);
  CHECK(store->network(1).bytes == bytes);
  CHECK_FALSE(store->network(1).elo);
  CHECK_FALSE(store->network(2).accepted);
  store->accept(2);
  store->set_elo(2, -12.5);
  CHECK(store->newest_network() == 2);
  const auto networks = store->networks();
  REQUIRE(networks.size() == 2);
  CHECK(networks[1].step == 100);
  CHECK(networks[1].elo == -12.5);
  CHECK(networks[1].accepted);
  CHECK(networks[1].bytes.empty());
  CHECK(contains(error_of([&] { store->network(3); }), "there is no network 3"));

  const Store::NewNetwork third{200, std::string("a\0b", 3), true};
  CHECK(store->save_learner("", nullptr) == 0);
  CHECK(store->learner_state() == "");
  CHECK(store->save_learner(bytes, &third) == 3);
  CHECK(store->learner_state() == bytes);
  CHECK(store->network(3).bytes == third.bytes);

  store->add_match({0, 2, 1, 64, 30, 10, 2, 0});
  store->add_match({0, 3, 0, 1, 5, 6, 7, 1234.5});
  const auto matches = store->matches();
  REQUIRE(matches.size() == 2);
  CHECK(matches[0].wins == 30);
  CHECK(matches[0].created > 1e9);
  CHECK(matches[1].created == 1234.5);
  CHECK(matches[1].draws == 7);

  for (int64_t step : {10, 20, 30})
    store->add_metrics({step, step * 256, 5, 100, 3.5, 2.25, 0.5, NAN, NAN, NAN, 0.01, 0});
  store->add_metrics({20, 1, 6, 100, 3, 2, 1, 0, 0, 0, 0.001, 0});  // went back to 10 and came to 20 again
  const auto metrics = store->metrics();
  REQUIRE(metrics.size() == 2);
  CHECK(metrics[0].samples == 2560);
  CHECK(metrics[0].policy == 2.25);
  CHECK(std::isnan(metrics[0].ownership));
  CHECK(metrics[1].step == 20);
  CHECK(metrics[1].learning_rate == 0.001);

  CHECK(store->setting_or("size", "9") == "9");
  CHECK(store->setting_or("size", "19") == "9");
  store->set_setting("size", "it's \"7\"");
  CHECK(store->setting("size") == "it's \"7\"");
}

TEST_CASE_TEMPLATE("store: a transaction that fails leaves nothing", Where, Sqlite) {
  Where where;
  auto store = Store::open(where.url, Store::Open::create);
  GameRecord wrong = random_game(1);
  store->add_game(wrong);
  wrong.size = 1;  // refused before anything is written
  CHECK_THROWS_AS(store->add_games(std::vector{random_game(2), wrong}), const tengen::Error&);
  CHECK(store->counts().games == 1);
  CHECK(store->games_after(0, 10).size() == 1);
  store->add_game(random_game(3));  // and the store still works
  CHECK(store->newest_game() == 2);
}

TEST_CASE_TEMPLATE("store: writers and a follower at the same time; no game is missed", Where, Sqlite) {
  Where where;
  Store::open(where.url, Store::Open::create);
  constexpr int kWriters = 3, kGames = 60;
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      const auto store = Store::open(where.url);
      for (int i = 0; i < kGames; i += 2) {
        store->add_games(std::vector{random_game(uint64_t(w), 3), random_game(uint64_t(w), 3)});
        store->save_learner("state");
      }
    });
  }
  const auto store = Store::open(where.url);
  int64_t last = 0;
  int seen = 0;
  for (const double start = now(); seen < kWriters * kGames && now() - start < 60;) {
    for (const auto& [id, game] : store->games_after(last, 7)) {
      CHECK(id > last);
      last = id;
      ++seen;
    }
  }
  for (std::thread& writer : writers) writer.join();
  CHECK(seen == kWriters * kGames);
  CHECK(store->counts().games == kWriters * kGames);
}
