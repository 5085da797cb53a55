// selfplay, learn, evaluate: the roles of a learning run, each alone.
#include <memory>

#include <tengen/apps/common/run.h>
#include <tengen/apps/go/commands/commands.h>
#include <tengen/apps/go/commands/player_options.h>
#include <tengen/apps/go/learn/roles.h>
#include <tengen/apps/go/learn/run_state.h>

namespace tengen::go {
namespace {

void add_role(CLI::App& app, const char* name, const char* help, int (*run)(const RoleOptions&)) {
  CLI::App* command = app.add_subcommand(name, help);
  auto options = std::make_shared<RoleOptions>();
  command->add_option("--store", options->store, "The run's store: a file or postgresql://USER@HOST/DATABASE")
      ->envname(kStoreVariable)
      ->required();
  command->add_option("--threads", options->threads, "Threads")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_option("--seed", options->seed, "Of this process; 0: another one each time")
      ->capture_default_str();
  add_device_option(*command, options->device);
  command->callback([options, run] {
    apps::catch_interrupts();
    if (const int status = run(*options)) throw CLI::RuntimeError(status);
  });
}

}  // namespace

void add_setting_options(CLI::App& command, RunSettings& settings) {
  for_each_setting(settings, [&](const char* name, auto& value, const char* help) {
    command.add_option("--" + std::string(name), value, help)->capture_default_str()->group("Run");
  });
}

void add_role_commands(CLI::App& app) {
  CLI::App* begin = app.add_subcommand("begin", "Begin a run in a store; its roles are started one by one");
  auto store = std::make_shared<std::string>();
  auto settings = std::make_shared<RunSettings>();
  begin->add_option("--store", *store, "A file or postgresql://USER@HOST/DATABASE")
      ->envname(kStoreVariable)
      ->required();
  add_setting_options(*begin, *settings);
  begin->callback([store, settings] { begin_run(*Store::open(*store, Store::Open::create), *settings); });

  add_role(app, "selfplay", "Play games of a run against itself, with its newest network", run_selfplay);
  add_role(app, "learn", "Train a run's network on its games", run_learn);
  add_role(app, "evaluate", "Compare a run's networks", run_evaluate);
}

}  // namespace tengen::go
