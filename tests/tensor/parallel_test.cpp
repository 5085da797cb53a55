// Threads: every chunk once, whatever the number of threads and callers, whoever runs them.
#include <doctest/doctest.h>
#include <tengen/tensor/parallel/parallel.h>
#include <tengen/torch.h>
#include <unistd.h>

#ifdef _OPENMP
#include <omp.h>
#endif

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <stdexcept>
#include <thread>
#include <vector>

#include "../program.h"
#include "../temporary.h"

using namespace tengen;

namespace {

struct Threads {
  explicit Threads(int count) : before_(get_num_threads()) { set_num_threads(count); }
  ~Threads() { set_num_threads(before_); }

 private:
  int before_;
};

/// In its scope that backend runs the threads. False where the build lacks it.
class Backend {
 public:
  explicit Backend(ParallelBackend backend) : before_(get_parallel_backend()) {
    try {
      set_parallel_backend(backend);
    } catch (const Error& error) {
      CHECK(std::string(error.what()).find("built without OpenMP") != std::string::npos);
    }
    there_ = get_parallel_backend() == backend;
  }
  ~Backend() { set_parallel_backend(before_); }
  explicit operator bool() const { return there_; }

 private:
  ParallelBackend before_;
  bool there_ = false;
};

bool runs_each_once(int64_t count) {
  std::vector<std::atomic<int>> calls(size_t(std::max<int64_t>(count, 1)));
  parallel_for(count, [&](int64_t i) { ++calls[size_t(i)]; });
  return std::all_of(calls.begin(), calls.begin() + count, [](const auto& c) { return c == 1; });
}

}  // namespace

TEST_CASE("parallel_for runs each chunk once") {
  for (const auto which : {ParallelBackend::openmp, ParallelBackend::pool}) {
    const Backend backend(which);
    if (!backend) continue;
    for (int count : {1, 2, 5}) {
      Threads threads(count);
      for (int64_t chunks : {0, 1, 2, 3, 1000}) CHECK(runs_each_once(chunks));
      int failures = 0;
      for (int i = 0; i < 2000; ++i) failures += !runs_each_once(3);  // workers between spinning and sleeping
      CHECK(failures == 0);
    }
  }
}

TEST_CASE("parallel_for inside of parallel_for, and from several threads") {
  for (const auto which : {ParallelBackend::openmp, ParallelBackend::pool}) {
    const Backend backend(which);
    if (!backend) continue;
    Threads threads(2);
    std::atomic<int> failures{0};
    parallel_for(8, [&](int64_t) { failures += !runs_each_once(10); });
    std::vector<std::thread> callers;
    for (int i = 0; i < 3; ++i)
      callers.emplace_back([&] {
        for (int k = 0; k < 200; ++k) failures += !runs_each_once(7);
      });
    for (std::thread& caller : callers) caller.join();
    CHECK(failures == 0);
  }
}

TEST_CASE("an exception from a chunk reaches the caller, and the pool goes on") {
  for (const auto which : {ParallelBackend::openmp, ParallelBackend::pool}) {
    const Backend backend(which);
    if (!backend) continue;
    Threads threads(2);
    for (int i = 0; i < 50; ++i) {
      CHECK_THROWS_AS(parallel_for(20,
                                   [&](int64_t k) {
                                     if (k == i % 20) throw std::runtime_error("no");
                                   }),
                      std::runtime_error);
      CHECK(runs_each_once(20));
    }
  }
}

TEST_CASE("threads: the same bits from either backend, with any number") {
  manual_seed(1);
  const Tensor a = randn({300, 200});
  Tensor sum, product;
  for (const auto which : {ParallelBackend::openmp, ParallelBackend::pool}) {
    const Backend backend(which);
    for (const int count : {1, 2, 3, 7}) {
      Threads threads(count);
      const Tensor s = a.sum(), p = a.mm(a.t());
      if (!sum.defined()) sum = s, product = p;
      CHECK(s.equal(sum));
      CHECK(p.equal(product));
    }
  }
}

#ifdef _OPENMP
TEST_CASE("threads: inside a parallel region of the program's own, a loop stays on its thread") {
  for (const auto which : {ParallelBackend::openmp, ParallelBackend::pool}) {
    const Backend backend(which);
    if (!backend) continue;
    Threads threads(3);
    std::atomic<int> strangers{0}, calls{0};
#pragma omp parallel num_threads(4)
    {
      const std::thread::id own = std::this_thread::get_id();
      parallel_for(50, [&](int64_t) {
        ++calls;
        strangers += std::this_thread::get_id() != own;
      });
    }
    CHECK(strangers == 0);
    CHECK(calls % 50 == 0);
    CHECK(runs_each_once(100));
  }
}

#endif

// Run by the next test in processes of its own.
TEST_CASE("threads: say who they are" * doctest::skip()) {
  std::printf("%s %d\n", get_parallel_backend() == ParallelBackend::openmp ? "openmp" : "pool",
              get_num_threads());
#ifdef _OPENMP
  omp_set_num_threads(5);
  std::printf("then %d\n", get_num_threads());
#endif
}

TEST_CASE("threads: what the environment says") {
  const auto said = [](const std::string& environment) {
    return run_program("env -u TENGEN_NUM_THREADS -u TENGEN_PARALLEL OMP_NUM_THREADS=3 " + environment +
                       " /proc/" + std::to_string(::getpid()) +
                       "/exe --no-skip --test-case='threads: say who they are'")
        .text;
  };
  const bool has_openmp = bool(Backend(ParallelBackend::openmp));
  CHECK(contains(said("TENGEN_PARALLEL=pool"), "pool 3\n"));
  CHECK(contains(said("TENGEN_PARALLEL=pool TENGEN_NUM_THREADS=2"), "pool 2\n"));
  CHECK(contains(said("TENGEN_PARALLEL=omp"), "TENGEN_PARALLEL: expected openmp or pool, but got omp"));
  if (!has_openmp) return;
  CHECK(contains(said("TENGEN_PARALLEL=openmp"), "openmp 3\n"));
  CHECK(contains(said("TENGEN_PARALLEL=openmp TENGEN_NUM_THREADS=2"), "openmp 2\n"));
#ifdef _OPENMP
  CHECK(contains(said("TENGEN_PARALLEL=openmp"), "then 5\n"));
  CHECK(contains(said("TENGEN_PARALLEL=openmp TENGEN_NUM_THREADS=2"), "then 2\n"));
#endif
}
