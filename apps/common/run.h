// What a run needs: its folder, its files, a request to stop.
#pragma once

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

/// "00:12", "1:02:03".
std::string format_duration(double seconds);

using plain_text::format;

}  // namespace tengen::apps
