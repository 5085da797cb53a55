// Rules as KataGo's GTP extensions and analysis engine write them: names and JSON.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include <tengen/apps/go/board/rules.h>

namespace tengen::go {

/// Rules, and whether dead stones are taken off before counting: what KataGo calls "friendlyPassOk".
struct RulesText {
  Rules rules;
  bool remove_dead = false;
  std::string warning;  // what was asked for and does not exist here; empty: nothing
};

/// {"friendlyPassOk":false,"hasButton":false,"ko":"POSITIONAL","scoring":"AREA","suicide":true,"tax":"NONE",
///  "whiteHandicapBonus":"0"}
nlohmann::json rules_to_json(const RulesText& rules);

/// A name or a JSON object; what an object leaves out is as in Tromp-Taylor rules, komi and the treatment of
/// dead stones as in `current`. By name, dead stones are taken off under all rules but Tromp and Taylor's, as
/// KataGo has it. Territory scoring, taxes and the button do not exist here: the nearest area rules are
/// taken, and `warning` says so.
RulesText parse_rules(std::string_view text, const RulesText& current);
RulesText rules_from_json(const nlohmann::json& value, const RulesText& current);
/// One field of the JSON object, its value as a word: "ko SIMPLE".
RulesText set_rule(const std::string& field, const std::string& value, const RulesText& current);

}  // namespace tengen::go
