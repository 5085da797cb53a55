// OpenMP's threads. Chunks are taken one by one, as in the pool: a loop of OpenMP's own would give each
// thread its share beforehand.
#include <tengen/tensor/parallel/team.h>

#ifdef TENGEN_OPENMP
#include <omp.h>

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace tengen::detail {
namespace {

/// Whether the system starts so many threads at once. GCC's OpenMP ends the process where it does not.
bool can_start(int count) {
  std::mutex mutex;
  std::condition_variable all_tried;
  bool done = false, all = true;
  std::vector<std::thread> threads;
  try {
    threads.reserve(size_t(count));
    for (int i = 0; i < count; ++i)
      threads.emplace_back([&] {
        std::unique_lock<std::mutex> lock(mutex);
        all_tried.wait(lock, [&] { return done; });
      });
  } catch (const std::exception&) {
    all = false;
  }
  {
    std::lock_guard<std::mutex> lock(mutex);
    done = true;
  }
  all_tried.notify_all();
  for (std::thread& thread : threads) thread.join();
  return all;
}

class OpenMpTeam final : public Team {
 public:
  explicit OpenMpTeam(int threads) : threads_(threads) {}

  void run(Job& job) override {
    // OpenMP keeps threads for each thread that calls it.
    thread_local int started = 1, refused = 0;
    if (threads_ > started && threads_ != refused) {
      if (can_start(threads_ - 1))
        started = threads_;
      else
        refused = threads_;
    }
    if (threads_ > started) return job.work();
#pragma omp parallel num_threads(threads_)
    job.work();
  }

 private:
  int threads_;
};

}  // namespace

bool has_openmp() { return true; }
std::unique_ptr<Team> make_openmp_team(int threads) { return std::make_unique<OpenMpTeam>(threads); }
bool in_openmp_region() { return omp_in_parallel() != 0; }
int openmp_num_threads() { return omp_get_max_threads(); }

}  // namespace tengen::detail

#else
#include <thread>

namespace tengen::detail {

bool has_openmp() { return false; }
std::unique_ptr<Team> make_openmp_team(int) { return nullptr; }
bool in_openmp_region() { return false; }
int openmp_num_threads() { return int(std::thread::hardware_concurrency()); }

}  // namespace tengen::detail

#endif
