// The memory that an archive asks for is bounded by its own size: members that overlap, pickles that repeat
// their contents, tensors that repeat their elements.
#include <doctest/doctest.h>
#include <zlib.h>

#include <string>
#include <utility>
#include <vector>

#include <tengen/autograd/ops/ops.h>
#include <tengen/io/numpy.h>
#include <tengen/io/pytorch.h>
#include <tengen/tensor/factories.h>
#include <tengen/tests/temporary.h>

using namespace tengen;

namespace {

std::string number(uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i, value >>= 8) text += char(value & 255);
  return text;
}

/// A zip archive of stored members; `repeats`: so many entries of the directory mean each of them.
std::string zip(const std::vector<std::pair<std::string, std::string>>& members, int repeats = 1) {
  std::string data, directory;
  int count = 0;
  for (const auto& [name, bytes] : members) {
    const uint64_t crc = crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), uInt(bytes.size()));
    const std::string facts = number(0, 6) + number(0, 4) + number(crc, 4) + number(bytes.size(), 4) +
                              number(bytes.size(), 4) + number(name.size(), 2) + number(0, 2);
    for (int i = 0; i < repeats; ++i, ++count)
      directory +=
          number(0x02014b50, 4) + number(0, 2) + facts + number(0, 10) + number(data.size(), 4) + name;
    data += number(0x04034b50, 4) + facts + name + bytes;
  }
  return data + directory + number(0x06054b50, 4) + number(0, 4) + number(uint64_t(count), 2) +
         number(uint64_t(count), 2) + number(directory.size(), 4) + number(data.size(), 4) + number(0, 2);
}

std::string text(const std::string& word) { return "X" + number(word.size(), 4) + word; }
std::string whole(int64_t value) { return "\x8a\x08" + number(uint64_t(value), 8); }

/// A tensor over a storage of one float.
std::string tensor(const std::vector<int64_t>& sizes, const std::vector<int64_t>& strides) {
  const auto tuple = [](const std::vector<int64_t>& numbers) {
    std::string list = "(";
    for (int64_t n : numbers) list += whole(n);
    return list + "t";
  };
  return "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + "ctorch\nFloatStorage\n" + text("0") +
         text("cpu") + "K\x01tQ" + std::string("K\0", 2) + tuple(sizes) + tuple(strides) +
         "\x89"
         "ccollections\nOrderedDict\n)RtR";
}

std::string error_of_pickle(const TemporaryFolder& folder, const std::string& body) {
  const std::string path = folder.write(
      "a.pt", zip({{"a/data.pkl", "\x80\x02" + body + "."}, {"a/data/0", number(0x3f800000, 4)}}));
  return error_of([&] { io::load_pt(path); });
}

}  // namespace

TEST_CASE("npz: members that share bytes are refused") {
  TemporaryFolder folder;
  io::save_npy(folder / "a.npy", arange(1000));
  const std::string array = folder.read("a.npy");
  const auto sound = io::load_npz(folder.write("sound.npz", zip({{"a.npy", array}, {"b.npy", array}})));
  REQUIRE(sound.size() == 2);
  CHECK(sound[1].first == "b");
  CHECK(sound[1].second[999].item<int64_t>() == 999);
  const std::string path = folder.write("shared.npz", zip({{"a.npy", array}}, 100));
  CHECK(contains(error_of([&] { io::load_npz(path); }), path + ": member 'a.npy' overlaps another one"));
}

TEST_CASE("pt: a pickle cannot repeat its contents without end") {
  TemporaryFolder folder;
  // A list of 500 pairs, made into a dictionary again and again.
  std::string pairs = "]q\x01(";
  for (int i = 0; i < 500; ++i) pairs += "NN\x86";
  pairs +=
      "e0ccollections\nOrderedDict\nq\x02"
      "0";
  for (int i = 0; i < 1000; ++i) pairs += "h\x02h\x01\x85R0";
  CHECK(contains(error_of_pickle(folder, pairs + "N"), "repeat their contents without end"));
  // Dictionaries of two references to the next one, with a long key: 2^30 names.
  std::string nested = text(std::string(1000, 'k')) +
                       "q\x02"
                       "0Nq\x01"
                       "0";
  for (int i = 0; i < 30; ++i)
    nested +=
        "}(h\x02h\x01h\x02h\x01uq\x01"
        "0";
  CHECK(contains(error_of_pickle(folder, nested + "h\x01"), "nested without end"));
  // Names of functions that grow.
  const std::string word = text(std::string(2000, 'f')) + "q\x02";
  CHECK(contains(error_of_pickle(folder, word + "h\x02\x93"), "a name is too long"));
}

TEST_CASE("pt: an expanded tensor may repeat its elements, but not without end") {
  TemporaryFolder folder;
  const auto load = [&](const std::string& body) {
    return io::load_pt(folder.write("b.pt", zip({{"data.pkl", "\x80\x02}" + text("w") + body + "s."},
                                                 {"data/0", number(0x3f800000, 4)}})));
  };
  const auto found = load(tensor({3, 1000}, {0, 0}));
  REQUIRE(found.size() == 1);
  CHECK(found[0].first == "w");
  CHECK(found[0].second.contiguous().sum().item<float>() == 3000);
  CHECK(load(tensor({0, int64_t(1) << 40}, {0, 0}))[0].second.numel() == 0);
  for (const std::vector<int64_t>& sizes : {std::vector<int64_t>{int64_t(1) << 40, 1 << 20}, {1 << 30, 2}})
    CHECK(contains(error_of([&] {
                     load(tensor(sizes, {0, 0}));
                   }),
                   "repeats the elements of its storage '0' too often"));
  CHECK(contains(error_of([&] {
                   load(tensor({int64_t(1) << 40, int64_t(1) << 40}, {0, 0}));
                 }),
                 "reaches beyond"));
}
