// The JSON analysis protocol.
#include <algorithm>
#include <map>
#include <sstream>

#include <doctest/doctest.h>

#include <tengen/apps/go/board/playout.h>

#include "../temporary.h"
#include "analysis_fixture.h"
#include "live_session.h"

using namespace tengen::go;

namespace {

std::vector<json> analyze(const std::string& lines, int positions = 3) {
  return analysis_answers(lines, positions, 30);
}

json one(const std::string& line) {
  const auto answers = analyze(line + "\n");
  REQUIRE(answers.size() == 1);
  return answers[0];
}

json query(const std::string& extra = "{}") {
  json q = json::parse(
      R"({"id":"a","moves":[["B","C3"],["W","D4"]],"rules":"tromp-taylor","komi":5.5,"boardXSize":5,"boardYSize":5})");
  q.update(json::parse(extra));
  return q;
}

std::string error_for(const std::string& extra) {
  const json answer = one(to_text(query(extra)));
  CHECK(answer["id"] == "a");
  REQUIRE(answer.contains("error"));
  return answer["field"].get<std::string>() + ": " + answer["error"].get<std::string>();
}

}  // namespace

TEST_CASE("analysis: a position, its moves, root, ownership and policy") {
  const json answer = one(to_text(query(R"({"includeOwnership":true,"includePolicy":true,"maxVisits":50})")));
  CHECK(answer["id"] == "a");
  CHECK(answer["turnNumber"] == 2);
  CHECK(answer["isDuringSearch"] == false);
  CHECK(answer["rootInfo"]["visits"] == 50);
  CHECK(answer["rootInfo"]["currentPlayer"] == "B");
  CHECK(answer["ownership"].size() == 25);
  REQUIRE(answer["policy"].size() == 26);
  double sum = 0;
  for (const json& p : answer["policy"]) sum += std::max(p.get<double>(), 0.0);
  CHECK(sum == doctest::Approx(1));
  CHECK(answer["policy"][12] == -1);  // C3
  CHECK(answer["policy"][8] == -1);   // D4
  int order = 0, visits = 0;
  for (const json& move : answer["moveInfos"]) {
    CHECK(move["order"] == order++);
    CHECK(move["pv"][0] == move["move"]);
    visits += move["visits"].get<int>();
    for (const char* key : {"winrate", "scoreLead", "scoreMean", "prior", "utility", "lcb", "utilityLcb"}) {
      CHECK(move[key].is_number());
    }
  }
  CHECK(visits == 49);
}

TEST_CASE("analysis: several turns of several queries at once, each answered once") {
  std::string lines;
  for (int i = 0; i < 10; ++i) {
    json q = query(R"({"analyzeTurns":[0,1,2]})");
    q["id"] = "q" + std::to_string(i);
    lines += to_text(q) + "\n";
  }
  std::map<std::pair<std::string, int>, int> seen;
  for (const json& answer : analyze(lines)) {
    ++seen[{answer["id"], answer["turnNumber"]}];
    CHECK(answer["rootInfo"]["visits"] == 30);
    CHECK(answer["rootInfo"]["currentPlayer"] == (answer["turnNumber"] == 1 ? "W" : "B"));
  }
  CHECK(seen.size() == 30);
  CHECK(std::ranges::all_of(seen, [](const auto& s) { return s.second == 1; }));
}

TEST_CASE("analysis: the greatest priority first, then the order of the query") {
  std::vector<int> order;
  const json q = query(R"({"analyzeTurns":[0,1,2,1],"priorities":[0,5,9,0]})");
  for (const json& answer : analyze(to_text(q) + "\n", 1)) order.push_back(answer["turnNumber"]);
  CHECK(order == std::vector<int>{2, 1, 0, 1});
}

