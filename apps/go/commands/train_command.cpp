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
  std::filesystem::create_directories(options.folder);
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
    const auto store = Store::open(options.store, Store::Open::create);
    RunSettings settings = options.settings;
    if (const auto found = find_settings(*store)) {
      // A run that goes on: what was not said stays.
      settings = merge_settings(*found, options.settings,
                                [&](const std::string& name) { return command.count("--" + name) > 0; });
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
  CLI::App* command = app.add_subcommand("train", "Learn by self-play; a run that was stopped goes on");
  auto options = std::make_shared<TrainOptions>();
  command->add_option("--run", options->folder, "Folder of the run")->capture_default_str();
  command
      ->add_option("--store", options->store,
                   "Games and networks: a file or postgresql://USER@HOST/DATABASE  [FOLDER/games.db]")
      ->envname(kStoreVariable);
  command->add_option("--threads", options->threads, "Of self-play; 0: one for each processor")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  command
      ->add_option("--minutes", options->minutes,
                   "Stop after this time; the run can go on later. 0: at its end")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  command->add_flag("!--no-evaluate", options->evaluate, "Without matches between networks");
  command->add_flag("--report", options->report,
                    "Only write network, curves and tables of a run anew, and tell how far it is");
  add_device_option(*command, options->device);
  add_setting_options(*command, options->settings);
  command->callback([command, options] { train(*command, *options); });
}

}  // namespace tengen::go
