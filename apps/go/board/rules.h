// What may differ between games: ko, suicide, komi, the points White gets for handicap stones.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tengen::go {

enum class Ko : uint8_t {
  simple,       // no retaking of a lone stone at once
  positional,   // no move may bring back a position of the game
  situational,  // no move may bring back a position with the same player to move
};

/// Score for White besides komi, for N handicap stones.
enum class HandicapBonus : uint8_t { none, n, n_minus_1 };

/// Always area scoring of all stones on the board: none is taken off as dead. A lone stone may never remove
/// itself. The defaults are Tromp and Taylor's rules.
struct Rules {
  Ko ko = Ko::positional;
  bool suicide = true;  // of two or more stones
  HandicapBonus handicap_bonus = HandicapBonus::none;
  double komi = 7.5;
  bool operator==(const Rules&) const = default;
};

/// A set of rules by one of KataGo's names, with komi 7.5, or nothing. Upper and lower case, blanks, '_' and
/// '-' make no difference.
///
///     tromp-taylor                        positional superko, suicide
///     chinese                             simple ko, no suicide, N points for handicap
///     chinese-ogs chinese-kgs             positional superko, no suicide, N points
///     aga bga french                      situational superko, no suicide, N - 1 points
///     new-zealand nz                      situational superko, suicide
///     goe ing                             positional superko, suicide
///
/// Territory scoring (japanese, korean), group tax (ancient-area, stone-scoring, ancient-territory) and the
/// button (aga-button) do not exist here.
/// KataGo's own way to write rules into a game record is understood too:
/// "koPOSITIONALscoreAREAtaxNONEsui1whbN".
std::optional<Rules> find_rules(std::string_view name);
/// The same; throws for an unknown name, and says why for a known one that does not exist here.
Rules rules_named(std::string_view name);
/// The nearest rules to known ones that do not exist here; `why` says what they need. Nothing for other
/// names.
std::optional<Rules> nearest_rules(std::string_view name, std::string& why);
/// Whether two names differ at most in what makes no difference.
bool same_rules_name(std::string_view a, std::string_view b);
/// The first name of the table above with these rules, whatever the komi; empty when there is none.
std::string name_of(const Rules& rules);
/// "simple ko, no suicide, N points for handicap, komi 7.5".
std::string describe(const Rules& rules);

/// Throws unless komi is a whole or half number between -400 and 400.
double check_komi(double komi);
double parse_komi(std::string_view text);

}  // namespace tengen::go
