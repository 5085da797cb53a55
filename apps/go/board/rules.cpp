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

}  // namespace

std::optional<Rules> find_rules(std::string_view name) {
  for (const NamedRules& set : kNamedRules) {
    if (plain(set.name) == plain(name)) return set.rules;
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
