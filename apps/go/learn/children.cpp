#include <tengen/apps/go/learn/children.h>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>

#include <tengen/apps/common/run.h>
#include <tengen/tensor/error.h>

namespace tengen::go {
namespace {

std::chrono::steady_clock::duration seconds(double count) {
  return std::chrono::duration_cast<std::chrono::steady_clock::duration>(
      std::chrono::duration<double>(count));
}

/// The last line of what a file got from `start` on.
std::string last_line(const std::string& path, off_t start) {
  std::ifstream file(path, std::ios::binary);
  file.seekg(0, std::ios::end);
  start = std::max(start, off_t(file.tellg()) - 4096);
  file.seekg(start);
  std::string last;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty()) last = line;
  }
  return last;
}

}  // namespace

Children::Children(std::vector<ChildCommand> commands, std::string folder, const RestartPolicy& policy)
    : policy_(policy) {
  for (ChildCommand& command : commands) {
    Child& child = children_.emplace_back();
    child.log = (std::filesystem::path(folder) / (command.name + ".log")).string();
    child.command = std::move(command);
    child.due = Clock::now();
  }
}

Children::~Children() {
  for (Child& child : children_) {
    if (child.process == 0) continue;
    ::kill(-child.process, SIGKILL);
    ::waitpid(child.process, nullptr, 0);
  }
}

void Children::start(Child& child) {
  const int log = ::open(child.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  TENGEN_CHECK(log >= 0, "cannot write ", child.log, ": ", std::strerror(errno));
  const int input = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  struct stat info {};
  ::fstat(log, &info);
  child.log_start = info.st_size;
  std::vector<char*> arguments;  // made before the fork: after it nothing may allocate
  for (std::string& argument : child.command.arguments) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  std::vector<char*> environment;
  for (std::string& variable : child.command.environment) environment.push_back(variable.data());
  for (char** variable = ::environ; *variable; ++variable) {
    const std::string_view text = *variable, name = text.substr(0, text.find('=') + 1);
    const auto replaces = [&](const std::string& other) { return other.starts_with(name); };
    if (std::ranges::none_of(child.command.environment, replaces)) environment.push_back(*variable);
  }
  environment.push_back(nullptr);

  std::fflush(nullptr);  // or the child might write what is buffered here once more
  const pid_t parent = ::getpid();
  const pid_t process = ::fork();
  if (process == 0) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(1);  // it died before it could be watched
    ::dup2(input, STDIN_FILENO);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    ::execvpe(arguments[0], arguments.data(), environment.data());
    const char* why = std::strerror(errno);
    for (const char* part : {"cannot start ", static_cast<const char*>(arguments[0]), ": ", why, "\n"})
      [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, part, std::strlen(part));
    ::_exit(127);
  }
  const int error = errno;
  ::close(log);
  ::close(input);
  TENGEN_CHECK(process > 0, "cannot start a process: ", std::strerror(error));
  ::setpgid(process, process);  // here too: whoever comes first
  child.process = process;
  child.started = Clock::now();
}

bool Children::has_ended(Child& child, int& status) {
  if (child.process == 0 || ::waitpid(child.process, &status, WNOHANG) != child.process) return false;
  child.process = 0;
  return true;
}

std::string Children::describe_end(const Child& child, int status) const {
  std::string how = WIFSIGNALED(status) ? apps::format("was killed by signal %d (%s)", WTERMSIG(status),
                                                       ::strsignal(WTERMSIG(status)))
                                        : apps::format("ended with status %d", WEXITSTATUS(status));
  const double lived = std::chrono::duration<double>(Clock::now() - child.started).count();
  how += " after " + apps::format_duration(lived);
  const std::string words = last_line(child.log, child.log_start);
  return child.command.name + " " + how + (words.empty() ? "" : ": " + words);
}

std::vector<std::string> Children::poll() {
  std::vector<std::string> events;
  for (Child& child : children_) {
    int status = 0;
    if (has_ended(child, status)) {
      if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        child.done = true;
        events.push_back(child.command.name + " has finished");
        continue;
      }
      const bool quick = Clock::now() - child.started < seconds(policy_.quick);
      if (WIFEXITED(status) && WEXITSTATUS(status) == EX_TEMPFAIL) {
        child.quick_deaths = 0;
        child.due = Clock::now() + seconds(policy_.away);
        const bool told = std::exchange(child.is_away, true);
        if (told && quick) continue;
        events.push_back(describe_end(child, status) +
                         apps::format("; it is started again every %g s until that answers", policy_.away));
        continue;
      }
      child.is_away = false;
      child.quick_deaths = quick ? child.quick_deaths + 1 : 0;
      std::string what = describe_end(child, status);
      if (child.quick_deaths >= policy_.most_quick_deaths) {
        fail(what, " (", child.quick_deaths, " times in a row; all it said is in ", child.log, ")");
      }
      const double wait =
          std::min(policy_.wait * double(1 << std::max(child.quick_deaths - 1, 0)), policy_.longest_wait);
      child.due = Clock::now() + seconds(wait);
      events.push_back(what + "; it is started again" + (wait < 1 ? "" : apps::format(" in %.0f s", wait)));
    }
    if (child.process == 0 && !child.done && Clock::now() >= child.due) start(child);
  }
  return events;
}

bool Children::all_done() const {
  return std::all_of(children_.begin(), children_.end(), [](const Child& child) { return child.done; });
}

std::vector<std::string> Children::stop(double longest) {
  std::vector<std::string> events;
  for (const Child& child : children_) {
    if (child.process != 0) ::kill(child.process, SIGTERM);
  }
  const auto deadline = Clock::now() + seconds(longest);
  for (bool running = true; running;) {
    running = false;
    for (Child& child : children_) {
      int status = 0;
      if (has_ended(child, status)) {
        child.done = true;
        const bool as_asked = WIFEXITED(status) ? WEXITSTATUS(status) == 0 : WTERMSIG(status) == SIGTERM;
        if (!as_asked) events.push_back(describe_end(child, status));
      }
      if (child.process == 0) continue;
      running = true;
      if (Clock::now() < deadline) continue;
      events.push_back(child.command.name +
                       apps::format(" did not stop within %.0f s and is killed", longest));
      ::kill(-child.process, SIGKILL);
      ::waitpid(child.process, nullptr, 0);
      child.process = 0;
    }
    if (running) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return events;
}

}  // namespace tengen::go
