#include <tengen/data/workers.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <system_error>
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
    bool done = false;
    std::shared_ptr<void> batch;
    std::exception_ptr exception;
  };

  mutable std::mutex mutex;
  std::condition_variable work, done;
  std::deque<Request> requests;
  std::map<uint64_t, Result> results;  // by request number; made with the request: a worker needs no memory
  uint64_t next_request = 0;
  bool ordered, quit = false;
  std::vector<std::thread> threads;

  ~Impl() {
    {
      std::lock_guard lock(mutex);
      quit = true;
    }
    work.notify_all();
    for (auto& thread : threads) thread.join();
  }

  void run(const BatchFunction& make_batch) {
    std::unique_lock lock(mutex);
    while (true) {
      work.wait(lock, [&] { return quit || !requests.empty(); });
      if (quit) return;
      Request request = std::move(requests.front());
      requests.pop_front();
      lock.unlock();
      Result result;
      result.done = true;
      try {
        result.batch = make_batch(request.indices);
      } catch (...) {
        result.exception = std::current_exception();
      }
      lock.lock();
      const auto place = results.find(request.number);
      if (place == results.end()) continue;  // drained
      place->second = std::move(result);
      done.notify_one();
    }
  }

  /// The result to hand out next, or the end while it is not there.
  std::map<uint64_t, Result>::iterator ready() {
    const auto is_done = [](const auto& item) { return item.second.done; };
    if (!ordered) return std::find_if(results.begin(), results.end(), is_done);
    return !results.empty() && is_done(*results.begin()) ? results.begin() : results.end();
  }
};

detail::Workers::Workers(std::vector<BatchFunction> functions, bool ordered)
    : impl_(std::make_unique<Impl>()) {
  impl_->ordered = ordered;
  const size_t count = functions.size();
  try {
    impl_->threads.reserve(count);
    for (auto& function : functions)
      impl_->threads.emplace_back(
          [impl = impl_.get(), function = std::move(function)] { impl->run(function); });
  } catch (const std::system_error& error) {
    const size_t begun = impl_->threads.size();
    fail("DataLoader: only ", begun, " of ", count, " worker threads could be started: ", error.what(),
         ". Ask for fewer workers, or raise the limit of threads (ulimit -u) or of memory (ulimit -v)");
  }
}

detail::Workers::~Workers() = default;

void detail::Workers::request(Indices indices) {
  {
    std::lock_guard lock(impl_->mutex);
    impl_->requests.push_back({impl_->next_request, std::move(indices)});
    impl_->results[impl_->next_request++];
  }
  impl_->work.notify_one();
}

std::shared_ptr<void> detail::Workers::take(std::optional<std::chrono::milliseconds> timeout) {
  std::unique_lock lock(impl_->mutex);
  auto ready = [&] { return impl_->ready() != impl_->results.end(); };
  if (timeout)
    TENGEN_CHECK(impl_->done.wait_for(lock, *timeout, ready),
                 "Timeout in DataLoader queue while waiting for next batch (timeout was ", timeout->count(),
                 " ms)");
  else
    impl_->done.wait(lock, ready);
  const auto place = impl_->ready();
  Impl::Result result = std::move(place->second);
  impl_->results.erase(place);
  lock.unlock();
  if (result.exception) throw WorkerException(result.exception);
  return std::move(result.batch);
}

size_t detail::Workers::in_flight() const {
  std::lock_guard lock(impl_->mutex);
  return impl_->results.size();
}

void detail::Workers::drain() {
  std::lock_guard lock(impl_->mutex);
  impl_->requests.clear();
  impl_->results.clear();
}

}  // namespace tengen::data
