#include <tengen/apps/go/play/rules_text.h>

#include <tengen/apps/go/play/json_text.h>
#include <tengen/tensor/error.h>

namespace tengen::go {
namespace {

constexpr const char* kKo[] = {"SIMPLE", "POSITIONAL", "SITUATIONAL"};
constexpr const char* kBonus[] = {"0", "N", "N-1"};
constexpr const char* kScoring[] = {"AREA", "TERRITORY"};
constexpr const char* kTax[] = {"NONE", "SEKI", "ALL"};

void warn(RulesText& text, const std::string& what) {
  text.warning = what + " does not exist here: the area of all stones is counted";
}

std::string word_of(const std::string& field, const json& value) {
  if (value.is_number_integer()) return to_text(value);  // "whiteHandicapBonus": 0
  TENGEN_CHECK(value.is_string(), "rules: ", field, " ", to_text(value), ": expected a string");
  std::string word = value.get<std::string>();
  for (char& c : word) c = c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c;
  return word;
}

bool flag_of(const std::string& field, const json& value) {
  TENGEN_CHECK(value.is_boolean(), "rules: ", field, " ", to_text(value), ": expected true or false");
  return value.get<bool>();
}

/// The enumerator whose name is `word`.
template <class Enum, size_t N>
Enum choice(const std::string& field, const std::string& word, const char* const (&names)[N]) {
  std::string expected;
  for (size_t i = 0; i < N; ++i) {
    if (word == names[i]) return Enum(i);
    expected += (i == 0 ? "" : ", ") + std::string(names[i]);
  }
  fail("rules: ", field, " ", word, " does not exist here: expected one of ", expected);
}

void apply(const std::string& field, const json& value, RulesText& text) {
  if (field == "ko") {
    text.rules.ko = choice<Ko>(field, word_of(field, value), kKo);
  } else if (field == "suicide") {
    text.rules.suicide = flag_of(field, value);
  } else if (field == "whiteHandicapBonus") {
    text.rules.handicap_bonus = choice<HandicapBonus>(field, word_of(field, value), kBonus);
  } else if (field == "friendlyPassOk") {
    text.remove_dead = flag_of(field, value);
  } else if (field == "komi") {
    TENGEN_CHECK(value.is_number(), "rules: komi ", to_text(value), ": expected a number");
    text.rules.komi = check_komi(value.get<double>());
  } else if (field == "scoring" || field == "score") {
    if (choice<int>(field, word_of(field, value), kScoring) > 0) warn(text, "territory scoring");
  } else if (field == "tax") {
    if (choice<int>(field, word_of(field, value), kTax) > 0) warn(text, "group tax");
  } else if (field == "hasButton") {
    if (flag_of(field, value)) warn(text, "the button");
  } else {
    fail("rules: unknown field '", field, "'");
  }
}

}  // namespace

json rules_to_json(const RulesText& text) {
  return {{"ko", kKo[int(text.rules.ko)]},
          {"suicide", text.rules.suicide},
          {"whiteHandicapBonus", kBonus[int(text.rules.handicap_bonus)]},
          {"friendlyPassOk", text.remove_dead},
          {"scoring", "AREA"},
          {"tax", "NONE"},
          {"hasButton", false}};
}

RulesText rules_from_json(const json& value, const RulesText& current) {
  if (value.is_string()) return parse_rules(value.get<std::string>(), current);
  TENGEN_CHECK(value.is_object(), "rules ", to_text(value), ": expected a name or an object");
  RulesText text{Rules{}, current.remove_dead, {}};
  text.rules.komi = current.rules.komi;
  for (const auto& [field, content] : value.items()) apply(field, content, text);
  return text;
}

RulesText parse_rules(std::string_view text, const RulesText& current) {
  if (text.starts_with('{')) {
    return rules_from_json(parse_json(text), current);
  }
  RulesText result;
  std::string why;
  if (const auto nearest = nearest_rules(text, why)) {
    result.rules = *nearest;
    warn(result, why);
  } else {
    result.rules = rules_named(text);
  }
  result.remove_dead = !same_rules_name(text, "tromp-taylor");
  result.rules.komi = current.rules.komi;
  return result;
}

RulesText set_rule(const std::string& field, const std::string& value, const RulesText& current) {
  RulesText text = current;
  text.warning.clear();
  const json literal = json::parse(value, nullptr, false);  // true, false, 7.5; a name otherwise
  const bool name = literal.is_discarded() || (field == "whiteHandicapBonus");
  apply(field, name ? json(value) : literal, text);
  return text;
}

}  // namespace tengen::go
