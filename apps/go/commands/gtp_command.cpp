#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>

#include <tengen/apps/go/commands/commands.h>
#include <tengen/apps/go/commands/player_options.h>
#include <tengen/apps/go/play/gtp.h>
#include <tengen/tensor/version.h>

namespace tengen::go {

using apps::add_number, apps::number_from;

void add_gtp_command(CLI::App& app) {
  struct Options {
    EvaluatorOptions evaluator;
    GtpSettings gtp;
    std::string rules = "tromp-taylor";
    std::string komi;
  };
  const auto options = std::make_shared<Options>();
  CLI::App& command = *app.add_subcommand("gtp", "Play and analyze by the Go Text Protocol");
  GtpSettings& gtp = options->gtp;
  command.option_defaults()->group("Game");
  add_number(command, "--size", gtp.size, "Start with a board of this size", kMinSize, kMaxSize);
  command
      .add_option("--komi", options->komi, "Give White this many points [default: 7 up to 9x9, 7.5 above]")
      ->check(komi_number())
      ->type_name("POINTS");
  command.add_option("--rules", options->rules, "Play by the rules of this name")
      ->check(rules_name())
      ->type_name("NAME")
      ->capture_default_str();
  command.add_flag("--remove-dead", gtp.rules.remove_dead,
                   "Remove stones that the search judges dead before scoring");
  command.option_defaults()->group("Search");
  add_number(command, "--visits", gtp.limits.visits,
             "Search this many visits per move, those of a kept tree included; 1 plays by the policy alone, "
             "0 sets no "
             "limit",
             0);
  add_number(command, "--playouts", gtp.limits.playouts,
             "Search this many new visits per move; 0 sets no limit", 0);
  command
      .add_option("--time", gtp.limits.seconds,
                  "Search this many seconds per move [default: 5 without any other limit]")
      ->check(number_from(0.0));
  add_number(command, "--threads", gtp.threads, "Search with this many threads", 1, 256);
  command.add_flag("--ponder", gtp.ponder, "Think while the opponent does");
  command.option_defaults()->group("Choice of moves");
  add_number(command, "--temperature", gtp.temperature,
             "Temperature for opening moves; 0 always plays the best move", 0.0, 10.0);
  add_number(command, "--resign", gtp.resign, "Resign below this win rate; 0 never resigns", 0.0, 0.5);
  add_number(command, "--seed", gtp.seed, "Random seed; the same seed gives the same choices", uint64_t{0});
  add_evaluator_options(command, options->evaluator);
  command.option_defaults()->group("Session");
  command
      .add_option("--override-version", gtp.version,
                  "Answer `version` with this text; Lizzie wants 0.15 or later [default: the version]")
      ->type_name("TEXT");
  command.add_option("--log", gtp.log, "Append the GTP session to this file [default: none]")
      ->type_name("FILE");
  command.callback([options] {
    GtpSettings& gtp = options->gtp;
    if (gtp.version.empty()) gtp.version = TENGEN_VERSION;
    gtp.rules.rules = rules_named(options->rules);
    gtp.rules.rules.komi = options->komi.empty() ? (gtp.size <= 9 ? 7 : 7.5) : parse_komi(options->komi);
    gtp.leaves_per_batch = std::max(1, options->evaluator.batch / gtp.threads);
    options->evaluator.threads = gtp.threads;
    options->evaluator.seed = gtp.seed;
    const auto evaluator = load_evaluator(options->evaluator);
    if (!options->evaluator.net.empty()) gtp.model = options->evaluator.net;
    gtp.only_size = only_board_size(*evaluator);
    if (gtp.only_size > 0) gtp.size = gtp.only_size;
    GtpEngine engine(evaluator, gtp);
    std::fprintf(stderr,
                 "GTP ready, beginning main protocol loop\n");  // what programs that start KataGo wait for
    engine.run(std::cin, std::cout);
  });
}

}  // namespace tengen::go
