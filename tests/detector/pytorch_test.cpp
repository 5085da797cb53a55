// Checkpoints as YOLOv5 writes them (fixtures/make_checkpoints.py, which also printed the values).
#include <doctest/doctest.h>

#include <tengen/apps/detector/model/weights.h>
#include <tengen/io/pytorch.h>
#include <tengen/tests/temporary.h>
#include <tengen/torch.h>

using namespace tengen;
using namespace tengen::detect;

namespace {

std::string fixture(const std::string& name) {
  return std::string(TENGEN_SOURCE_DIR) + "/tests/detector/fixtures/" + name;
}

/// (1,48,7): what the network finds in the striped image.
Tensor found_by(DetectionModel& model) {
  NoGradGuard no_grad;
  const Tensor image = (arange(3 * 32 * 32).view({1, 3, 32, 32}) % 7).to(kFloat) / 7;
  return model->forward(image).decoded;
}

}  // namespace

TEST_CASE("checkpoint of YOLOv5: averaged weights first, layout and class names from the file") {
  LoadedModel loaded = load_model(fixture("averaged.pt"));
  CHECK(loaded.names == std::vector<std::string>{"cat", "dog"});
  CHECK(loaded.model->config.name == "averaged");
  const Tensor found = found_by(loaded.model);
  REQUIRE(found.sizes() == IntArrayRef{1, 48, 7});
  CHECK(found.to(kDouble).sum().item<double>() == doctest::Approx(3316.875824511051).epsilon(1e-6));
  const double row[] = {12.96338939666748,  13.00264835357666,  8.026859283447266, 9.945426940917969,
                        0.5812032222747803, 0.4298574924468994, 0.469368577003479};
  for (int64_t i = 0; i < 7; ++i)
    CHECK(found[0][5][i].item<double>() == doctest::Approx(row[i]).epsilon(1e-5));
}

TEST_CASE("checkpoint of YOLOv5: without averages, names as a list") {
  LoadedModel loaded = load_model(fixture("plain.pt"));
  CHECK(loaded.names == std::vector<std::string>{"a: b", "c\"d"});
  CHECK(found_by(loaded.model).to(kDouble).sum().item<double>() ==
        doctest::Approx(3967.4801729917526).epsilon(1e-6));
}

TEST_CASE("checkpoint of YOLOv5: training begins with its network and weights") {
  const auto config = config_of_weights(fixture("averaged.pt"));
  REQUIRE(config);
  CHECK(config->nc == 2);
  CHECK(config->layers.size() == 4);
  DetectionModel model(*config);
  CHECK(transfer_weights(fixture("averaged.pt"), model) ==
        int64_t(model->state_dict().size()) - 1);  // all but anchors
}

TEST_CASE("weights of another kind are refused in words") {
  TemporaryFolder folder;
  io::save_pt(folder / "dict.pt", {{"model.0.conv.weight", ones({1})}});
  CHECK(contains(error_of([&] { load_model(folder / "dict.pt"); }), "holds a whole model"));
  CHECK_FALSE(config_of_weights(folder / "dict.pt"));
  io::save_pt(folder / "tensor.pt", {{"0", ones({1})}}, io::PtForm::kTensor);
  CHECK(contains(error_of([&] { load_model(folder / "tensor.pt"); }), "holds a whole model"));
  CHECK(
      contains(error_of([&] { load_model(folder.write("a.pt", "text")); }), "expected a .safetensors file"));
  CHECK(contains(error_of([&] { load_model(folder.write("b.pt", "PK")); }), "not a zip archive"));
}
