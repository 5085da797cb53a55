#include <iostream>
#include <memory>

#include <tengen/apps/go/commands/commands.h>
#include <tengen/apps/go/commands/player_options.h>
#include <tengen/apps/go/play/sgf_tool.h>
#include <tengen/tensor/error.h>

namespace tengen::go {
namespace {

struct Options {
  std::vector<std::string> paths;
  std::string path, rules, komi;
  SgfSelection selection;
  int move = -1;
};

void add_selection(CLI::App& command, const std::shared_ptr<Options>& options) {
  command.add_option("file", options->path, "Game record")->required();
  command.add_option("--game", options->selection.game, "Which game of the file")
      ->check(CLI::Range(1, 1 << 30));
  command.add_option("--move", options->move, "Only so many moves")->check(CLI::Range(0, 1 << 30));
  command.add_option("--rules", options->rules, "Instead of the file's rules")->check(rules_name());
  command.add_option("--komi", options->komi, "Instead of the file's komi")->check(komi_number());
}

void finish(Options& options) {
  if (options.move >= 0) options.selection.move = options.move;
  if (!options.rules.empty()) options.selection.rules.force_rules = rules_named(options.rules);
  if (!options.komi.empty()) options.selection.rules.force_komi = parse_komi(options.komi);
}

}  // namespace

void add_sgf_command(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App& command = *app.add_subcommand("sgf", "Check, print and replay game records");
  command.require_subcommand(1);

  CLI::App& check = *command.add_subcommand("check", "Say what is wrong in files, by line and column");
  check.add_option("files", options->paths, "Game records")->required();
  check.callback([options] {
    const int bad = check_sgf(options->paths, std::cout);
    TENGEN_CHECK(bad == 0, bad, " of ", options->paths.size(), " files have problems");
  });
  CLI::App& print = *command.add_subcommand("print", "Show the board after the moves of the main line");
  add_selection(print, options);
  print.callback([options] {
    finish(*options);
    print_sgf(options->path, options->selection, std::cout);
  });
  CLI::App& replay = *command.add_subcommand("replay", "List the main line and count the result");
  add_selection(replay, options);
  replay.callback([options] {
    finish(*options);
    replay_sgf(options->path, options->selection, std::cout);
  });
}

}  // namespace tengen::go
