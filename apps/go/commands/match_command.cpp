#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>

#include <tengen/apps/common/files.h>
#include <tengen/apps/common/run.h>
#include <tengen/apps/common/stopwatch.h>
#include <tengen/apps/go/commands/commands.h>
#include <tengen/apps/go/commands/player_options.h>
#include <tengen/apps/go/play/answers.h>
#include <tengen/apps/go/play/match.h>

namespace tengen::go {
namespace {

using apps::add_number, apps::number_from;

struct SideOptions {
  std::string what, name;
  int visits = 0;
  std::vector<std::string> extra;
};

struct MatchOptions {
  SideOptions sides[2];
  EvaluatorOptions evaluator;
  NetPlayerOptions player;
  Timeouts timeouts;
  MatchSettings match;
  std::string rules = "tromp-taylor", komi = "7";
  std::string sgf_dir, jsonl, json_file, log_dir;
  bool no_alternate = false, quiet = false;
  int jobs = 0;
};

/// A file of weights, "built-in" or "uniform"; anything else is the command line of a GTP engine.
bool is_network(const std::string& what) {
  return what == "uniform" || what == "built-in" || what.ends_with(".safetensors");
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

std::string short_name(const SideOptions& side) {
  if (!side.name.empty()) return side.name;
  if (is_network(side.what)) return std::filesystem::path(side.what).stem().string();
  const auto words = split_words(side.what);
  return words.empty() ? "?" : std::filesystem::path(words[0]).filename().string();
}

Side make_side(const MatchOptions& options, int number, const std::string& name,
               std::map<std::string, std::shared_ptr<Evaluator>>& evaluators) {
  const SideOptions& side = options.sides[number];
  if (is_network(side.what)) {
    std::shared_ptr<Evaluator>& evaluator = evaluators[side.what];
    if (!evaluator) {
      EvaluatorOptions how = options.evaluator;
      how.net = side.what == "built-in" ? "" : side.what;
      evaluator = load_evaluator(how);
    }
    NetPlayerOptions player = options.player;
    if (side.visits > 0) player.limits.visits = side.visits;
    return {name,
            [evaluator, player](int, uint64_t seed) { return make_net_player(evaluator, player, seed); }};
  }
  return {name, [&options, name, number, side](int job, uint64_t seed) {
            EngineOptions engine{name, side.what, side.extra, {}, options.timeouts};
            engine.command_line = replaced(engine.command_line, "{seed}", std::to_string(seed % 2000000011));
            engine.command_line = replaced(engine.command_line, "{job}", std::to_string(job));
            if (!options.log_dir.empty()) {
              engine.log = detail::str(options.log_dir, "/engine", number + 1, ".job", job, ".log");
            }
            return make_engine(engine);
          }};
}

/// Returns the exit status: 1 when a game ended by forfeit, was void, or could not be played.
int run(MatchOptions& options) {
  MatchSettings& match = options.match;
  match.rules = rules_named(options.rules);
  match.rules.komi = parse_komi(options.komi);
  match.alternate = !options.no_alternate;
  const bool both_networks = is_network(options.sides[0].what) && is_network(options.sides[1].what);
  match.jobs = options.jobs > 0 ? options.jobs : both_networks ? 16 : 1;
  for (const std::string& folder : {options.sgf_dir, options.log_dir}) {
    if (!folder.empty()) apps::make_folders(folder);
  }
  std::string names[2] = {short_name(options.sides[0]), short_name(options.sides[1])};
  if (names[0] == names[1]) {
    names[0] += "#1";
    names[1] += "#2";
  }
  std::map<std::string, std::shared_ptr<Evaluator>> evaluators;
  const Side sides[2] = {make_side(options, 0, names[0], evaluators),
                         make_side(options, 1, names[1], evaluators)};
  std::ofstream jsonl;
  if (!options.jsonl.empty()) {
    jsonl.open(options.jsonl, std::ios::app);
    TENGEN_CHECK(jsonl, "cannot write ", options.jsonl);
  }

  const auto start = std::chrono::steady_clock::now();
  const auto games = play_match(sides, match, [&](const MatchGame& game, const MatchCount& count) {
    if (!options.quiet) std::printf("%s\n", game_line(game, count, sides).c_str());
    std::fflush(stdout);
    if (jsonl.is_open()) write_answer(jsonl, to_text(game_json(game, sides)) + "\n", options.jsonl);
    if (!options.sgf_dir.empty()) {
      char name[32];
      std::snprintf(name, sizeof(name), "/game%05d.sgf", game.index);
      apps::write_text(options.sgf_dir + name, game_sgf(game, sides));
    }
  });
  const double seconds = apps::seconds_since(start);
  std::printf("\n%s", summary_text(games, match, sides, seconds).c_str());
  if (!options.json_file.empty()) {
    apps::write_text(options.json_file, summary_json(games, match, sides, seconds).dump(1) + "\n");
  }
  const bool good = int(games.size()) == match.games &&
                    std::ranges::all_of(games, [](const MatchGame& g) { return g.counts && g.blame < 0; });
  return good ? 0 : 1;
}

void add_side_options(CLI::App& command, MatchOptions& options) {
  const char* colors[2] = {"black", "white"};
  command.option_defaults()->group("Sides");
  for (int i : {0, 1}) {
    const std::string color = colors[i], which = i == 0 ? "first" : "second";
    SideOptions& side = options.sides[i];
    command
        .add_option(
            "--" + color, side.what,
            i == 0 ? "Let this side play, as Black in the first game" : "Let this side play against it")
        ->required();
    command.add_option("--name-" + color, side.name,
                       "Name the " + which + " side [default: by its file or program]");
    command
        .add_option(
            "--visits-" + color, side.visits,
            "Search this many visits per move when the " + which + " side is a network [default: --visits]")
        ->check(number_from(1));
    command.add_option("--extra-" + color, side.extra,
                       "Send this GTP command to the " + which + " side before each game; may be repeated");
  }
}

void add_game_options(CLI::App& command, MatchOptions& options) {
  MatchSettings& match = options.match;
  command.option_defaults()->group("Games");
  add_number(command, "--games", match.games, "Play this many games", 1);
  add_number(command, "--size", match.size, "Play on a board of this size", kMinSize, kMaxSize);
  command.add_option("--komi", options.komi, "Give White this many points")
      ->check(komi_number())
      ->type_name("POINTS")
      ->capture_default_str();
  command.add_option("--rules", options.rules, "Play by the rules of this name")
      ->check(rules_name())
      ->type_name("NAME")
      ->capture_default_str();
  command
      .add_option("--jobs", options.jobs,
                  "Play this many games at once [default: 16 between networks, else 1]")
      ->check(number_from(1));
  add_number(command, "--opening-random-moves", match.opening_moves,
             "Begin with this many random moves, the same in both games of a pair", 0);
  command
      .add_option("--opening-min-line", match.opening_line,
                  "Keep random moves at least on this line, counted from the edge [default: 3 from 9x9 on]")
      ->check(number_from(1));
  command.add_flag("--no-alternate", options.no_alternate, "Let the first side always be Black");
  command
      .add_option("--max-moves", match.max_moves,
                  "Count the game after this many moves [default: 3 per point of the board]")
      ->check(number_from(1));
  add_number(command, "--seed", match.seed, "Random seed of openings and players", uint64_t{0});
}

void add_network_options(CLI::App& command, MatchOptions& options) {
  command.option_defaults()->group("Networks");
  NetPlayerOptions& player = options.player;
  add_number(command, "--visits", player.limits.visits,
             "Search this many visits per move; 1 plays by the policy alone", 1, Player::kMaxVisits);
  add_number(command, "--temperature", player.temperature,
             "Temperature for opening moves; 0 always plays the best move", 0.0, 10.0);
  add_number(command, "--resign", player.resign, "Resign below this win rate; 0 never resigns", 0.0, 0.5);
  add_number(command, "--batch", options.evaluator.batch, "Evaluate at most this many positions at once", 1,
             4096);
  add_device_option(command, options.evaluator.device);
}

void add_engine_options(CLI::App& command, MatchOptions& options) {
  MatchSettings& match = options.match;
  command.option_defaults()->group("Engines");
  command.add_flag("--void-crashes", match.void_on_crash, "Do not count a game whose engine died or hung");
  command.add_flag("--void-rejects", match.void_on_reject,
                   "Do not count a game where a side refused a legal move");
  command.add_flag("--check-final-score", match.check_final_score, "Compare the final_score of both engines");
  add_number(command, "--move-timeout", options.timeouts.move, "Wait this many seconds for a move", 0.0);
  add_number(command, "--timeout", options.timeouts.command, "Wait this many seconds for other commands",
             0.0);
  add_number(command, "--start-timeout", options.timeouts.start,
             "Wait this many seconds for an engine to start", 0.0);
  command
      .add_option("--log-dir", options.log_dir,
                  "Write the standard error of engines into this folder [default: none]")
      ->type_name("FOLDER");
}

void add_output_options(CLI::App& command, MatchOptions& options) {
  command.option_defaults()->group("Output");
  command.add_option("--sgf-dir", options.sgf_dir, "Write each game into this folder [default: none]")
      ->type_name("FOLDER");
  command.add_option("--jsonl", options.jsonl, "Append one JSON line per game to this file [default: none]")
      ->type_name("FILE");
  command.add_option("--json", options.json_file, "Write the summary to this file [default: none]")
      ->type_name("FILE");
  command.add_flag("--quiet", options.quiet, "Print the summary alone");
}

}  // namespace

void add_match_command(CLI::App& app) {
  const auto options = std::make_shared<MatchOptions>();
  CLI::App& command = *app.add_subcommand("match", "Play two sides against each other");
  command.footer(
      "A side is a file of weights (.safetensors), 'built-in', 'uniform', or the command line of a GTP "
      "engine,\n"
      "in which {seed} and {job} are replaced.");
  add_side_options(command, *options);
  add_game_options(command, *options);
  add_network_options(command, *options);
  add_engine_options(command, *options);
  add_output_options(command, *options);
  command.callback([options] {
    if (const int status = run(*options)) throw CLI::RuntimeError(status);
  });
}

}  // namespace tengen::go
