// Whole runs on a small drawn dataset: learning, exact continuation, honest failure.
#include <unistd.h>

#include <filesystem>

#include <doctest/doctest.h>

#include <tengen/apps/detector/data/common.h>
#include <tengen/apps/detector/data/demo_data.h>
#include <tengen/apps/detector/eval/detect.h>
#include <tengen/apps/detector/model/weights.h>
#include <tengen/apps/detector/train/train.h>

using namespace tengen;
using namespace tengen::detect;
namespace fs = std::filesystem;

namespace {

// A folder that goes away with its contents.
struct Scratch {
  fs::path path = fs::temp_directory_path() / ("tengen_train_test_" + std::to_string(getpid()));
  Scratch() { fs::create_directories(path); }
  ~Scratch() { fs::remove_all(path); }
};

TrainCommand small_run(const Scratch& scratch) {
  TrainCommand command;
  command.data = make_demo_dataset((scratch.path / "data").string(), 12, 4, /*seed=*/1, /*image_size=*/64);
  command.cfg = "yolov5p";
  command.project = (scratch.path / "runs").string();
  command.image_size = 64;
  command.batch_size = 4;
  command.epochs = 3;
  command.workers = 1;
  command.nominal_batch = 8;
  command.no_plots = true;
  return command;
}

std::string error_of(const TrainCommand& command) {
  try {
    run_train(command);
  } catch (const std::exception& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("train: a run continued from any epoch ends in the same bytes") {
  const Scratch scratch;
  TrainCommand command = small_run(scratch);
  for (const char* optimizer : {"SGD", "AdamW"}) {
    CAPTURE(optimizer);
    command.optimizer = optimizer;
    command.save_period = 1;
    const fs::path whole = run_train(command).folder;
    CHECK(fs::exists(whole / "weights" / "best.safetensors"));
    const std::string csv = read_text((whole / "results.csv").string());
    const std::string last = read_text((whole / "weights" / "last.safetensors").string());

    // As if the process had been killed in the third epoch.
    fs::copy_file(whole / "weights" / "epoch2.safetensors", whole / "weights" / "last.safetensors",
                  fs::copy_options::overwrite_existing);
    TrainCommand again;
    again.resume = whole.string();
    const double map = run_train(again).best.map;
    CHECK(read_text((whole / "results.csv").string()) == csv);
    CHECK(read_text((whole / "weights" / "last.safetensors").string()) == last);
    // As if it had been killed in its report.
    CHECK(run_train(again).best.map == map);
    CHECK(read_text((whole / "results.csv").string()) == csv);
  }
}

TEST_CASE("train: a run that stopped early is finished") {
  const Scratch scratch;
  TrainCommand command = small_run(scratch);
  command.epochs = 20;
  command.patience = 1;
  const fs::path run = run_train(command).folder;
  const std::string csv = read_text((run / "results.csv").string());
  REQUIRE(std::count(csv.begin(), csv.end(), '\n') < 21);
  TrainCommand again;
  again.resume = run.string();
  run_train(again);
  CHECK(read_text((run / "results.csv").string()) == csv);
}

TEST_CASE("train: workers do not change the numbers") {
  const Scratch scratch;
  TrainCommand command = small_run(scratch);
  command.epochs = 1;
  std::vector<std::string> csv;
  for (int workers : {0, 2}) {
    command.workers = workers;
    csv.push_back(read_text((fs::path(run_train(command).folder) / "results.csv").string()));
  }
  CHECK(csv[0] == csv[1]);
}

TEST_CASE("train: a diverging run stops and says what went wrong") {
  const Scratch scratch;
  TrainCommand command = small_run(scratch);
  command.hyp_file = (scratch.path / "hyp.yaml").string();
  command.epochs = 30;
  write_text(command.hyp_file, "lr0: 1.0e30\nwarmup_bias_lr: 1.0e30\n");
  const std::string message = error_of(command);
  CAPTURE(message);
  CHECK(message.find("in epoch") != std::string::npos);
  CHECK(message.find("not finite") != std::string::npos);
}

TEST_CASE("train: mistakes of the user are named") {
  const Scratch scratch;
  TrainCommand command = small_run(scratch);
  const auto with = [&](auto change) {
    TrainCommand copy = command;
    change(copy);
    return error_of(copy);
  };
  CHECK(with([](auto& c) { c.cfg = "yolov9"; }).find("yolov9") != std::string::npos);
  CHECK(with([](auto& c) { c.data = "missing.yaml"; }).find("missing.yaml") != std::string::npos);
  CHECK(with([](auto& c) { c.device = "cuda:1"; }).find("CUDA") != std::string::npos);
  CHECK(with([](auto& c) { c.batch_size = 0; }).find("--batch-size") != std::string::npos);
  CHECK(with([](auto& c) { c.optimizer = "LION"; }).find("LION") != std::string::npos);
  CHECK(with([](auto& c) { c.weights = "w.pt"; }).find("w.pt") != std::string::npos);
  CHECK(with([](auto& c) { c.resume = "latest"; }).find("--resume") != std::string::npos);
}

TEST_CASE("detect: weights of a run find boxes inside the image") {
  const Scratch scratch;
  TrainCommand command = small_run(scratch);
  command.epochs = 1;
  const std::string file = run_train(command).folder + "/weights/best.safetensors";
  LoadedModel loaded = load_model(file);
  CHECK(loaded.names.size() == size_t(loaded.model->config.nc));
  loaded.model->fuse();
  NmsOptions options;
  options.conf_thres = 1e-4f;
  const Image image(48, 80, 100);
  for (const Detection& d : find_objects(loaded.model, image, {64, 64}, options)) {
    CHECK(d.box.x1 >= 0);
    CHECK(d.box.y1 >= 0);
    CHECK(d.box.x2 <= 80);
    CHECK(d.box.y2 <= 48);
  }
}

TEST_CASE("train: the command line survives opt.yaml") {
  const Scratch scratch;
  TrainCommand command = small_run(scratch);
  command.cos_lr = true;
  command.label_smoothing = 0.1;
  command.name = "a: 'b'";
  const std::string file = (scratch.path / "opt.yaml").string();
  write_text(file, command.yaml());
  CHECK(TrainCommand::from_yaml(file).yaml() == command.yaml());
}
