// A session whose commands are typed while the engine runs.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <istream>
#include <mutex>
#include <ostream>
#include <streambuf>
#include <string>
#include <thread>

/// A stream buffer between two threads: what one writes, the other waits for.
class Pipe : public std::streambuf {
 public:
  void put(const std::string& text) {
    const std::lock_guard lock(mutex_);
    text_ += text;
    changed_.notify_all();
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  /// Waits until the text that was written so far fulfils the condition; false after 20 seconds.
  bool wait(const std::function<bool(const std::string&)>& condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return condition(text_); });
  }
  std::string text() {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 protected:
  int underflow() override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return read_ < text_.size() || closed_; });
    if (read_ == text_.size()) return traits_type::eof();
    buffer_ = text_[read_++];
    setg(&buffer_, &buffer_, &buffer_ + 1);
    return traits_type::to_int_type(buffer_);
  }
  std::streamsize xsputn(const char* text, std::streamsize n) override {
    put(std::string(text, size_t(n)));
    return n;
  }
  int overflow(int c) override {
    put(std::string(1, char(c)));
    return c;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string text_;
  size_t read_ = 0;
  bool closed_ = false;
  char buffer_ = 0;
};

/// Runs `engine(input, output)` on a thread until its input is closed.
class LiveSession {
 public:
  explicit LiveSession(const std::function<void(std::istream&, std::ostream&)>& engine)
      : thread_([this, engine] {
          std::istream input(&in_);
          std::ostream output(&out_);
          engine(input, output);
        }) {}
  ~LiveSession() {
    in_.close();
    thread_.join();
  }
  void type(const std::string& text) { in_.put(text); }
  bool wait_for(const std::string& text) {
    return out_.wait([&](const std::string& all) { return all.find(text) != all.npos; });
  }
  bool wait_until_ends_with(const std::string& text) {
    return out_.wait([&](const std::string& all) { return all.ends_with(text); });
  }
  std::string output() { return out_.text(); }

 private:
  Pipe in_, out_;
  std::thread thread_;
};
