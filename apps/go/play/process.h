// A child process that is talked to by lines.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace tengen::go {

/// Words as a shell would split them: blanks, quotes, backslashes; nothing is expanded. Throws on an open
/// quote.
std::vector<std::string> split_words(const std::string& text);

class Process {
 public:
  using Deadline = std::chrono::steady_clock::time_point;
  enum class Status { ok, timeout, closed, too_long };
  static constexpr size_t kLongestLine = 1'000'000;  // bytes

  /// Starts a program of the PATH. Its standard error is appended to the file `log`, or dropped. Throws when
  /// it cannot be started.
  Process(const std::vector<std::string>& words, const std::string& log);
  /// Kills it, with all children that stayed in its process group.
  ~Process();
  Process(const Process&) = delete;

  Status write(const std::string& text, Deadline deadline);
  /// A line without its end. The last one may lack it. `too_long` when it is longer than kLongestLine: then
  /// the program is of no use any more.
  Status read_line(std::string& line, Deadline deadline);
  /// Waits until it has ended by itself.
  bool wait(Deadline deadline);

 private:
  pid_t pid_ = -1;
  int input_ = -1, output_ = -1;
  std::string buffer_;
  size_t searched_ = 0;  // bytes of the buffer in which no line ends
};

}  // namespace tengen::go
