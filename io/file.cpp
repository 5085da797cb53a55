#include <tengen/io/file.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <set>
#include <utility>

#include <tengen/tensor/error.h>

namespace tengen::io {

InputFile::InputFile(std::string op, std::string path)
    : op_(std::move(op)),
      path_(std::move(path)),
      file_(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
  TENGEN_CHECK(file_ >= 0, op_, ": cannot open ", path_, ": ", std::strerror(errno));
  struct stat facts;
  if (::fstat(file_, &facts) != 0 || !S_ISREG(facts.st_mode)) {
    ::close(file_);
    bad(" is not a regular file");
  }
  size_ = facts.st_size;
}

InputFile::InputFile(std::string op, std::string name, std::string_view bytes)
    : op_(std::move(op)), path_(std::move(name)), memory_(bytes), size_(int64_t(bytes.size())) {}

InputFile::~InputFile() {
  if (file_ >= 0) ::close(file_);
}

void InputFile::bad(const std::string& what) const { fail(op_, ": ", path_, what); }

void InputFile::read(int64_t offset, void* to, size_t bytes) const {
  if (offset < 0 || offset > size_ || bytes > size_t(size_ - offset)) bad(" is truncated");
  char* at = static_cast<char*>(to);
  if (file_ < 0) {
    if (bytes > 0) std::memcpy(at, memory_.data() + offset, bytes);
    return;
  }
  while (bytes > 0) {
    const ssize_t count = ::pread(file_, at, bytes, offset);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) bad(std::string(": cannot read: ") + std::strerror(errno));
    if (count == 0) bad(" is truncated");  // it shrank meanwhile
    at += count;
    offset += count;
    bytes -= size_t(count);
  }
}

std::vector<std::byte> InputFile::read_all() const {
  std::vector<std::byte> bytes(static_cast<size_t>(size_));
  read(0, bytes.data(), bytes.size());
  return bytes;
}

namespace {

// The file that a path means, all symbolic links followed, also those to a file that is not there yet.
std::string followed(std::string path) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (const fs::path there = fs::canonical(path, error); !error) return there.string();
  while (fs::is_symlink(path, error))  // links without end were noticed before
    path = (fs::path(path).parent_path() / fs::read_symlink(path, error)).string();
  return path;
}

// The process that wrote the file NAME.tmpPROCESS-NUMBER; 0: the name is not of this form.
pid_t writer_of(std::string_view name) {
  const size_t at = name.rfind(".tmp");
  if (at == 0 || at == name.npos) return 0;
  const char *first = name.data() + at + 4, *end = name.data() + name.size();
  pid_t process = 0;
  unsigned number = 0;
  const auto [dash, no_process] = std::from_chars(first, end, process);
  if (no_process != std::errc() || dash == end || *dash != '-') return 0;
  const auto [stop, no_number] = std::from_chars(dash + 1, end, number);
  return no_number == std::errc() && stop == end ? process : 0;
}

// Removes what killed processes left in a folder; once per process and folder. A writer is alive when its
// process is, or when somebody holds the file's lock (in another container, or over a network).
void remove_abandoned(const std::string& folder) {
  namespace fs = std::filesystem;
  static std::mutex mutex;
  static std::set<std::string> visited;
  {
    const std::lock_guard lock(mutex);
    if (!visited.insert(folder).second) return;
  }
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const pid_t writer = writer_of(at->path().filename().string());
    if (writer <= 0 || ::kill(writer, 0) == 0 || errno != ESRCH) continue;
    const int file = ::open(at->path().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0) continue;
    if (::flock(file, LOCK_EX | LOCK_NB) == 0) ::unlink(at->path().c_str());
    ::close(file);
  }
}

}  // namespace

AtomicFile::AtomicFile(std::string op, std::string path, Sync sync)
    : op_(std::move(op)), path_(std::move(path)), sync_(sync) {
  struct stat old;
  const bool exists = ::stat(path_.c_str(), &old) == 0;
  if (!exists && errno == ELOOP) failed("cannot create");
  if (exists && ::faccessat(AT_FDCWD, path_.c_str(), W_OK, AT_EACCESS) != 0) failed("cannot write");
  if (exists && !S_ISREG(old.st_mode)) {  // a device or a pipe: nothing can take its place
    file_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
    if (file_ < 0) failed("cannot write");
    return;
  }
  target_ = followed(path_);
  const std::string folder = std::filesystem::path(target_).parent_path().string();
  remove_abandoned(folder.empty() ? "." : folder);
  // A name of its own for every writer, so that two that write the same file do not mix.
  static std::atomic<unsigned> count = 0;
  temporary_ = target_ + ".tmp" + std::to_string(::getpid()) + "-" + std::to_string(count++);
  file_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file_ < 0) failed("cannot create");
  ::flock(file_, LOCK_EX | LOCK_NB);
  if (!exists) return;
  // Others than root can give nothing away; what a stranger's file may do as its owner is not passed on.
  const bool mine = (old.st_uid == ::geteuid() && old.st_gid == ::getegid()) ||
                    ::fchown(file_, old.st_uid, old.st_gid) == 0;
  ::fchmod(file_, old.st_mode & (mine ? 07777 : 0777));
}

AtomicFile::~AtomicFile() {
  if (file_ < 0) return;
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
  ::close(file_);
}

void AtomicFile::failed(const char* what) const {
  fail(op_, ": ", what, " ", path_, ": ", std::strerror(errno));
}

void AtomicFile::write(const void* data, size_t bytes) {
  const char* at = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t count = ::write(file_, at, bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) failed("cannot write");
    at += count;
    bytes -= size_t(count);
  }
}

void AtomicFile::commit() {
  if (!temporary_.empty()) {
    if (sync_ == Sync::kYes && ::fsync(file_) != 0) failed("cannot write");
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) failed("cannot write");
    temporary_.clear();
  }
  if (::close(std::exchange(file_, -1)) != 0) failed("cannot write");
  if (sync_ == Sync::kNo) return;
  // The new name is on the disk once its folder is. Where a file system cannot do that, the name follows
  // later.
  const std::string folder = std::filesystem::path(target_).parent_path().string();
  const int handle = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) return;
  ::fsync(handle);
  ::close(handle);
}

}  // namespace tengen::io
