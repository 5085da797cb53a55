// Private: not installed; no public header includes it.
// Reading of zip archives (PKWARE APPNOTE 6.3): stored and deflated members, zip64.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
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

  const std::vector<Member>& members() const { return members_; }
  /// The member of this name, or nullptr.
  const Member* find(const std::string& name) const;
  /// Its bytes, unpacked and checked against their checksum.
  std::vector<std::byte> read(const Member& member) const;
  const InputFile& file() const { return file_; }

 private:
  void check_apart(uint64_t end) const;

  InputFile file_;
  std::vector<Member> members_;
  std::unordered_map<std::string, size_t> by_name_;
};

}  // namespace tengen::io
