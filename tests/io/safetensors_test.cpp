// safetensors files: round trips, the bytes of the reference implementation, and damage of every kind.
#include <doctest/doctest.h>
#include <tengen/autograd/ops/ops.h>
#include <tengen/io/safetensors.h>
#include <tengen/tests/temporary.h>

#include <cstring>

using namespace tengen;

namespace {

// A file with this header and so many zero bytes of data.
std::string file_of(const std::string& header, size_t data_bytes) {
  const uint64_t length = header.size();
  std::string text(sizeof length, '\0');
  std::memcpy(text.data(), &length, sizeof length);
  return text + header + std::string(data_bytes, '\0');
}

}  // namespace

TEST_CASE("safetensors: what was saved comes back, whatever its type and strides") {
  const TemporaryFolder folder;
  const std::string path = folder / "a.safetensors";
  std::vector<std::pair<std::string, Tensor>> tensors{{"matrix", arange(6, kFloat).view({2, 3}).t()},
                                                      {"scalar", full({}, 7, kLong)},
                                                      {"empty", zeros({0, 3}, kDouble)},
                                                      {"grad \"é\n", ones({2}, kFloat).requires_grad_(true)}};
  for (ScalarType type : {kByte, kChar, kShort, kInt, kLong, kHalf, kBFloat16, kFloat, kDouble, kBool})
    tensors.emplace_back(to_string(type), tensor({1, 0, 1}).to(type));
  const std::map<std::string, std::string> metadata{{"format", "pt"}, {"text", "a \"b\"\\\n\t\x01"}};
  io::save_safetensors(path, tensors, metadata);
  const io::SafeTensors read = io::load_safetensors(path);
  CHECK(read.metadata == metadata);
  REQUIRE(read.tensors.size() == tensors.size());
  for (const auto& item : tensors) {
    const auto& name = item.first;
    const Tensor& value = item.second;
    CAPTURE(name);
    const Tensor& found = read.tensors.at(name);
    CHECK(found.dtype() == value.dtype());
    CHECK(found.sizes() == value.sizes());
    CHECK(found.to(kFloat).equal(value.detach().to(kFloat)));
  }
  const std::string bytes = folder.read("a.safetensors");
  io::save_safetensors(path, tensors, metadata);
  CHECK(folder.read("a.safetensors") == bytes);
}

TEST_CASE("safetensors: a file as the reference implementation writes it") {
  const TemporaryFolder folder;
  std::string text =
      file_of(R"({"__metadata__":{"k":"\u00e9\ud83d\ude00"},"b":{"dtype":"F32","shape":[2],)"
              R"("data_offsets":[0,8]},"a":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}    )",
              11);
  const float numbers[2] = {1.5f, -2.f};
  std::memcpy(text.data() + text.size() - 11, numbers, 8);
  text[text.size() - 1] = 9;
  const io::SafeTensors read = io::load_safetensors(folder.write("x.safetensors", text));
  CHECK(read.metadata.at("k") == "é😀");
  CHECK(read.tensors.at("b")[1].item<float>() == -2.f);
  CHECK(read.tensors.at("a")[2].item<int>() == 9);
}

TEST_CASE("safetensors: damaged files are refused by name") {
  const TemporaryFolder folder;
  const auto error = [&](const std::string& text) {
    const std::string path = folder.write("bad.safetensors", text);
    const std::string message = error_of([&] { io::load_safetensors(path); });
    CHECK(contains(message, "bad.safetensors"));
    return message;
  };
  const std::string good = R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
  CHECK(contains(error(""), "truncated"));
  CHECK(contains(error(std::string(8, '\xff')), "no safetensors"));
  CHECK(contains(error(file_of(good, 8).substr(0, 30)), "truncated"));
  CHECK(contains(error(file_of(good, 7)), "at most 7"));
  CHECK(contains(error(file_of(good, 9)), "after the last"));
  CHECK(contains(error(file_of(R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", 8)),
                 "asks for 12"));
  CHECK(contains(error(file_of(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})", 12)),
                 "expected from 0"));
  CHECK(contains(error(file_of(R"({"a":{"dtype":"Q4","shape":[2],"data_offsets":[0,8]}})", 8)),
                 "unknown type Q4"));
  CHECK(contains(error(file_of(R"({"a":{"dtype":"F32","shape":[2]}})", 8)), "lacks"));
  CHECK(contains(
      error(file_of(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,8]}})", 8)),
      "too large"));
  CHECK(contains(error(file_of("{\"a\":1}", 0)), "bad JSON"));
  CHECK(contains(error(file_of(good + "x", 8)), "after the end"));
  CHECK(contains(error(file_of("{\"a", 0)), "no end"));
  const std::string twice = good.substr(0, good.size() - 1) + "," + good.substr(1);
  CHECK(contains(error(file_of(twice, 8)), "twice"));
  CHECK(contains(error_of([&] { io::load_safetensors(folder / "missing"); }), "missing"));
}

TEST_CASE("safetensors: writing refuses what it could not read back and leaves no half file") {
  const TemporaryFolder folder;
  const Tensor one = ones({1});
  CHECK(contains(error_of([&] { io::save_safetensors(folder / "x", {{"a", one}, {"a", one}}); }), "twice"));
  CHECK(contains(error_of([&] { io::save_safetensors(folder / "x", {{"a", Tensor()}}); }), "undefined"));
  CHECK(contains(error_of([&] { io::save_safetensors(folder / "no/x", {{"a", one}}); }), "cannot create"));
  CHECK(std::filesystem::is_empty(folder / ""));
}
