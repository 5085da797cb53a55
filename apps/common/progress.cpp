#include <tengen/apps/common/progress.h>

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include <tengen/apps/common/number.h>
#include <tengen/apps/common/run.h>
#include <tengen/apps/common/stopwatch.h>

namespace tengen::apps {
namespace {

constexpr int kUnlimited = std::numeric_limits<int>::max();

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }  // of UTF-8

int width_of(const std::string& text) {
  return int(text.size() - size_t(std::ranges::count_if(text, is_continuation)));
}

std::string cut(const std::string& text, int columns) {
  size_t end = 0;
  for (int width = 0; end < text.size(); ++end)
    if (!is_continuation(text[end]) && ++width > columns) break;
  return text.substr(0, end);
}

}  // namespace

int terminal_columns() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const char* told = std::getenv("COLUMNS");
  return told ? parse_number<int>(told, 1, 10'000).value_or(80) : 80;
}

std::string fit_parts(const std::vector<std::string>& parts, int columns) {
  std::string line;
  for (const std::string& part : parts) {
    if (part.empty()) continue;
    if (line.empty())
      line = cut(part, columns);
    else if (width_of(part) + 2 <= columns - width_of(line))
      line += "  " + part;
  }
  return line;
}

StatusLine::StatusLine() : terminal_(::isatty(STDOUT_FILENO) != 0) {}

StatusLine::~StatusLine() { keep(); }

// One column stays free: some terminals wrap as soon as the last one is written.
int StatusLine::columns() const { return terminal_ ? std::max(terminal_columns() - 1, 1) : kUnlimited; }

void StatusLine::draw(const std::string& text) {
  std::printf(terminal_ ? "\r%s\033[K" : "%s\n", cut(text, columns()).c_str());
  std::fflush(stdout);
  open_ = terminal_;
}

void StatusLine::print(const std::string& text) {
  clear();
  std::printf("%s\n", text.c_str());
  std::fflush(stdout);
}

void StatusLine::clear() {
  if (open_) std::printf("\r\033[K");
  std::fflush(stdout);
  open_ = false;
}

void StatusLine::keep() {
  if (open_) std::printf("\n");
  std::fflush(stdout);
  open_ = false;
}

std::string progress_line(const std::string& text, const std::string& unit, const ProgressState& state,
                          int columns) {
  constexpr int kBar = 12, kSmallestBar = 4;
  const double rate = state.seconds > 0 ? double(state.done) / state.seconds : 0;
  const std::string count =
      format("%lld/%lld", static_cast<long long>(state.done), static_cast<long long>(state.total));
  std::string speed = format(" %.1f %s/s", rate, unit.c_str()), time = " " + format_duration(state.seconds);
  if (!state.last && rate > 0) time += "<" + format_duration(double(state.total - state.done) / rate);

  std::string line = fit_parts({text, count}, columns);
  int room = columns - width_of(line);
  for (std::string* part : {&time, &speed}) {
    if (width_of(*part) > room) part->clear();
    room -= width_of(*part);
  }
  if (const int width = std::min(kBar, room - 3); width >= kSmallestBar) {  // 3: a space and both ends
    std::string bar(size_t(state.total > 0 ? width * state.done / state.total : width), '#');
    bar.resize(size_t(width), ' ');
    line += " |" + bar + "|";
  }
  return line + speed + time;
}

Progress::Progress(int64_t total, std::string unit)
    : total_(total), unit_(std::move(unit)), start_(std::chrono::steady_clock::now()), drawn_(start_) {}

void Progress::update(int64_t done, const std::string& text) {
  done_ = done;
  const auto now = std::chrono::steady_clock::now();
  if (!line_.on_terminal() || now - drawn_ < std::chrono::milliseconds(100)) return;
  drawn_ = now;
  line_.draw(text_of(text, false));
}

void Progress::finish(const std::string& text) { line_.print(text_of(text, true)); }

std::string Progress::text_of(const std::string& text, bool last) const {
  return progress_line(text, unit_, {done_, total_, seconds_since(start_), last}, line_.columns());
}

}  // namespace tengen::apps
