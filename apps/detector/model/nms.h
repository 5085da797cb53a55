// Non-maximum suppression.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <tengen/apps/detector/data/boxes.h>

namespace tengen::detect {

struct NmsOptions {
  float conf_thres = 0.25f;
  float iou_thres = 0.45f;
  bool agnostic = false;       // boxes of different classes suppress each other too
  bool multi_label = false;    // a row may give one box per class (no effect with one class)
  int max_det = 300;           // boxes kept in an image
  int max_candidates = 30000;  // boxes that enter, best scores first
  std::vector<int> classes;    // keep only these; empty: all
};

/// `pred` is (rows, 5 + nc) of one image: center x, y, width, height in pixels, objectness, class
/// probabilities. Returns the kept boxes by falling score. `labels` (class, center, size in pixels) are known
/// objects: they enter with score 1. No time limit: every image gets its answer.
std::vector<Detection> non_max_suppression(std::span<const float> pred, int nc, const NmsOptions& options,
                                           std::span<const Label> labels = {});

}  // namespace tengen::detect
