// tengen-detect: trains, measures and runs YOLOv5-style detectors. Flags are YOLOv5's.
#include <cstdio>
#include <exception>
#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <tengen/apps/common/device.h>
#include <tengen/apps/common/output.h>
#include <tengen/apps/detector/commands/check.h>
#include <tengen/apps/detector/data/demo_data.h>
#include <tengen/apps/detector/eval/detect.h>
#include <tengen/apps/detector/eval/val.h>
#include <tengen/apps/detector/model/anchors.h>
#include <tengen/apps/detector/train/train.h>
#include <tengen/tensor/version.h>

using namespace tengen::detect;
using tengen::apps::DeviceError;
using tengen::apps::kDeviceHelp;

namespace {

void add_train(CLI::App& app, TrainCommand& c, std::function<int()>& chosen) {
  auto* sub = app.add_subcommand("train", "Learn a data set");
  auto* resume =
      sub->add_option("--resume", c.resume,
                      "Continue a run: its folder, its last.safetensors, or nothing for the newest")
          ->expected(0, 1)
          ->default_str("latest");
  sub->add_option("--data", c.data, "data.yaml");
  sub->add_option("--cfg", c.cfg, "yolov5{p,n,s,m,l,x}, yolov5{n,s,m,l,x}6 or a model yaml")
      ->capture_default_str();
  sub->add_option("--weights", c.weights,
                  "Start from these weights (.safetensors, or .pt of a state_dict); empty: from random ones");
  sub->add_option("--hyp", c.hyp_file,
                  "Hyper-parameter yaml; without: the defaults for training from scratch");
  sub->add_option("--epochs", c.epochs, "With --resume: extends the run")->capture_default_str();
  sub->add_option("--batch-size,--batch", c.batch_size, "Pictures per batch")->capture_default_str();
  sub->add_option("--img,--imgsz,--img-size", c.image_size, "Picture size in pixels")->capture_default_str();
  sub->add_option("--device", c.device, kDeviceHelp + std::string("; with --resume: may differ from before"))
      ->default_str("cpu");
  sub->add_option("--workers", c.workers, "Threads that load and augment")->capture_default_str();
  sub->add_option("--optimizer", c.optimizer, "SGD, Adam or AdamW")
      ->check(CLI::IsMember({"SGD", "Adam", "AdamW"}))
      ->capture_default_str();
  sub->add_option(
         "--nominal-batch", c.nominal_batch,
         "Pictures per optimizer step (gradients of several batches add up); small sets learn faster with 16")
      ->capture_default_str();
  sub->add_flag("--cos-lr", c.cos_lr, "Cosine instead of linear learning rate");
  sub->add_option("--label-smoothing", c.label_smoothing, "Epsilon")->capture_default_str();
  sub->add_option("--patience", c.patience, "Stop after so many epochs without a better result; 0: never")
      ->capture_default_str();
  sub->add_option("--save-period", c.save_period, "Keep a checkpoint every so many epochs");
  sub->add_option("--cache", c.cache, "Decoded pictures in memory: auto, ram or none")
      ->check(CLI::IsMember({"auto", "ram", "none"}))
      ->expected(0, 1)
      ->default_str("ram");
  sub->add_option("--seed", c.seed, "Same seed, same run")->capture_default_str();
  sub->add_option("--project", c.project, "Parent of the run's folder")->capture_default_str();
  sub->add_option("--name", c.name, "The run's folder")->capture_default_str();
  sub->add_flag("--exist-ok", c.exist_ok, "Write into an existing folder");
  sub->add_flag("--noautoanchor", c.no_autoanchor, "Keep the anchors as they are");
  sub->add_flag("--noval", c.no_val, "Do not measure");
  sub->add_flag("--noplots", c.no_plots, "Save no pictures");
  sub->add_flag("--autobalance", c.autobalance, "Let the objectness weights of the levels adapt");
  sub->add_flag("--quality-focal", c.quality_focal, "With fl_gamma above 0: the quality focal loss");
  sub->callback([&, resume] {
    if (resume->count() && c.resume.empty()) c.resume = "latest";
    if (c.resume.empty() && c.data.empty()) throw CLI::RequiredError("--data");
    chosen = [&] { return run_train(c).stopped ? 130 : 0; };  // as a shell reports Ctrl-C
  });
}

void add_val(CLI::App& app, ValCommand& c, std::function<int()>& chosen) {
  auto* sub = app.add_subcommand("val", "Measure a model: precision, recall, mAP by class");
  sub->add_option("--data", c.data, "data.yaml")->required();
  sub->add_option("--weights", c.weights, "A .safetensors of a run")->required();
  sub->add_option("--batch-size,--batch", c.batch_size)->capture_default_str();
  sub->add_option("--img,--imgsz,--img-size", c.image_size)->capture_default_str();
  sub->add_option("--conf-thres", c.settings.conf_thres)->capture_default_str();
  sub->add_option("--iou-thres", c.settings.iou_thres)->capture_default_str();
  sub->add_option("--max-det", c.settings.max_det)->capture_default_str();
  sub->add_option("--task", c.task, "Split: train, val or test")
      ->check(CLI::IsMember({"train", "val", "test"}))
      ->capture_default_str();
  sub->add_option("--device", c.device, kDeviceHelp)->default_str("cpu");
  sub->add_option("--workers", c.settings.workers)->capture_default_str();
  sub->add_flag("--augment", c.settings.augment, "Test-time augmentation");
  sub->add_flag("--verbose", c.verbose, "Accepted for compatibility: the table by class is always printed");
  sub->add_flag("--save-txt", c.save_txt, "Save detections as label files");
  sub->add_flag("--save-conf", c.settings.save_conf, "With the confidence as last number");
  sub->add_option("--project", c.project)->capture_default_str();
  sub->add_option("--name", c.name)->capture_default_str();
  sub->add_flag("--exist-ok", c.exist_ok);
  sub->callback([&] { chosen = [&] { return run_val(c), 0; }; });
}

void add_detect(CLI::App& app, DetectCommand& c, std::vector<int>& size, std::function<int()>& chosen) {
  auto* sub = app.add_subcommand("detect", "Find objects on pictures and draw them");
  c.nms.max_det = 1000;
  sub->add_option("--weights", c.weights, "A .safetensors of a run")->required();
  sub->add_option("--source", c.source, "A picture, a folder, a glob or a .txt list")->required();
  sub->add_option("--img,--imgsz,--img-size", size, "Size, or height and width")
      ->expected(1, 2)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->default_str("640");
  sub->add_option("--conf-thres", c.nms.conf_thres)->capture_default_str();
  sub->add_option("--iou-thres", c.nms.iou_thres)->capture_default_str();
  sub->add_option("--max-det", c.nms.max_det)->capture_default_str();
  sub->add_option("--classes", c.nms.classes, "Keep only these class numbers")
      ->expected(1, -1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  sub->add_flag("--agnostic-nms", c.nms.agnostic, "Boxes of different classes suppress each other");
  sub->add_flag("--augment", c.augment, "Test-time augmentation");
  sub->add_option("--device", c.device, kDeviceHelp)->default_str("cpu");
  sub->add_flag("--save-txt", c.save_txt, "Save detections as label files");
  sub->add_flag("--save-conf", c.save_conf, "With the confidence as last number");
  sub->add_flag("--save-crop", c.save_crop, "Save what is in the boxes");
  sub->add_flag("--nosave", c.no_save, "Draw no pictures");
  sub->add_flag("--hide-labels", c.hide_labels);
  sub->add_flag("--hide-conf", c.hide_conf);
  sub->add_option("--line-thickness", c.line_thickness)->capture_default_str();
  sub->add_option("--project", c.project)->capture_default_str();
  sub->add_option("--name", c.name)->capture_default_str();
  sub->add_flag("--exist-ok", c.exist_ok);
  sub->callback([&] {
    if (!size.empty()) c.size = {size.front(), size.back()};
    chosen = [&] { return run_detect(c), 0; };
  });
}

struct DemoData {
  std::string folder = "demo-data";
  int train = 120, val = 32, size = 160;
  uint64_t seed = 0;
};

int run(int argc, char** argv) {
  CLI::App app{"Trains, measures and runs YOLOv5-style object detectors"};
  app.require_subcommand(1);
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);  // a flag given again wins
  app.set_version_flag("--version", "tengen-detect " TENGEN_VERSION);
  std::function<int()> chosen;  // returns the exit code
  TrainCommand train;
  ValCommand val;
  DetectCommand detect;
  std::vector<int> detect_size;
  CheckCommand check;
  DemoData demo;
  add_train(app, train, chosen);
  add_val(app, val, chosen);
  add_detect(app, detect, detect_size, chosen);

  auto* check_app = app.add_subcommand("check", "List every problem of a data set's pictures and labels");
  check_app->add_option("--data", check.data, "data.yaml")->required();
  check_app->add_option("--img,--imgsz,--img-size", check.image_size, "Size at which anchors are judged")
      ->capture_default_str();
  check_app->callback([&] { chosen = [&] { return run_check(check) ? 0 : 1; }; });

  auto* demo_app = app.add_subcommand("demo-data", "Draw a data set of coloured shapes");
  demo_app->add_option("folder", demo.folder)->capture_default_str();
  demo_app->add_option("--train", demo.train, "Training pictures")->capture_default_str();
  demo_app->add_option("--val", demo.val, "Validation pictures")->capture_default_str();
  demo_app->add_option("--img,--imgsz", demo.size, "Their size")->capture_default_str();
  demo_app->add_option("--seed", demo.seed)->capture_default_str();
  demo_app->callback([&] {
    chosen = [&] {
      const std::string yaml = make_demo_dataset(demo.folder, demo.train, demo.val, demo.seed, demo.size);
      std::printf("%s\n", yaml.c_str());
      return 0;
    };
  });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) return app.exit(e);
    std::fprintf(stderr, "tengen-detect: error: %s\n", e.what());
    return 2;
  }
  const auto failed = [](const std::exception& e, int status) {
    std::fflush(stdout);
    std::fprintf(stderr, "tengen-detect: error: %s\n", e.what());
    return status;
  };
  try {
    return chosen();
  } catch (const DeviceError& e) {
    return failed(e, 2);
  } catch (const std::exception& e) {
    return failed(e, 1);
  }
}

}  // namespace

int main(int argc, char** argv) {
  tengen::apps::hold_standard_streams();
  return tengen::apps::finish_output("tengen-detect: error", run(argc, argv));
}
