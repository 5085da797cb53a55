// One tree: signs, tactics, solved boards, reuse, threads, memory.
#include <array>
#include <atomic>
#include <cmath>
#include <map>
#include <thread>

#include <doctest/doctest.h>

#include <tengen/apps/go/board/area.h>

#include "../temporary.h"
#include "search_tools.h"

using namespace search_tools;

namespace {

/// Only these moves, the other moves as good as never.
void allow(Evaluation& evaluation, std::initializer_list<Point> moves) {
  evaluation.policy.fill(-60);
  for (Point p : moves) evaluation.policy[p] = 0;
}

/// Stones on the board decide: tanh of a quarter of the difference.
void count_stones(const Game& game, Evaluation& evaluation) {
  int difference = 0;
  for (Point p = 0; p < game.board().points(); ++p) {
    if (game.board().at(p) == Color::empty) continue;
    difference += game.board().at(p) == game.to_move() ? 1 : -1;
  }
  evaluation.value = std::tanh(float(difference) / 4);
  evaluation.score = float(difference);
}

SearchSettings value_only() {
  SearchSettings settings;
  settings.score_weight = 0;
  return settings;
}

}  // namespace

TEST_CASE("search: a value counts for the player to move, against him one ply above") {
  // One line of play, evaluated 0.1, -0.3, 0.2, 0.7 from the view of whoever is to move.
  const std::array<float, 4> values{0.1f, -0.3f, 0.2f, 0.7f};
  FunctionEvaluator line([&](const Game& game, Evaluation& e) {
    allow(e, {Point(game.moves().size())});
    e.value = values[game.moves().size()];
    e.score = 10 * e.value;
  });
  Search search(value_only());
  search.set_root(Game(3));
  search_to(search, line, 4);
  CHECK(search.value() == doctest::Approx((0.1 + 0.3 + 0.2 - 0.7) / 4));
  CHECK(search.score() == doctest::Approx(10 * (0.1 + 0.3 + 0.2 - 0.7) / 4));
  const auto candidates = search.candidates();
  REQUIRE(candidates.size() == 1);
  CHECK(candidates[0].value == doctest::Approx((0.3 + 0.2 - 0.7) / 3));
  CHECK(candidates[0].utility == doctest::Approx(candidates[0].value));
  CHECK(candidates[0].visits == 3);
  CHECK(candidates[0].pv == std::vector<Point>{0, 1, 2});
  search.check();
}

TEST_CASE("search: finds the minimax move of a tree of depth 3, not the one with the largest leaf") {
  // Moves 0 or 1, then 2 or 3, then 4 or 5; the result from the view of the first player.
  const std::map<std::array<int, 3>, float> results{
      {{0, 2, 4}, 0.2f},  {{0, 2, 5}, 0.3f},  {{0, 3, 4}, 0.4f}, {{0, 3, 5}, -0.5f},
      {{1, 2, 4}, -0.6f}, {{1, 2, 5}, -0.4f}, {{1, 3, 4}, 0.9f}, {{1, 3, 5}, 0.8f}};
  FunctionEvaluator tree([&](const Game& game, Evaluation& e) {
    const auto moves = game.moves();
    const Point depth = Point(moves.size());
    if (depth < 3) return allow(e, {Point(2 * depth), Point(2 * depth + 1)});
    allow(e, {Point(depth + 3)});
    const float result = results.at({moves[0].point, moves[1].point, moves[2].point});
    e.value = game.to_move() == Color::black ? result : -result;
  });
  Search search(value_only());
  search.set_root(Game(4));
  search_to(search, tree, 2000);
  Rng rng(1);
  CHECK(search.choose(0, rng) == 0);
  const auto candidates = search.candidates();
  CHECK(candidates[0].move == 0);
  CHECK(candidates[0].value == doctest::Approx(0.3).epsilon(0.1));
  CHECK(std::vector<Point>(candidates[0].pv.begin(), candidates[0].pv.begin() + 3) ==
        std::vector<Point>{0, 2, 5});
  REQUIRE(find(candidates, 1));
  CHECK(find(candidates, 1)->value < 0);
  search.check();
}

TEST_CASE("search: takes what is in atari, and saves what is") {
  const std::string take =
      ". . . . ."
      ". X X . ."
      "X O O X ."
      ". X O X ."
      ". . . . .";
  const std::string save =
      ". . . . ."
      ". X . . ."
      "X O . . ."
      ". X . . ."
      ". . . . .";
  FunctionEvaluator stones(count_stones);
  Rng rng(1);
  Search search;
  search.set_root(game_from(take, Color::black));
  search_to(search, stones, 300);
  CHECK(to_string(search.choose(0, rng), 5) == "C1");
  search.set_root(game_from(save, Color::white));
  search_to(search, stones, 3000);
  CHECK(to_string(search.choose(0, rng), 5) == "C3");
}

