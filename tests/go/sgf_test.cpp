// SGF files: what is written comes back, odd files are read, broken ones are refused with a place.
#include <algorithm>

#include <doctest/doctest.h>

#include <tengen/apps/go/board/playout.h>
#include <tengen/apps/go/board/text.h>
#include <tengen/apps/go/sgf/charset.h>
#include <tengen/apps/go/sgf/game.h>

#include "../temporary.h"
#include "naive.h"

using namespace tengen::go;

namespace {

sgf::Tree one(const std::string& text) {
  const auto trees = sgf::parse(text);
  REQUIRE(trees.size() == 1);
  return trees[0];
}

sgf::Replay replayed(const std::string& text) { return sgf::replay(one(text)); }

bool same(const std::vector<sgf::Tree>& a, const std::vector<sgf::Tree>& b) {
  if (a.size() != b.size()) return false;
  for (size_t t = 0; t < a.size(); ++t) {
    if (a[t].nodes.size() != b[t].nodes.size()) return false;
    for (size_t n = 0; n < a[t].nodes.size(); ++n) {
      const sgf::Node &x = a[t].nodes[n], &y = b[t].nodes[n];
      if (x.parent != y.parent || x.first_child != y.first_child || x.next_sibling != y.next_sibling ||
          x.properties.size() != y.properties.size())
        return false;
      for (size_t p = 0; p < x.properties.size(); ++p) {
        if (x.properties[p].id != y.properties[p].id || x.properties[p].raw != y.properties[p].raw)
          return false;
      }
    }
  }
  return true;
}

const std::string kFile =
    "(;FF[4]GM[1]SZ[9]CA[UTF-8]KM[6.5]RU[Chinese]PB[A \\] \\\\ b]XX[unknown][two]\n"
    "AB[cc:dd][gg]AW[ee]\n"
    "C[first\\\nstill first\nsecond]\n"
    "(;W[ce];B[ec](;W[ch])(;W[tt]LB[aa:1]))\n"
    "(;W[gc]))\n"
    "(;SZ[5];B[cc])";

}  // namespace

TEST_CASE("sgf: variations, several games, escapes, unknown properties") {
  const auto trees = sgf::parse(kFile);
  REQUIRE(trees.size() == 2);
  const sgf::Tree& tree = trees[0];
  CHECK(tree.nodes.size() == 6);
  CHECK(tree.children(0) == std::vector<int>{1, 5});
  CHECK(tree.children(2) == std::vector<int>{3, 4});
  CHECK(tree.main_line() == std::vector<int>{0, 1, 2, 3});
  CHECK(tree.nodes[0].text("PB") == "A ] \\ b");
  CHECK(tree.nodes[0].text("C") == "firststill first\nsecond");
  CHECK(tree.nodes[0].find("XX")->values() == std::vector<std::string_view>{"unknown", "two"});
  CHECK(tree.nodes[4].line == 6);
}

TEST_CASE("sgf: what is written reads back the same") {
  const auto trees = sgf::parse(kFile);
  std::string text = sgf::write(trees);
  const auto again = sgf::parse(text);
  CHECK(again[0].nodes[0].text("PB") == "A ] \\ b");
  CHECK(same(again, sgf::parse(sgf::write(again))));
  CHECK(sgf::write(again) == text);
  CHECK(same({trees[0]}, {again[0]}));
  CHECK(sgf::unescape(sgf::escape("a]b\\c[d:e")) == "a]b\\c[d:e");
}

TEST_CASE("sgf: line ends, blanks, old names, text around the game") {
  for (const char* text : {"(;SZ[9]\r\n;B[aa]\r\n;W[bb])", "(;SZ[9]\r;B[aa]\r;W[bb])",
                           " mail (see) \n( ; SZ [9]\t; B\n[aa] ;W[bb] ) bye",
                           "(;SiZe[9];Black[aa];White[bb])", "\xef\xbb\xbf(;SZ[9];B[aa];W[bb])"}) {
    CAPTURE(std::string(text));
    const auto replay = replayed(text);
    CHECK(replay.game.size() == 9);
    CHECK(replay.game.moves().size() == 2);
  }
  CHECK(sgf::unescape("a\r\nb\\\r\nc\rd\n\re") == "a\nbc\nd\ne");
}

