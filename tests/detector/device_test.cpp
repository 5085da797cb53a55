// --device: its names, and that a detector trains, measures and finds the same on the CUDA device.
#include <cmath>
#include <filesystem>
#include <sstream>

#include <doctest/doctest.h>

#include <tengen/apps/common/device.h>
#include <tengen/apps/detector/data/common.h>
#include <tengen/apps/detector/data/demo_data.h>
#include <tengen/apps/detector/eval/detect.h>
#include <tengen/apps/detector/eval/val.h>
#include <tengen/apps/detector/model/weights.h>
#include <tengen/apps/detector/train/optimizer.h>
#include <tengen/apps/detector/train/train.h>
#include <tengen/tensor/cuda.h>

#include "../temporary.h"

using namespace tengen;
using namespace tengen::detect;
namespace fs = std::filesystem;

namespace {

bool no_device() {
  if (cuda::is_available()) return false;
  MESSAGE("no CUDA device: not checked");
  return true;
}

// Every kind of layer, two levels: as small as a detector can be, for the emulator's sake.
constexpr const char* kTiny =
    "nc: 3\n"
    "anchors: [[6,6, 10,14, 14,10], [12,12, 20,14, 24,24]]\n"
    "backbone:\n"
    "  - [-1, 1, Conv, [8, 3, 2]]\n"
    "  - [-1, 1, Conv, [8, 3, 2]]\n"
    "  - [-1, 1, C3, [8]]\n"
    "  - [-1, 1, Conv, [16, 3, 2]]\n"
    "  - [-1, 1, SPPF, [16, 5]]\n"
    "  - [-1, 1, Conv, [16, 3, 2]]\n"
    "head:\n"
    "  - [-1, 1, nn.Upsample, [None, 2, nearest]]\n"
    "  - [[-1, 4], 1, Concat, [1]]\n"
    "  - [[7, 5], 1, Detect, [nc, anchors]]\n";

TrainCommand tiny_run(const TemporaryFolder& folder, const std::string& name, const std::string& device) {
  TrainCommand command;
  command.data = folder / "data/data.yaml";
  if (!fs::exists(command.data)) command.data = make_demo_dataset(folder / "data", 6, 2, 1, 32);
  command.cfg = folder.write("tiny.yaml", kTiny);
  command.project = folder / "runs";
  command.name = name;
  command.device = device;
  command.image_size = 32;
  command.batch_size = 3;
  command.nominal_batch = 6;
  command.epochs = 2;
  command.workers = 0;
  command.save_period = 1;
  command.no_plots = command.no_autoanchor = true;
  return command;
}

// The losses of an epoch, of training and of validation, from results.csv.
std::vector<double> losses(const fs::path& run, int epoch) {
  std::istringstream text(read_text((run / "results.csv").string()));
  std::string line, number;
  for (int i = 0; i <= epoch; ++i) std::getline(text, line);
  std::istringstream row(line);
  std::vector<double> numbers;
  while (std::getline(row, number, ',')) numbers.push_back(std::stod(number));
  REQUIRE(numbers.size() == 14);
  return {numbers[1], numbers[2], numbers[3], numbers[8], numbers[9], numbers[10]};
}

void check_close(const std::vector<double>& found, const std::vector<double>& expected) {
  REQUIRE(found.size() == expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    CHECK(std::abs(found[i] - expected[i]) <= 1e-3 * std::abs(expected[i]) + 1e-6);
  }
}

}  // namespace

