// Our own threads: in builds without OpenMP, in child processes and where machines are shared.
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include <tengen/tensor/parallel/team.h>

namespace tengen::detail {
namespace {

// Workers that sleep on a condition variable after a short spin, take chunks from the one current job, and
// sleep again. The caller takes part and waits only for chunks that a worker has really begun, so little is
// lost on a machine that others keep busy.
class Pool final : public Team {
 public:
  /// As many workers as the system lets start, at most `count`.
  explicit Pool(int count) {
    try {
      workers_.reserve(size_t(count));
      for (int i = 0; i < count; ++i) workers_.emplace_back([this] { loop(); });
    } catch (const std::exception&) {
      // No thread or no memory: the work is done by those that are there, with the same result.
    }
  }
  ~Pool() override {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stop_ = true;
      ++generation_;
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  void run(Job& job) override {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      job_ = &job;
      ++generation_;
    }
    wake_.notify_all();
    job.work();
    // All chunks are taken. Wait for the workers that still run one.
    for (int spin = 0; spin < kSpins; ++spin) {
      std::unique_lock<std::mutex> lock(mutex_, std::try_to_lock);
      if (lock && job.running == 0) {
        job_ = nullptr;
        return;
      }
      relax();
    }
    std::unique_lock<std::mutex> lock(mutex_);
    done_.wait(lock, [&] { return job.running == 0; });
    job_ = nullptr;
  }

 private:
  static constexpr int kSpins = 2000;

  static void relax() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }

  void loop() {
    for (uint64_t seen = 0;;) {
      for (int spin = 0; spin < kSpins && generation_.load(std::memory_order_relaxed) == seen; ++spin)
        relax();
      Job* job;
      {
        std::unique_lock<std::mutex> lock(mutex_);
        wake_.wait(lock, [&] { return generation_.load() != seen; });
        seen = generation_.load();
        if (stop_) return;
        if (!(job = job_)) continue;
        ++job->running;
      }
      job->work();
      std::lock_guard<std::mutex> lock(mutex_);
      if (--job->running == 0) done_.notify_one();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_, done_;
  std::atomic<uint64_t> generation_{0};
  bool stop_ = false;
  Job* job_ = nullptr;
  std::vector<std::thread> workers_;
};

}  // namespace

std::unique_ptr<Team> make_pool(int threads) { return std::make_unique<Pool>(threads - 1); }

}  // namespace tengen::detail
