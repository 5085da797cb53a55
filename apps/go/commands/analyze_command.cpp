#include <iostream>
#include <memory>

#include <tengen/apps/go/commands/commands.h>
#include <tengen/apps/go/commands/player_options.h>
#include <tengen/apps/go/play/analysis.h>
#include <tengen/tensor/version.h>

namespace tengen::go {

void add_analyze_command(CLI::App& app) {
  struct Options {
    EvaluatorOptions evaluator;
    AnalysisSettings analysis;
    std::string perspective = "BLACK";
  };
  const auto options = std::make_shared<Options>();
  CLI::App& command = *app.add_subcommand(
      "analyze", "Analyse many positions: JSON queries in, JSON answers out, a line each");
  add_evaluator_options(command, options->evaluator);
  AnalysisSettings& analysis = options->analysis;
  command.add_option("--visits", analysis.defaults.limits.visits, "Visits of a query that names none")
      ->check(CLI::Range(1, Player::kMaxVisits))
      ->capture_default_str();
  command.add_option("--positions", analysis.positions, "Positions looked at side by side")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command.add_option("--leaves", analysis.leaves_per_batch, "Leaves of one search in a batch")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command.add_option("--perspective", options->perspective, "Whose view win rates and scores are from")
      ->check(CLI::IsMember({"BLACK", "WHITE", "SIDETOMOVE"}, CLI::ignore_case))
      ->capture_default_str();
  command.add_option("--seed", analysis.seed, "Of all that is random")->capture_default_str();
  command.callback([options] {
    options->analysis.version = TENGEN_VERSION;
    options->analysis.defaults.perspective = parse_perspective(options->perspective);
    options->evaluator.seed = options->analysis.seed;
    run_analysis(load_evaluator(options->evaluator), options->analysis, std::cin, std::cout);
  });
}

}  // namespace tengen::go