TEST_CASE("sgf: charsets become UTF-8") {
  CHECK(one("(;CA[ISO-8859-1]PB[J\xfcrgen])").nodes[0].text("PB") == "J\xc3\xbcrgen");
  CHECK(one("(;PB[J\xfcrgen])").nodes[0].text("PB") == "J\xc3\xbcrgen");
  CHECK(one("(;PB[J\xc3\xbcrgen])").nodes[0].text("PB") == "J\xc3\xbcrgen");
  CHECK(one("(;CA[no such charset]PB[J\xfcrgen])").nodes[0].text("PB") == "J\xc3\xbcrgen");
  // In Shift-JIS the second byte of a character may be a backslash: U+8868 is 95 5C.
  if (!sgf::is_utf8("\x95\x5c") && sgf::to_utf8("\x95\x5c", "SHIFT_JIS") == "\xe8\xa1\xa8") {
    CHECK(one("(;CA[Shift_JIS]PB[\x95\x5c]PW[x])").nodes[0].text("PB") == "\xe8\xa1\xa8");
  }
  CHECK(sgf::is_utf8("\xf0\x9f\x98\x80"));
  for (const char* bad : {"\xc0\x80", "\xed\xa0\x80", "\xe2\x82", "\xff", "\xf4\x90\x80\x80"})
    CHECK_FALSE(sgf::is_utf8(bad));
}

TEST_CASE("sgf: broken files are refused with line, column and what was expected") {
  const auto message = [](const std::string& text) { return error_of([&] { sgf::parse(text); }); };
  CHECK(message("") == "1:1: expected a game that begins with '(;', but got the end of the file");
  CHECK(message("hello") == "1:6: expected a game that begins with '(;', but got the end of the file");
  CHECK(message("(;B[aa]") == "1:8: expected ')' to end the game that is open, but got the end of the file");
  CHECK(message("(;B[aa]\n;W[bb") ==
        "2:6: expected ']' to end the value that begins at 2:3, but got the end of the file");
  CHECK(message("(;B[a\\]") ==
        "1:8: expected ']' to end the value that begins at 1:4, but got the end of the file");
  CHECK(message("(;B)") == "1:4: expected '[' and a value of B, but got ')'");
  CHECK(message("(;B[aa]\r\n!)") == "2:1: expected ';', '(', ')' or a property, but got '!'");
  CHECK(message("(;B[aa](W[bb]))") == "1:9: expected ';' and a node after '(', but got 'W'");
  CHECK(message("(;B[aa](;W[bb]);B[cc])") == "1:16: expected '(' or ')' after a variation, but got ';'");
  CHECK(
      contains(error_of([] { sgf::read("/nonexistent.sgf", [](const sgf::Tree&) {}); }), "cannot be opened"));
  const TemporaryFolder folder;
  const std::string path = folder.write("bad.sgf", "(;B[aa]");
  CHECK(error_of([&] { sgf::read(path, [](const sgf::Tree&) {}); }) ==
        path + ":1:8: expected ')' to end the game that is open, but got the end of the file");
}

TEST_CASE("sgf: a million brackets and a million moves are no problem") {
  constexpr int kDepth = 1000000;
  std::string deep, end(kDepth, ')');
  for (int i = 0; i < kDepth; ++i) deep += "(;";
  const auto trees = sgf::parse(deep + end);
  CHECK(trees[0].nodes.size() == kDepth);
  CHECK(sgf::parse(sgf::write(trees))[0].main_line().size() == kDepth);
  CHECK_FALSE(error_of([&] { sgf::parse(deep); }).empty());
  CHECK_FALSE(error_of([] { sgf::parse(std::string(kDepth, '(')); }).empty());
}

TEST_CASE("sgf: main line to game") {
  const auto replay = sgf::replay(sgf::parse(kFile)[0]);
  const Game& game = replay.game;
  CHECK(game.size() == 9);
  CHECK(game.rules() == Rules{Ko::simple, false, HandicapBonus::n, 6.5});
  CHECK(replay.rules == "Chinese");
  CHECK(replay.warnings.empty());
  CHECK(game.start_stones().size() == 6);
  CHECK(to_string(game.moves()[0].point, 9) == "C5");
  CHECK(game.moves().size() == 3);
  CHECK(game.board().at(parse_point("C7", 9)) == Color::black);
}

TEST_CASE("sgf: handicap, passes, players out of turn") {
  const auto handicap = replayed("(;SZ[9]HA[2]AB[cg][gc];W[ee];B[];W[tt])");
  CHECK(handicap.game.handicap() == 2);
  CHECK(handicap.game.start_to_move() == Color::white);
  CHECK(handicap.game.is_over());
  const auto twice = replayed("(;SZ[9];B[aa];B[bb];W[cc])");
  CHECK(twice.game.moves()[1] == Move{Color::black, 10});
  CHECK(replayed("(;SZ[9]PL[W])").game.to_move() == Color::white);
  CHECK(replayed("(;B[tt])").game.moves()[0].point == 361);
}

