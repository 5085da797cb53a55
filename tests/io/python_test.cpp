// Files written by Python (fixtures/make_fixtures.py): read, and refused by name in every damaged form.
#include <doctest/doctest.h>

#include <cstdlib>
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

TEST_CASE("pt: a module that was saved whole, and a file of before 1.6, are the same as the state_dict") {
  const Named model = io::load_pt(fixture("model.pt"));
  for (const char* name : {"object.pt", "legacy.pt"}) {
    CAPTURE(name);
    const Named other = io::load_pt(fixture(name));
    REQUIRE(other.size() == model.size());
    for (const auto& [key, tensor] : model) {
      CHECK(find(other, key).dtype() == tensor.dtype());
      CHECK(values(find(other, key)) == values(tensor));
    }
  }
}

TEST_CASE("pt: files of LibTorch and TorchScript") {
  const Named net = io::load_pt(fixture("libtorch_module.pt"));
  CHECK(net.size() == 9);
  CHECK(values(find(net, "scale")) == std::vector<double>{0, 1});
  CHECK(find(net, "scale").requires_grad());
  CHECK(values(find(net, "steps")) == std::vector<double>{7});
  CHECK(values(find(net, "body.0.weight")) == std::vector<double>{2, 3, 4, 5, 6, 7});
  CHECK(find(net, "body.1.running_var").numel() == 3);
  const Named list = io::load_pt(fixture("libtorch_list.pt"));
  REQUIRE(list.size() == 2);
  CHECK(list[0].first == "0");
  CHECK(values(list[0].second) == std::vector<double>{0, 1, 2});
  CHECK(values(list[1].second) == std::vector<double>(4, 1.5));
  const Named script = io::load_pt(fixture("script.pt"));
  CHECK(script.size() == 7);
  CHECK(values(find(script, "0.weight")) == std::vector<double>{0, 1, 2, 3, 4, 5});
  CHECK(find(script, "1.num_batches_tracked").dtype() == kLong);
}

TEST_CASE("pt: objects of unknown classes are looked at as plain data") {
  const io::PtFile file(fixture("checkpoint.pt"));
  const auto root = file.root();
  CHECK(root.is_dict());
  CHECK(root["epoch"].number() == 3);
  CHECK(root["date"].text() == "2026-11-30");
  CHECK_FALSE(root["optimizer"]);
  CHECK_FALSE(root["absent"]["more"]);
  CHECK(root["best_fitness"].class_name().ends_with("scalar"));
  CHECK(root["opt"].class_name() == "argparse Namespace");
  CHECK(root["opt"]["imgsz"].number() == 320);
  const auto model = root["ema"];
  CHECK(model.class_name() == "models.yolo Model");
  CHECK(model["yaml"]["nc"].number() == 2);
  CHECK(model["names"].items()[3].text() == "dog");
  CHECK(values(model["stride"].tensor()) == std::vector<double>{8, 16});
  const Named tensors = model.tensors();
  std::vector<std::string> names;
  for (const auto& [name, tensor] : tensors) names.push_back(name);
  CHECK(names == std::vector<std::string>{"anchors", "model.0.weight", "model.1.weight", "model.1.bias",
                                          "model.1.running_mean", "model.1.running_var",
                                          "model.1.num_batches_tracked"});
  CHECK(find(tensors, "model.0.weight").dtype() == kHalf);
  CHECK(values(find(tensors, "model.0.weight")) == std::vector<double>{2, 2});
  CHECK(contains(error_of([&] { root["opt"].tensors(); }),
                 "found no tensors in its objects (argparse Namespace)"));
  CHECK(contains(error_of([&] { root["date"].number(); }), "expected a number"));
}

TEST_CASE("pt: what was written is read, tensors that share memory do so again") {
  TemporaryFolder folder;
  const Tensor weight = arange(6).to(kFloat).view({2, 3}).set_requires_grad(true);
  Named written{{"weight", weight},
                {"tied", weight.detach()},
                {"turned", weight.detach().t()},
                {"none", empty({0, 3})}};
  for (const auto& [name, type] : kTypes) written.emplace_back(name, arange(4).to(type));
  written.emplace_back("scalar", tensor(2.5));
  io::save_pt(folder / "a.pt", written);
  const Named read = io::load_pt(folder / "a.pt");
  REQUIRE(read.size() == written.size());
  for (size_t i = 0; i < read.size(); ++i) {
    CHECK(read[i].first == written[i].first);
    CHECK(read[i].second.dtype() == written[i].second.dtype());
    CHECK(read[i].second.sizes() == written[i].second.sizes());
    CHECK(values(read[i].second) == values(written[i].second));
  }
  CHECK(read[0].second.requires_grad());
  CHECK(read[1].second.is_alias_of(read[0].second));
  CHECK_FALSE(read[2].second.is_alias_of(read[0].second));
  CHECK(values(io::parse_pt(io::pt_bytes({{"", tensor(1.5)}}, io::PtForm::kTensor), "bytes")[0].second) ==
        std::vector<double>{1.5});
  CHECK(contains(error_of([&] {
                   io::save_pt(folder / "b.pt", {{"a", tensor(1)}, {"a", tensor(2)}});
                 }),
                 "twice"));
  CHECK(contains(error_of([&] { io::save_pt(folder / "b.pt", written, io::PtForm::kTensor); }),
                 "expected one tensor"));
}