TEST_CASE("analysis: the view of Black, White or the player to move") {
  struct Lead : UniformEvaluator {
    void evaluate(std::span<const Game* const> games, std::span<Evaluation* const> out) override {
      UniformEvaluator::evaluate(games, out);
      for (size_t i = 0; i < games.size(); ++i) {
        const float sign = games[i]->to_move() == Color::black ? 1 : -1;
        out[i]->value = 0.4f * sign;
        out[i]->score = 4 * sign;
        out[i]->ownership.fill(0.5f * sign);
      }
    }
  };
  for (const auto& [view, turn, rate] : {std::tuple{"BLACK", 0, 0.7},
                                         {"BLACK", 1, 0.7},
                                         {"WHITE", 0, 0.3},
                                         {"WHITE", 1, 0.3},
                                         {"SIDETOMOVE", 0, 0.7},
                                         {"sidetomove", 1, 0.3}}) {
    json q = query(R"({"maxVisits":1,"includeOwnership":true})");
    q["analyzeTurns"] = {turn};
    q["overrideSettings"]["reportAnalysisWinratesAs"] = view;
    std::istringstream input(to_text(q) + "\n");
    std::ostringstream output;
    run_analysis(std::make_shared<Lead>(), {}, input, output);
    const json answer = json::parse(output.str());
    CHECK(answer["rootInfo"]["winrate"] == doctest::Approx(rate));
    CHECK(answer["rootInfo"]["scoreLead"] == doctest::Approx(rate > 0.5 ? 4 : -4));
    CHECK(answer["ownership"][3] == doctest::Approx(rate > 0.5 ? 0.5 : -0.5).epsilon(0.01));
  }
}

TEST_CASE("analysis: setup, handicap and who begins") {
  const json answer = one(to_text(query(
      R"({"initialStones":[["B","A1"],["B","B2"]],"moves":[],"initialPlayer":"W","rules":"chinese"})")));
  CHECK(answer["rootInfo"]["currentPlayer"] == "W");
  CHECK(answer["turnNumber"] == 0);
  CHECK(one(to_text(query(R"({"rules":{"ko":"SIMPLE","suicide":false}})"))).contains("rootInfo"));
}

TEST_CASE("analysis: what is wrong with a query is said by its field") {
  CHECK(contains(error_for(R"({"boardXSize":20})"), "boardXSize: expected a number from 2 to 19"));
  CHECK(contains(error_for(R"({"boardYSize":6})"), "boardYSize: only square"));
  CHECK(contains(error_for(R"({"komi":5.3})"), "komi: komi 5.3"));
  CHECK(contains(error_for(R"({"rules":7})"), "rules: "));
  CHECK(contains(error_for(R"({"moves":[["B","C3"],["W","C3"]]})"),
                 "moves: Illegal move 2: white C3: there is"));
  CHECK(contains(error_for(R"({"moves":[["B","Z9"]]})"), "moves: 'Z9' is no point"));
  CHECK(contains(error_for(R"({"moves":[["B"]]})"), "moves: expected pairs"));
  CHECK(contains(error_for(R"({"moves":"B C3"})"), "moves: expected an array"));
  CHECK(contains(error_for(R"({"analyzeTurns":[3]})"), "analyzeTurns: expected a number from 0 to 2"));
  CHECK(contains(error_for(R"({"maxVisits":0})"), "maxVisits: expected a number from 1"));
  CHECK(contains(error_for(R"({"maxVisits":1.5})"), "maxVisits: expected a whole number"));
  CHECK(contains(error_for(R"({"includeOwnership":1})"), "includeOwnership: expected true or false"));
  CHECK(contains(error_for(R"({"priorities":[1,2]})"), "priorities: expected one number for each"));
  CHECK(
      contains(error_for(R"({"initialStones":[["B","A1"],["W","A1"]]})"), "initialStones: two stones on A1"));
  CHECK(contains(error_for(R"({"initialPlayer":"X"})"), "initialPlayer: 'X' is no color"));
  CHECK(contains(error_for(R"({"avoidMoves":[{"player":"B"}]})"), "avoidMoves: expected objects"));
  CHECK(contains(error_for(R"({"overrideSettings":{"maxTime":"x"}})"),
                 "overrideSettings.maxTime: expected a number"));
  CHECK(one(R"({"moves":[]})")["field"] == "id");
  CHECK(contains(one("nonsense")["error"], "not valid JSON"));
  CHECK(contains(one("[1,2]")["error"], "expected a JSON object"));
  CHECK(contains(one(std::string(100000, '['))["error"], "nested deeper"));
}

