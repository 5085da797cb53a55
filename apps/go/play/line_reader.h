// Reads lines ahead on a thread of its own, so that a search can stop as soon as one arrives.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <istream>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace tengen::go {

class LineReader {
 public:
  /// Nothing is read after a line for which `is_last` is true, so that the thread never waits for input that
  /// nobody wants. The destructor waits until such a line, or the end, was read.
  LineReader(std::istream& input, std::function<bool(const std::string&)> is_last);
  ~LineReader();
  LineReader(const LineReader&) = delete;

  /// The next line without its end; nothing at the end of input. Waits.
  std::optional<std::string> next();
  /// Asks `source` to stop once a line, or the end of input, is there to be read: now or later.
  void stop_on_input(std::stop_source source);

 private:
  void read(std::istream& input);

  std::function<bool(const std::string&)> is_last_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::string> lines_;
  bool ended_ = false;
  std::stop_source waiting_{std::nostopstate};
  std::thread thread_;  // the last member: it uses the others
};

}  // namespace tengen::go
