// tengen-go sgf.
#include <sstream>

#include <doctest/doctest.h>

#include <tengen/apps/go/play/sgf_tool.h>

#include "../temporary.h"

using namespace tengen::go;

TEST_CASE("sgf tool: check names line and column, and counts bad files") {
  TemporaryFolder folder;
  const std::string good =
      folder.write("good.sgf", "(;SZ[9];B[aa];W[bb])(;SZ[5];B[aa](;W[bb])(;W[cc];B[dd]))");
  const std::string illegal = folder.write("illegal.sgf", "(;SZ[9]\n;B[aa]\n ;W[aa])");
  const std::string cut = folder.write("cut.sgf", "(;SZ[9];B[aa");
  std::ostringstream out;
  CHECK(check_sgf({good, illegal, cut, folder / "none.sgf"}, out) == 3);
  CHECK(contains(out.str(), good + ": game 1: 9x9, 2 moves, 3 nodes\n"));
  CHECK(contains(out.str(), good + ": game 2: 5x5, 2 moves, 5 nodes\n"));
  CHECK(contains(out.str(), illegal + ":3:2: move 2, W[aa]: there is a stone already\n"));
  CHECK(contains(out.str(), cut + ":1:"));
  CHECK(contains(out.str(), "none.sgf"));
}

TEST_CASE("sgf tool: the board after some moves, the main line, the result by our count") {
  TemporaryFolder folder;
  const std::string path = folder.write(
      "game.sgf", "(;SZ[3]KM[0.5]RE[B+R]PB[a]PW[b];B[bb];W[aa];B[ab];W[ca];B[ba](;W[])(;W[cc]))");
  std::ostringstream out;
  print_sgf(path, {.game = 1, .move = 2, .rules = {}}, out);
  CHECK(contains(out.str(), "black: a, white: b\n"));
  CHECK(contains(out.str(), "after 2 moves, black to move:\n   A B C\n 3 O . . 3\n 2 . X . 2\n 1 . . . 1\n"));
  out.str({});
  replay_sgf(path, {}, out);
  CHECK(contains(out.str(), "5 black B3, captures 1\n6 white pass\n"));
  CHECK(contains(out.str(), "result in the file: B+R; by area of all stones: B+"));
  CHECK(contains(error_of([&] { print_sgf(path, {.game = 2, .move = {}, .rules = {}}, out); }),
                 "there is no game 2 of 1"));
}
