// Private: not installed; no public header includes it.
// What runs the chunks of a parallel_for: a team of threads.
#pragma once

#include <atomic>
#include <exception>
#include <memory>

#include <tengen/tensor/parallel/parallel.h>

namespace tengen::detail {

/// In a chunk, or under a SerialGuard: this thread's parallel_for runs on this thread alone.
inline thread_local bool runs_alone = false;

/// One parallel_for. It lives on the caller's stack.
struct Job {
  int64_t count;
  ChunkFn fn;
  const void* context;
  std::atomic<int64_t> next{0};
  std::atomic<bool> failed{false};
  std::exception_ptr error{};
  // The pool's: how many workers may still look at the job. Changed under its mutex; atomic because a
  // compiler may read it before it knows whether the lock was had.
  std::atomic<int> running{0};

  /// Takes chunks until there are none; every thread of a team calls it.
  void work() {
    const SerialGuard alone;
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

class Team {
 public:
  virtual ~Team() = default;
  /// Returns when all chunks are done. The caller takes part. One call at a time.
  virtual void run(Job& job) = 0;
};

/// `threads` counts the caller; where the system starts fewer, the team has those.
std::unique_ptr<Team> make_pool(int threads);

bool has_openmp();
// In a build without OpenMP the team is null, nobody is in a region, and the number is that of the
// processors.
std::unique_ptr<Team> make_openmp_team(int threads);
bool in_openmp_region();
int openmp_num_threads();

}  // namespace tengen::detail
