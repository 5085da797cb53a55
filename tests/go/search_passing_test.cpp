// Ends of games: pointless moves, settled boards, passing.
#include <doctest/doctest.h>

#include "search_tools.h"

using namespace search_tools;

namespace {

/// Both sides live with two eyes; White's dead stone stands in Black's corner in the second board.
const std::string kSettled =
    ". X . X O"
    "X X X X O"
    "X X X O O"
    "O O O O ."
    ". O . O O";
const std::string kDeadStone =
    ". X . O X"
    "X X X X X"
    "O O O O O"
    ". O . O ."
    "O O O O O";

/// All for the pass.
FunctionEvaluator passing([](const Game& game, Evaluation& e) { e.policy[game.board().pass()] = 20; });
/// Against the pass.
FunctionEvaluator playing([](const Game& game, Evaluation& e) { e.policy[game.board().pass()] = -20; });

Point play_one(const Game& game, Evaluator& evaluator, int visits = 1) {
  Search search;
  search.set_root(game);
  search_to(search, evaluator, visits);
  Rng rng(1);
  return choose_to_play(search, 0, rng);
}

}  // namespace

TEST_CASE("search: settled boards") {
  CHECK(settled(parse_board(kSettled), true));
  CHECK_FALSE(settled(Board(5), true));
  CHECK_FALSE(settled(parse_board(kDeadStone), false));
}

TEST_CASE("search: pointless moves are no candidates, the pass and captures of dead stones are") {
  Search search;
  UniformEvaluator uniform;
  const Game over = game_from(kSettled, Color::black);
  search.set_root(over);
  search_to(search, uniform, 50);
  CHECK(search.priors().size() == 1);
  CHECK(search.candidates()[0].move == 25);
  CHECK(search.decided(1000));

  Rules rules;
  rules.suicide = false;
  const Game open = game_from(kDeadStone, Color::black, rules);
  const PointSet pointless = pointless_moves(open.board(), Color::black, false);
  CHECK_FALSE(pointless[2]);  // C5 takes the stone on D5
  CHECK(pointless[0]);        // an eye
  CHECK(pointless[15]);       // an eye of White's
  search.set_root(open);
  search_to(search, uniform, 100);
  CHECK(find(search.candidates(), 2));
  CHECK_FALSE(find(search.candidates(), 0));
  CHECK_FALSE(find(search.candidates(), 15));
}

TEST_CASE("search: a subtree that is kept loses the moves that are pointless at the root") {
  UniformEvaluator uniform;
  SearchSettings settings;
  settings.prune_pointless = false;
  Search search(settings);
  Game game = game_from(kDeadStone, Color::white);
  search.set_root(game);
  search_to(search, uniform, 600);
  game.play(25);
  search.settings().prune_pointless = true;
  search.set_root(game);
  CHECK(search.visits() > 0);
  search.check();
  const PointSet pointless = pointless_moves(game.board(), Color::black, true);
  CHECK(pointless.any());
  for (const Candidate& c : search.candidates()) CHECK_FALSE(pointless[c.move]);
  for (const auto& [move, prior] : search.priors()) CHECK_FALSE(pointless[move]);
  search_to(search, uniform, 800);
  search.check();
}

TEST_CASE("search: a winning pass after the opponent's ends the game, whatever policy or search say") {
  Game game =
      game_from(". . . . . / . . . . . / . . X . . / . . . . . / . . . . .", Color::white, with_komi(3.5));
  game.play(25);  // White passes; all points are Black's
  CHECK(score_now(game) == doctest::Approx(21.5));
  CHECK(play_one(game, playing) == 25);
  CHECK(play_one(game, playing, 50) == 25);
}

TEST_CASE("search: no pass into a lost game while something else can be tried") {
  // White is to move: all points are Black's.
  const Game lost =
      game_from(". . . . . / . . . . . / . . X . . / . . . . . / . . . . .", Color::white, with_komi(3.5));
  CHECK(play_one(lost, passing) != 25);
  CHECK(play_one(lost, passing, 30) != 25);
  // Winning, the policy may pass: after the answer it wins.
  const Game won =
      game_from(". . . . . / . . . . . / . . X . . / . . . . . / . . . . .", Color::black, with_komi(3.5));
  CHECK(play_one(won, passing) == 25);
  // Settled: nothing else is left, lost or won.
  CHECK(play_one(game_from(kSettled, Color::white), passing) == 25);
  CHECK(play_one(game_from(kSettled, Color::black), playing) == 25);
}

TEST_CASE("search: dead stones are captured when the score needs it") {
  // With the dead white stone counted for White, Black is behind; without it he wins.
  Rules rules;
  rules.suicide = false;
  rules.komi = -6.5;
  Game game = game_from(kDeadStone, Color::white, rules);
  game.play(25);
  CHECK(score_now(game) < 0);
  CHECK(to_string(play_one(game, passing), 5) == "C5");
  UniformEvaluator uniform;
  CHECK(to_string(play_one(game, uniform, 400), 5) == "C5");
}