TEST_CASE("pt: a hostile pickle takes little memory and time") {
  TemporaryFolder folder;
  const auto error = [&](const std::string& pickle) {
    const std::string start("\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20j\xa8P\x19.\x80\x02M\xe9\x03.", 21),
        machine = "\x80\x02}X\x0d" + std::string(3, '\0') + "little_endian\x88s.";
    return error_of([&] { io::load_pt(folder.write("a.pt", start + machine + "\x80\x02" + pickle)); });
  };
  CHECK(contains(error("N.\x80\x02N."), "expected a list of storages"));
  CHECK(contains(error("ca\nb\n)R.\x80\x02]."), "found no tensors in its objects (a b)"));
  CHECK(contains(error("Nb."), "nothing on the stack"));
  CHECK(contains(error("(NNNd."), "a key without value"));
  CHECK(contains(error("ctorch._tensor\n_rebuild_from_type_v2\nq\x01(h\x01N)NtR."), "unexpected arguments"));
  // An object whose state is itself.
  CHECK(contains(error("ca\nb\n)Rq\x01h\x01"
                       "b.\x80\x02]."),
                 "nested without end"));
  // Objects made from the same long list of arguments again and again.
  std::string many = "ca\nb\nq\x01(" + std::string(1000, 'N') + "tq\x02";
  for (int i = 0; i < 1000; ++i) many += "h\x01h\x02R0";
  CHECK(contains(error(many + "N."), "repeat their contents without end"));
}

TEST_CASE("pt: Python reads what was written") {
  // A folder of this name in the working folder can be imported too, but has nothing in it.
  if (std::system("python3 -c 'import torch; torch.load' >/dev/null 2>&1") != 0) {
    MESSAGE("skipped: python3 has no package torch");
    return;
  }
  TemporaryFolder folder;
  const Tensor weight = arange(6).to(kFloat).view({2, 3});
  io::save_pt(folder / "dict.pt", {{"weight", weight.t()}, {"half", weight.to(kHalf)}, {"bool", weight > 2}});
  io::save_pt(folder / "list.pt", {{"0", weight}, {"1", weight.to(kBFloat16)}}, io::PtForm::kList);
  io::save_pt(folder / "tensor.pt", {{"0", weight.to(kLong)}}, io::PtForm::kTensor);
  folder.write("check.py",
               "import torch, sys\n"
               "load = lambda name: torch.load(f'{sys.argv[1]}/{name}.pt', weights_only=True)\n"
               "w = torch.arange(6.).view(2, 3)\n"
               "d, l, t = load('dict'), load('list'), load('tensor')\n"
               "assert list(d) == ['weight', 'half', 'bool'] and torch.equal(d['weight'], w.t())\n"
               "assert d['half'].dtype == torch.float16 and torch.equal(d['bool'], w > 2)\n"
               "assert isinstance(l, list) and torch.equal(l[0], w) and l[1].dtype == torch.bfloat16\n"
               "assert torch.equal(t, w.long())\n");
  CHECK(std::system(("python3 " + (folder / "check.py") + " " + (folder / "")).c_str()) == 0);
}

TEST_CASE("safetensors: an index leads to files beside it") {
  TemporaryFolder folder;
  io::save_safetensors(folder / "a-1.safetensors", {{"a", arange(3)}, {"other", arange(1)}});
  io::save_safetensors(folder / "a-2.safetensors", {{"b", arange(4)}});
  const auto load = [&](const std::string& map) {
    return io::load_safetensors(folder.write(
        "a.index.json",
        "{\"metadata\": {\"total_size\": 1e3, \"x\": [null, {\"y\": \"z\"}]}, \"weight_map\": {" + map +
            "}}"));
  };
  const io::SafeTensors both = load("\"a\": \"a-1.safetensors\", \"b\": \"a-2.safetensors\"");
  REQUIRE(both.tensors.size() == 2);
  CHECK(values(both.tensors.at("b")) == std::vector<double>{0, 1, 2, 3});
  CHECK(contains(error_of([&] { load("\"c\": \"a-1.safetensors\""); }), "'c' is not in"));
  CHECK(contains(error_of([&] { load("\"c\": \"../a-1.safetensors\""); }), "beside the index"));
  CHECK(contains(error_of([&] { load("\"c\": \"a-3.safetensors\""); }), "cannot open"));
  CHECK(contains(error_of([&] { load(""); }), "expected a weight_map"));
}

TEST_CASE("pt: what is not weights is refused in words") {
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

TEST_CASE("npz: what was written is read") {
  TemporaryFolder folder;
  io::save_npz(folder / "a.npz", {{"a", arange(6).view({2, 3}).t()}, {"b", tensor(2.5)}});
  const Named arrays = io::load_npz(folder / "a.npz");
  REQUIRE(arrays.size() == 2);
  CHECK(arrays[0].first == "a");
  CHECK(values(find(arrays, "a")) == std::vector<double>{0, 3, 1, 4, 2, 5});
  CHECK(find(arrays, "b").dim() == 0);
  CHECK(contains(error_of([&] {
                   io::save_npz(folder / "b.npz", {{"a", arange(1)}, {"a", arange(1)}});
                 }),
                 "twice"));
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
TEST_CASE("damage: legacy.pt") {
  check_damage("legacy.pt", [](const std::string& path) { io::load_pt(path); });
}
TEST_CASE("damage: arrays.npz") {
  check_damage("arrays.npz", [](const std::string& path) { io::load_npz(path); });
}
TEST_CASE("damage: packed.npz") {
  check_damage("packed.npz", [](const std::string& path) { io::load_npz(path); });
}