TEST_CASE("sgf: stones set up after the first move start the game anew") {
  const auto replay = replayed("(;SZ[5];B[aa];W[bb];AE[aa]AB[cc]PL[W];W[dd])");
  CHECK(replay.warnings.size() == 1);
  CHECK(replay.game.moves().size() == 1);
  CHECK(naive::stones_of(replay.game.board()) == "......O.....X.....O......");
}

TEST_CASE("sgf: rules that do not exist here are replaced, with a warning") {
  const auto replay = replayed("(;SZ[9]RU[Japanese]KM[0.5]RE[B+R])");
  CHECK(replay.game.rules() == Rules{Ko::simple, true, HandicapBonus::none, 0.5});
  CHECK(replay.warnings ==
        std::vector<std::string>{"RU[Japanese] does not exist here: played by simple ko, suicide, komi 7.5"});
  CHECK(replay.result == "B+R");
  sgf::ReplayOptions options;
  options.force_komi = 7.5;
  options.force_rules = rules_named("aga");
  CHECK(sgf::replay(one("(;RU[Japanese]KM[3.75])"), options).game.rules() == rules_named("aga"));
}

TEST_CASE("sgf: games that cannot be replayed say where and why") {
  const auto message = [](const std::string& text) { return error_of([&] { replayed(text); }); };
  CHECK(message("(;SZ[9];B[aa]\n;W[aa])") == "2:1: move 2, W[aa]: there is a stone already");
  CHECK(message("(;SZ[9];B[jj])") == "1:8: move 1, B[jj]: expected a point of a board of size 9 or nothing");
  CHECK(contains(message("(;SZ[20])"), "SZ[20]: expected 2 to 19"));
  CHECK(contains(message("(;SZ[9:13])"), "only square boards"));
  CHECK(contains(message("(;SZ[x])"), "expected a whole number"));
  CHECK(contains(message("(;GM[2])"), "the game of Go"));
  CHECK(contains(message("(;KM[3.3])"), "KM: komi 3.3: expected a whole or half number"));
  CHECK(contains(message("(;SZ[9]AB[zz])"), "AB[zz]: expected a point"));
  CHECK(contains(message("(;SZ[9]AB[aa:zz])"), "AB[aa:zz]: expected a point"));
  CHECK(contains(message("(;SZ[2]AB[aa:bb])"), "without liberties"));
}

TEST_CASE("sgf: game to file and back") {
  Rng rng(3);
  for (int size : {2, 9, 19}) {
    for (const char* rules : {"tromp-taylor", "chinese", "aga"}) {
      Game game(size, rules_named(rules));
      playout(game, rng, 4 * size * size);
      const auto replay = replayed(sgf::write({sgf::to_tree(game)}));
      CHECK(replay.game.board() == game.board());
      CHECK(replay.game.rules() == game.rules());
      CHECK(std::ranges::equal(replay.game.moves(), game.moves()));
      if (game.is_over()) CHECK(replay.result == game.result());
    }
  }
  const std::vector<Move> stones{{Color::black, 0}, {Color::white, 8}, {Color::black, 3}};
  Game game(5, {}, stones, Color::white);
  game.play(12);
  const auto replay = replayed(sgf::write({sgf::to_tree(game, "W+R")}));
  CHECK(replay.game.board() == game.board());
  CHECK(replay.game.start_to_move() == Color::white);
  CHECK(replay.result == "W+R");
}

TEST_CASE("sgf: every truncation and many random changes of a file read or throw") {
  Rng rng(1);
  int good = 0, bad = 0;
  const auto attempt = [&](const std::string& text) {
    try {
      for (const auto& tree : sgf::parse(text)) sgf::replay(tree);
      sgf::write(sgf::parse(text));
      ++good;
    } catch (const tengen::Error&) {
      ++bad;
    }
  };
  for (size_t length = 0; length <= kFile.size(); ++length) attempt(kFile.substr(0, length));
  const std::string signs("()[];:\\\n\r\0ABWaz \xff\x80", 19);
  for (int i = 0; i < 20000; ++i) {
    std::string text = kFile;
    for (uint32_t changes = 1 + rng.below(4); changes > 0; --changes) {
      const size_t at = rng.below(uint32_t(text.size()));
      switch (rng.below(3)) {
        case 0:
          text[at] = signs[rng.below(uint32_t(signs.size()))];
          break;
        case 1:
          text.insert(at, 1, signs[rng.below(uint32_t(signs.size()))]);
          break;
        default:
          text.erase(at, 1 + rng.below(5));
      }
    }
    attempt(text);
  }
  CHECK(good > 1000);
  CHECK(bad > 1000);
}
