#include <tengen/tensor/parallel.h>

#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <tengen/tensor/small_lock.h>

namespace tengen {
namespace {

// One parallel_for. It lives on the caller's stack: `running` counts the workers that may still look at it.
struct Job {
  int64_t count;
  detail::ChunkFn fn;
  const void* context;
  std::atomic<int64_t> next{0};
  std::atomic<bool> failed{false};
  std::exception_ptr error{};
  // Changed under Pool::mutex_. Atomic: a compiler may read it before it knows whether the lock was had.
  std::atomic<int> running{0};

  void work() {
    for (int64_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < count;) {
      try {
        fn(context, i);
      } catch (...) {
        if (!failed.exchange(true)) error = std::current_exception();
        next.store(count);  // nobody begins another chunk
      }
    }
  }
};

thread_local bool inside_job = false;

int initial_threads() {
  for (const char* name : {"TENGEN_NUM_THREADS", "OMP_NUM_THREADS"})
    if (const char* value = std::getenv(name))
      if (int n = std::atoi(value); n > 0) return n;
  int n = int(std::thread::hardware_concurrency());
  return n > 0 ? n : 1;
}

// The workers of one process. They sleep on a condition variable after a short spin, take chunks from the one
// current job, and sleep again.
class Crew {
 public:
  /// As many workers as the system lets start, at most `count`.
  explicit Crew(int count) {
    try {
      workers_.reserve(size_t(count));
      for (int i = 0; i < count; ++i) workers_.emplace_back([this] { loop(); });
    } catch (const std::exception&) {
      // No thread or no memory: the work is done by those that are there, with the same result.
    }
  }
  ~Crew() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stop_ = true;
      ++generation_;
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  void run(Job& job) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      job_ = &job;
      ++generation_;
    }
    wake_.notify_all();
    inside_job = true;
    job.work();
    inside_job = false;
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
    inside_job = true;
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

class Pool {
 public:
  static Pool& instance() {
    static Pool pool;
    return pool;
  }

  int threads() const { return threads_.load(std::memory_order_relaxed); }

  void resize(int threads) {
    std::lock_guard<SmallLock> busy(busy_);
    crew_.reset();
    threads_ = threads;
  }

  void run(Job& job) {
    std::unique_lock<SmallLock> busy(busy_, std::try_to_lock);
    if (!busy) return job.work();  // another thread's job has the workers
    if (!crew_) crew_ = std::make_unique<Crew>(threads() - 1);
    crew_->run(job);
  }

 private:
  Pool() : threads_(initial_threads()) {
    // A child process has none of the workers: it leaves their crew alone and gets its own.
    pthread_atfork(nullptr, nullptr, [] { instance().of_parent_ = instance().crew_.release(); });
  }

  SmallLock busy_;  // held for the length of one job
  std::atomic<int> threads_;
  std::unique_ptr<Crew> crew_;
  Crew* of_parent_ = nullptr;
};

}  // namespace

int get_num_threads() { return Pool::instance().threads(); }

void set_num_threads(int count) { Pool::instance().resize(count < 1 ? 1 : count); }

SerialGuard::SerialGuard() : previous_(std::exchange(inside_job, true)) {}
SerialGuard::~SerialGuard() { inside_job = previous_; }

void detail::run_chunks(int64_t count, ChunkFn fn, const void* context) {
  if (count <= 0) return;
  Pool& pool = Pool::instance();
  if (inside_job || pool.threads() == 1) {
    for (int64_t i = 0; i < count; ++i) fn(context, i);
    return;
  }
  Job job{count, fn, context};
  pool.run(job);
  if (job.error) std::rethrow_exception(job.error);
}

}  // namespace tengen
