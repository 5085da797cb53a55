#include <cstdio>
#include <iostream>
#include <memory>

#include <tengen/apps/go/commands/commands.h>
#include <tengen/apps/go/commands/player_options.h>
#include <tengen/apps/go/play/analysis.h>
#include <tengen/tensor/version.h>

namespace tengen::go {

using apps::add_number;

void add_analyze_command(CLI::App& app) {
  struct Options {
    EvaluatorOptions evaluator;
    AnalysisSettings analysis;
    std::string perspective = "BLACK";
  };
  const auto options = std::make_shared<Options>();
  CLI::App& command = *app.add_subcommand(
      "analyze", "Analyze many positions: JSON queries in, JSON answers out, one per line");
  AnalysisSettings& analysis = options->analysis;
  command.option_defaults()->group("Search");
  add_number(command, "--visits", analysis.defaults.limits.visits,
             "Search this many visits for a query that does not say", 1, Player::kMaxVisits);
  add_number(command, "--positions", analysis.positions, "Analyze this many positions at once", 1, 1024);
  add_number(command, "--leaves", analysis.leaves_per_batch,
             "Put this many leaves of one search into a batch", 1, 256);
  add_number(command, "--seed", analysis.seed, "Random seed; the same seed gives the same answers",
             uint64_t{0});
  command.option_defaults()->group("Answers");
  command
      .add_option("--perspective", options->perspective, "Tell win rates and scores from this point of view")
      ->check(CLI::IsMember({"BLACK", "WHITE", "SIDETOMOVE"}, CLI::ignore_case))
      ->capture_default_str();
  add_evaluator_options(command, options->evaluator);
  command.callback([options] {
    options->analysis.version = TENGEN_VERSION;
    options->analysis.defaults.perspective = parse_perspective(options->perspective);
    options->evaluator.seed = options->analysis.seed;
    if (!options->evaluator.net.empty()) options->analysis.model = options->evaluator.net;
    const auto evaluator = load_evaluator(options->evaluator);
    std::fprintf(stderr,
                 "Started, ready to begin handling requests\n");  // what programs that start KataGo wait for
    run_analysis(evaluator, options->analysis, std::cin, std::cout);
  });
}

}  // namespace tengen::go
