// Reads lines ahead on a thread of its own, so that a search can stop as soon as one arrives.
#pragma once

#include <exception>
#include <functional>
#include <istream>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace tengen::go {

/// Moves of a game that is told by lines: undo, and each position of an analysis, play all moves before it.
constexpr size_t kLongestGame = 10'000;

/// A line without its end; the beginning of a line that is longer than LineReader::kLongestLine.
struct InputLine {
  std::string text;
  bool too_long = false;
};

class LineReader {
 public:
  static constexpr size_t kLongestLine = 1'000'000;  // bytes
  /// Read ahead, at most; then whoever writes has to wait.
  static constexpr size_t kMostLines = 1000, kMostBytes = 4'000'000;

  /// Nothing is read after a line for which `is_last` is true, so that the thread never waits for input that
  /// nobody wants.
  LineReader(std::istream& input, std::function<bool(const std::string&)> is_last);
  /// Where neither the last line nor the end of input was reached, because something failed, nobody can wake
  /// the thread from its wait for input: it is left behind with `input`, until the program ends.
  ~LineReader();
  LineReader(const LineReader&) = delete;

  /// The next line; nothing at the end of input. Waits. Throws what went wrong while reading.
  std::optional<InputLine> next();
  /// Asks `source` to stop once a line, or the end of input, is there to be read: now or later.
  void stop_on_input(std::stop_source source);
  /// For what goes wrong elsewhere: next() throws this from now on, instead of waiting for lines.
  void fail(std::exception_ptr failure);

 private:
  struct State;
  std::shared_ptr<State> state_;  // of both threads
  std::thread thread_;
};

}  // namespace tengen::go
