// Layouts out of weights files and yaml: every number is bounded before it is used.
#include <doctest/doctest.h>

#include <tengen/apps/detector/data/common.h>
#include <tengen/apps/detector/model/weights.h>
#include <tengen/apps/detector/train/checkpoint.h>
#include <tengen/apps/detector/train/optimizer.h>
#include <tengen/io/safetensors.h>
#include <tengen/tests/temporary.h>

#include "../../program.h"

using namespace tengen;
using namespace tengen::detect;

namespace {

/// A yaml with these rows before Detect.
std::string layout(const std::string& rows, const std::string& more = "") {
  return "nc: 2\nanchors:\n  - [10,13, 16,30]\nbackbone:\n  [" + rows +
         "]\nhead:\n  [[-1, 1, Detect, [nc, anchors]]]\n" + more;
}

/// What is said about the network of a yaml.
std::string refused(const std::string& yaml) {
  return error_of([&] { DetectionModel(ModelConfig::parse(yaml, "net.yaml")); });
}

}  // namespace

TEST_CASE("model yaml: strides, kernels, repeats, groups and indices") {
  CHECK(refused(layout("[-1, 1, Conv, [8, 3, 2]]")).empty());
  const std::pair<const char*, const char*> cases[] = {
      {"[-1, 1, Conv, [8, 3, 0, 1]]",
       "layer 0 (Conv): argument 3 (stride) is '0', expected a whole number from 1 to 64"},
      {"[-1, 1, Conv, [8, 3, -9223372036854775808]]", "argument 3 (stride)"},
      {"[-1, 1, Conv, [8, 3, 4294967296]], [-1, 1, Conv, [8, 3, 4294967296]]", "argument 3 (stride)"},
      {"[-1, 1, Conv, [8, 3, 64]], [-1, 1, Conv, [8, 3, 64]], [-1, 1, Conv, [8, 3, 2]]", "multiply to 8192"},
      {"[-1, 1, Conv, [8, 3.5]]", "argument 2 (kernel) is '3.5'"},
      {"[-1, 1, Conv, [8, 1000000]]", "argument 2 (kernel)"},
      {"[-1, 1, Conv, [8, 3, 1, 1, 0]]", "argument 5 (groups)"},
      {"[-1, 1, Conv, [8, 3, 1, 1, 2]]", "2 groups do not divide 3 input and 8 output channels"},
      {"[-1, 1, Conv, [0]]", "argument 1 (output channels)"},
      {"[-1, 1, Conv, [9223372036854775807]]", "argument 1 (output channels)"},
      {"[-1, 1, Conv, []]", "needs its output channels"},
      {"[-1, 1, Conv, [60000]], [-1, 1, Conv, [60000, 64]]", "parameters, expected at most 500000000"},
      {"[-1, 1, Conv, [8, 3, 2]], [-1, 2000000000, C3, [8]]",
       "net.yaml:5: 'number' must be a whole number from 1 to 1000"},
      {"[-1, 0, Conv, [8]]", "'number' must be"},
      {"[-1, 2, Conv, [8]]", "only C3 repeats"},
      {"[-2147483648, 1, Conv, [8]]", "'from' must be"},
      {"[5, 1, Conv, [8]]", "layer 0 (Conv): reads layer 5, which is not before it"},
      {"[[], 1, Conv, [8]]", "has no input"},
      {"[-1, 1, Conv, [8, 3, 2]], [-1, 1, Upsample, [None, 0, nearest]]", "argument 2 (scale)"},
      {"[-1, 1, Conv, [8]], [-1, 1, Concat, [3]]", "argument 1 (dimension)"},
      {"[-1, 1, SPPF, [8, 0]]", "argument 2 (kernel)"},
      {"[-1, 1, Swin, [8]]", "unknown module 'Swin'"},
  };
  for (const auto& [rows, part] : cases) {
    CAPTURE(rows);
    const std::string message = refused(layout(rows));
    CAPTURE(message);
    CHECK(contains(message, "model: net.yaml:"));
    CHECK(contains(message, part));
  }
}

TEST_CASE("model yaml: multiples, classes and anchors") {
  for (const char* key : {"depth_multiple", "width_multiple"})
    for (const char* value : {"0", "-1", "1e9", ".nan", ".inf", "wide"})
      CHECK(contains(refused(layout("[-1, 1, Conv, [8]]", std::string(key) + ": " + value + "\n")),
                     "net.yaml:8: '" + std::string(key) + "' must be a number from"));
  CHECK(contains(refused(layout("[-1, 1, Conv, [8]], [-1, 900, C3, [8]]", "depth_multiple: 10\n")),
                 "only C3 repeats"));
  CHECK(contains(refused(layout("[-1, 1, Conv, [8000]]", "width_multiple: 10\n")), "80000 output channels"));
  const auto with = [](const std::string& old, const std::string& now) {
    std::string yaml = layout("[-1, 1, Conv, [8, 3, 2]]");
    return refused(yaml.replace(yaml.find(old), old.size(), now));
  };
  for (const char* value : {"0", "-3", ".nan", ".inf", "1e30"})
    CHECK(contains(with("16,30", "16," + std::string(value)), "net.yaml:3: 'anchors' must be a number from"));
  for (const char* value : {"0", "2000000000"})
    CHECK(contains(with("nc: 2", "nc: " + std::string(value)),
                   "net.yaml:1: 'nc' must be a whole number from 1 to 10000"));
  std::string many;
  for (int i = 0; i < 2000; ++i) many += "[-1, 1, Conv, [8]], ";
  CHECK(contains(refused(layout(many)), "more than 1000 layers"));
}

