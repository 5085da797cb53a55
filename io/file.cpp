#include <tengen/io/file.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <tengen/tensor/error.h>

namespace tengen::io {

InputFile::InputFile(std::string op, std::string path)
    : op_(std::move(op)), path_(std::move(path)), file_(::open(path_.c_str(), O_RDONLY | O_CLOEXEC)) {
  TENGEN_CHECK(file_ >= 0, op_, ": cannot open ", path_, ": ", std::strerror(errno));
  struct stat facts;
  if (::fstat(file_, &facts) != 0 || !S_ISREG(facts.st_mode)) {
    ::close(file_);
    bad(" is not a regular file");
  }
  size_ = facts.st_size;
}

InputFile::~InputFile() { ::close(file_); }

void InputFile::bad(const std::string& what) const { fail(op_, ": ", path_, what); }

void InputFile::read(int64_t offset, void* to, size_t bytes) const {
  if (offset < 0 || offset > size_ || bytes > size_t(size_ - offset)) bad(" is truncated");
  char* at = static_cast<char*>(to);
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

AtomicFile::AtomicFile(std::string op, std::string path) : op_(std::move(op)), path_(std::move(path)) {
  // A name of its own for every writer, so that two that write the same file do not mix.
  static std::atomic<unsigned> count = 0;
  temporary_ = path_ + ".tmp" + std::to_string(::getpid()) + "-" + std::to_string(count++);
  file_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file_ < 0) failed("cannot create");
}

AtomicFile::~AtomicFile() {
  if (file_ < 0) return;
  ::close(file_);
  ::unlink(temporary_.c_str());
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
  if (::fsync(file_) != 0 || ::rename(temporary_.c_str(), path_.c_str()) != 0) failed("cannot write");
  ::close(file_);
  file_ = -1;
  // The new name is on the disk once its folder is. Where a file system cannot do that, the name follows
  // later.
  const std::string folder = std::filesystem::path(path_).parent_path().string();
  const int handle = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) return;
  ::fsync(handle);
  ::close(handle);
}

}  // namespace tengen::io
