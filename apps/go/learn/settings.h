// What one learning run is: written into its store when it begins, read from there by every role.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <tengen/apps/go/board/rules.h>

namespace tengen::go {

/// Visits of full and cheap searches from this fraction of the run on.
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

  // Self-play. Only full searches become training rows (playout cap randomization, Wu 2019).
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

/// Calls field(group, name, member, help) for every setting: the one list behind command line and JSON.
template <class Settings, class Field>
void for_each_setting(Settings& s, Field&& field) {
  const char* group = "Game";
  field(group, "size", s.sizes, "Play on boards of these sizes, each as likely: 9 or 7,9");
  field(group, "rules", s.rules, "Play by the rules of this name");
  field(group, "komi", s.komi, "Give White this many points, a whole or half number");
  field(group, "komi-stdev", s.komi_stdev, "Draw the komi of half of the games with this standard deviation");

  group = "Run";
  field(group, "net", s.net,
        "Train a network of this kind: b4c32, b6c64, b6c96, b10c128, any bNcM, or alphago-zero-bNcM-9x9");
  field(group, "hours", s.hours, "Learn for this many hours; 0 ends by --games alone");
  field(group, "games", s.games, "Learn from this many games of self-play; 0 ends by --hours alone");
  field(group, "seed", s.seed, "Random seed of the run");

  group = "Self-play";
  field(group, "visits", s.visits,
        "Visits of full and cheap searches, in stages that begin at a fraction of the run: FULL/CHEAP@FROM");
  field(group, "full-share", s.full_share,
        "Fraction of moves with a full search; these become training rows");
  field(group, "noise-weight", s.noise_weight, "Fraction of Dirichlet noise in the policy of the root");
  field(group, "noise-total", s.noise_total,
        "Total concentration of this noise, spread over the legal moves");
  field(group, "c-puct", s.c_puct, "Exploration constant of the search");
  field(group, "fpu-reduction", s.fpu_reduction, "Value an unvisited move as its parent less this");
  field(group, "root-fpu-reduction", s.root_fpu_reduction,
        "Value an unvisited move of the root as the root less this");
  field(group, "forced-playouts", s.forced_playouts, "Constant k of forced playouts; 0 forces none");
  field(group, "score-weight", s.score_weight, "Fraction of the score in what a search maximizes");
  field(group, "root-temperature", s.root_temperature, "Temperature of the root's policy at the first move");
  field(group, "late-root-temperature", s.late_root_temperature,
        "Temperature of the root's policy late in the game");
  field(group, "temperature", s.temperature, "Temperature for the choice of the first move");
  field(group, "late-temperature", s.late_temperature,
        "Temperature for the choice of moves late in the game");
  field(group, "temperature-halflife", s.temperature_halflife,
        "Moves that bring both temperatures halfway to the late ones, as a fraction of the board's points");
  field(group, "random-openings", s.random_openings, "Fraction of games that begin with 1 to 3 random moves");
  field(group, "resign", s.resign, "Resign decided games; a fifth plays on and calibrates the threshold");

  group = "Training";
  field(group, "random-games", s.random_games, "Learn from this many random games first; 0 plays none");
  field(group, "batch", s.batch, "Positions per training step");
  field(group, "samples-per-row", s.samples_per_row, "How often each row is learned from, on average");
  field(group, "optimizer", s.optimizer, "Choose the optimizer: adamw or sgd");
  field(group, "learning-rate", s.learning_rate, "Highest learning rate");
  field(group, "weight-decay", s.weight_decay, "Weight decay of the optimizer");
  field(group, "warmup", s.warmup, "Training steps in which the learning rate rises");
  field(group, "decay", s.decay,
        "Fraction of the run, at its end, in which the learning rate falls to a hundredth");
  field(group, "window", s.window,
        "Leave out old rows when there are more than this; the window grows with the data");
  field(group, "average", s.average, "Decay, per step, of the averaged weights that play");
  field(group, "publish-seconds", s.publish_seconds, "Seconds between two networks");

  group = "Evaluation";
  field(group, "gate", s.gate,
        "Play with a new network only after it won this fraction against the last one; 0 plays at once");
  field(group, "evaluation-minutes", s.evaluation_minutes, "Minutes between two evaluations");
  field(group, "evaluation-games", s.evaluation_games, "Games per evaluation");
  field(group, "evaluation-visits", s.evaluation_visits, "Visits per move in evaluation games");
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
