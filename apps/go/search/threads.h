// Threads whose failures come out where they are waited for.
#pragma once

#include <exception>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace tengen::go {

/// A thread that runs `body`, which may not throw. Throws Error when the system has none to give.
std::thread start_thread(std::function<void()> body);

/// Threads that work for whoever holds them. Nothing that one throws ends the program: the first failure is
/// kept, asks all others to stop, and comes out of check() or join().
class Threads {
 public:
  /// `on_failure` is told of the first failure at once, on the thread that failed.
  explicit Threads(std::function<void(std::exception_ptr)> on_failure = {});
  /// Asks all to stop and waits for them.
  ~Threads();
  Threads(const Threads&) = delete;

  /// Throws Error when the system has no thread to give; those that run go on.
  void start(std::function<void(std::stop_token)> body);
  void request_stop() { stop_.request_stop(); }
  /// For whoever waits for the threads: a failure stops it too. Call after the first start().
  std::stop_token stop_token() const { return stop_.get_token(); }
  void wait();  // until all have ended
  /// Throws what the first one that failed threw, once.
  void check();
  void join() {
    wait();
    check();
  }

 private:
  std::function<void(std::exception_ptr)> on_failure_;
  std::stop_source stop_{std::nostopstate};  // made with the first thread
  std::mutex mutex_;                         // of failure_
  std::exception_ptr failure_;
  std::vector<std::thread> threads_;
};

}  // namespace tengen::go
