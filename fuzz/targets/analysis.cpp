// Lines of the JSON analysis protocol, with an evaluator that knows nothing.
#include <sstream>

#include <tengen/apps/go/play/analysis.h>

#include "../target.h"

namespace tengen::fuzz {
namespace {

using namespace tengen::go;

/// Queries may ask for hours: only those that ask for little are searched.
bool is_quick(const std::string& line) {
  try {
    const json object = parse_json(line);
    if (!object.is_object() || object.contains("action")) return true;
    const Query query = parse_query(object, {});
    for (const int turn : query.turns) position(query, turn);
    return query.turns.size() <= 4 && query.limits.visits <= 16;
  } catch (const Error&) {
    return true;
  }
}

void read(std::string_view bytes) {
  std::istringstream lines{std::string(bytes)};
  std::string quick;
  for (std::string line; std::getline(lines, line);) {
    if (is_quick(line)) quick += line + "\n";
  }
  std::istringstream input(quick);
  std::ostringstream output;
  AnalysisSettings settings;
  settings.positions = settings.leaves_per_batch = 1;
  run_analysis(std::make_shared<UniformEvaluator>(), settings, input, output);
}

std::vector<std::string> seeds() {
  const std::string begin =
      R"({"id":"a","boardXSize":5,"boardYSize":5,"rules":"tromp-taylor","maxVisits":8,"moves":)";
  std::vector<std::string> all = {
      begin +
          R"([["B","C3"],["W","D4"]],"komi":6.5,"analyzeTurns":[0,1,2],"includeOwnership":true,"includePolicy":true})",
      begin + R"([],"initialStones":[["B","A1"],["W","B2"]],"initialPlayer":"W","priority":3})",
      begin +
          R"([],"avoidMoves":[{"player":"B","moves":["C3","pass"],"untilDepth":2}],"reportDuringSearchEvery":0.5})",
      begin + R"([],"allowMoves":[{"player":"B","moves":["C3"],"untilDepth":1}],"whiteHandicapBonus":"N"})",
      begin +
          R"([["B","C3"]],"analyzeTurns":[0,1],"priorities":[1,2],"overrideSettings":{"maxPlayouts":4,"cpuctExploration":2,
        "reportAnalysisWinratesAs":"SIDETOMOVE"}})",
      begin +
          R"([],"rules":{"ko":"SIMPLE","suicide":true},"komi":1e300,"rootPolicyTemperature":1.1,"rootFpuReductionMax":0.2})",
      R"({"id":"a","action":"query_version"}
{"id":"b","action":"clear_cache"}
{"id":"c","action":"terminate","terminateId":"a","turnNumbers":[1,2]}
{"id":"d","action":"terminate_all"})",
      "{}\n[]\n1\n\"\\ud800\"\n{\"id\":1}\n{\"id\":\"a\"}\n",
      repeated("[", 2000),
      begin + "[],\"analyzeTurns\":[" + repeated("0,", 2000) + "0]}"};
  std::erase(all[4], '\n');
  return all;
}

const Added added({"analysis",
                   4096,
                   read,
                   seeds,
                   {"\"id\":\"a\"",
                    "\"moves\":",
                    "\"initialStones\":",
                    "\"initialPlayer\":",
                    "\"rules\":",
                    "\"komi\":",
                    "\"boardXSize\":5",
                    "\"boardYSize\":5",
                    "\"analyzeTurns\":[",
                    "\"maxVisits\":8",
                    "\"avoidMoves\":",
                    "\"allowMoves\":",
                    "\"untilDepth\":",
                    "\"player\":\"B\"",
                    "\"priorities\":[",
                    "\"overrideSettings\":{",
                    "\"reportDuringSearchEvery\":",
                    "\"action\":",
                    "\"terminateId\":",
                    "[\"B\",\"C3\"]",
                    "[\"W\",\"pass\"]",
                    "1e400",
                    "null",
                    "-1",
                    "\\u0000"}});

}  // namespace
}  // namespace tengen::fuzz
