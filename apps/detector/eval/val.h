// Measures a detector on a labeled split.
#pragma once

#include <array>
#include <string>
#include <vector>

#include <tengen/apps/detector/data/dataset.h>
#include <tengen/apps/detector/eval/metrics.h>
#include <tengen/apps/detector/model/loss.h>
#include <tengen/apps/detector/model/model.h>

namespace tengen::detect {

struct ValSettings {
  float conf_thres = 0.001f;
  float iou_thres = 0.6f;
  int max_det = 300;
  bool augment = false;  // test-time augmentation
  int workers = 8;
  bool progress = true;
  std::string images_folder;  // not empty: val_batch{0,1,2}_{labels,pred}.jpg go there
  std::string
      labels_folder;  // not empty: one .txt an image with class, normalized box and, if asked, confidence
  bool save_conf = false;
  std::string json_file;    // not empty: all detections go there in COCO's form
  bool single_cls = false;  // all detections count as class 0
};

struct ValResult {
  Metrics metrics;
  ConfusionMatrix confusion;
  std::array<double, 3> loss{};                            // box, objectness, class; zero without a loss
  double preprocess_ms = 0, inference_ms = 0, nms_ms = 0;  // by image
};

/// Folds the model's batch norms while it runs, in eval mode, and restores both afterwards. Works on the
/// model's device. `loss` may be null.
ValResult validate(DetectionModel& model, const ValSet& set, const std::vector<std::string>& names,
                   const ValSettings& settings, ComputeLoss* loss = nullptr);

/// The table's head and its line for all classes; with `verbose` one line a class follows.
std::string format_table(const ValResult& result, const std::vector<std::string>& names, bool verbose);

/// `tengen-detect val`, with YOLOv5's flags.
struct ValCommand {
  std::string data, weights, task = "val", device, project = "runs/val", name = "exp";
  int batch_size = 32, image_size = 640;
  bool exist_ok = false, verbose = false, save_txt = false, save_json = false;
  ValSettings settings;
};
void run_val(const ValCommand& command);

}  // namespace tengen::detect