TEST_CASE("analysis: unknown fields warn, and the answer comes all the same") {
  const auto answers = analyze(to_text(query(R"({"noSuch":1,"overrideSettings":{"alsoNot":2}})")) + "\n");
  REQUIRE(answers.size() == 3);
  CHECK(std::ranges::count_if(answers, [](const json& a) { return a.contains("warning"); }) == 2);
  CHECK(std::ranges::count_if(answers, [](const json& a) { return a.contains("rootInfo"); }) == 1);
}

TEST_CASE("analysis: avoidMoves and allowMoves") {
  const json few =
      one(to_text(query(R"({"allowMoves":[{"player":"B","moves":["A1","B1"],"untilDepth":1}]})")));
  CHECK(few["moveInfos"].size() == 2);
  const json some = one(to_text(
      query(R"({"maxVisits":200,"avoidMoves":[{"player":"B","moves":["A1","pass"],"untilDepth":1}]})")));
  for (const json& move : some["moveInfos"]) {
    CHECK(move["move"] != "A1");
    CHECK(move["move"] != "pass");
  }
}

TEST_CASE("analysis: actions") {
  const json version = one(R"({"id":"v","action":"query_version","more":[1]})");
  CHECK(version["version"] == "1.2.3");
  CHECK(version["more"] == json{1});
  CHECK(one(R"({"id":"c","action":"clear_cache"})")["id"] == "c");
  CHECK(one(R"({"id":"c","action":"dance"})")["field"] == "action");
  CHECK(one(R"({"id":"c","action":"terminate"})")["field"] == "terminateId");
}

TEST_CASE("analysis: terminate ends running and waiting queries; reports come during a search") {
  AnalysisSettings settings;
  settings.positions = 1;
  LiveSession session([settings](std::istream& in, std::ostream& out) {
    run_analysis(std::make_shared<UniformEvaluator>(), settings, in, out);
  });
  json q = query(R"({"maxVisits":1000000,"analyzeTurns":[0,1],"reportDuringSearchEvery":0.02})");
  session.type(to_text(q) + "\n");
  REQUIRE(session.wait_for("\"isDuringSearch\":true"));
  session.type("{\"id\":\"t\",\"action\":\"terminate\",\"terminateId\":\"a\",\"turnNumbers\":[1]}\n");
  REQUIRE(session.wait_for("\"noResults\":true"));
  CHECK(session.output().find("\"isDuringSearch\":false,\"moveInfos\"") == std::string::npos);
  session.type("{\"id\":\"t\",\"action\":\"terminate_all\"}\n");
  REQUIRE(session.wait_for("\"isDuringSearch\":false,\"moveInfos\""));
}

TEST_CASE("analysis: damaged queries are answered, never a crash") {
  Rng rng(3);
  const std::string whole = to_text(query(R"({"analyzeTurns":[1],"priority":1,"includePolicy":true})"));
  std::string lines;
  for (int i = 0; i < 400; ++i) {
    std::string line = whole;
    for (int k = 0; k < 3; ++k) {
      const size_t at = rng.below(uint32_t(line.size()));
      const char byte = rng.below(3) == 0 ? char(rng.below(256)) : "0123456789[]{}\",:-.eBW"[rng.below(22)];
      if (rng.below(2)) {
        line[at] = byte;
      } else {
        line.erase(at, 1 + rng.below(4));
      }
    }
    std::erase(line, '\n');
    lines += line + "\n";
  }
  AnalysisSettings settings;
  settings.defaults.limits.visits = 2;
  std::istringstream input(lines + to_text(query(R"({"id":"last","maxVisits":2})")) + "\n");
  std::ostringstream output;
  run_analysis(std::make_shared<UniformEvaluator>(), settings, input, output);
  CHECK(contains(output.str(), "\"id\":\"last\",\"isDuringSearch\":false"));
}
