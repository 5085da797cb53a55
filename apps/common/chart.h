// Line charts as images.
#pragma once

#include <string>
#include <vector>

#include <tengen/apps/common/draw.h>

namespace tengen::apps {

/// One line of a chart; x and y of equal length. NaN breaks the line.
struct Series {
  std::string name;  // empty: not in the legend
  std::vector<double> x, y;
  Color color{30, 100, 200};
  double thickness = 2;
  bool markers = false;
};

struct Chart {
  std::string title, x_label, y_label;
  std::vector<Series> series;
  bool unit_axes = false;  // both axes [0,1]; else fitted to the data
};

/// One chart as an image.
Image plot_chart(const Chart& chart, Size size = {480, 640});
/// Charts row by row, `columns` a row, each of `size`.
Image plot_grid(const std::vector<Chart>& charts, int columns, Size size = {280, 360});

}  // namespace tengen::apps
