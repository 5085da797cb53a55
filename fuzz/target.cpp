#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include <stdlib.h>
#include <zlib.h>

#include <tengen/tensor/error.h>

#include "target.h"

namespace tengen::fuzz {
namespace fs = std::filesystem;

namespace {

/// Lives as long as the process.
struct Folder {
  fs::path path;
  Folder() {
    std::error_code error;
    const fs::path memory = "/dev/shm";
    std::string name = ((fs::is_directory(memory, error) && ::access(memory.c_str(), W_OK) == 0
                             ? memory
                             : fs::temp_directory_path()) /
                        "tengen-fuzz-XXXXXX")
                           .string();
    if (!::mkdtemp(name.data())) wrong("cannot make the folder " + name);
    path = name;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
};

}  // namespace

std::vector<Target>& targets() {
  static std::vector<Target> all;
  return all;
}

void run(const Target& target, std::string_view bytes) {
  try {
    target.read(bytes);
  } catch (const Error&) {
  }
}

void wrong(const std::string& what) {
  std::fprintf(stderr, "wrong: %s\n", what.c_str());
  std::abort();
}

std::string file_of(std::string_view bytes, const std::string& name) {
  static const Folder folder;
  const std::string path = (folder.path / name).string();
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), std::streamsize(bytes.size()));
  if (!file.flush()) wrong("cannot write " + path);
  return path;
}

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

std::string little(uint64_t number, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i, number >>= 8) text += char(number);
  return text;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const size_t at = text.find(from);
  if (at == text.npos) wrong("a seed has no '" + std::string(from) + "'");
  return text.replace(at, from.size(), to);
}

std::string zip_of(const std::vector<ZipMember>& members, bool overlap) {
  const auto deflated = [](const std::string& bytes) {
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
    std::string packed(deflateBound(&stream, bytes.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = uInt(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = uInt(packed.size());
    deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
  };
  std::string zip, directory;
  for (const ZipMember& member : members) {
    const size_t offset = overlap ? 0 : zip.size();
    const std::string data = member.packed ? deflated(member.bytes) : member.bytes;
    const auto crc = crc32(0, reinterpret_cast<const Bytef*>(member.bytes.data()), uInt(member.bytes.size()));
    const std::string facts = little(member.packed ? 8 : 0, 2) + little(0, 4) + little(crc, 4) +
                              little(data.size(), 4) + little(member.bytes.size(), 4) +
                              little(member.name.size(), 2) + little(0, 2);
    if (offset == zip.size()) zip += "PK\3\4" + little(20, 2) + little(0, 2) + facts + member.name + data;
    directory += "PK\1\2" + little(20, 2) + little(20, 2) + little(0, 2) + facts + little(0, 10) +
                 little(offset, 4) + member.name;
  }
  const size_t at = zip.size();
  return zip + directory + "PK\5\6" + little(0, 4) + little(members.size(), 2) + little(members.size(), 2) +
         little(directory.size(), 4) + little(at, 4) + little(0, 2);
}

}  // namespace tengen::fuzz