TEST_CASE("search: solves the 2x2 board from the ends of its games alone: Black wins by one point") {
  UniformEvaluator uniform;
  Search search;
  search.set_root(Game(2, with_komi(0.5)));
  search_to(search, uniform, 20000);
  CHECK(search.value() > 0.9);
  CHECK(search.score() > 0);
  search.set_root(Game(2, with_komi(1.5)));
  search_to(search, uniform, 20000);
  CHECK(search.value() < -0.9);
  CHECK(search.score() < 0);
}

TEST_CASE("search: with random games for values, Black owns a 3x3 board from its center") {
  Rng random(7), rng(1);
  FunctionEvaluator playouts([&](const Game& game, Evaluation& e) {
    Game copy = game;
    playout(copy, random, 100);
    e.score = float(score_now(copy) * (copy.to_move() == game.to_move() ? 1 : -1));
    e.value = float((e.score > 0) - (e.score < 0));
    const Area area = area_of(copy.board());
    for (Point p = 0; p < 9; ++p) e.ownership[p] = area.owner[p] == game.to_move() ? 1 : -1;
  });
  Search search;
  search.set_root(Game(3, with_komi(8.5)));
  search_to(search, playouts, 20000);
  CHECK(to_string(search.choose(0, rng), 3) == "B2");
  CHECK(search.value() > 0.7);
  search.check();
  std::array<float, 9> owners;
  search.ownership(owners);
  for (float owner : owners) CHECK(owner > 0.7);
}

TEST_CASE("search: an ended game is worth its score, komi counted; a draw is worth nothing") {
  FunctionEvaluator pass_only([](const Game& game, Evaluation& e) { allow(e, {game.board().pass()}); });
  const std::string rows = "X X . / . X . / . . .";
  const struct {
    double komi;
    float value;
  } cases[] = {{8.5, 1.f}, {9, 0.f}, {9.5, -1.f}};
  for (const auto& [komi, value] : cases) {
    SearchSettings settings = value_only();
    settings.prune_pointless = false;
    Search search(settings);
    Game game = game_from(rows, Color::black, with_komi(komi));
    game.play(game.board().pass());
    search.set_root(game);  // White to move: his pass ends the game
    search_to(search, pass_only, 11);
    const auto candidates = search.candidates();
    REQUIRE(candidates.size() == 1);
    CHECK(candidates[0].visits == 10);
    CHECK(candidates[0].value == -value);
    CHECK(candidates[0].score == -float(9 - komi));
    search.check();
  }
}

TEST_CASE("search: the subtree of the moves played is kept as it was, the rest is freed") {
  FunctionEvaluator stones(count_stones);
  Search search;
  Game game(5);
  search.set_root(game);
  search_to(search, stones, 500);
  const Candidate first = search.candidates()[0];
  const size_t memory = search.memory();
  game.play(first.move);
  search.set_root(game);
  CHECK(search.visits() == first.visits);
  CHECK(search.value() == doctest::Approx(-first.value));
  CHECK(search.score() == doctest::Approx(-first.score));
  const auto candidates = search.candidates();
  REQUIRE(!candidates.empty());
  CHECK(candidates[0].pv == std::vector<Point>(first.pv.begin() + 1, first.pv.end()));
  search.check();

  // Going on changes nothing above the new root (there is nothing above), and what was freed is used again.
  search_to(search, stones, 500);
  search.check();
  CHECK(search.memory() <= memory + 64 * 1024);

  // Two moves at once; the same game again; a move that was not looked at; other komi; moves taken back.
  const Candidate second = search.candidates()[0];
  REQUIRE(second.pv.size() >= 2);
  game.play(second.pv[0]);
  game.play(second.pv[1]);
  search.set_root(game);
  const int kept = search.visits();
  CHECK(kept > 0);
  CHECK(kept < second.visits);
  search.set_root(game);
  CHECK(search.visits() == kept);
  Game other = game;
  other.set_komi(0.5);
  search.set_root(other);
  CHECK(search.visits() == 0);
  search_to(search, stones, 50);
  other.undo();
  search.set_root(other);
  CHECK(search.visits() == 0);
  CHECK(search.candidates().empty());
  search.check();
}

