#include <tengen/apps/go/play/query.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include <tengen/apps/go/board/text.h>
#include <tengen/apps/go/play/line_reader.h>

namespace tengen::go {
namespace {

/// Runs `read` and names the field in what it throws.
template <class Read>
auto in_field(const std::string& field, const Read& read) {
  try {
    return read();
  } catch (const QueryError&) {
    throw;
  } catch (const Error& error) {
    throw QueryError(field, error.what());
  }
}

double number_in(const std::string& field, const json& value, double low, double high) {
  if (!value.is_number() || !(value.get<double>() >= low && value.get<double>() <= high)) {
    throw QueryError(field, detail::str("expected a number from ", low, " to ", high));
  }
  return value.get<double>();
}

/// A number of visits; more than a search can have are as many as it can.
int visits_in(const std::string& field, const json& value) {
  const double number = number_in(field, value, 1, 0x1p50);
  if (number != std::floor(number)) throw QueryError(field, "expected a whole number");
  return int(std::min(number, double(Player::kMaxVisits)));
}

int whole_in(const std::string& field, const json& value, int low, int high) {
  const double number = number_in(field, value, low, high);
  if (number != std::floor(number)) throw QueryError(field, "expected a whole number");
  return int(number);
}

bool flag_in(const std::string& field, const json& value) {
  if (!value.is_boolean()) throw QueryError(field, "expected true or false");
  return value.get<bool>();
}

std::string text_in(const std::string& field, const json& value) {
  if (!value.is_string()) throw QueryError(field, "expected a string");
  return value.get<std::string>();
}

const json& array_in(const std::string& field, const json& value) {
  if (!value.is_array()) throw QueryError(field, "expected an array");
  return value;
}

std::vector<int> wholes_in(const std::string& field, const json& value, int low, int high) {
  std::vector<int> numbers;
  for (const json& v : array_in(field, value)) numbers.push_back(whole_in(field, v, low, high));
  return numbers;
}

/// [["B", "D4"], ["W", "pass"]]
std::vector<Move> moves_in(const std::string& field, const json& value, int size) {
  std::vector<Move> moves;
  for (const json& pair : array_in(field, value)) {
    if (!pair.is_array() || pair.size() != 2)
      throw QueryError(field, "expected pairs of a color and a vertex");
    const std::string color = text_in(field, pair[0]), vertex = text_in(field, pair[1]);
    moves.push_back(in_field(field, [&] { return Move{parse_color(color), parse_point(vertex, size)}; }));
  }
  return moves;
}

/// [{"player": "B", "moves": ["C3", "pass"], "untilDepth": 2}]
void limits_in(const std::string& field, const json& value, int size, std::vector<MoveLimit>& limits) {
  const bool only = field == "allowMoves";
  for (const json& item : array_in(field, value)) {
    if (!item.is_object() || !item.contains("player") || !item.contains("moves") ||
        !item.contains("untilDepth")) {
      throw QueryError(field, "expected objects with player, moves and untilDepth");
    }
    MoveLimit limit;
    limit.only = only;
    limit.color = in_field(field, [&] { return parse_color(text_in(field, item["player"])); });
    if (only &&
        std::ranges::any_of(limits, [&](const MoveLimit& l) { return l.only && l.color == limit.color; }))
      throw QueryError(field, "expected one object for each player");
    limit.plies = whole_in(field, item["untilDepth"], 1, 1 << 20);
    for (const json& move : array_in(field, item["moves"])) {
      limit.points.push_back(in_field(field, [&] { return parse_point(text_in(field, move), size); }));
    }
    limits.push_back(std::move(limit));
  }
}

using Reader = std::function<void(Query&, const std::string& field, const json& value)>;

void read_fpu(Query& query, const std::string& field, const json& value) {
  query.search.root_fpu_reduction = float(number_in(field, value, 0, 2));
}
void read_policy_temperature(Query& query, const std::string& field, const json& value) {
  query.search.root_policy_temperature = float(number_in(field, value, 0.01, 100));
}
void read_visits(Query& query, const std::string& field, const json& value) {
  query.limits.visits = visits_in(field, value);
}

const std::map<std::string, Reader>& settings_readers() {
  static const std::map<std::string, Reader> readers = {
      {"maxVisits", read_visits},
      {"rootPolicyTemperature", read_policy_temperature},
      {"rootFpuReductionMax", read_fpu},
      {"reportAnalysisWinratesAs",
       [](Query& query, const std::string& field, const json& value) {
         query.perspective = in_field(field, [&] { return parse_perspective(text_in(field, value)); });
       }},
      {"maxPlayouts", [](Query& query, const std::string& field,
                         const json& value) { query.limits.playouts = visits_in(field, value); }},
      {"maxTime", [](Query& query, const std::string& field,
                     const json& value) { query.limits.seconds = number_in(field, value, 0.001, 1e9); }},
      {"cpuctExploration",
       [](Query& query, const std::string& field, const json& value) {
         query.search.c_puct = float(number_in(field, value, 0, 100));
       }},
  };
  return readers;
}

void read_settings(Query& query, const std::string& field, const json& value) {
  if (!value.is_object()) throw QueryError(field, "expected an object");
  for (const auto& [name, setting] : value.items()) {
    const auto reader = settings_readers().find(name);
    if (reader == settings_readers().end()) {
      query.warnings.push_back({field, "unknown setting " + name + " has no effect"});
    } else {
      reader->second(query, field + "." + name, setting);
    }
  }
}

/// Fields that need nothing of the others.
const std::map<std::string, Reader>& field_readers() {
  static const std::map<std::string, Reader> readers = {
      {"maxVisits", read_visits},
      {"rootPolicyTemperature", read_policy_temperature},
      {"rootFpuReductionMax", read_fpu},
      {"overrideSettings", read_settings},
      {"includeOwnership", [](Query& query, const std::string& field,
                              const json& value) { query.ownership = flag_in(field, value); }},
      {"includePolicy", [](Query& query, const std::string& field,
                           const json& value) { query.policy = flag_in(field, value); }},
      {"reportDuringSearchEvery",
       [](Query& query, const std::string& field, const json& value) {
         query.report_every = number_in(field, value, 0.001, 1e9);
       }},
  };
  return readers;
}

const char* const kGameFields[] = {
    "id",         "moves",      "initialStones", "initialPlayer",     "rules",
    "komi",       "boardXSize", "boardYSize",    "analyzeTurns",      "avoidMoves",
    "allowMoves", "priority",   "priorities",    "whiteHandicapBonus"};

void read_game(const json& object, Query& query) {
  const auto has = [&](const char* field) { return object.contains(field); };
  const auto side = [&](const char* field) {
    if (!has(field)) throw QueryError(field, "missing");
    return whole_in(field, object[field], kMinSize, kMaxSize);
  };
  const int size = side("boardXSize");
  if (side("boardYSize") != size) throw QueryError("boardYSize", "only square boards exist here");

  RulesText rules;
  if (has("rules")) rules = in_field("rules", [&] { return rules_from_json(object["rules"], rules); });
  if (has("komi")) {
    rules.rules.komi =
        in_field("komi", [&] { return check_komi(number_in("komi", object["komi"], -400, 400)); });
  }
  if (has("whiteHandicapBonus")) {
    rules = in_field("whiteHandicapBonus", [&] {
      const json& bonus = object["whiteHandicapBonus"];
      return set_rule("whiteHandicapBonus", bonus.is_string() ? bonus.get<std::string>() : to_text(bonus),
                      rules);
    });
  }
  if (!rules.warning.empty()) query.warnings.push_back({"rules", rules.warning});
  std::vector<Move> stones;
  if (has("initialStones")) stones = moves_in("initialStones", object["initialStones"], size);
  if (!has("moves")) throw QueryError("moves", "missing");
  query.moves = moves_in("moves", object["moves"], size);
  if (query.moves.size() > kLongestGame)
    throw QueryError("moves",
                     detail::str("expected at most ", kLongestGame, ", but got ", query.moves.size()));
  Color player = query.moves.empty() ? Color::black : query.moves[0].color;
  if (has("initialPlayer")) {
    player = in_field("initialPlayer",
                      [&] { return parse_color(text_in("initialPlayer", object["initialPlayer"])); });
  }
  query.start = in_field("initialStones", [&] { return Game(size, rules.rules, stones, player); });
  Game game = query.start;
  for (const auto& [color, point] : query.moves) {
    const std::string why = game.why_impossible(color, point);
    if (!why.empty()) {
      throw QueryError("moves", detail::str("Illegal move ", game.moves().size() + 1, ": ", to_string(color),
                                            " ", to_string(point, size), ": ", why));
    }
    game.play_unchecked(color, point);
  }

  query.turns = {int(query.moves.size())};
  if (has("analyzeTurns")) {
    query.turns = wholes_in("analyzeTurns", object["analyzeTurns"], 0, int(query.moves.size()));
  }
  for (const char* field : {"avoidMoves", "allowMoves"}) {
    if (has(field)) limits_in(field, object[field], size, query.move_limits);
  }
  int priority = 0;
  if (has("priority")) priority = whole_in("priority", object["priority"], -(1 << 30), 1 << 30);
  query.priorities.assign(query.turns.size(), priority);
  if (has("priorities")) {
    query.priorities = wholes_in("priorities", object["priorities"], -(1 << 30), 1 << 30);
    if (query.priorities.size() != query.turns.size()) {
      throw QueryError("priorities", "expected one number for each of analyzeTurns");
    }
  }
}

}  // namespace

Perspective parse_perspective(const std::string& name) {
  std::string upper;
  for (char c : name) upper += c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c;
  if (upper == "BLACK") return Perspective::black;
  if (upper == "WHITE") return Perspective::white;
  TENGEN_CHECK(upper == "SIDETOMOVE", "'", name, "': expected BLACK, WHITE or SIDETOMOVE");
  return Perspective::mover;
}

Query parse_query(const json& object, const QueryDefaults& defaults) {
  Query query;
  query.limits = defaults.limits;
  query.perspective = defaults.perspective;
  query.search = defaults.search;
  if (!object.contains("id")) throw QueryError("id", "missing");
  query.id = text_in("id", object["id"]);
  for (const auto& [field, value] : object.items()) {
    const auto reader = field_readers().find(field);
    if (reader != field_readers().end()) {
      reader->second(query, field, value);
    } else if (std::ranges::find(kGameFields, field) == std::end(kGameFields)) {
      query.warnings.push_back({field, "unknown field has no effect"});
    }
  }
  read_game(object, query);
  return query;
}

Game position(const Query& query, int turn) {
  Game game = query.start;
  for (int i = 0; i < turn; ++i) game.play_unchecked(query.moves[i].color, query.moves[i].point);
  if (turn < int(query.moves.size())) game.set_to_move(query.moves[turn].color);
  return game;
}

}  // namespace tengen::go
