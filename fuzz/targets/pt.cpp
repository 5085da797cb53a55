#include <tengen/io/pytorch.h>

#include "../target.h"

namespace tengen::fuzz {
namespace {

void read(std::string_view bytes) {
  io::NamedTensors small;
  for (const auto& [name, tensor] : io::parse_pt(bytes, "input.pt"))
    if (tensor.numel() <= 1 << 20 && small.size() < 100)
      small.emplace_back(std::to_string(small.size()), tensor);
  if (io::parse_pt(io::pt_bytes(small), "its copy").size() != small.size())
    wrong("what was written is read as something else");
}

std::string archive(const std::string& pickle) {
  return zip_of({{"m/data.pkl", pickle}, {"m/byteorder", "little"}, {"m/data/0", std::string(16, '\0')}});
}

std::string text(const std::string& word) { return 'X' + little(word.size(), 4) + word; }
std::string whole(uint64_t number) { return "\x8a\x08" + little(number, 8); }

/// A tensor of 4 floats in storage 0; sizes and strides as pickled tuples.
std::string tensor(const std::string& sizes, const std::string& strides) {
  return "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + "ctorch\nFloatStorage\n" + text("0") +
         text("cpu") + "K\4tQK" + std::string(1, '\0') + sizes + strides +
         "\x89"
         "ccollections\nOrderedDict\n)RtR";
}

std::vector<std::string> seeds() {
  const std::string begin = "\x80\2", pair = tensor("K\2K\2\x86", "K\2K\1\x86");
  const std::string dictionary = begin + "}q\1(" + text("weight") + pair + text("step") + "K\7u.";
  std::string nested = begin + "}q\1" + repeated(text("k") + "}q\2", 200) + repeated("s", 200) + ".";
  return {archive(dictionary),
          archive(begin + "}(" + text("model") + "}(" + text("w") + pair + "u" + text("list") + "](" + pair +
                  "e" + "u."),
          archive(begin + "ccollections\nOrderedDict\n](" + text("a") + pair + "\x86" + "e\x85R."),
          // More elements than 64 bits count, in no memory.
          archive(begin + "}(" + text("a") +
                  tensor("(" + whole(uint64_t{1} << 40) + whole(uint64_t{1} << 40) + "t",
                         "K" + std::string(1, '\0') + "K" + std::string(1, '\0') + "\x86") +
                  "u."),
          archive(begin + "}(" + text("a") +
                  tensor("(" + whole(uint64_t{1} << 62) + "t", "(K" + std::string(1, '\0') + "t") + "u."),
          // Dictionaries made of one list of pairs again and again; a long name for each element of a list
          // that is met twice.
          archive(begin + "]q" + std::string(1, '\0') + "(K\1K\2\x86q\1" + repeated("h\1", 300) + "e0" +
                  repeated("ccollections\nOrderedDict\nh" + std::string(1, '\0') + "\x85R", 100) + "."),
          archive(begin + "}q\1" + text(std::string(1500, 'k')) + "](" +
                  repeated(tensor("K\1\x85", "K\1\x85") + "q\2", 1) + repeated("h\2", 300) + "es."),
          archive(begin + "]q\1h\1a."),  // a list that holds itself
          archive(nested), archive("cos\nsystem\n" + text("true") + "\x85R."), archive(begin + "("),
          zip_of({{"m/data.pkl", dictionary, true}})};
}

const Added added({"pt",
                   4096,
                   read,
                   seeds,
                   {"ctorch._utils\n_rebuild_tensor_v2\n", "ccollections\nOrderedDict\n",
                    "ctorch\nFloatStorage\n", "ctorch\nLongStorage\n", "ctorch._utils\n_rebuild_parameter\n",
                    "X\7\0\0\0storage", "K\4tQ", "}(", "](", "tR", "u.", "h\1", "q\1", "PK\1\2", "PK\3\4",
                    "PK\5\6"}});

}  // namespace
}  // namespace tengen::fuzz
