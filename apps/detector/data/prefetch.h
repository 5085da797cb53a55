// Makes the items of a sequence in worker threads, a few ahead of their use, and hands them out in order.
#pragma once

#include <algorithm>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <tengen/data/workers.h>

namespace tengen::detect {

/// `make(i)` is called once for every i in [0, count), from any worker; it must be thread-safe. The order of
/// next() is that of i whatever the number of workers. At most `ahead` items are made before their turn.
/// Without workers next() makes its item itself.
template <class Item>
class Prefetcher {
 public:
  Prefetcher(int64_t count, int workers, std::function<Item(int64_t)> make, int64_t ahead = 4)
      : count_(count), make_(std::move(make)) {
    const int64_t threads = std::min<int64_t>(workers, count);
    if (threads <= 0) return;
    const Workers::BatchFunction make_item = [this](const Workers::Indices& item) {
      return std::make_shared<Item>(make_(int64_t(item[0])));
    };
    workers_.emplace(std::vector(size_t(threads), make_item), /*ordered=*/true);
    for (int64_t i = std::max<int64_t>(ahead, workers); i > 0; --i) request();
  }
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;

  /// The next item, or nothing after the last. Rethrows what `make` threw for it.
  std::optional<Item> next() {
    if (served_ == count_) return std::nullopt;
    if (!workers_) return make_(served_++);
    ++served_;
    request();
    try {
      return std::move(*std::static_pointer_cast<Item>(workers_->take(std::nullopt)));
    } catch (const data::WorkerException& error) {
      std::rethrow_exception(error.original_exception);
    }
  }

 private:
  using Workers = data::detail::Workers;

  void request() {
    if (requested_ < count_) workers_->request({size_t(requested_++)});
  }

  int64_t count_, served_ = 0, requested_ = 0;
  std::function<Item(int64_t)> make_;
  std::optional<Workers> workers_;  // the last member: its threads use the others
};

}  // namespace tengen::detect