TEST_CASE("search: an ended game may be searched on, also from the tree that saw its end") {
  UniformEvaluator uniform;
  Search search;
  Game game(3);
  search.set_root(game);
  search_to(search, uniform, 2000);
  game.play(game.board().pass());
  search.set_root(game);
  CHECK(search.visits() > 0);
  game.play(game.board().pass());
  search.set_root(game);
  search_to(search, uniform, 200);
  CHECK(search.candidates().size() > 1);
  search.check();
}

TEST_CASE("search: the tree of a line of 3,000 moves is freed") {
  FunctionEvaluator line([](const Game& game, Evaluation& e) {
    // Sending two, returning one would repeat positions; simple ko lets the pass and one move alternate.
    const Board& board = game.board();
    e.policy.fill(-90);
    e.policy[board.pass()] = -30;
    for (Point p : board.empty_points()) e.policy[p] = float(p);
    e.value = 0;
  });
  Rules rules;
  rules.ko = Ko::simple;
  SearchSettings settings;
  settings.c_puct = 100;
  settings.prune_pointless = false;
  Search search(settings);
  search.set_root(Game(2, rules));
  search_to(search, line, 3000);
  search.check();
  search.set_root(Game(3, rules));
  CHECK(search.visits() == 0);
}

TEST_CASE("search: one seed, one tree") {
  SearchSettings settings;
  settings.noise_weight = 0.25f;
  settings.forced_playouts = 2;
  FunctionEvaluator stones(count_stones);
  std::vector<std::pair<Point, int>> counts[2];
  for (auto& c : counts) {
    Search search(settings, 5);
    search.set_root(Game(5));
    search_to(search, stones, 300);
    c = search.visit_counts(false);
  }
  CHECK(counts[0] == counts[1]);
  Search other(settings, 6);
  other.set_root(Game(5));
  search_to(other, stones, 300);
  CHECK(other.visit_counts(false) != counts[0]);
}

TEST_CASE("search: threads in one tree lose no visit and leave no virtual loss") {
  FunctionEvaluator stones(count_stones);
  for (bool transpositions : {false, true}) {
    SearchSettings settings;
    settings.transpositions = transpositions;
    settings.forced_playouts = 2;
    Search search(settings);
    search.set_root(Game(5));
    std::atomic<int> made{0};
    const auto work = [&](int seed) {
      Rng rng(seed);
      std::vector<Search::Leaf> leaves(3);
      while (made < 3000) {
        int gathered = 0;
        while (gathered < 3) {
          const Search::Step step = search.begin(leaves[gathered]);
          if (step == Search::Step::collision) break;
          step == Search::Step::done ? ++made : ++gathered;
        }
        for (int i = 0; i < gathered; ++i) {
          if (rng.below(10) == 0) {
            search.cancel(leaves[i]);
          } else {
            search.finish(leaves[i], evaluate_one(stones, leaves[i].game));
            ++made;
          }
        }
        if (rng.below(50) == 0) {
          std::array<float, 25> owners;
          search.ownership(owners);
          CHECK(search.candidates().size() <= 26);
          search.choose(1, rng);
        }
      }
    };
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 4; ++i) threads.emplace_back(work, i);
    }
    CHECK(search.visits() == made);
    search.check();
  }
}

TEST_CASE("search: a position met twice takes its evaluation over") {
  int evaluations[2];
  float values[2];
  for (bool transpositions : {false, true}) {
    int& n = evaluations[transpositions];
    n = 0;
    FunctionEvaluator counting([&](const Game& game, Evaluation& e) {
      ++n;
      count_stones(game, e);
    });
    SearchSettings settings;
    settings.transpositions = transpositions;
    Search search(settings);
    search.set_root(Game(3));
    search_to(search, counting, 1500);
    search.check();
    values[transpositions] = search.value();
    CHECK(search.visits() == 1500);
  }
  CHECK(evaluations[1] < 0.8 * evaluations[0]);
  CHECK(values[1] == doctest::Approx(values[0]).epsilon(0.05));
}

TEST_CASE("search: an evaluator that returns no number is refused, and the tree stays whole") {
  Search search;
  search.set_root(Game(3));
  Search::Leaf leaf;
  REQUIRE(search.begin(leaf) == Search::Step::evaluate);
  Evaluation bad{};
  bad.value = NAN;
  CHECK(contains(error_of([&] { search.finish(leaf, bad); }), "the evaluator returned value nan"));
  search.check();
  REQUIRE(search.begin(leaf) == Search::Step::evaluate);
  Search::Leaf other;
  CHECK(search.begin(other) == Search::Step::collision);
  CHECK(contains(error_of([&] { search.set_root(Game(3)); }), "a visit is still under way"));
  search.cancel(leaf);
  search.check();
  CHECK(search.visits() == 0);
  Rng rng(1);
  CHECK(search.choose(0, rng) == 9);
}
