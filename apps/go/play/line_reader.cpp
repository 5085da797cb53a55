#include <tengen/apps/go/play/line_reader.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

#include <tengen/apps/go/search/threads.h>

namespace tengen::go {

struct LineReader::State {
  State(std::istream& in, std::function<bool(const std::string&)> last)
      : input(in), is_last(std::move(last)) {}

  std::istream& input;
  std::function<bool(const std::string&)> is_last;
  bool in_long_line = false;  // whose beginning was read

  std::mutex mutex;  // of what follows
  std::condition_variable arrived, room;
  std::deque<InputLine> lines;
  size_t bytes = 0;  // of the lines
  bool ended = false, closed = false;
  std::exception_ptr failure;
  std::stop_source waiting{std::nostopstate};

  bool read_line(InputLine& line);
  void read();
  void fail(std::exception_ptr why);
};

/// False at the end of input.
bool LineReader::State::read_line(InputLine& line) {
  using Traits = std::istream::traits_type;
  std::streambuf& bytes = *input.rdbuf();
  for (;;) {
    const int c = bytes.sbumpc();
    if (Traits::eq_int_type(c, Traits::eof())) return !line.text.empty();
    if (c == '\n') {
      if (!std::exchange(in_long_line, false)) return true;
    } else if (!in_long_line) {
      line.text += Traits::to_char_type(c);
      if (line.text.size() <= kLongestLine) continue;
      line.too_long = in_long_line = true;  // told at once: its end may never come
      return true;
    }
  }
}

void LineReader::State::read() {
  try {
    for (bool last = false; !last;) {
      InputLine line;
      const bool got = read_line(line);
      last = !got || (!line.too_long && is_last(line.text));
      std::unique_lock lock(mutex);
      room.wait(lock, [&] { return closed || (lines.size() < kMostLines && bytes < kMostBytes); });
      if (closed) return;
      bytes += line.text.size();
      if (got) lines.push_back(std::move(line));
      ended = last;
      std::stop_source stop = std::exchange(waiting, std::stop_source(std::nostopstate));
      lock.unlock();
      arrived.notify_one();
      stop.request_stop();
    }
  } catch (...) {
    fail(std::current_exception());
  }
}

void LineReader::State::fail(std::exception_ptr why) {
  std::stop_source stop(std::nostopstate);
  {
    const std::lock_guard lock(mutex);
    if (!failure) failure = why;
    std::swap(stop, waiting);
  }
  arrived.notify_one();
  stop.request_stop();
}

LineReader::LineReader(std::istream& input, std::function<bool(const std::string&)> is_last)
    : state_(std::make_shared<State>(input, std::move(is_last))),
      thread_(start_thread([state = state_] { state->read(); })) {}

LineReader::~LineReader() {
  bool ended = false;
  {
    const std::lock_guard lock(state_->mutex);
    ended = state_->ended;
    state_->closed = true;
  }
  state_->room.notify_one();
  ended ? thread_.join() : thread_.detach();
}

std::optional<InputLine> LineReader::next() {
  State& state = *state_;
  std::unique_lock lock(state.mutex);
  state.arrived.wait(lock, [&] { return state.failure || !state.lines.empty() || state.ended; });
  if (state.failure) std::rethrow_exception(state.failure);
  if (state.lines.empty()) return {};
  InputLine line = std::move(state.lines.front());
  state.lines.pop_front();
  state.bytes -= line.text.size();
  lock.unlock();
  state.room.notify_one();
  return line;
}

void LineReader::stop_on_input(std::stop_source source) {
  const std::lock_guard lock(state_->mutex);
  if (state_->failure || !state_->lines.empty() || state_->ended) {
    source.request_stop();
  } else {
    state_->waiting = std::move(source);
  }
}

void LineReader::fail(std::exception_ptr failure) { state_->fail(failure); }

}  // namespace tengen::go
