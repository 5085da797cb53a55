// The thread pool: every chunk once, whatever the number of threads and callers.
#include <doctest/doctest.h>
#include <tengen/tensor/parallel.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace tengen;

namespace {

struct Threads {
  explicit Threads(int count) : before_(get_num_threads()) { set_num_threads(count); }
  ~Threads() { set_num_threads(before_); }

 private:
  int before_;
};

bool runs_each_once(int64_t count) {
  std::vector<std::atomic<int>> calls(size_t(std::max<int64_t>(count, 1)));
  parallel_for(count, [&](int64_t i) { ++calls[size_t(i)]; });
  return std::all_of(calls.begin(), calls.begin() + count, [](const auto& c) { return c == 1; });
}

}  // namespace

TEST_CASE("parallel_for runs each chunk once") {
  for (int count : {1, 2, 5}) {
    Threads threads(count);
    for (int64_t chunks : {0, 1, 2, 3, 1000}) CHECK(runs_each_once(chunks));
    int failures = 0;
    for (int i = 0; i < 2000; ++i) failures += !runs_each_once(3);  // workers between spinning and sleeping
    CHECK(failures == 0);
  }
}

TEST_CASE("parallel_for inside of parallel_for, and from several threads") {
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

TEST_CASE("an exception from a chunk reaches the caller, and the pool goes on") {
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
