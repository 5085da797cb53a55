// Makes the items of a sequence in worker threads, a few ahead of their use, and hands them out in order.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace tengen::detect {

/// `make(i)` is called once for every i in [0, count), from any worker; it must be thread-safe. The order of
/// next() is that of i whatever the number of workers. At most `ahead` finished items wait. Without workers
/// next() makes its item itself.
template <class Item>
class Prefetcher {
 public:
  Prefetcher(int64_t count, int workers, std::function<Item(int64_t)> make, int64_t ahead = 4)
      : count_(count), ahead_(std::max<int64_t>(ahead, workers)), make_(std::move(make)) {
    for (int i = 0; i < std::min<int64_t>(workers, count); ++i) threads_.emplace_back([this] { work(); });
  }
  ~Prefetcher() {
    {
      std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    for (auto& thread : threads_) thread.join();
  }
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;

  /// The next item, or nothing after the last. Rethrows what `make` threw for it.
  std::optional<Item> next() {
    if (served_ == count_) return std::nullopt;
    if (threads_.empty()) return make_(served_++);
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ready_.count(served_) != 0; });
    Result result = std::move(ready_.extract(served_++).mapped());
    lock.unlock();
    changed_.notify_all();
    if (result.error) std::rethrow_exception(result.error);
    return std::move(result.item);
  }

 private:
  struct Result {
    std::optional<Item> item;
    std::exception_ptr error;
  };

  void work() {
    while (true) {
      int64_t index;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return stop_ || begun_ == count_ || begun_ < served_ + ahead_; });
        if (stop_ || begun_ == count_) return;
        index = begun_++;
      }
      Result result;
      try {
        result.item = make_(index);
      } catch (...) {
        result.error = std::current_exception();
      }
      {
        std::lock_guard lock(mutex_);
        ready_.emplace(index, std::move(result));
      }
      changed_.notify_all();
    }
  }

  int64_t count_, ahead_;
  std::function<Item(int64_t)> make_;
  int64_t begun_ = 0, served_ = 0;
  bool stop_ = false;
  std::map<int64_t, Result> ready_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::thread> threads_;
};

}  // namespace tengen::detect
