// Files that are read as bytes and written whole or not at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tengen::io {

/// An open regular file; anything else is refused at once. Errors name `op`, the file and what was wrong.
class InputFile {
 public:
  InputFile(std::string op, std::string path);
  /// Bytes in memory, which must outlive it, read as a file is; errors call them `name`.
  InputFile(std::string op, std::string name, std::string_view bytes);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const std::string& path() const { return path_; }
  int64_t size() const { return size_; }
  /// Reads `bytes` bytes from `offset` on; an Error when the file ends before.
  void read(int64_t offset, void* to, size_t bytes) const;
  /// The whole file.
  std::vector<std::byte> read_all() const;
  /// Throws an Error that begins with the operation and the file.
  [[noreturn]] void bad(const std::string& what) const;

 private:
  std::string op_, path_;
  int file_ = -1;
  std::string_view memory_;  // where there is no file
  int64_t size_ = 0;
};

/// Writes to a temporary file beside `path`; commit() makes it durable and gives it its name. A reader sees
/// the old file or the new one, never half of it, even when the machine stops. Without commit() nothing is
/// left behind, and the next process removes what a killed one left in the folder.
/// A file that is there must be writable; it keeps its mode and, where the caller may set it, its owner; a
/// new one gets what the umask leaves. Symbolic links are followed and stay; devices and pipes are written to
/// directly.
class AtomicFile {
 public:
  /// kNo does not wait for the disk: every reader sees the whole file, but it may be lost if the machine
  /// stops soon after. For many files that are easily written again.
  enum class Sync { kYes, kNo };
  AtomicFile(std::string op, std::string path, Sync sync = Sync::kYes);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* data, size_t bytes);
  void write(std::string_view text) { write(text.data(), text.size()); }
  /// Makes the file durable and gives it its name.
  void commit();

 private:
  [[noreturn]] void failed(const char* what) const;

  std::string op_, path_, target_, temporary_;  // no temporary name: written directly
  Sync sync_;
  int file_ = -1;
};

}  // namespace tengen::io
