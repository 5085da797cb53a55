// What one learning run is: written into its store when it begins, read from there by every role.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <tengen/apps/go/board/rules.h>

namespace tengen::go {

/// Visits of full and cheap searches from this share of the run on.
struct VisitStage {
  double from;  // 0 .. 1
  int full, cheap;
};

struct RunSettings {
  // The game.
  std::string sizes = "9";
  std::string rules = "tromp-taylor";
  double komi = 7;
  double komi_stdev = 2;

  // The network.
  std::string net = "b4c32";

  // The end of the run: hours of learning, games, or whichever comes first.
  double hours = 2;
  int64_t games = 0;

  // Self-play. Only full searches become training rows (playout cap randomisation, Wu 2019).
  std::string visits = "16/8 48/16@0.12 96/24@0.5";
  double full_share = 0.25;
  double noise_weight = 0.25;
  double noise_total = 10.83;
  double c_puct = 1.1;
  double fpu_reduction = 0.2;
  double root_fpu_reduction = 0;
  double forced_playouts = 2;
  double score_weight = 0.15;
  double root_temperature = 1.25, late_root_temperature = 1.1;
  double temperature = 0.75, late_temperature = 0.15;
  double temperature_halflife = 0.11;
  double random_openings = 0.15;
  bool resign = false;

  // Learning.
  int64_t random_games = 5000;
  int64_t batch = 256;
  double samples_per_row = 5;
  std::string optimizer = "adamw";
  double learning_rate = 2e-3;
  double weight_decay = 1e-2;
  int64_t warmup = 200;
  double decay = 0.25;
  int64_t window = 30000;
  double average = 0.995;
  double publish_seconds = 45;

  // Evaluation.
  double gate = 0;
  double evaluation_minutes = 8;
  int64_t evaluation_games = 48;
  int64_t evaluation_visits = 24;

  int64_t seed = 1;
};

/// Calls field(name, member, help) for every setting: the one list behind command line and JSON.
template <class Settings, class Field>
void for_each_setting(Settings& s, Field&& field) {
  field("size", s.sizes, "Board sizes, each as likely: 9 or 7,9");
  field("rules", s.rules, "Rules by name");
  field("komi", s.komi, "Points for White, a whole or half number");
  field("komi-stdev", s.komi_stdev, "Half of the games draw their komi around it with this deviation");
  field("net", s.net, "b4c32, b6c64, b6c96, b10c128, any bNcM, or alphago-zero-bNcM-9x9");
  field("hours", s.hours, "Length of the run; 0: until --games");
  field("games", s.games, "Self-play games of the run; 0: until --hours");
  field("visits", s.visits, "Visits of full/cheap searches, each stage from a share of the run on");
  field("full-share", s.full_share, "Share of moves with a full search; these become training rows");
  field("noise-weight", s.noise_weight, "Share of Dirichlet noise in the root's policy");
  field("noise-total", s.noise_total, "Its concentration, spread over the legal moves");
  field("c-puct", s.c_puct, "Exploration constant");
  field("fpu-reduction", s.fpu_reduction, "A move not visited counts as its parent's value less this");
  field("root-fpu-reduction", s.root_fpu_reduction, "The same at the root");
  field("forced-playouts", s.forced_playouts, "k of forced playouts; 0: none");
  field("score-weight", s.score_weight, "Share of the score in what a search maximises");
  field("root-temperature", s.root_temperature, "Temperature of the root's policy at move 1");
  field("late-root-temperature", s.late_root_temperature, "and at the end");
  field("temperature", s.temperature, "Temperature of the choice of a move at move 1");
  field("late-temperature", s.late_temperature, "and at the end");
  field("temperature-halflife", s.temperature_halflife, "Moves, as a share of the board's points");
  field("random-openings", s.random_openings, "Share of games that begin with 1 to 3 uniformly random moves");
  field("resign", s.resign, "Resign decided games, by a threshold calibrated on the fifth that play on");
  field("random-games", s.random_games, "Uniformly random games to learn from first; 0: none");
  field("batch", s.batch, "Positions of a training step");
  field("samples-per-row", s.samples_per_row, "How often a row is learnt from, on average");
  field("optimizer", s.optimizer, "adamw or sgd");
  field("learning-rate", s.learning_rate, "At its highest");
  field("weight-decay", s.weight_decay, "Of the optimizer");
  field("warmup", s.warmup, "Training steps in which the learning rate rises");
  field("decay", s.decay, "Share of the run, at its end, in which it falls to a hundredth");
  field("window", s.window, "Rows from which on old ones are left out; the window grows with the data");
  field("average", s.average, "Decay, by step, of the averaged weights that play");
  field("publish-seconds", s.publish_seconds, "Time between two networks");
  field("gate", s.gate, "A new network plays only after winning this share against the last; 0: at once");
  field("evaluation-minutes", s.evaluation_minutes, "Time between two evaluations");
  field("evaluation-games", s.evaluation_games, "Games of one");
  field("evaluation-visits", s.evaluation_visits, "Visits of one move in them");
  field("seed", s.seed, "Where all randomness begins");
}

/// Throws, and names the setting, when one is out of its range.
void check_settings(const RunSettings& settings);
std::string to_json(const RunSettings& settings);
/// Throws on anything but what to_json wrote; settings that are absent keep their defaults.
RunSettings settings_from_json(std::string_view json);

/// `base`, with the settings that `chosen` picks by name taken from `other`.
RunSettings merge_settings(const RunSettings& base, const RunSettings& other,
                           const std::function<bool(const std::string& name)>& chosen);
/// Names of the settings whose values differ.
std::vector<std::string> different_settings(const RunSettings& a, const RunSettings& b);

std::vector<int> board_sizes(const RunSettings& settings);
/// Rules with the run's komi.
Rules rules_of(const RunSettings& settings);
/// "16/8 48/16@0.12": the first stage begins at 0.
std::vector<VisitStage> parse_visits(std::string_view text);

}  // namespace tengen::go
