// Files written by Python (fixtures/make_fixtures.py): read, and refused by name in every damaged form.
#include <doctest/doctest.h>

#include <cstring>
#include <functional>
#include <map>
#include <vector>

#include <tengen/autograd/ops/ops.h>
#include <tengen/io/numpy.h>
#include <tengen/io/pytorch.h>
#include <tengen/io/safetensors.h>
#include <tengen/tensor/factories.h>
#include <tengen/tests/temporary.h>

using namespace tengen;

namespace {

using Named = std::vector<std::pair<std::string, Tensor>>;

std::string fixture(const std::string& name) {
  return std::string(TENGEN_SOURCE_DIR) + "/tests/io/fixtures/" + name;
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<double> values(const Tensor& t) {
  const Tensor plain = t.to(kDouble).contiguous();
  return {plain.data_ptr<double>(), plain.data_ptr<double>() + plain.numel()};
}

Tensor find(const Named& tensors, const std::string& name) {
  for (const auto& [key, tensor] : tensors)
    if (key == name) return tensor;
  FAIL("no tensor " << name);
  return {};
}

const std::map<std::string, ScalarType> kTypes = {
    {"uint8", kByte},   {"int8", kChar},     {"int16", kShort},    {"int32", kInt}, {"int64", kLong},
    {"float16", kHalf}, {"float32", kFloat}, {"float64", kDouble}, {"bool", kBool}, {"bfloat16", kBFloat16}};

void check_types(const Named& tensors) {
  REQUIRE(tensors.size() == kTypes.size() + 2);
  for (const auto& entry : kTypes) {
    const std::string& name = entry.first;
    const ScalarType type = entry.second;
    CAPTURE(name);
    const Tensor t = find(tensors, name);
    CHECK(t.dtype() == type);
    CHECK(t.sizes() == IntArrayRef{2, 3});
    CHECK(values(t) ==
          (type == kBool ? std::vector<double>{0, 1, 1, 1, 1, 1} : std::vector<double>{0, 1, 2, 3, 4, 5}));
  }
  CHECK(find(tensors, "scalar").dim() == 0);
  CHECK(find(tensors, "scalar").item<float>() == 2.5f);
  CHECK(find(tensors, "empty").sizes() == IntArrayRef{0, 3});
}

// Every prefix is an error that names the file; every changed byte is an error or passes, but nothing
// crashes.
void check_damage(const std::string& name, const std::function<void(const std::string&)>& load) {
  TemporaryFolder folder;
  const std::string whole = bytes_of(fixture(name));
  for (size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    const std::string path = folder.write(name, whole.substr(0, size));
    REQUIRE(contains(error_of([&] { load(path); }), path));
  }
  for (size_t at = 0; at < whole.size(); ++at) {
    for (char change : {'\x01', '\xff'}) {
      std::string changed = whole;
      changed[at] ^= change;
      const std::string path = folder.write(name, changed);
      error_of([&] { load(path); });
    }
  }
}

}  // namespace

TEST_CASE("safetensors: a file of Python's, all types") {
  const io::SafeTensors file = io::load_safetensors(fixture("types.safetensors"));
  check_types({file.tensors.begin(), file.tensors.end()});
  CHECK(file.metadata.at("format") == "pt");
  CHECK(file.metadata.at("note") == "quotes \" and \\ and \u00e4");
}

TEST_CASE("pt: a state_dict keeps its order, all types") {
  const Named types = io::load_pt(fixture("types.pt"));
  check_types(types);
  CHECK(types.front().first == "uint8");
  CHECK(types.back().first == "empty");

  const Named model = io::load_pt(fixture("model.pt"));
  std::vector<std::string> names;
  for (const auto& [name, tensor] : model) names.push_back(name);
  CHECK(names == std::vector<std::string>{"0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean",
                                          "1.running_var", "1.num_batches_tracked", "3.weight", "3.bias"});
  CHECK(find(model, "0.weight").sizes() == IntArrayRef{2, 1, 3, 3});
  CHECK(find(model, "0.weight").is_contiguous());
  CHECK(find(model, "1.num_batches_tracked").dtype() == kLong);
  // torch.manual_seed(0); Conv2d(1, 2, 3).weight[0, 0, 0]
  CHECK(values(find(model, "0.weight"))[0] == doctest::Approx(-0.0025).epsilon(0.02));
}

TEST_CASE("pt: nested containers get dotted names; views share memory") {
  const Named tensors = io::load_pt(fixture("nested.pt"));
  CHECK(tensors.size() == 7);
  const Tensor base = find(tensors, "model.base"), part = find(tensors, "model.part");
  CHECK(part.sizes() == IntArrayRef{2, 2});
  CHECK(values(part) == std::vector<double>{4, 6, 8, 10});
  CHECK(part.is_alias_of(base));
  CHECK(find(tensors, "model.transposed").strides() == IntArrayRef{1, 4});
  CHECK(values(find(tensors, "list.1.1")) == std::vector<double>{7});
  CHECK(values(find(tensors, "5")) == std::vector<double>{5});
}

TEST_CASE("pt: what is not weights is refused in words") {
  CHECK(contains(error_of([] { io::load_pt(fixture("object.pt")); }), "state_dict"));
  CHECK(contains(error_of([] { io::load_pt(fixture("legacy.pt")); }), "not a zip archive"));
  CHECK(contains(error_of([] { io::load_pt(fixture("arrays.npz")); }), "data.pkl"));
  CHECK(contains(error_of([] { io::load_pt(fixture("absent.pt")); }), "cannot open"));
  CHECK(contains(error_of([] { io::load_pt(TENGEN_SOURCE_DIR); }), "not a regular file"));
}

TEST_CASE("npz: stored and deflated archives") {
  for (const char* name : {"arrays.npz", "packed.npz"}) {
    const Named arrays = io::load_npz(fixture(name));
    REQUIRE(arrays.size() == 4);
    CHECK(arrays[0].first == "a");
    CHECK(find(arrays, "a").dtype() == kFloat);
    CHECK(values(find(arrays, "a")) == std::vector<double>{0, 1, 2, 3, 4, 5});
    CHECK(find(arrays, "fortran").sizes() == IntArrayRef{2, 3});
    CHECK(values(find(arrays, "fortran")) == std::vector<double>{0, 1, 2, 3, 4, 5});
    CHECK(find(arrays, "scalar").item<double>() == 2.5);
    CHECK(values(find(arrays, "zeros")) == std::vector<double>(1000, 0));
  }
}

TEST_CASE("npy: tensors of any type and stride") {
  TemporaryFolder folder;
  for (const auto& [name, type] : kTypes) {
    if (type == kBFloat16) continue;
    const Tensor t = arange(6).to(type).view({2, 3}).t();
    io::save_npy(folder / "t.npy", t);
    const Tensor back = io::load_npy(folder / "t.npy");
    CHECK(back.dtype() == type);
    CHECK(back.sizes() == IntArrayRef{3, 2});
    CHECK(values(back) == values(t));
  }
  io::save_npy(folder / "s.npy", scalar_tensor(1.5, requires_grad()));
  CHECK(io::load_npy(folder / "s.npy").item<float>() == 1.5f);
  CHECK(contains(error_of([&] { io::save_npy(folder / "b.npy", ones({1}, kBFloat16)); }), "convert first"));
  CHECK(contains(error_of([&] { io::save_npy(folder / "b.npy", Tensor()); }), "undefined"));
}

TEST_CASE("damage: types.safetensors") {
  check_damage("types.safetensors", [](const std::string& path) { io::load_safetensors(path); });
}
TEST_CASE("damage: model.pt") {
  check_damage("model.pt", [](const std::string& path) { io::load_pt(path); });
}
TEST_CASE("damage: nested.pt") {
  check_damage("nested.pt", [](const std::string& path) { io::load_pt(path); });
}
TEST_CASE("damage: arrays.npz") {
  check_damage("arrays.npz", [](const std::string& path) { io::load_npz(path); });
}
TEST_CASE("damage: packed.npz") {
  check_damage("packed.npz", [](const std::string& path) { io::load_npz(path); });
}
