#include <algorithm>
#include <iostream>
#include <memory>

#include <tengen/apps/go/commands/commands.h>
#include <tengen/apps/go/commands/player_options.h>
#include <tengen/apps/go/play/gtp.h>
#include <tengen/tensor/version.h>

namespace tengen::go {

void add_gtp_command(CLI::App& app) {
  struct Options {
    EvaluatorOptions evaluator;
    GtpSettings gtp;
    std::string rules = "tromp-taylor";
    std::string komi;
  };
  const auto options = std::make_shared<Options>();
  CLI::App& command = *app.add_subcommand("gtp", "Play and analyse by the Go Text Protocol");
  add_evaluator_options(command, options->evaluator);
  GtpSettings& gtp = options->gtp;
  command.add_option("--size", gtp.size, "Board size at the start")
      ->check(CLI::Range(kMinSize, kMaxSize))
      ->capture_default_str();
  command.add_option("--komi", options->komi, "Points for White [7 up to 9x9, else 7.5]")
      ->check(komi_number());
  command.add_option("--rules", options->rules, "Rules by name")->check(rules_name())->capture_default_str();
  command.add_option("--visits", gtp.limits.visits, "Visits a move; 1: policy only")->check(at_least(0));
  command.add_option("--playouts", gtp.limits.playouts, "New visits a move")->check(at_least(0));
  command.add_option("--time", gtp.limits.seconds, "Seconds a move [5 without any other limit]")
      ->check(at_least(0));
  command.add_option("--threads", gtp.threads, "Threads of the search")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command.add_flag("--ponder", gtp.ponder, "Think while the opponent does");
  command.add_option("--resign", gtp.resign, "Resign below this win rate; 0: never")
      ->check(CLI::Range(0.0, 0.5))
      ->capture_default_str();
  command.add_option("--temperature", gtp.temperature, "Of the choice of opening moves; 0: the best")
      ->check(CLI::Range(0.0, 10.0))
      ->capture_default_str();
  command.add_option("--seed", gtp.seed, "Of all that is random")->capture_default_str();
  command.add_flag("--remove-dead", gtp.rules.remove_dead,
                   "Take stones that the search holds for dead off before counting");
  command.add_option("--override-version", gtp.version, "What `version` answers; Lizzie wants 0.15 or later")
      ->type_name("TEXT");
  command.add_option("--log", gtp.log, "Append all that is said to a file")->type_name("FILE");
  command.callback([options] {
    GtpSettings& gtp = options->gtp;
    if (gtp.version.empty()) gtp.version = TENGEN_VERSION;
    gtp.rules.rules = rules_named(options->rules);
    gtp.rules.rules.komi = options->komi.empty() ? (gtp.size <= 9 ? 7 : 7.5) : parse_komi(options->komi);
    gtp.leaves_per_batch = std::max(1, options->evaluator.batch / gtp.threads);
    options->evaluator.threads = gtp.threads;
    options->evaluator.seed = gtp.seed;
    const auto evaluator = load_evaluator(options->evaluator);
    gtp.only_size = only_board_size(*evaluator);
    if (gtp.only_size > 0) gtp.size = gtp.only_size;
    GtpEngine engine(evaluator, gtp);
    engine.run(std::cin, std::cout);
  });
}

}  // namespace tengen::go
