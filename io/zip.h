// Private: not installed; no public header includes it.
// Zip archives (PKWARE APPNOTE 6.3): reads stored and deflated members, writes stored ones; zip64.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <tengen/io/file.h>

namespace tengen::io {

/// An open archive, its directory read. Errors name the operation, the file and the member.
class ZipReader {
 public:
  struct Member {
    std::string name;
    uint64_t size, packed_size, header_offset;
    uint32_t crc;
    uint16_t method, flags;
  };

  /// Reads the directory; errors begin with `op`. Members that share bytes are refused: all of them
  /// together unpack to at most what deflate can make of the file.
  ZipReader(std::string op, std::string path);
  /// The same of bytes in memory, which must outlive it; errors call them `name`.
  ZipReader(std::string op, std::string name, std::string_view bytes);

  const std::vector<Member>& members() const { return members_; }
  /// The member of this name, or nullptr.
  const Member* find(const std::string& name) const;
  /// Its bytes, unpacked and checked against their checksum.
  std::vector<std::byte> read(const Member& member) const;
  const InputFile& file() const { return file_; }

 private:
  void read_directory();
  void check_apart(uint64_t end) const;

  InputFile file_;
  std::vector<Member> members_;
  std::unordered_map<std::string, size_t> by_name_;
};

/// Writes members one after the other, and in the end the directory.
class ZipWriter {
 public:
  /// Takes the archive's bytes in order.
  using Sink = std::function<void(const void*, size_t)>;
  explicit ZipWriter(Sink sink) : sink_(std::move(sink)) {}

  /// The member's bytes begin at a multiple of `alignment`.
  void add(const std::string& name, const void* data, size_t size, size_t alignment = 1);
  void finish();

 private:
  void put(const std::string& bytes);

  Sink sink_;
  uint64_t at_ = 0, count_ = 0;
  std::string directory_;
};

}  // namespace tengen::io
