#include <tengen/apps/go/learn/supervisor.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <deque>
#include <thread>

#include <tengen/apps/common/run.h>
#include <tengen/apps/go/learn/report.h>

namespace tengen::go {
namespace {

/// One supervisor a folder. The system takes the lock away when the process dies.
class FolderLock {
 public:
  explicit FolderLock(const std::string& folder) : file_(open_lock(folder)) {
    TENGEN_CHECK(::flock(file_, LOCK_EX | LOCK_NB) == 0, folder,
                 ": another tengen-go train is at work on this run");
  }
  ~FolderLock() { ::close(file_); }
  FolderLock(const FolderLock&) = delete;

 private:
  static int open_lock(const std::string& folder) {
    const int file = ::open((folder + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    TENGEN_CHECK(file >= 0, "cannot write in the folder ", folder);
    return file;
  }
  int file_;
};

/// A line that redraws itself on a terminal, other lines above it.
class StatusLine {
 public:
  StatusLine() : terminal_(::isatty(STDOUT_FILENO) != 0) {}
  /// Whether it is time for the next line; then the one after that has to wait.
  bool due(double seconds) {
    if (seconds - drawn_ < (terminal_ ? 1 : 30)) return false;
    drawn_ = seconds;
    return true;
  }
  void draw(const std::string& text) {
    std::printf(terminal_ ? "\r%s\033[K" : "%s\n", text.c_str());
    std::fflush(stdout);
    open_ = terminal_;
  }
  void say(const std::string& text) {
    std::printf("%s%s\n", open_ ? "\r\033[K" : "", text.c_str());
    std::fflush(stdout);
    open_ = false;
  }
  void finish() {
    if (open_) std::printf("\n");
  }

 private:
  bool terminal_, open_ = false;
  double drawn_ = -1e9;
};

/// "12:03<1:45:00  1,234 games, 20,000 rows  2,400 games/h 5,100 positions/s  loss 2.31 (policy ...)  Elo
/// ..."
class Status {
 public:
  explicit Status(const SupervisorOptions& options) : options_(options) {}

  std::string text(Store& store, double seconds) {
    const StoreCounts counts = store.counts();
    samples_.push_back({seconds, counts});
    while (samples_.size() > 2 && seconds - samples_[1].seconds > 120) samples_.pop_front();
    const Sample& then = samples_.front();
    const double passed = std::max(seconds - then.seconds, 1e-9);
    const auto rate = [&](int64_t now, int64_t before) { return double(now - before) / passed; };

    std::string text = apps::format_duration(seconds);
    if (const double left = seconds_left(store, seconds); left >= 0)
      text += "<" + apps::format_duration(left);
    text += apps::format("  %lld games, %lld rows", (long long)counts.games, (long long)counts.rows);
    if (passed > 1) {
      text += apps::format("  %.0f games/h %.0f positions/s", 3600 * rate(counts.games, then.counts.games),
                           rate(counts.evaluations, then.counts.evaluations));
    }
    if (seconds - refreshed_ > 5) refresh(store, seconds);
    return text + learning_;
  }

 private:
  struct Sample {
    double seconds;
    StoreCounts counts;
  };

  double seconds_left(Store& store, double seconds) {
    double left = options_.seconds > 0 ? std::max(options_.seconds - seconds, 0.) : INFINITY;
    if (options_.progress) {
      const double progress = options_.progress(store);
      if (first_progress_ < 0) first_progress_ = progress, first_seconds_ = seconds;
      if (progress > first_progress_) {
        left = std::min(left, (seconds - first_seconds_) * (1 - progress) / (progress - first_progress_));
      }
    }
    return std::isfinite(left) ? left : -1;
  }

  void refresh(Store& store, double seconds) {
    refreshed_ = seconds;
    learning_.clear();
    if (const auto metrics = store.metrics(); !metrics.empty()) {
      const MetricsRow& row = metrics.back();
      learning_ += apps::format("  loss %.3f", row.loss);
      const char* separator = " (";
      for (const auto& [name, value] : {std::pair{"policy", row.policy},
                                        {"value", row.value},
                                        {"score", row.score},
                                        {"own", row.ownership},
                                        {"reply", row.reply}}) {
        if (std::isnan(value)) continue;
        learning_ += separator + apps::format("%s %.3f", name, value);
        separator = " ";
      }
      if (separator[0] == ' ' && separator[1] == '\0') learning_ += ")";
    }
    std::string elo;
    int shown = 0;
    const auto networks = store.networks();
    for (auto network = networks.rbegin(); network != networks.rend() && shown < 3; ++network) {
      if (!network->elo) continue;
      elo = apps::format(" %.0f", *network->elo) + elo;
      ++shown;
    }
    if (shown > 0) learning_ += "  Elo" + elo;
  }

  const SupervisorOptions& options_;
  std::deque<Sample> samples_;
  std::string learning_;
  double refreshed_ = -1e9, first_progress_ = -1, first_seconds_ = 0;
};

class Supervisor {
 public:
  explicit Supervisor(const SupervisorOptions& options)
      : options_(options),
        report_(options.folder),
        lock_(options.folder),
        store_(Store::open(options.store)),
        children_(options.roles, options.folder, options.restart),
        status_(options_) {
    store_->check();  // before anybody writes to it
  }

  void run() {
    try {
      while (!apps::stop_requested() && !children_.all_done() &&
             (options_.seconds <= 0 || seconds() < options_.seconds)) {
        for (const std::string& event : children_.poll()) line_.say(event);
        if (line_.due(seconds())) with_store([&] { line_.draw(status_.text(*store_, seconds())); });
        if (seconds() - reported_ > options_.report_seconds) report();
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
      }
    } catch (...) {  // a role that died too often: the others still end well
      finish();
      throw;
    }
    finish();
  }

 private:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

  /// A store that does not answer now (a server that restarts, a full disk) is no reason to stop.
  template <class Body>
  void with_store(const Body& body) {
    try {
      if (!store_) store_ = Store::open(options_.store);
      body();
      trouble_.clear();
    } catch (const Error& error) {
      if (trouble_ != error.what()) line_.say(error.what());
      trouble_ = error.what();
      store_.reset();
    }
  }

  void report() {
    reported_ = seconds();
    with_store([&] { report_.update(*store_); });
  }

  void finish() {
    line_.finish();
    if (!children_.all_done()) line_.say("stopping: the roles write what they have");
    for (const std::string& event : children_.stop(options_.patience)) line_.say(event);
    with_store([&] { line_.say(status_.text(*store_, seconds())); });
    report();
  }

  const SupervisorOptions& options_;
  Report report_;
  FolderLock lock_;
  std::unique_ptr<Store> store_;
  Children children_;
  Status status_;
  StatusLine line_;
  std::string trouble_;  // with the store, that was told
  double reported_ = -1e9;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace

void supervise(const SupervisorOptions& options) { Supervisor(options).run(); }

}  // namespace tengen::go