TEST_CASE("weights: a small file does not make a large network, and its numbers are checked") {
  TemporaryFolder folder;
  DetectionModel model(ModelConfig::parse(layout("[-1, 1, Conv, [8, 3, 2]]"), "net.yaml"));
  const std::string path = folder / "a.safetensors";
  save_weights(path, model, {"a", "b"}, {});
  CHECK(load_model(path).names.size() == 2);
  const auto sound = io::load_safetensors(path);
  const auto changed = [&](const std::string& key, const std::string& value, const std::string& tensor = "") {
    auto facts = sound.metadata;
    facts[key] = value;
    std::vector<std::pair<std::string, Tensor>> tensors;
    for (const auto& [name, content] : sound.tensors)
      tensors.emplace_back(name, name == tensor ? full_like(content, std::stod(value)) : content);
    io::save_safetensors(folder / "b.safetensors", tensors, facts);
    const std::string message = error_of([&] { load_model(folder / "b.safetensors"); });
    CHECK(contains(message, "b.safetensors"));
    return message;
  };
  CHECK(contains(changed("model", layout("[-1, 1, Conv, [8, 3, 2]], [-1, 1000, C3, [512]]")),
                 "parameters, expected at most"));
  CHECK(contains(changed("model", layout("[-1, 1, Conv, [8, 3, 0]]")), "argument 3 (stride)"));
  CHECK(contains(changed("model", "[["), "b.safetensors:1: "));
  CHECK(contains(changed("names", "{a: b}"), "not a list of class names"));
  CHECK(contains(changed("names", "[a"), "b.safetensors: names:1: "));
  CHECK(contains(changed("names", "[a, b, c]"), "3 names for 2 classes"));
  for (const char* value : {"nan", "inf", "-1", "0"})
    CHECK(contains(changed("x", value, "model.1.anchors"), "its anchors are not all positive and finite"));
}

TEST_CASE("checkpoints: numbers of the metadata are numbers") {
  TemporaryFolder folder;
  DetectionModel model(ModelConfig::parse(layout("[-1, 1, Conv, [8, 3, 2]]"), "net.yaml"));
  const auto optimizer = make_optimizer(model, "SGD", 0.01, 0.9, 0);
  optim::AveragedModel averages(model->state_dict().values(), optim::ramped_ema_decay(0.9999, 2000));
  TrainState state;
  state.balance = {1.0};
  const std::string path = folder / "last.safetensors";
  save_checkpoint(path, model, averages, *optimizer, state, {"a", "b"});
  CHECK(load_checkpoint(path, model, averages, *optimizer).last_step == -1);
  const auto sound = io::load_safetensors(path);
  const auto changed = [&](const std::string& key, const std::string& value) {
    auto facts = sound.metadata;
    facts[key] = value;
    io::save_safetensors(folder / "b.safetensors", {sound.tensors.begin(), sound.tensors.end()}, facts);
    return error_of([&] { load_checkpoint(folder / "b.safetensors", model, averages, *optimizer); });
  };
  for (const char* key : {"epoch", "last_step", "ema_updates", "best_epoch", "best_fitness"})
    for (const char* value : {"", "x", "1x", "-7", "99999999999999999999", "nan"}) {
      CAPTURE(key);
      CAPTURE(value);
      CHECK(contains(changed(key, value),
                     "b.safetensors: '" + std::string(key) + "' in its metadata is '" + value + "'"));
    }
  for (const char* value : {"x", "nan", "1 inf"})
    CHECK(contains(changed("balance", value), "among its numbers"));
  CHECK(contains(changed("balance", ""), "'balance' in its metadata has 0 numbers for 1 levels"));
  CHECK(contains(changed("balance", "1 1"), "'balance' in its metadata has 2 numbers for 1 levels"));
}

TEST_CASE("detect: class names do not lead out of the run's folder") {
  TemporaryFolder folder;
  const std::string outside = folder / "outside";
  DetectionModel model(ModelConfig::parse(layout("[-1, 1, Conv, [8, 3, 2]]"), "net.yaml"));
  save_weights(folder / "a.safetensors", model, {"../../../escaped", outside}, {});
  save_image(folder / "a.png", Image(64, 64, 120));
  const Outcome outcome = run_program(
      std::string(TENGEN_DETECT_PROGRAM) + " detect --save-crop --conf-thres 0 --img 64 --weights '" +
      folder / "a.safetensors" + "' --source '" + folder / "a.png" + "' --project '" + folder / "a/b" + "'");
  CHECK(outcome.status == 0);
  CHECK(std::filesystem::is_directory(folder / "a/b/exp/crops"));
  CHECK(!std::filesystem::exists(outside));
  CHECK(!std::filesystem::exists(folder / "a/escaped"));
}
