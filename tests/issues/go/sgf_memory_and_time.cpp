// A file takes memory and time in proportion to its size, whatever it holds.
#include <chrono>

#include <doctest/doctest.h>

#include <tengen/apps/go/sgf/game.h>

#include "../../program.h"
#include "../../temporary.h"

using namespace tengen::go;

namespace {

double seconds_of(const std::function<void()>& body) {
  const auto start = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// A node with so many different properties.
std::string properties(int count) {
  std::string text = "(;SZ[5]";
  for (int i = 0; i < count; ++i) {
    std::string id;
    for (int n = i, digit = 0; digit < 5; ++digit, n /= 26) id += char('A' + n % 26);
    text += id + "[]";
  }
  return text + ";B[aa])";
}

}  // namespace

TEST_CASE("sgf: properties of one node take linear time") {
  const auto read = [](const std::string& text) {
    return seconds_of([&] { CHECK(sgf::replay(sgf::parse(text)[0]).game.moves().size() == 1); });
  };
  const std::string few = properties(5'000), many = properties(40'000);
  CHECK(read(many) < 5 * 8 * std::max(read(few), 0.001));
  const sgf::Tree tree = sgf::parse("(;B[aa]C[x]B[bb][cc]C[y])")[0];  // what comes twice is one property
  CHECK(tree.nodes[0].properties.size() == 2);
  CHECK(tree.nodes[0].find("B")->values() == std::vector<std::string_view>{"aa", "bb", "cc"});
  CHECK(tree.nodes[0].text("C") == "x");
}

TEST_CASE("sgf: a file has any number of games, read one after the other") {
  int64_t games = 0;
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += "(;B[aa];W[bb])";
  sgf::parse(text, [&](const sgf::Tree& tree) { games += tree.nodes.size() == 2; });
  CHECK(games == 50'000);
}

TEST_CASE("sgf: rectangles, and stones set up in every node, take linear time") {
  std::string text = "(;SZ[19]AB";
  for (int i = 0; i < 30'000; ++i) text += "[aa:ss]";
  text += ")";
  CHECK(contains(error_of([&] { sgf::replay(sgf::parse(text)[0]); }), "without liberties"));
  text = "(;SZ[9]";
  for (int i = 0; i < 10'000; ++i) text += ";AE[aa];B[aa]";
  const sgf::Replay replay = sgf::replay(sgf::parse(text + ")")[0]);
  CHECK(replay.warnings.size() == 1);  // told once
}

#if !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)  // they need more address space than any limit
TEST_CASE("sgf: files that are all nodes, properties or games fit into little memory") {
  const TemporaryFolder folder;
  const auto check = [&](const std::string& text, const std::string& says) {
    const std::string file = folder.write("file.sgf", text);
    const auto outcome = run_program("ulimit -v 600000; OMP_NUM_THREADS=1 " TENGEN_GO_PROGRAM " sgf check '" +
                                     file + "' 2>/dev/null | tail -n 1");
    CHECK(contains(outcome.text, says));
  };
  check("(" + std::string(5'000'000, ';') + ")",
        "file.sgf:1:2000002: expected a game of at most 2000000 nodes and properties, but got more");
  std::string values = "(;C", games;
  while (values.size() < 2'000'000) values += "[]";
  check(values + ")", "game 1: 19x19, 0 moves, 1 nodes");
  while (games.size() < 60'000) games += "(;)";
  check(games, "game 20000: 19x19, 0 moves, 1 nodes");
}
#endif
