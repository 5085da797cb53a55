// Items made ahead by worker threads arrive in order, once, with their errors.
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

#include <doctest/doctest.h>

#include <tengen/apps/detector/data/prefetch.h>

using tengen::detect::Prefetcher;

TEST_CASE("prefetcher: the order does not depend on the workers") {
  for (int workers : {0, 1, 3}) {
    CAPTURE(workers);
    std::atomic<int> made{0};
    Prefetcher<int> items(20, workers, [&](int64_t i) {
      std::this_thread::sleep_for(std::chrono::microseconds((7 * i) % 5 * 100));
      ++made;
      return int(i * i);
    });
    for (int i = 0; i < 20; ++i) CHECK(items.next().value() == i * i);
    CHECK_FALSE(items.next().has_value());
    CHECK(made == 20);
  }
}

TEST_CASE("prefetcher: an error comes at its place") {
  Prefetcher<int> items(3, 2, [](int64_t i) {
    if (i == 1) throw std::runtime_error("second");
    return int(i);
  });
  CHECK(items.next().value() == 0);
  CHECK_THROWS_WITH(items.next(), "second");
  CHECK(items.next().value() == 2);
}

TEST_CASE("prefetcher: may be left early") {
  std::atomic<int> made{0};
  {
    Prefetcher<int> items(1000, 2, [&](int64_t i) { return ++made, int(i); });
    CHECK(items.next().value() == 0);
  }
  CHECK(made < 20);
}
