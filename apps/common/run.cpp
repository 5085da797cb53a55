#include <tengen/apps/common/run.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <string_view>

#include <tengen/apps/common/files.h>
#include <tengen/io/file.h>
#include <tengen/tensor/error.h>

namespace tengen::apps {
namespace fs = std::filesystem;

namespace {
std::atomic<bool> interrupted{false};

extern "C" void on_interrupt(int number) {
  interrupted = true;
  std::signal(number, SIG_DFL);
}
}  // namespace

std::string make_run_folder(const std::string& project, const std::string& name, bool exist_ok) {
  fs::path folder = fs::path(project) / name;
  make_folders(folder.parent_path());
  std::error_code error;
  // Whoever makes a folder has it: of two programs that start together each gets its own.
  for (int i = 2; !exist_ok && !fs::create_directory(folder, error) && !error; ++i)
    folder = fs::path(project) / (name + std::to_string(i));
  make_folders(folder);
  return folder.string();
}

void write_text(const std::string& path, const std::string& text) {
  io::AtomicFile file("write", path);
  file.write(text);
  file.commit();
}

std::string read_text(const std::string& path, const std::string& op, int64_t most_bytes) {
  const io::InputFile file(op, path);
  if (file.size() > most_bytes)
    file.bad(" has " + std::to_string(file.size()) + " bytes, more than the " + std::to_string(most_bytes) +
             " that are read");
  std::string text(size_t(file.size()), '\0');
  file.read(0, text.data(), text.size());
  if (constexpr std::string_view kMark = "\xef\xbb\xbf"; text.starts_with(kMark)) text.erase(0, kMark.size());
  return text;
}

void catch_interrupts() {
  interrupted = false;
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
}

bool stop_requested() { return interrupted; }

std::string format_duration(double seconds) {
  const auto s = long(seconds + 0.5);
  if (s >= 3600) return format("%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
  return format("%02ld:%02ld", s / 60, s % 60);
}

}  // namespace tengen::apps
