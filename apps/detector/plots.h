// Pictures of a run: curves over epochs, precision and recall, confusion matrix, batches with their boxes.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <tengen/apps/detector/boxes.h>
#include <tengen/apps/detector/draw.h>
#include <tengen/apps/detector/image.h>
#include <tengen/apps/detector/metrics.h>

namespace tengen::detect {

/// One line of a chart; x and y of equal length. NaN breaks the line.
struct Series {
  std::string name;  // empty: not in the legend
  std::vector<double> x, y;
  Colour colour{30, 100, 200};
  double thickness = 2;
  bool markers = false;
};

struct Chart {
  std::string title, x_label, y_label;
  std::vector<Series> series;
  bool unit_axes = false;  // both axes [0,1]; else fitted to the data
};

/// One chart as a picture.
Image plot_chart(const Chart& chart, Size size = {480, 640});
/// Charts row by row, `columns` a row, each of `size`.
Image plot_grid(const std::vector<Chart>& charts, int columns, Size size = {280, 360});

/// results.csv (header line, then numbers) -> the grid of losses and metrics by epoch.
void plot_results(const std::string& csv_path, const std::string& png_path);

/// PR_curve.png, F1_curve.png, P_curve.png, R_curve.png in `folder`.
void plot_curves(const Metrics& metrics, const std::vector<std::string>& names, const std::string& folder);

/// Each true class's column normalised to 1.
void plot_confusion(const ConfusionMatrix& matrix, const std::vector<std::string>& names,
                    const std::string& png_path);

/// What a data set holds: labels by class, where their centres lie, how wide and high they are.
void plot_labels(std::span<const Label> labels, const std::vector<std::string>& names,
                 const std::string& png_path);

/// Up to 16 pictures of a batch in a grid, with boxes (pixels of each picture) and names.
Image plot_batch(std::span<const Image> images, std::span<const std::vector<Detection>> boxes,
                 const std::vector<std::string>& names, bool show_conf);

}  // namespace tengen::detect
