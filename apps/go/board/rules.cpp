#include <tengen/apps/go/board/rules.h>

#include <charconv>
#include <cmath>

#include <tengen/tensor/error.h>

namespace tengen::go {
namespace {

struct NamedRules {
  const char* name;
  Rules rules;
};
constexpr NamedRules kNamedRules[] = {
    {"tromp-taylor", {Ko::positional, true, HandicapBonus::none}},
    {"chinese", {Ko::simple, false, HandicapBonus::n}},
    {"chinese-ogs", {Ko::positional, false, HandicapBonus::n}},
    {"chinese-kgs", {Ko::positional, false, HandicapBonus::n}},
    {"aga", {Ko::situational, false, HandicapBonus::n_minus_1}},
    {"bga", {Ko::situational, false, HandicapBonus::n_minus_1}},
    {"french", {Ko::situational, false, HandicapBonus::n_minus_1}},
    {"new-zealand", {Ko::situational, true, HandicapBonus::none}},
    {"nz", {Ko::situational, true, HandicapBonus::none}},
    {"goe", {Ko::positional, true, HandicapBonus::none}},
    {"ing", {Ko::positional, true, HandicapBonus::none}},
};

struct UnsupportedRules {
  const char* name;
  const char* why;
};
constexpr UnsupportedRules kUnsupportedRules[] = {
    {"japanese", "territory scoring"}, {"korean", "territory scoring"},    {"ancient-area", "group tax"},
    {"stone-scoring", "group tax"},    {"ancient-territory", "group tax"}, {"aga-button", "the button"},
};

/// Lower case without blanks, '-' and '_'.
std::string plain(std::string_view name) {
  std::string text;
  for (char c : name) {
    if (c == ' ' || c == '-' || c == '_') continue;
    text += c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
  }
  return text;
}

std::string short_number(double value) { return plain_text::format("%g", value); }

/// "koSIMPLEscoreAREAtaxNONEsui0whbN-1", perhaps with "fpok1" and "button0" at the end.
std::optional<Rules> katago_rules(std::string_view text) {
  Rules rules;
  const auto take = [&](std::string_view word) {
    if (!text.starts_with(word)) return false;
    text.remove_prefix(word.size());
    return true;
  };
  if (!take("ko")) return {};
  if (take("SIMPLE"))
    rules.ko = Ko::simple;
  else if (take("SITUATIONAL"))
    rules.ko = Ko::situational;
  else if (!take("POSITIONAL"))
    return {};
  if (!take("scoreAREA") || !take("taxNONE") || !take("sui")) return {};
  rules.suicide = take("1");
  if (!rules.suicide && !take("0")) return {};
  take("button0");
  if (take("whb")) {
    if (take("N-1"))
      rules.handicap_bonus = HandicapBonus::n_minus_1;
    else if (take("N"))
      rules.handicap_bonus = HandicapBonus::n;
    else if (!take("0"))
      return {};
  }
  if (take("fpok") && !take("0") && !take("1")) return {};
  if (!text.empty()) return {};
  return rules;
}

}  // namespace

std::optional<Rules> find_rules(std::string_view name) {
  for (const NamedRules& set : kNamedRules) {
    if (plain(set.name) == plain(name)) return set.rules;
  }
  return katago_rules(name);
}

std::optional<Rules> nearest_rules(std::string_view name, std::string& why) {
  for (const UnsupportedRules& set : kUnsupportedRules) {
    if (plain(set.name) != plain(name)) continue;
    why = set.why;
    return Rules{Ko::simple, false, HandicapBonus::none};
  }
  return {};
}

Rules rules_named(std::string_view name) {
  if (const auto rules = find_rules(name)) return *rules;
  for (const UnsupportedRules& set : kUnsupportedRules) {
    if (plain(set.name) == plain(name))
      fail("rules '", name, "' need ", set.why, ", which does not exist here");
  }
  std::string names;
  for (const NamedRules& set : kNamedRules) names += std::string(names.empty() ? "" : ", ") + set.name;
  fail("unknown rules '", name, "': expected one of ", names);
}

bool same_rules_name(std::string_view a, std::string_view b) { return plain(a) == plain(b); }

std::string name_of(const Rules& rules) {
  for (const NamedRules& set : kNamedRules) {
    Rules same = set.rules;
    same.komi = rules.komi;
    if (same == rules) return set.name;
  }
  return {};
}

std::string describe(const Rules& rules) {
  static constexpr const char* kKo[] = {"simple ko", "positional superko", "situational superko"};
  static constexpr const char* kBonus[] = {"", ", N points for handicap", ", N - 1 points for handicap"};
  return std::string(kKo[int(rules.ko)]) + (rules.suicide ? ", suicide" : ", no suicide") +
         kBonus[int(rules.handicap_bonus)] + ", komi " + short_number(rules.komi);
}

double check_komi(double komi) {
  TENGEN_CHECK(std::isfinite(komi) && std::abs(komi) <= 400 && 2 * komi == std::floor(2 * komi), "komi ",
               komi, ": expected a whole or half number between -400 and 400");
  return komi;
}

double parse_komi(std::string_view text) {
  double komi = 0;
  const char* end = text.data() + text.size();
  const bool plus = text.starts_with("+") && !text.starts_with("+-");
  const auto [stop, error] = std::from_chars(text.data() + plus, end, komi);
  TENGEN_CHECK(error == std::errc() && stop == end, "komi '", text, "' is not a number");
  return check_komi(komi);
}

}  // namespace tengen::go
