#include <tengen/tensor/parallel/parallel.h>

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>

#include <tengen/tensor/error.h>
#include <tengen/tensor/parallel/team.h>
#include <tengen/tensor/small_lock.h>

namespace tengen {
namespace {

int positive_number_in(const char* variable) {
  const char* value = std::getenv(variable);
  return value ? std::atoi(value) : 0;
}

bool openmp_at_first() {
  const char* value = std::getenv("TENGEN_PARALLEL");
  const std::string_view name = value ? value : "";
  if (name.empty()) return detail::has_openmp();
  TENGEN_CHECK(name == "openmp" || name == "pool", "TENGEN_PARALLEL: expected openmp or pool, but got ",
               name);
  TENGEN_CHECK(name == "pool" || detail::has_openmp(),
               "TENGEN_PARALLEL: this library was built without OpenMP");
  return name == "openmp";
}

// The one team of a process, made when it is first needed.
class Threads {
 public:
  static Threads& instance() {
    static Threads threads;
    return threads;
  }

  int count() const {
    if (const int asked = asked_.load(std::memory_order_relaxed); asked > 0) return asked;
    return uses_openmp() ? detail::openmp_num_threads() : pool_threads_;
  }
  bool uses_openmp() const { return openmp_.load(std::memory_order_relaxed); }

  void set_count(int count) {
    std::lock_guard<SmallLock> busy(busy_);
    team_.reset();
    asked_ = count;
  }
  void use_openmp(bool openmp) {
    std::lock_guard<SmallLock> busy(busy_);
    team_.reset();
    openmp_ = openmp;
  }

  void run(detail::Job& job, int count) {
    std::unique_lock<SmallLock> busy(busy_, std::try_to_lock);
    if (!busy) return job.work();  // another thread's job has the team
    if (!team_ || team_count_ != count) {
      team_.reset();
      team_ = uses_openmp() ? detail::make_openmp_team(count) : detail::make_pool(count);
      team_count_ = count;
    }
    team_->run(job);
  }

 private:
  Threads() : asked_(positive_number_in("TENGEN_NUM_THREADS")), openmp_(openmp_at_first()) {
    const int usual = positive_number_in("OMP_NUM_THREADS");
    pool_threads_ = std::max(usual > 0 ? usual : detail::openmp_num_threads(), 1);
    // A child process has none of the threads: it leaves their team alone and gets a pool.
    pthread_atfork(nullptr, nullptr, [] {
      Threads& threads = instance();
      threads.of_parent_ = threads.team_.release();
      threads.openmp_ = false;
    });
  }

  SmallLock busy_;  // held for the length of one job
  std::atomic<int> asked_;
  std::atomic<bool> openmp_;
  int pool_threads_, team_count_ = 0;
  std::unique_ptr<detail::Team> team_;
  detail::Team* of_parent_ = nullptr;
};

}  // namespace

int api::get_num_threads() { return Threads::instance().count(); }
void api::set_num_threads(int count) { Threads::instance().set_count(count < 1 ? 1 : count); }

ParallelBackend get_parallel_backend() {
  return Threads::instance().uses_openmp() ? ParallelBackend::openmp : ParallelBackend::pool;
}
void set_parallel_backend(ParallelBackend backend) {
  const bool openmp = backend == ParallelBackend::openmp;
  TENGEN_CHECK(!openmp || detail::has_openmp(),
               "set_parallel_backend: this library was built without OpenMP");
  TENGEN_CHECK(!openmp || detail::process_number == 1,
               "set_parallel_backend: OpenMP's threads do not survive a fork; a child process has the pool");
  Threads::instance().use_openmp(openmp);
}

SerialGuard::SerialGuard() : previous_(std::exchange(detail::runs_alone, true)) {}
SerialGuard::~SerialGuard() { detail::runs_alone = previous_; }

void detail::run_chunks(int64_t count, ChunkFn fn, const void* context) {
  if (count <= 0) return;
  const int threads = runs_alone ? 1 : get_num_threads();
  if (threads == 1 || in_openmp_region()) {
    for (int64_t i = 0; i < count; ++i) fn(context, i);
    return;
  }
  Job job{count, fn, context};
  Threads::instance().run(job, threads);
  if (job.error) std::rethrow_exception(job.error);
}

}  // namespace tengen
