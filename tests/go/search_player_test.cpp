// Player: limits, threads, reports, pondering. Clock: shares of the time.
#include <atomic>
#include <chrono>
#include <stdexcept>

#include <doctest/doctest.h>

#include <tengen/apps/go/search/clock.h>
#include <tengen/apps/go/search/player.h>

#include "../temporary.h"
#include "search_tools.h"

using namespace search_tools;

namespace {

std::shared_ptr<Evaluator> uniform() { return std::make_shared<UniformEvaluator>(); }

/// Takes some time, as a network does.
std::shared_ptr<Evaluator> slow() {
  return std::make_shared<FunctionEvaluator>(
      [](const Game&, Evaluation&) { std::this_thread::sleep_for(std::chrono::microseconds(200)); });
}

double seconds_of(const std::function<void()>& body) {
  const auto start = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

TEST_CASE("player: limits on visits and playouts are kept exactly, with any threads and batches") {
  for (int threads : {1, 3}) {
    for (int batch : {1, 8}) {
      Player player(uniform(), {}, threads, batch);
      Game game(5);
      player.set_position(game);
      player.think({.visits = 300});
      CHECK(player.search().visits() == 300);
      player.think({.playouts = 100});
      CHECK(player.search().visits() == 400);
      player.think({.visits = 250});
      CHECK(player.search().visits() == 400);
      const Candidate best = player.search().candidates()[0];
      game.play(best.move);
      player.set_position(game);
      CHECK(player.search().visits() == best.visits);
      player.think({.visits = 500, .playouts = 50});
      CHECK(player.search().visits() == best.visits + 50);
      player.search().check();
    }
  }
}

TEST_CASE("player: one visit is the policy alone") {
  Player player(std::make_shared<FunctionEvaluator>([](const Game&, Evaluation& e) { e.policy[7] = 3; }), {},
                2, 4);
  player.set_position(Game(5));
  player.think({.visits = 1});
  CHECK(player.search().visits() == 1);
  CHECK(player.choose() == 7);
  player.reset({});
  player.think({.seconds = 1e-9});
  CHECK(player.search().visits() >= 1);
}

TEST_CASE("player: time, a stop from outside and reports") {
  Player player(slow(), {}, 2, 1);
  player.set_position(Game(9));
  CHECK(seconds_of([&] { player.think({.seconds = 0.1}); }) < 1);
  CHECK(player.search().visits() > 1);

  std::stop_source stop;
  int reports = 0;
  const auto report = [&](const Search& search) {
    CHECK(search.visits() > 0);
    CHECK(!search.candidates().empty());
    if (++reports == 3) stop.request_stop();
  };
  player.think({}, stop.get_token(), {0.01, report});
  CHECK(reports == 3);
  player.search().check();
}

TEST_CASE("player: stops early when the rest cannot change the move") {
  Player player(std::make_shared<FunctionEvaluator>([](const Game& game, Evaluation& e) {
                  if (game.moves().empty()) e.policy[7] = 10;
                }),
                {}, 1, 1);
  player.set_position(Game(9));
  player.think({.visits = 1000, .early_stop = true});
  CHECK(player.search().visits() > 400);
  CHECK(player.search().visits() < 700);
  CHECK(player.search().decided(1000 - player.search().visits()));
}

TEST_CASE("player: ponders until told to stop, and keeps what it found") {
  Player player(slow(), {}, 2, 2);
  Game game(9);
  player.set_position(game);
  player.start_pondering();
  CHECK(player.pondering());
  while (player.search().visits() < 50) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  player.stop_pondering();
  CHECK_FALSE(player.pondering());
  const int visits = player.search().visits();
  CHECK(visits >= 50);
  player.search().check();
  player.start_pondering();
  player.set_position(game);  // stops it, and keeps the tree
  CHECK(player.search().visits() >= visits);
  player.start_pondering();
  player.think({.playouts = 5});
  player.search().check();
  player.start_pondering();  // the destructor ends it
}

TEST_CASE("player: what the evaluator throws comes out, and the tree stays whole") {
  std::atomic<int> calls{0};
  const auto failing = std::make_shared<FunctionEvaluator>([&](const Game&, Evaluation&) {
    if (++calls >= 20) throw std::runtime_error("no more");
  });
  Player player(failing, {}, 3, 4);
  player.set_position(Game(5));
  CHECK_THROWS_WITH(player.think({.visits = 1000}), "no more");
  player.search().check();
  player.start_pondering();
  while (calls < 25) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (calls < 25 && player.search().visits() > 0) break;
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK_THROWS_WITH(player.stop_pondering(), "no more");
  player.search().check();
  CHECK(contains(error_of([] { Player(nullptr, {}); }), "needs an evaluator"));
  CHECK(contains(error_of([] { Player(uniform(), {}, 0); }), "search threads 0"));
}

TEST_CASE("player: resignation after some hopeless turns in a row") {
  Resignation resignation{.threshold = -0.9f, .turns = 3, .min_moves = 20};
  CHECK_FALSE(resignation.update(-0.95f, 30));
  CHECK_FALSE(resignation.update(-0.95f, 32));
  CHECK_FALSE(resignation.update(-0.5f, 34));
  CHECK_FALSE(resignation.update(-0.95f, 36));
  CHECK_FALSE(resignation.update(-0.9f, 38));
  CHECK(resignation.update(-1.f, 40));
  resignation.hopeless = 10;
  CHECK_FALSE(resignation.update(-1.f, 19));
  Resignation never{.threshold = -2};
  for (int i = 0; i < 10; ++i) CHECK_FALSE(never.update(-1, 100));
}

TEST_CASE("clock: no settings, no limit") {
  Clock clock;
  CHECK_FALSE(clock.seconds_for_move(Color::black, 9, 0));
  clock.spend(Color::black, 10);
  CHECK_FALSE(clock.seconds_for_move(Color::black, 9, 2));
  clock.set_canadian(0, 1, 0);  // GTP: a period without stones is no limit
  CHECK_FALSE(clock.seconds_for_move(Color::black, 9, 0));
  clock.set_canadian(0, 0, 0);
  CHECK_FALSE(clock.seconds_for_move(Color::black, 9, 0));
}

TEST_CASE("clock: a game on absolute time is never lost, and most of the time is used") {
  for (const auto& [size, main] : {std::pair{9, 60.0}, {9, 5.0}, {19, 600.0}, {5, 10.0}}) {
    for (int length : {size * size / 2, size * size, 3 * size * size}) {
      Clock clock;
      clock.set_absolute(main);
      double left = main;
      for (int move = 0; move < length; move += 2) {
        const double seconds = *clock.seconds_for_move(Color::black, size, move);
        CHECK(seconds > 0);
        left -= seconds;
        clock.spend(Color::black, seconds);
      }
      if (length <= size * size) CHECK(left > 0);
      if (length >= size * size) CHECK(left < 0.7 * main);
      CHECK(*clock.seconds_for_move(Color::white, size, length) > 0);
    }
  }
}

TEST_CASE("clock: Japanese overtime uses the period up to the lag") {
  Clock clock;
  clock.lag = 0.5;
  clock.set_byoyomi(10, 5, 3);
  const double first = *clock.seconds_for_move(Color::white, 19, 0);
  CHECK(first >= 4);
  CHECK(first < 10);
  clock.set_left(Color::white, 5, 3);
  CHECK(*clock.seconds_for_move(Color::white, 19, 100) == doctest::Approx(4.5));
  clock.set_byoyomi(10, 5, 3);
  clock.spend(Color::white, 12);  // into the first period
  CHECK(*clock.seconds_for_move(Color::white, 19, 100) == doctest::Approx(4.5));
  CHECK(*clock.seconds_for_move(Color::black, 19, 100) == first);
}

TEST_CASE("clock: Canadian overtime shares the period among its stones") {
  Clock clock;
  clock.lag = 0;
  clock.set_canadian(0, 100, 10);
  CHECK(*clock.seconds_for_move(Color::black, 9, 0) == doctest::Approx(10));
  clock.spend(Color::black, 28);
  CHECK(*clock.seconds_for_move(Color::black, 9, 2) == doctest::Approx(8));
  for (int i = 0; i < 9; ++i) clock.spend(Color::black, 8);
  CHECK(*clock.seconds_for_move(Color::black, 9, 20) == doctest::Approx(10));  // the next period
  clock.set_left(Color::black, 21, 3);
  CHECK(*clock.seconds_for_move(Color::black, 9, 20) == doctest::Approx(7));
  clock.set_left(Color::black, 30, 0);  // back in the main time
  CHECK(*clock.seconds_for_move(Color::black, 9, 20) <= 40);
}

TEST_CASE(
    "clock: time_left without settings counts as absolute time; a clock that ran out gives hardly any") {
  Clock clock;
  clock.set_left(Color::black, 30, 0);
  const double seconds = *clock.seconds_for_move(Color::black, 9, 10);
  CHECK(seconds > 0.5);
  CHECK(seconds < 5);
  clock.set_left(Color::black, 0, 0);
  CHECK(*clock.seconds_for_move(Color::black, 9, 10) == doctest::Approx(0.01));
  clock.set_left(Color::black, -3, 0);
  CHECK(*clock.seconds_for_move(Color::black, 9, 10) == doctest::Approx(0.01));
}