TEST_CASE("device: names, and what is said of others") {
  using apps::parse_device;
  CHECK(parse_device("") == Device(kCPU));
  CHECK(parse_device("cpu") == Device(kCPU));
  const auto said = [](const std::string& name) {
    try {
      parse_device(name);
    } catch (const apps::UsageError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(said("nonsense") == "--device nonsense: device: found 'nonsense', expected cpu, cuda or cuda:N");
  CHECK(contains(said("cpu:1"), "expected cpu, cuda or cuda:0"));
  CHECK(contains(said("0,1"), "found '0,1', expected"));
  CHECK(contains(said("cuda:1"), cuda::is_available() ? "CUDA_VISIBLE_DEVICES" : "CUDA"));
  if (cuda::is_available()) {
    for (const char* name : {"cuda", "cuda:0", "0"}) CHECK(parse_device(name) == Device(kCUDA, 0));
  } else {
    CHECK(contains(said("cuda"), "CUDA"));
  }
  // Before anything else is looked at.
  TrainCommand train;
  train.device = "nonsense";
  CHECK_THROWS_AS(run_train(train), UsageError);
  ValCommand val;
  val.device = "nonsense";
  CHECK_THROWS_AS(run_val(val), UsageError);
  DetectCommand detect;
  detect.device = "nonsense";
  CHECK_THROWS_AS(run_detect(detect), UsageError);
}

TEST_CASE("training steps on the CUDA device") {
  if (no_device()) return;
  for (const bool focal : {false, true}) {  // the second time all that costs more: focal loss, autobalance
    CAPTURE(focal);
    std::vector<std::vector<double>> curves;
    for (const Device device : {Device(kCPU), Device(kCUDA)}) {
      manual_seed(1);
      DetectionModel model(ModelConfig::parse(kTiny, "tiny"));
      const Tensor images = rand({2, 3, 32, 32}).to(device);
      const Tensor targets = tensor({0.f, 1.f, .3f, .4f, .3f, .3f,    //
                                     0.f, 2.f, .31f, .41f, .4f, .3f,  // in the same cell
                                     1.f, 0.f, .7f, .6f, .5f, .6f})
                                 .view({3, 6});
      model->train();
      model->to(device);
      CHECK(model->device().type() == device.type());
      const auto optimizer = make_optimizer(model, focal ? "AdamW" : "SGD", 0.01, 0.9, 1e-4);
      LossOptions options;
      options.fl_gamma = focal ? 1.5 : 0;
      options.autobalance = focal;
      ComputeLoss loss(options, model->detect->anchors, model->detect->strides, 3);
      auto& curve = curves.emplace_back();
      for (int step = 0; step < 3; ++step) {
        const LossResult result =
            loss(model->forward(images).raw, loss.match(targets, images.sizes(), device));
        CHECK(result.loss.device().type() == device.type());
        result.loss.backward();
        optimizer->step();
        optimizer->zero_grad();
        const Tensor items = result.items.cpu();
        curve.insert(curve.end(), items.data_ptr<float>(), items.data_ptr<float>() + 3);
      }
      curve.insert(curve.end(), loss.balance.begin(), loss.balance.end());
    }
    check_close(curves[1], curves[0]);
  }
}

TEST_CASE("a run continues on the CUDA device, and back on the CPU") {
  if (no_device()) return;
  const TemporaryFolder folder;
  const fs::path on_cpu = run_train(tiny_run(folder, "cpu", "")).folder;
  const std::vector<double> first = losses(on_cpu, 1), second = losses(on_cpu, 2);
  const auto continue_on = [&](const fs::path& run, const char* device) {
    fs::copy_file(run / "weights" / "epoch1.safetensors", run / "weights" / "last.safetensors",
                  fs::copy_options::overwrite_existing);
    TrainCommand again;
    again.resume = run.string();
    again.device = device;
    run_train(again);
    CHECK(TrainCommand::from_yaml((run / "opt.yaml").string()).device == device);
    check_close(losses(run, 1), first);
    check_close(losses(run, 2), second);
  };
  continue_on(on_cpu, "cuda");
  const fs::path on_device = run_train(tiny_run(folder, "cuda", "cuda")).folder;
  check_close(losses(on_device, 1), first);
  check_close(losses(on_device, 2), second);
  continue_on(on_device, "cpu");
}

TEST_CASE("val and detect on the CUDA device") {
  if (no_device()) return;
  const TemporaryFolder folder;
  TrainCommand command = tiny_run(folder, "run", "");
  command.epochs = 1;
  const std::string file = run_train(command).folder + "/weights/best.safetensors";
  const DataConfig data = load_data_config(command.data);
  const ValSet set(scan_dataset(data.val, data.nc(), false, "val"), 32, 2, true, 16, 0.5, Cache::none);
  const Image image = load_image(set.entry(0).image);

  std::vector<std::vector<Detection>> boxes;
  std::vector<std::vector<double>> measured;
  for (const Device device : {Device(kCPU), Device(kCUDA)}) {
    LoadedModel loaded = load_model(file);
    {
      NoGradGuard guard;  // after one epoch all scores are nearly the same, and low: spread them
      for (const auto& head : *loaded.model->detect->m) {
        head->parameters()[0].mul_(30);
        head->parameters()[1].zero_();
      }
    }
    loaded.model->to(device);
    ComputeLoss loss({}, loaded.model->detect->anchors, loaded.model->detect->strides, data.nc());
    ValSettings settings;
    settings.workers = 0;
    settings.progress = false;
    const ValResult result = validate(loaded.model, set, data.names, settings, &loss);
    measured.push_back({result.loss[0], result.loss[1], result.loss[2], result.metrics.map50,
                        result.metrics.map, result.metrics.precision, result.metrics.recall});
    loaded.model->fuse();
    NmsOptions options;
    options.conf_thres = 0.3f;
    for (const bool augment : {false, true})
      boxes.push_back(find_objects(loaded.model, image, {32, 32}, options, augment));
  }
  check_close(measured[1], measured[0]);
  for (size_t i : {size_t(0), size_t(1)}) {
    CAPTURE(i);
    const auto &expected = boxes[i], &found = boxes[i + 2];
    REQUIRE(!expected.empty());
    REQUIRE(found.size() == expected.size());
    for (size_t k = 0; k < found.size(); ++k) {
      CAPTURE(k);
      CHECK(found[k].cls == expected[k].cls);
      CHECK(std::abs(found[k].score - expected[k].score) <= 1e-3f);
      CHECK(iou(found[k].box, expected[k].box) >= 0.99f);
    }
  }
}
