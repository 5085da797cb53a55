// The turns of a game as a store holds them.
#include <tengen/apps/go/learn/record.h>

#include "../target.h"

namespace tengen::fuzz {
namespace {

using namespace tengen::go;

constexpr int kSize = 9;

/// The check sum of decode_turns, so that mutations get behind it.
std::string with_sum(std::string_view body) {
  uint32_t hash = 2166136261u;
  for (const char c : body) hash = (hash ^ uint8_t(c)) * 16777619u;
  return std::string(body) + little(hash, 4);
}

void read(std::string_view bytes) {
  GameRecord record;
  record.size = kSize;
  record.turns = decode_turns(with_sum(bytes), kSize);
  const std::string again = encode_turns(record);
  record.turns = decode_turns(again, kSize);
  if (encode_turns(record) != again) wrong("turns do not come back as they were written");
  to_sgf(record);
}

std::vector<std::string> seeds() {
  GameRecord record;
  record.size = kSize;
  std::vector<std::string> all = {encode_turns(record)};
  record.turns = {{.move = 40, .full = true, .value = 0.25f, .score = -3, .visits = {{40, 300}, {41, 2}}},
                  {.move = 81},
                  {.move = 0}};
  all.push_back(encode_turns(record));
  for (std::string& bytes : all) bytes.resize(bytes.size() - 4);
  all.push_back("\1\xff\xff\xff\xff\x0f");
  return all;
}

const Added added({"turns", 512, read, seeds, {"\xff\xff\xff\xff\x0f", "\x80\x80\x80\x80\x00"}});

}  // namespace
}  // namespace tengen::fuzz
