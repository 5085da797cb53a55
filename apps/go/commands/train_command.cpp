// train: a whole learning run on this machine.
#include <cstdio>
#include <filesystem>
#include <memory>
#include <thread>

#include <tengen/apps/common/run.h>
#include <tengen/apps/go/commands/commands.h>
#include <tengen/apps/go/commands/player_options.h>
#include <tengen/apps/go/learn/report.h>
#include <tengen/apps/go/learn/run_state.h>
#include <tengen/apps/go/learn/supervisor.h>

namespace tengen::go {
namespace {

struct TrainOptions {
  std::string folder = "runs/go";
  std::string store;
  int threads = 0;
  double minutes = 0;
  bool evaluate = true, report = false;
  Device device = kCPU;
  RunSettings settings;
};

std::vector<ChildCommand> role_commands(const TrainOptions& options) {
  const std::string program = std::filesystem::read_symlink("/proc/self/exe");
  const int threads = options.threads > 0 ? options.threads : int(std::thread::hardware_concurrency());
  const auto role = [&](const std::string& name, int role_threads) {
    return ChildCommand{
        name,
        {program, name, "--threads", std::to_string(role_threads), "--device", options.device.str()},
        {std::string(kStoreVariable) + "=" + options.store}};
  };
  std::vector<ChildCommand> roles{role("learn", 1), role("selfplay", threads)};
  if (options.evaluate) roles.push_back(role("evaluate", 1));
  return roles;
}

void train(const CLI::App& command, TrainOptions options) {
  if (options.store.empty()) options.store = options.folder + "/games.db";
  if (options.report) {
    const auto store = Store::open(options.store);
    Report(options.folder).update(*store);
    const auto networks = store->networks();
    std::printf("games %lld rows %lld networks %zu step %lld\n", (long long)store->counts().games,
                (long long)store->counts().rows, networks.size(),
                networks.empty() ? 0LL : (long long)networks.back().step);
    return;
  }
  {
    const auto store = open_run(options.store, options.settings);
    RunSettings settings = options.settings;
    if (const auto found = find_settings(*store)) {  // the settings of a run that is resumed stay
      const auto given = [&](const std::string& name) { return command.count("--" + name) > 0; };
      settings = apps::as_usage([&] { return merge_settings(*found, options.settings, given); });
    }
    begin_run(*store, settings);
  }
  apps::catch_interrupts();
  SupervisorOptions supervisor;
  supervisor.store = options.store;
  supervisor.folder = options.folder;
  supervisor.roles = role_commands(options);
  supervisor.progress = read_progress;
  supervisor.seconds = 60 * options.minutes;
  supervise(supervisor);
  std::printf("network, curves, results and games: %s\n", options.folder.c_str());
}

}  // namespace

void add_train_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand("train", "Learn by self-play; resume a run that was stopped");
  auto options = std::make_shared<TrainOptions>();
  command->add_option("--run", options->folder, "Write network, curves and games into this folder")
      ->type_name("FOLDER")
      ->capture_default_str();
  command
      ->add_option(
          "--store", options->store,
          "Keep games and networks in this store: a file or postgresql://USER@HOST/DATABASE [default: "
          "games.db in the folder]")
      ->type_name("STORE")
      ->envname(kStoreVariable);
  apps::add_number(*command, "--threads", options->threads,
                   "Play with this many threads; 0 takes one per processor", 0);
  apps::add_number(*command, "--minutes", options->minutes,
                   "Stop after this time; the same command resumes. 0 stops at the end of the run", 0.0);
  command->add_flag("!--no-evaluate", options->evaluate, "Play no matches between networks");
  command->add_flag("--report", options->report,
                    "Write network, curves and tables of a run again, say how far it is, and exit");
  add_device_option(*command, options->device);
  add_setting_options(*command, options->settings);
  command->callback([command, options] { train(*command, *options); });
}

}  // namespace tengen::go
