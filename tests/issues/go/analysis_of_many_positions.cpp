// A query may name very many positions: each is found at once, the most urgent and then the oldest first.
#include <doctest/doctest.h>

#include "../../go/analysis_fixture.h"

using namespace tengen::go;

namespace {

std::vector<json> answers(const std::string& lines) {
  return analysis_answers(lines, /*positions=*/1, /*visits=*/1);
}

std::string list(int count, int (*number)(int)) {
  std::string text;
  for (int i = 0; i < count; ++i) text += (i ? "," : "") + std::to_string(number(i));
  return "[" + text + "]";
}

}  // namespace

TEST_CASE("analysis: by priority, then by age") {
  constexpr int kTurns = 600;
  std::string moves;
  for (int i = 0; i < kTurns; ++i)
    moves += (i ? "," : "") + std::string(i % 2 ? R"(["W","pass"])" : R"(["B","pass"])");
  const auto said = answers(R"({"id":"x","boardXSize":2,"boardYSize":2,"moves":[)" + moves +
                            R"(],"analyzeTurns":)" + list(kTurns, [](int i) { return i; }) +
                            R"(,"priorities":)" + list(kTurns, [](int i) { return i % 3; }) + "}\n");
  REQUIRE(said.size() == kTurns);
  int in_order = 0;
  for (size_t i = 1; i < said.size(); ++i) {
    const int before = said[i - 1]["turnNumber"], now = said[i]["turnNumber"];
    in_order += before % 3 > now % 3 || (before % 3 == now % 3 && before < now);
  }
  CHECK(in_order >= kTurns - 2);  // the first may have begun before the others were there
}

TEST_CASE("analysis: many positions wait, and are terminated, in a moment") {
  constexpr int kTurns = 10'000;
  const std::string query =
      R"({"id":"x","boardXSize":2,"boardYSize":2,"moves":[],"maxVisits":100000,"analyzeTurns":)" +
      list(kTurns, [](int) { return 0; }) + "}\n";
  const auto said = answers(query + R"({"id":"t","action":"terminate","terminateId":"x","turnNumbers":)" +
                            list(kTurns, [](int i) { return i; }) + "}\n");
  CHECK(said.size() == kTurns + 1);
}

TEST_CASE("analysis: a game is not longer than games are") {
  std::string moves = R"(["B","pass"])";
  for (int i = 0; i < 10'000; ++i) moves += R"(,["W","pass"])";
  const auto said = answers(R"({"id":"x","boardXSize":2,"boardYSize":2,"moves":[)" + moves + "]}\n");
  REQUIRE(said.size() == 1);
  CHECK(said[0]["field"] == "moves");
  CHECK(said[0]["error"] == "expected at most 10000, but got 10001");
}
