// Child processes that are kept running.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace tengen::go {

struct ChildCommand {
  std::string name;
  std::vector<std::string> arguments;  // the program first
  /// "NAME=VALUE", besides what this process has: for what other users' process lists shall not show.
  std::vector<std::string> environment{};
};

struct RestartPolicy {
  double wait = 1, longest_wait = 60;  // seconds before a restart; doubles with each quick death in a row
  double quick = 30;                   // a process that lived for less died quickly
  int most_quick_deaths = 5;           // in a row, then poll() throws
  /// Seconds before a process is started again that ended with EX_TEMPFAIL (75): what it needs does not
  /// answer now. That is never given up.
  double away = 5;
};

/// Starts processes and starts those again that die. One that ends with status 0 has done its work. Each gets
/// SIGTERM when this process dies, however it dies, and is a process group of its own: Ctrl-C reaches this
/// process alone. What they print is appended to FOLDER/NAME.log.
class Children {
 public:
  Children(std::vector<ChildCommand> commands, std::string folder, const RestartPolicy& policy = {});
  ~Children();  // kills those that still run
  Children(const Children&) = delete;

  /// Starts what is due and sees who has ended; to be called some times a second. Returns what happened, a
  /// line each. Throws when one died too often, with its last words.
  std::vector<std::string> poll();
  bool all_done() const;
  /// Sends SIGTERM to those that run, waits for them, and kills those that take longer than `seconds`.
  /// Returns what happened.
  std::vector<std::string> stop(double seconds);

 private:
  using Clock = std::chrono::steady_clock;
  struct Child {
    ChildCommand command;
    std::string log;
    pid_t process = 0;  // 0: does not run
    bool done = false, is_away = false;
    int quick_deaths = 0;
    Clock::time_point started, due;  // to be started
    off_t log_start = 0;             // where the log of this start begins
  };

  void start(Child& child);
  bool has_ended(Child& child, int& status);
  std::string describe_end(const Child& child, int status) const;

  std::vector<Child> children_;
  RestartPolicy policy_;
};

}  // namespace tengen::go
