#include <tengen/apps/go/search/threads.h>

#include <system_error>
#include <utility>

#include <tengen/tensor/error.h>

namespace tengen::go {

std::thread start_thread(std::function<void()> body) {
  try {
    return std::thread(std::move(body));
  } catch (const std::system_error& error) {
    fail("cannot start a thread: ", error.code().message(),
         ". Ask for fewer threads, or look at the limits on processes and memory (ulimit -u, ulimit -v)");
  }
}

Threads::Threads(std::function<void(std::exception_ptr)> on_failure) : on_failure_(std::move(on_failure)) {}

Threads::~Threads() {
  request_stop();
  wait();
}

void Threads::start(std::function<void(std::stop_token)> body) {
  if (!stop_.stop_possible()) stop_ = std::stop_source();
  threads_.reserve(threads_.size() + 1);
  threads_.push_back(start_thread([this, body = std::move(body)] {
    try {
      body(stop_.get_token());
    } catch (...) {
      const std::exception_ptr failure = std::current_exception();
      {
        const std::lock_guard lock(mutex_);
        if (failure_) return;
        failure_ = failure;
      }
      stop_.request_stop();
      if (on_failure_) on_failure_(failure);
    }
  }));
}

void Threads::wait() {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Threads::check() {
  const std::lock_guard lock(mutex_);
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

}  // namespace tengen::go
