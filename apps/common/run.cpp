#include <tengen/apps/common/run.h>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <string_view>

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
  for (int i = 2; fs::exists(folder) && !exist_ok; ++i)
    folder = fs::path(project) / (name + std::to_string(i));
  std::error_code error;
  fs::create_directories(folder, error);
  TENGEN_CHECK(!error, "cannot create the folder ", folder.string(), ": ", error.message());
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
  std::string text(static_cast<size_t>(file.size()), '\0');
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

Progress::Progress(int64_t total, std::string unit)
    : total_(total),
      unit_(std::move(unit)),
      terminal_(isatty(STDOUT_FILENO) != 0),
      start_(std::chrono::steady_clock::now()),
      drawn_(start_) {}

double Progress::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

void Progress::update(int64_t done, const std::string& text) {
  done_ = done;
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ || now - drawn_ < std::chrono::milliseconds(100)) return;
  drawn_ = now;
  draw(text, false);
}

void Progress::finish(const std::string& text) { draw(text, true); }

void Progress::draw(const std::string& text, bool last) {
  constexpr int kWidth = 12;
  const double elapsed = seconds(), rate = elapsed > 0 ? static_cast<double>(done_) / elapsed : 0;
  const int filled = total_ > 0 ? static_cast<int>(kWidth * done_ / total_) : kWidth;
  std::string bar(static_cast<size_t>(filled), '#');
  bar.resize(kWidth, ' ');
  std::string line = text + format("  %lld/%lld |%s| %.1f %s/s %s", static_cast<long long>(done_),
                                   static_cast<long long>(total_), bar.c_str(), rate, unit_.c_str(),
                                   format_duration(elapsed).c_str());
  if (!last && rate > 0) line += "<" + format_duration(static_cast<double>(total_ - done_) / rate);
  if (terminal_)
    std::printf("\r%s\033[K%s", line.c_str(), last ? "\n" : "");
  else
    std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

std::string format_duration(double seconds) {
  const auto s = static_cast<long>(seconds + 0.5);
  if (s >= 3600) return format("%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
  return format("%02ld:%02ld", s / 60, s % 60);
}

}  // namespace tengen::apps
