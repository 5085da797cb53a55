// A PostgreSQL server of a test's own: in a temporary folder, on a unix socket, gone at the end.
#pragma once

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

#include <grp.h>
#include <pwd.h>

#include "../temporary.h"

/// The server refuses to run as root; then it runs as the user postgres or nobody.
class PostgresqlServer {
 public:
  /// The one server of this process, started at the first call; null where PostgreSQL is not installed.
  static PostgresqlServer* instance() {
    static PostgresqlServer server;
    return server.process_ > 0 ? &server : nullptr;
  }

  /// The URL of a new, empty database.
  std::string new_database() {
    const std::string name = "run" + std::to_string(++databases_);
    if (run({binaries_ + "/createdb", "-h", folder_ / "", "-U", "tengen", name}) != 0) return {};
    return "postgresql://tengen@/" + name + "?host=" + folder_ / "";
  }
  std::string folder() const { return folder_ / ""; }

 private:
  PostgresqlServer() {
    for (int version = 30; version >= 12 && binaries_.empty(); --version) {
      const std::string found = "/usr/lib/postgresql/" + std::to_string(version) + "/bin";
      if (::access((found + "/postgres").c_str(), X_OK) == 0) binaries_ = found;
    }
    if (binaries_.empty() && ::access("/usr/bin/postgres", X_OK) == 0) binaries_ = "/usr/bin";
    if (binaries_.empty()) return;
    const std::string data = folder_ / "data";
    if (::geteuid() == 0) {
      const passwd* user = ::getpwnam("postgres");
      if (!user) user = ::getpwnam("nobody");
      if (!user) return;
      user_ = user->pw_uid, group_ = user->pw_gid;
      if (::chown((folder_ / "").c_str(), user_, group_) != 0) return;
    }
    if (run({binaries_ + "/initdb", "-D", data, "-U", "tengen", "-A", "trust", "-E", "UTF8", "--locale=C",
             "-N"}) != 0)
      return;
    // No TCP; no waiting for the disk: the folder is thrown away.
    process_ = start({binaries_ + "/postgres", "-D", data, "-k", folder_ / "", "-c",
                      "listen_addresses=", "-F", "-c", "shared_buffers=16MB", "-c", "autovacuum=off"});
    for (int i = 0;
         i < 600 && run({binaries_ + "/pg_isready", "-q", "-h", folder_ / "", "-U", "tengen"}) != 0; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  ~PostgresqlServer() {
    if (process_ <= 0) return;
    ::kill(process_, SIGINT);  // fast shutdown
    ::waitpid(process_, nullptr, 0);
  }

  pid_t start(const std::vector<std::string>& arguments) const {
    const std::string log = folder_ / "log";
    const pid_t test = ::getpid();
    const pid_t child = ::fork();
    if (child != 0) return child;
    std::vector<char*> words;
    for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
    words.push_back(nullptr);
    if (::geteuid() == 0 && (::setgroups(0, nullptr) != 0 || ::setgid(group_) != 0 || ::setuid(user_) != 0))
      ::_exit(126);
    ::prctl(PR_SET_PDEATHSIG, SIGINT);  // when the test is killed; after setuid, which would clear it
    if (::getppid() != test) ::_exit(126);
    const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
    if (output < 0 || ::dup2(output, 1) < 0 || ::dup2(output, 2) < 0) ::_exit(126);
    if (::chdir("/") != 0) ::_exit(126);
    ::execv(words[0], words.data());
    ::_exit(127);
  }
  int run(const std::vector<std::string>& arguments) const {
    int status = -1;
    ::waitpid(start(arguments), &status, 0);
    return status;
  }

  TemporaryFolder folder_;
  std::string binaries_;
  uid_t user_ = 0;
  gid_t group_ = 0;
  pid_t process_ = 0;
  int databases_ = 0;
};
