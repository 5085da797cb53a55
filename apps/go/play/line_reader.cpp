#include <tengen/apps/go/play/line_reader.h>

#include <utility>

namespace tengen::go {

LineReader::LineReader(std::istream& input, std::function<bool(const std::string&)> is_last)
    : is_last_(std::move(is_last)), thread_([this, &input] { read(input); }) {}

LineReader::~LineReader() { thread_.join(); }

void LineReader::read(std::istream& input) {
  bool last = false;
  while (!last) {
    std::string line;
    last = !std::getline(input, line);
    const bool got = !last;
    if (got) last = is_last_(line);
    std::stop_source waiting(std::nostopstate);
    {
      const std::lock_guard lock(mutex_);
      if (got) lines_.push_back(std::move(line));
      ended_ = last;
      std::swap(waiting, waiting_);
    }
    arrived_.notify_one();
    waiting.request_stop();
  }
}

std::optional<std::string> LineReader::next() {
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [&] { return !lines_.empty() || ended_; });
  if (lines_.empty()) return {};
  std::string line = std::move(lines_.front());
  lines_.pop_front();
  return line;
}

void LineReader::stop_on_input(std::stop_source source) {
  const std::lock_guard lock(mutex_);
  if (!lines_.empty() || ended_) {
    source.request_stop();
  } else {
    waiting_ = std::move(source);
  }
}

}  // namespace tengen::go
