#include <tengen/io/safetensors.h>
#include <tengen/tensor/factories.h>

#include "../target.h"

namespace tengen::fuzz {
namespace {

void read(std::string_view bytes) {
  const io::SafeTensors file = io::parse_safetensors(bytes, "input");
  const std::string again = io::safetensors_bytes({file.tensors.begin(), file.tensors.end()}, file.metadata);
  const io::SafeTensors copy = io::parse_safetensors(again, "its copy");
  if (copy.tensors.size() != file.tensors.size() || copy.metadata != file.metadata)
    wrong("a copy has other contents");
}

std::string with_header(const std::string& json, const std::string& data = {}) {
  return little(json.size(), 8) + json + data;
}

std::vector<std::string> seeds() {
  std::vector<std::string> all;
  all.push_back(io::safetensors_bytes({{"weight", ones({2, 3})},
                                       {"step", zeros({}, kLong)},
                                       {"none", empty({0, 4}, kHalf)},
                                       {"flags", ones({5}, kBool)}},
                                      {{"format", "pt"}, {"text", "a \"b\"\n\u00e9"}}));
  all.push_back(with_header("{}"));
  // Sizes whose product, or whose bytes, wrap around.
  for (const char* shape : {"4611686018427387904", "4294967296,4294967296", "0,9223372036854775807,9"})
    all.push_back(
        with_header(R"({"a":{"dtype":"F32","shape":[)" + std::string(shape) + R"(],"data_offsets":[0,0]}})"));
  all.push_back(with_header(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},
    "b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}})",
                            "abcdef"));
  all.push_back(with_header(R"({"\ud83d\ude00":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}})", "ab"));
  all.push_back(little(~uint64_t{0}, 8) + "{}");
  all.push_back(with_header(repeated("{\"a\":", 500)));
  return all;
}

const Added added({"safetensors",
                   4096,
                   read,
                   seeds,
                   {"__metadata__", "\"dtype\":", "\"shape\":[", "\"data_offsets\":[", "\"F32\"", "\"I64\"",
                    "\"BF16\"", "\"BOOL\"", "9223372036854775807", "4294967296", "\\u0000", "\\ud83d"}});

}  // namespace
}  // namespace tengen::fuzz
