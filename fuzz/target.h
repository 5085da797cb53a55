// What a fuzz target is: a reader of bytes from strangers, with inputs to begin from. Each stands in a file
// of targets/ and is compiled twice: alone into a program of libFuzzer (libfuzzer.cpp), and with all others
// into fuzz_replay (replay.cpp), which tests run.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tengen::fuzz {

struct Target {
  std::string name;
  size_t longest;  // bytes of an input that are worth trying
  /// Reads the bytes. tengen::Error is the right answer to bad ones; any other exception is a fault.
  void (*read)(std::string_view bytes);
  /// Small valid inputs, and what has once done harm.
  std::vector<std::string> (*seeds)();
  std::vector<std::string> words;  // what mutations put in
};

/// All that were linked.
std::vector<Target>& targets();

struct Added {
  explicit Added(Target target) { targets().push_back(std::move(target)); }
};

/// Reads `bytes` and takes a tengen::Error for an answer.
void run(const Target& target, std::string_view bytes);

/// Ends the process with a message: what was read is not what it should be.
[[noreturn]] void wrong(const std::string& what);

/// Writes the bytes to the file of this name in a folder of this process, in memory where there is such a
/// place. Returns its path.
std::string file_of(std::string_view bytes, const std::string& name);
std::string contents(const std::string& path);

// ---- for hostile seeds

std::string repeated(std::string_view text, int times);
/// The number's bytes, the lowest first.
std::string little(uint64_t number, int bytes);
/// `text` with its first `from` replaced.
std::string replaced(std::string text, std::string_view from, std::string_view to);

struct ZipMember {
  std::string name, bytes;
  bool packed = false;
};
/// A zip archive; with `overlap` each entry of its directory leads to the first member.
std::string zip_of(const std::vector<ZipMember>& members, bool overlap = false);

}  // namespace tengen::fuzz
