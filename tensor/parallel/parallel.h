// Threads. Work is cut into chunks by its size alone, so results do not depend on the number of threads.
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

namespace tengen::inline api {

/// Number of threads that kernels may use, the caller included: what set_num_threads() was told, else
/// TENGEN_NUM_THREADS, else what OpenMP would use (omp_set_num_threads, OMP_NUM_THREADS, the processors).
/// Where the system starts fewer, kernels make do with those. A child process (fork) has threads of its own.
int get_num_threads();
void set_num_threads(int count);

}  // namespace tengen::inline api

namespace tengen {

/// Who runs the threads. Results are the same bits with either.
enum class ParallelBackend {
  openmp,  // a team of OpenMP's threads; the default where the library was built with OpenMP
  pool,    // a pool of our own: for machines that other programs keep busy (docs/performance.md)
};
/// Initially what TENGEN_PARALLEL says, "openmp" or "pool". A child process (fork) takes the pool, because
/// OpenMP's threads do not survive a fork.
ParallelBackend get_parallel_backend();
/// Throws an Error where OpenMP cannot be had: in a build without it and in a child process.
void set_parallel_backend(ParallelBackend backend);

/// In its scope this thread's parallel_for runs on this thread alone: for programs whose own threads share
/// the processors.
class SerialGuard {
 public:
  SerialGuard();
  ~SerialGuard();
  SerialGuard(const SerialGuard&) = delete;
  SerialGuard& operator=(const SerialGuard&) = delete;

 private:
  bool previous_;
};

/// Elements of cheap pointwise work that make one chunk worth handing to another thread.
inline constexpr int64_t kGrainSize = 32768;

namespace detail {
using ChunkFn = void (*)(const void* context, int64_t index);
void run_chunks(int64_t count, ChunkFn fn, const void* context);
}  // namespace detail

/// Calls body(index) for every index in [0, count), on several threads, in any order; returns when all are
/// done. An exception from a body is rethrown here. Calls from inside a body, from inside a parallel region
/// of the program's own (`#pragma omp parallel`), or while another thread's parallel_for runs, are done on
/// the calling thread: nothing nests and nothing is oversubscribed.
template <class Body>
void parallel_for(int64_t count, const Body& body) {
  if (count == 1) return body(int64_t{0});
  detail::run_chunks(
      count, [](const void* context, int64_t i) { (*static_cast<const Body*>(context))(i); }, &body);
}

/// Calls body(begin, end) for consecutive ranges of at most `grain` elements that cover [0, size).
template <class Body>
void parallel_ranges(int64_t size, int64_t grain, const Body& body) {
  if (size <= 0) return;
  if (size <= grain) return body(int64_t{0}, size);
  parallel_for((size + grain - 1) / grain, [&](int64_t chunk) {
    int64_t begin = chunk * grain;
    body(begin, begin + grain < size ? begin + grain : size);
  });
}

}  // namespace tengen
