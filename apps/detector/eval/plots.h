// Images of a run: curves over epochs, precision and recall, confusion matrix, batches with their boxes.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <tengen/apps/detector/data/boxes.h>
#include <tengen/apps/detector/eval/draw.h>
#include <tengen/apps/detector/eval/metrics.h>

namespace tengen::detect {

/// results.csv (header line, then numbers) -> the grid of losses and metrics by epoch.
void plot_results(const std::string& csv_path, const std::string& png_path);

/// PR_curve.png, F1_curve.png, P_curve.png, R_curve.png in `folder`.
void plot_curves(const Metrics& metrics, const std::vector<std::string>& names, const std::string& folder);

/// Each true class's column normalized to 1.
void plot_confusion(const ConfusionMatrix& matrix, const std::vector<std::string>& names,
                    const std::string& png_path);

/// What a dataset holds: labels by class, where their centers lie, how wide and high they are.
void plot_labels(std::span<const Label> labels, const std::vector<std::string>& names,
                 const std::string& png_path);

/// Up to 16 images of a batch in a grid, with boxes (pixels of each image) and names.
Image plot_batch(std::span<const Image> images, std::span<const std::vector<Detection>> boxes,
                 const std::vector<std::string>& names, bool show_conf);

}  // namespace tengen::detect
