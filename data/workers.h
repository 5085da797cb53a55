// Threads that prepare batches ahead of time.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <tengen/tensor/error.h>

namespace tengen::data {

/// What the loop over a data loader gets when the data set has thrown on a worker thread.
struct WorkerException : Error {
  explicit WorkerException(std::exception_ptr original);
  std::exception_ptr original_exception;
};

namespace detail {

/// A fixed number of threads that turn requests (sample numbers) into batches.
class Workers {
 public:
  using Indices = std::vector<size_t>;
  using BatchFunction = std::function<std::shared_ptr<void>(const Indices&)>;

  /// One thread for each function. `ordered`: results come in the order of the requests.
  Workers(std::vector<BatchFunction> functions, bool ordered);
  ~Workers();
  void request(Indices indices);
  /// The next result; an Error after `timeout`, a WorkerException when the worker failed. There must be
  /// requests whose results have not been taken.
  std::shared_ptr<void> take(std::optional<std::chrono::milliseconds> timeout);
  size_t in_flight() const;
  /// Forgets all requests and results.
  void drain();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace detail
}  // namespace tengen::data
