// A line at the bottom of the terminal that says how far the program is.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace tengen::apps {

/// The columns of the terminal on standard output, else those of the environment variable COLUMNS, else 80.
int terminal_columns();

/// The parts that fit into so many columns, two spaces between them: first come, first served, and a part
/// that is too long is left out. The first one is cut instead.
std::string fit_parts(const std::vector<std::string>& parts, int columns);

/// A line that is redrawn in its place and never wraps. Where standard output is no terminal, every text is a
/// line of its own, whole and without control characters.
class StatusLine {
 public:
  StatusLine();
  /// The line that stands open is ended.
  ~StatusLine();
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;

  bool on_terminal() const { return terminal_; }
  /// Columns that a text may have; without a terminal, any number.
  int columns() const;
  /// Draws the text in place of the last one, cut to columns().
  void draw(const std::string& text);
  /// Prints a line that stays, in place of the open one.
  void print(const std::string& text);
  /// Removes the open line.
  void clear();
  /// Leaves the open line as it is; the next text begins below.
  void keep();

 private:
  bool terminal_, open_ = false;
};

/// How far a piece of work is.
struct ProgressState {
  int64_t done = 0, total = 0;
  double seconds = 0;
  bool last = false;  // then the time that is left is not told
};
/// "text  12/13 |#####  | 45.2 img/s 00:12<00:01". What does not fit is left out: first the bar, then the
/// rate, then the time.
std::string progress_line(const std::string& text, const std::string& unit, const ProgressState& state,
                          int columns);

/// A bar that redraws itself on a terminal. Elsewhere only finish() prints.
class Progress {
 public:
  /// `total` and update() count `unit`s.
  Progress(int64_t total, std::string unit);
  void update(int64_t done, const std::string& text);
  /// Prints the line for the last time, with the time it took.
  void finish(const std::string& text);
  /// Removes the bar.
  void clear() { line_.clear(); }

 private:
  std::string text_of(const std::string& text, bool last) const;

  int64_t total_, done_ = 0;
  std::string unit_;
  StatusLine line_;
  std::chrono::steady_clock::time_point start_, drawn_;
};

}  // namespace tengen::apps
