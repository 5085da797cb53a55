// selfplay, learn, evaluate: the roles of a learning run, each alone.
#include <sysexits.h>

#include <cstdio>
#include <memory>
#include <type_traits>

#include <tengen/apps/common/run.h>
#include <tengen/apps/go/commands/commands.h>
#include <tengen/apps/go/commands/player_options.h>
#include <tengen/apps/go/learn/database.h>
#include <tengen/apps/go/learn/roles.h>
#include <tengen/apps/go/learn/run_state.h>

namespace tengen::go {
namespace {

void add_role(CLI::App& app, const char* name, const char* help, int (*run)(const RoleOptions&)) {
  CLI::App* command = app.add_subcommand(name, help);
  auto options = std::make_shared<RoleOptions>();
  command->add_option("--store", options->store, "Use this store: a file or postgresql://USER@HOST/DATABASE")
      ->type_name("STORE")
      ->envname(kStoreVariable)
      ->required();
  apps::add_number(*command, "--threads", options->threads, "Compute with this many threads", 1);
  apps::add_number(*command, "--seed", options->seed, "Seed for this process; 0 picks a new one",
                   uint64_t{0});
  add_device_option(*command, options->device);
  command->callback([options, run] {
    apps::catch_interrupts();
    try {
      if (const int status = run(*options)) throw CLI::RuntimeError(status);
    } catch (const StoreUnavailable& error) {  // whoever started this role shall start it again
      std::fprintf(stderr, "tengen-go: error: %s\n", error.what());
      throw CLI::RuntimeError(EX_TEMPFAIL);
    }
  });
}

}  // namespace

void add_setting_options(CLI::App& command, RunSettings& settings) {
  for_each_setting(settings, [&](const char* group, const char* name, auto& value, const char* help) {
    CLI::Option* option = command.add_option("--" + std::string(name), value, help)->capture_default_str();
    using Value = std::decay_t<decltype(value)>;
    if constexpr (std::is_arithmetic_v<Value> && !std::is_same_v<Value, bool>)
      option->check(apps::number_from<Value>());  // check_settings knows the range
    option->group(group);
  });
}

void add_role_commands(CLI::App& app) {
  CLI::App* begin = app.add_subcommand("begin", "Begin a run in a store, without starting its roles");
  auto store = std::make_shared<std::string>();
  auto settings = std::make_shared<RunSettings>();
  begin->add_option("--store", *store, "Create this store: a file or postgresql://USER@HOST/DATABASE")
      ->type_name("STORE")
      ->envname(kStoreVariable)
      ->required();
  add_setting_options(*begin, *settings);
  begin->callback([store, settings] { begin_run(*open_run(*store, *settings), *settings); });

  add_role(app, "selfplay", "Play games of a run against itself, with its newest network", run_selfplay);
  add_role(app, "learn", "Train a run's network on its games", run_learn);
  add_role(app, "evaluate", "Compare a run's networks", run_evaluate);
}

}  // namespace tengen::go
