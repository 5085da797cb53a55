#include <tengen/apps/go/play/process.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>

#include <tengen/tensor/error.h>

extern char** environ;

namespace tengen::go {
namespace {

/// False when the deadline came first.
bool wait_for(int file, short events, Process::Deadline deadline) {
  while (true) {
    const auto left = deadline - std::chrono::steady_clock::now();
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    pollfd poll_file{file, events, 0};
    const int ready = ::poll(&poll_file, 1, int(std::clamp<long long>(ms, 0, 1 << 30)));
    if (ready > 0) return true;
    if (ready == 0 && ms <= 0) return false;
  }
}

}  // namespace

std::vector<std::string> split_words(const std::string& text) {
  std::vector<std::string> words;
  bool in_word = false;
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (!quote && (c == ' ' || c == '\t' || c == '\n')) {
      in_word = false;
      continue;
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      words.back() += text[++i];
    } else if (quote ? c == quote : c == '\'' || c == '"') {
      quote = quote ? 0 : c;
    } else {
      words.back() += c;
    }
  }
  TENGEN_CHECK(!quote, "a quote is not closed in: ", text);
  return words;
}

Process::Process(const std::vector<std::string>& words, const std::string& log) {
  TENGEN_CHECK(!words.empty(), "an empty command");
  // A socket to write to, because a write to one whose reader is gone need not raise SIGPIPE.
  int to_child[2], from_child[2];
  TENGEN_CHECK(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, to_child) == 0,
               "cannot start a program: ", std::strerror(errno));
  if (::pipe2(from_child, O_CLOEXEC) != 0) {
    const int error = errno;
    ::close(to_child[0]);
    ::close(to_child[1]);
    fail("cannot start a program: ", std::strerror(error));
  }
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, to_child[1], 0);
  posix_spawn_file_actions_adddup2(&files, from_child[1], 1);
  posix_spawn_file_actions_addopen(&files, 2, log.empty() ? "/dev/null" : log.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);  // the group is the child's own

  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const int error = ::posix_spawnp(&pid_, arguments[0], &files, &attributes, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  ::close(to_child[1]);
  ::close(from_child[1]);
  input_ = to_child[0];
  output_ = from_child[0];
  if (error != 0) {
    pid_ = -1;
    ::close(input_);
    ::close(output_);
    fail("cannot start ", words[0], ": ", std::strerror(error));
  }
}

Process::~Process() {
  ::close(input_);
  ::close(output_);
  if (pid_ < 0) return;
  ::kill(-pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

Process::Status Process::write(const std::string& text, Deadline deadline) {
  size_t done = 0;
  while (done < text.size()) {
    if (!wait_for(input_, POLLOUT, deadline)) return Status::timeout;
    const ssize_t n = ::send(input_, text.data() + done, text.size() - done, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno != EAGAIN && errno != EINTR) return Status::closed;
    if (n > 0) done += size_t(n);
  }
  return Status::ok;
}

Process::Status Process::read_line(std::string& line, Deadline deadline) {
  while (true) {
    const size_t end = buffer_.find('\n', searched_);
    if (end != buffer_.npos) {
      line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      searched_ = 0;
      return Status::ok;
    }
    searched_ = buffer_.size();
    if (searched_ > kLongestLine) return Status::too_long;
    if (!wait_for(output_, POLLIN, deadline)) return Status::timeout;
    char bytes[4096];
    const ssize_t n = ::read(output_, bytes, sizeof(bytes));
    if (n > 0) {
      buffer_.append(bytes, size_t(n));
    } else if (n == 0 || errno != EINTR) {
      if (buffer_.empty()) return Status::closed;
      line.swap(buffer_);
      buffer_.clear();
      searched_ = 0;
      return Status::ok;
    }
  }
}

bool Process::wait(Deadline deadline) {
  using namespace std::chrono_literals;
  while (pid_ >= 0) {
    if (::waitpid(pid_, nullptr, WNOHANG) == pid_) {
      ::kill(-pid_, SIGKILL);  // children that it left behind
      pid_ = -1;
    } else if (std::chrono::steady_clock::now() >= deadline) {
      return false;
    } else {
      std::this_thread::sleep_for(5ms);
    }
  }
  return true;
}

}  // namespace tengen::go
