#include <iostream>
#include <memory>

#include <tengen/apps/go/commands/commands.h>
#include <tengen/apps/go/commands/player_options.h>
#include <tengen/apps/go/play/sgf_tool.h>
#include <tengen/tensor/error.h>

namespace tengen::go {
namespace {

using apps::number_from;

struct SgfOptions {
  std::vector<std::string> paths;
  std::string path, rules, komi, image;
  SgfSelection selection;
  int move = -1;
};

void add_selection(CLI::App& command, const std::shared_ptr<SgfOptions>& options) {
  command.add_option("file", options->path, "Read this game record")->required();
  command.add_option("--game", options->selection.game, "Choose this game of the file [default: 1]")
      ->check(number_from(1, 1 << 30));
  command.add_option("--move", options->move, "Stop after this many moves [default: all]")
      ->check(number_from(0, 1 << 30));
  command.add_option("--rules", options->rules, "Use the rules of this name [default: the file's]")
      ->check(rules_name())
      ->type_name("NAME");
  command.add_option("--komi", options->komi, "Use this komi [default: the file's]")
      ->check(komi_number())
      ->type_name("POINTS");
}

void finish(SgfOptions& options) {
  if (options.move >= 0) options.selection.move = options.move;
  if (!options.rules.empty()) options.selection.rules.force_rules = rules_named(options.rules);
  if (!options.komi.empty()) options.selection.rules.force_komi = parse_komi(options.komi);
}

}  // namespace

void add_sgf_command(CLI::App& app) {
  const auto options = std::make_shared<SgfOptions>();
  CLI::App& command = *app.add_subcommand("sgf", "Check, print and replay game records");
  command.require_subcommand(1);

  CLI::App& check = *command.add_subcommand("check", "Name what is wrong in files, by line and column");
  check.add_option("files", options->paths, "Check these game records")->required();
  check.callback([options] {
    const int bad = check_sgf(options->paths, std::cout);
    TENGEN_CHECK(bad == 0, bad, " of ", options->paths.size(), " files have problems");
  });
  CLI::App& print = *command.add_subcommand("print", "Show the board after the moves of the main line");
  add_selection(print, options);
  print
      .add_option("--image", options->image, "Draw the board to this file, with move numbers [default: none]")
      ->type_name("FILE");
  print.callback([options] {
    finish(*options);
    print_sgf(options->path, options->selection, std::cout, options->image);
  });
  CLI::App& replay = *command.add_subcommand("replay", "List the main line and count the result");
  add_selection(replay, options);
  replay.callback([options] {
    finish(*options);
    replay_sgf(options->path, options->selection, std::cout);
  });
}

}  // namespace tengen::go
