#include <tengen/data/workers.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

namespace tengen::data {
namespace {

std::string message_of(const std::exception_ptr& original) {
  try {
    std::rethrow_exception(original);
  } catch (const std::exception& e) {
    return std::string(" Original message: ") + e.what();
  } catch (...) {
    return "";
  }
}

}  // namespace

WorkerException::WorkerException(std::exception_ptr original)
    : Error("Caught exception in DataLoader worker thread." + message_of(original)),
      original_exception(std::move(original)) {}

struct detail::Workers::Impl {
  struct Request {
    uint64_t number;
    Indices indices;
  };
  struct Result {
    std::shared_ptr<void> batch;
    std::exception_ptr exception;
  };

  mutable std::mutex mutex;
  std::condition_variable work, done;
  std::deque<Request> requests;
  std::map<uint64_t, Result> results;                           // by request number
  uint64_t next_request = 0, next_result = 0, first_valid = 0;  // requests before first_valid were drained
  size_t in_flight = 0;
  bool ordered, quit = false;
  std::vector<std::thread> threads;

  void run(const Produce& produce) {
    std::unique_lock lock(mutex);
    while (true) {
      work.wait(lock, [&] { return quit || !requests.empty(); });
      if (quit) return;
      Request request = std::move(requests.front());
      requests.pop_front();
      lock.unlock();
      Result result;
      try {
        result.batch = produce(request.indices);
      } catch (...) {
        result.exception = std::current_exception();
      }
      lock.lock();
      if (request.number < first_valid) continue;
      results.emplace(request.number, std::move(result));
      done.notify_one();
    }
  }

  bool ready() const { return ordered ? results.count(next_result) > 0 : !results.empty(); }
};

detail::Workers::Workers(std::vector<Produce> produce, bool ordered) : impl_(std::make_unique<Impl>()) {
  impl_->ordered = ordered;
  for (auto& function : produce)
    impl_->threads.emplace_back(
        [impl = impl_.get(), function = std::move(function)] { impl->run(function); });
}

detail::Workers::~Workers() {
  {
    std::lock_guard lock(impl_->mutex);
    impl_->quit = true;
  }
  impl_->work.notify_all();
  for (auto& thread : impl_->threads) thread.join();
}

void detail::Workers::request(Indices indices) {
  {
    std::lock_guard lock(impl_->mutex);
    impl_->requests.push_back({impl_->next_request++, std::move(indices)});
    ++impl_->in_flight;
  }
  impl_->work.notify_one();
}

std::shared_ptr<void> detail::Workers::take(std::optional<int64_t> timeout_ms) {
  std::unique_lock lock(impl_->mutex);
  auto ready = [&] { return impl_->ready(); };
  if (timeout_ms)
    TENGEN_CHECK(impl_->done.wait_for(lock, std::chrono::milliseconds(*timeout_ms), ready),
                 "Timeout in DataLoader queue while waiting for next batch (timeout was ", *timeout_ms,
                 " ms)");
  else
    impl_->done.wait(lock, ready);
  auto place = impl_->ordered ? impl_->results.find(impl_->next_result++) : impl_->results.begin();
  Impl::Result result = std::move(place->second);
  impl_->results.erase(place);
  --impl_->in_flight;
  lock.unlock();
  if (result.exception) throw WorkerException(result.exception);
  return std::move(result.batch);
}

size_t detail::Workers::in_flight() const {
  std::lock_guard lock(impl_->mutex);
  return impl_->in_flight;
}

void detail::Workers::drain() {
  std::lock_guard lock(impl_->mutex);
  impl_->requests.clear();
  impl_->results.clear();
  impl_->in_flight = 0;
  impl_->first_valid = impl_->next_result = impl_->next_request;
}

}  // namespace tengen::data
