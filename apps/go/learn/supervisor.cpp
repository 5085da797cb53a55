#include <tengen/apps/go/learn/supervisor.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <deque>
#include <thread>

#include <tengen/apps/common/progress.h>
#include <tengen/apps/common/run.h>
#include <tengen/apps/common/stopwatch.h>
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

/// The parts of the status line, the most important ones first: "12:03<1:45:00", "1234 games, 20000 rows",
/// "2400 games/h 5100 positions/s", "loss 2.310", "Elo 10 60 110", "policy 1.900" ...
class Status {
 public:
  explicit Status(const SupervisorOptions& options) : options_(options) {}

  std::vector<std::string> parts(Store& store, double seconds) {
    const StoreCounts counts = store.counts();
    samples_.push_back({seconds, counts});
    while (samples_.size() > 2 && seconds - samples_[1].seconds > 120) samples_.pop_front();
    const Sample& then = samples_.front();
    const double passed = std::max(seconds - then.seconds, 1e-9);
    const auto rate = [&](int64_t now, int64_t before) { return double(now - before) / passed; };

    std::string time = apps::format_duration(seconds);
    if (const double left = seconds_left(store, seconds); left >= 0)
      time += "<" + apps::format_duration(left);
    std::vector<std::string> parts{
        time, apps::format("%lld games, %lld rows", (long long)counts.games, (long long)counts.rows)};
    if (passed > 1) {
      parts.push_back(apps::format("%.0f games/h %.0f positions/s",
                                   3600 * rate(counts.games, then.counts.games),
                                   rate(counts.evaluations, then.counts.evaluations)));
    }
    if (seconds - refreshed_ > 5) refresh(store, seconds);
    parts.insert(parts.end(), learning_.begin(), learning_.end());
    return parts;
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
    const auto metrics = store.metrics();
    if (!metrics.empty()) learning_.push_back(apps::format("loss %.3f", metrics.back().loss));
    std::string elo;
    int shown = 0;
    const auto networks = store.networks();
    for (auto network = networks.rbegin(); network != networks.rend() && shown < 3; ++network) {
      if (!network->elo) continue;
      elo = apps::format(" %.0f", *network->elo) + elo;
      ++shown;
    }
    if (shown > 0) learning_.push_back("Elo" + elo);
    if (metrics.empty()) return;
    const MetricsRow& row = metrics.back();
    for (const auto& [name, value] : {std::pair{"policy", row.policy},
                                      {"value", row.value},
                                      {"score", row.score},
                                      {"own", row.ownership},
                                      {"reply", row.reply}})
      if (!std::isnan(value)) learning_.push_back(apps::format("%s %.3f", name, value));
  }

  const SupervisorOptions& options_;
  std::deque<Sample> samples_;
  std::vector<std::string> learning_;
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
        for (const std::string& event : children_.poll()) line_.print(event);
        if (seconds() - drawn_ > (line_.on_terminal() ? 1 : 30)) draw_status();
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
  double seconds() const { return apps::seconds_since(start_); }

  std::string status() { return apps::fit_parts(status_.parts(*store_, seconds()), line_.columns()); }
  void draw_status() {
    drawn_ = seconds();
    with_store([&] { line_.draw(status()); });
  }

  /// A store that does not answer now (a server that restarts, a full disk) is no reason to stop.
  template <class Body>
  void with_store(const Body& body) {
    try {
      if (!store_) store_ = Store::open(options_.store);
      body();
      trouble_.clear();
    } catch (const Error& error) {
      if (trouble_ != error.what()) line_.print(error.what());
      trouble_ = error.what();
      store_.reset();
    }
  }

  void report() {
    reported_ = seconds();
    with_store([&] { report_.update(*store_); });
  }

  void finish() {
    line_.keep();
    if (!children_.all_done()) line_.print("stopping: the roles write what they have");
    for (const std::string& event : children_.stop(options_.patience)) line_.print(event);
    with_store([&] { line_.print(status()); });
    report();
  }

  const SupervisorOptions& options_;
  Report report_;
  FolderLock lock_;
  std::unique_ptr<Store> store_;
  Children children_;
  Status status_;
  apps::StatusLine line_;
  std::string trouble_;  // with the store, that was told
  double reported_ = -1e9, drawn_ = -1e9;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace

void supervise(const SupervisorOptions& options) { Supervisor(options).run(); }

}  // namespace tengen::go
