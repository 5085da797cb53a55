// What a run on the terminal needs: its folder, a progress bar, a request to stop.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include <tengen/tensor/plain_text.h>

namespace tengen::apps {

/// project/name, or project/name2, project/name3, ... when that exists already (unless exist_ok). Creates it.
std::string make_run_folder(const std::string& project, const std::string& name, bool exist_ok);

/// Writes the text to a temporary file beside `path`, then renames.
void write_text(const std::string& path, const std::string& text);
/// A regular file's text without the byte-order mark that some editors put before UTF-8; errors begin with
/// `op` and the file. Anything else (a pipe, a device, a folder), and more than `most_bytes`, is an error.
std::string read_text(const std::string& path, const std::string& op = "read",
                      int64_t most_bytes = int64_t(1) << 26);

/// The first Ctrl-C (or SIGTERM) sets a flag that stop_requested() tells; the second one ends the process.
void catch_interrupts();
bool stop_requested();

/// A bar that redraws itself on a terminal: "text  12/13 |#####  | 45.2 img/s 00:12<00:01". Elsewhere only
/// finish() prints.
class Progress {
 public:
  /// `total` and update() count `unit`s.
  Progress(int64_t total, std::string unit);
  void update(int64_t done, const std::string& text);
  /// Prints the line for the last time, with the time it took.
  void finish(const std::string& text);
  double seconds() const;

 private:
  void draw(const std::string& text, bool last);

  int64_t total_, done_ = 0;
  std::string unit_;
  bool terminal_;
  std::chrono::steady_clock::time_point start_, drawn_;
};

/// "00:12", "1:02:03".
std::string format_duration(double seconds);

using plain_text::format;

}  // namespace tengen::apps
