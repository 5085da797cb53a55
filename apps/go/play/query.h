// One line of the JSON analysis protocol: KataGo's, as far as it fits.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <tengen/apps/go/play/json_text.h>
#include <tengen/apps/go/play/restricted.h>
#include <tengen/apps/go/play/rules_text.h>
#include <tengen/apps/go/search/player.h>
#include <tengen/tensor/error.h>

namespace tengen::go {

/// A field that is wrong; KataGo's answers name it.
class QueryError : public Error {
 public:
  QueryError(std::string field, const std::string& what) : Error(what), field(std::move(field)) {}
  std::string field;
};

enum class Perspective : uint8_t { black, white, mover };
/// "BLACK", "WHITE", "SIDETOMOVE", in any case. Throws.
Perspective parse_perspective(const std::string& name);

struct QueryDefaults {
  Limits limits{.visits = 400};
  Perspective perspective = Perspective::black;
  SearchSettings search;
};

/// A request to look at positions of one game.
struct Query {
  std::string id;
  Game start{kMinSize};
  std::vector<Move> moves;
  std::vector<int> turns;       // positions to analyze: after so many moves
  std::vector<int> priorities;  // of each of them; the greatest is looked at first
  Limits limits;
  Perspective perspective = Perspective::black;
  SearchSettings search;
  std::vector<MoveLimit> move_limits;
  bool ownership = false, policy = false;
  double report_every = 0;                                    // seconds; 0: only the result
  std::vector<std::pair<std::string, std::string>> warnings;  // field, text
};

/// Fields: id, moves, initialStones, initialPlayer, rules, komi, whiteHandicapBonus, boardXSize, boardYSize,
/// analyzeTurns, maxVisits, rootPolicyTemperature, rootFpuReductionMax, includeOwnership, includePolicy,
/// avoidMoves, allowMoves, reportDuringSearchEvery, priority, priorities, overrideSettings with
/// reportAnalysisWinratesAs, maxVisits, maxPlayouts, maxTime, rootPolicyTemperature, rootFpuReductionMax,
/// cpuctExploration. Others give a warning. Throws QueryError.
Query parse_query(const json& object, const QueryDefaults& defaults);

/// The position after so many moves.
Game position(const Query& query, int turn);

}  // namespace tengen::go
