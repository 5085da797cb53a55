// The store, the same for both databases: what goes in comes out, all or nothing, several writers at once,
// writers that are killed.
#include <cmath>
#include <csignal>
#include <functional>
#include <thread>

#include "postgresql_server.h"
#include "store_checks.h"

using namespace tengen::go;

namespace {

void test_games(const std::string& url) {
  auto store = Store::open(url, Store::Open::create);
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
    if (reopened) store = Store::open(url);
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

void test_the_rest(const std::string& url) {
  auto store = Store::open(url, Store::Open::create);
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

void test_failure(const std::string& url) {
  auto store = Store::open(url, Store::Open::create);
  GameRecord wrong = random_game(1);
  store->add_game(wrong);
  wrong.size = 1;  // refused before anything is written
  CHECK_THROWS_AS(store->add_games(std::vector{random_game(2), wrong}), const tengen::Error&);
  CHECK(store->counts().games == 1);
  CHECK(store->games_after(0, 10).size() == 1);
  store->add_game(random_game(3));  // and the store still works
  CHECK(store->newest_game() == 2);
}

void test_follower(const std::string& url) {
  Store::open(url, Store::Open::create);
  constexpr int kWriters = 3, kGames = 60;
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      const auto store = Store::open(url);
      for (int i = 0; i < kGames; i += 2) {
        store->add_games(std::vector{random_game(uint64_t(w), 3), random_game(uint64_t(w), 3)});
        store->save_learner("state");
      }
    });
  }
  const auto store = Store::open(url);
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

/// Kill -9 while it writes, again and again: all that was committed is there.
void test_kill(const std::string& url, const std::function<void()>& settle) {
  constexpr int kBatch = 3;
  Store::open(url, Store::Open::create)->save_learner("0");
  Rng rng(5);
  int64_t games = 0;
  for (int round = 0; round < 20; ++round) {
    int pipe[2];
    REQUIRE(::pipe(pipe) == 0);
    const pid_t child = in_child([&] {
      const auto store = Store::open(url);
      const auto some = batch(uint64_t(round), kBatch);
      const std::string large(200'000, 'x');
      for (int64_t written = games;; written += kBatch) {
        store->add_games(some);
        const Store::NewNetwork network{written, large, true};
        store->save_learner(std::to_string(written + kBatch), &network);
        const int64_t count = written + kBatch;
        if (::write(pipe[1], &count, sizeof count) < 0) return;
      }
    });
    ::close(pipe[1]);
    int64_t told = games, next = 0;
    REQUIRE(::read(pipe[0], &next, sizeof next) == sizeof next);
    std::this_thread::sleep_for(std::chrono::microseconds(rng.below(12'000)));
    ::kill(child, SIGKILL);
    CHECK(WIFSIGNALED(status_of(child)));
    do told = next;
    while (::read(pipe[0], &next, sizeof next) == sizeof next);
    ::close(pipe[0]);
    settle();

    const auto store = Store::open(url);
    games = check_whole(*store);
    CHECK(games >= told);
    CHECK(games <= told + kBatch);
    CHECK(games % kBatch == 0);
    // The learner's state and its network come together.
    const int64_t learned = std::stoll(store->learner_state().value());
    CHECK(learned >= told);
    CHECK(store->networks().back().step == learned - kBatch);
    if (learned != games) store->save_learner(std::to_string(games));
  }
}

void test_processes(const std::string& url) {
  std::vector<pid_t> children;
  constexpr int kProcesses = 4, kBatches = 15;
  for (int p = 0; p < kProcesses; ++p) {
    children.push_back(in_child([&] {
      const auto store = Store::open(url, Store::Open::create);
      for (int i = 0; i < kBatches; ++i) store->add_games(batch(uint64_t(p), 2));
    }));
  }
  for (const pid_t child : children) CHECK(status_of(child) == 0);
  CHECK(check_whole(*Store::open(url)) == kProcesses * kBatches * 2);
}

/// The same for both databases. `settle` waits until the database has noticed that a process died.
void test_store(const std::string& url, const std::function<void()>& settle) {
  SUBCASE("games") { test_games(url); }
  SUBCASE("networks, matches, metrics, settings, the learner's state") { test_the_rest(url); }
  SUBCASE("a transaction that fails leaves nothing") { test_failure(url); }
  SUBCASE("writers and a follower at the same time: no game is missed") { test_follower(url); }
  SUBCASE("several processes create it and write at the same time") { test_processes(url); }
  SUBCASE("kill -9 while it writes") { test_kill(url, settle); }
}

}  // namespace

TEST_CASE("store: SQLite") {
  const TemporaryFolder folder;
  test_store(folder / "store.db", [] {});
}

TEST_CASE("store: PostgreSQL, a server of the test's own") {
#ifndef TENGEN_POSTGRESQL
  CHECK(contains(error_of([] { Store::open("postgresql://host/run"); }), "built without libpq"));
#else
  PostgresqlServer* server = PostgresqlServer::instance();
  if (!server) {
    MESSAGE(
        "skipped: PostgreSQL's server is not installed (Debian: apt-get install postgresql), or did not "
        "start");
    return;
  }
  const std::string url = server->new_database();
  const auto connections = [&] {  // of others to this database
    int64_t count = 0;
    open_postgresql(url)->run(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
        "pg_backend_pid()",
        {}, [&](const Row& row) { count = row.integer(0); });
    return count;
  };
  test_store(url, [&] {
    while (connections() > 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  });
  SUBCASE("what is no store, and servers that do not answer") {
    CHECK(contains(error_of([&] { Store::open(url); }), "expected a table 'store', but got none"));
    open_postgresql(url)->run("CREATE TABLE notes (text TEXT)");
    CHECK(contains(error_of([&] { Store::open(url, Store::Open::create); }),
                   "but got notes. It was left as it is"));
    const std::string error =
        error_of([&] { Store::open("postgresql://tengen:secret@/none?host=" + server->folder()); });
    CHECK(contains(error, "database \"none\" does not exist"));
    CHECK(contains(error, "postgresql://tengen:***@/none"));
    CHECK(contains(error_of([&] { Store::open("postgresql://tengen@/none?host=/nowhere"); }), "/nowhere"));
  }
  SUBCASE("a server that goes away") {
    const auto store = Store::open(url, Store::Open::create);
    store->add_game(random_game(1));
    open_postgresql(url)->run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid()");
    CHECK(contains(error_of([&] { store->add_game(random_game(2)); }), "terminating connection"));
    CHECK(Store::open(url)->counts().games == 1);
  }
#endif
}
