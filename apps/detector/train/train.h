// Trains a detector: YOLOv5's recipe, folders and names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <tengen/apps/detector/data/hyp.h>
#include <tengen/apps/detector/eval/metrics.h>

namespace tengen::detect {

/// The command line of `tengen-detect train`; opt.yaml holds the same keys.
struct TrainCommand {
  std::string data, cfg, weights, hyp_file, device, optimizer = "SGD", cache = "auto";
  std::string project = "runs/train", name = "exp";
  bool single_cls = false;
  std::vector<int> freeze;
  bool epochs_given = false;  // --epochs stands on the command line
  std::string
      resume;  // "": new run; "latest": newest last.safetensors under project; else a file or run folder
  int epochs = 100, batch_size = 16, image_size = 640, workers = 8, patience = 100, nominal_batch = 64;
  int save_period = -1;  // > 0: also keep epochN.safetensors every so many epochs
  uint64_t seed = 0;
  bool cos_lr = false, exist_ok = false, no_autoanchor = false, no_val = false, no_plots = false,
       autobalance = false, quality_focal = false;
  double label_smoothing = 0;

  std::string yaml() const;
  static TrainCommand from_yaml(const std::string& file);
};

struct TrainResult {
  std::string folder;
  Metrics best;          // of best.safetensors on the validation split
  bool stopped = false;  // by the user
};

/// Runs to the end, to early stopping, or to the user's interrupt; a run folder is left behind in every case.
TrainResult run_train(TrainCommand command);

}  // namespace tengen::detect
