#include <tengen/apps/detector/eval/plots.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>

#include <tengen/tensor/error.h>

namespace tengen::detect {
namespace {

constexpr Color kBlue{30, 100, 200}, kGray{196, 202, 212};

std::string trimmed(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t\r"), last = text.find_last_not_of(" \t\r");
  return first == text.npos ? "" : text.substr(first, last - first + 1);
}

/// The columns of a csv by their names.
std::map<std::string, std::vector<double>> read_csv(const std::string& path) {
  std::istringstream file(read_text(path, "plot"));
  std::string line;
  TENGEN_CHECK(std::getline(file, line), "plot: ", path, " is empty");
  auto cells = [](const std::string& row) {
    std::vector<std::string> words;
    std::istringstream stream(row);
    for (std::string word; std::getline(stream, word, ',');) words.push_back(trimmed(word));
    return words;
  };
  const std::vector<std::string> header = cells(line);
  std::map<std::string, std::vector<double>> columns;
  for (const std::string& name : header) columns[name];
  while (std::getline(file, line)) {
    const std::vector<std::string> row = cells(line);
    if (row.size() != header.size()) continue;  // a line that a killed run left unfinished
    for (size_t i = 0; i < row.size(); ++i)
      columns[header[i]].push_back(plain_text::number<double>(row[i]).value_or(NAN));
  }
  return columns;
}

std::string name_of(const std::vector<std::string>& names, int cls) {
  return size_t(cls) < names.size() ? names[size_t(cls)] : "class " + std::to_string(cls);
}

std::string with_number(const std::string& text, double value) {
  return text + plain_text::format(" %.3f", value);
}

}  // namespace

void plot_results(const std::string& csv_path, const std::string& png_path) {
  const auto columns = read_csv(csv_path);
  const auto epochs = columns.find("epoch");
  TENGEN_CHECK(epochs != columns.end(), "plot: ", csv_path, " has no column 'epoch'");
  std::vector<Chart> charts;
  for (const char* name :
       {"train/box_loss", "train/obj_loss", "train/cls_loss", "metrics/precision", "metrics/recall",
        "val/box_loss", "val/obj_loss", "val/cls_loss", "metrics/mAP_0.5", "metrics/mAP_0.5:0.95"}) {
    const auto column = columns.find(name);
    if (column == columns.end()) continue;
    const bool few = column->second.size() < 20;  // else a running mean over a tenth shows the trend
    Chart& chart = charts.emplace_back();
    chart.title = name;
    chart.x_label = "epoch";
    if (few) {
      chart.series.push_back({"", epochs->second, column->second, kBlue, 2, true});
    } else {
      chart.series.push_back({"measured", epochs->second, column->second, kGray, 1.5, false});
      chart.series.push_back({"smoothed", epochs->second, smooth(column->second, 0.05), kBlue, 2.2, false});
    }
  }
  TENGEN_CHECK(!charts.empty(), "plot: ", csv_path, " has none of the columns that are drawn");
  save_image(png_path, plot_grid(charts, 5));
}

void plot_curves(const Metrics& metrics, const std::vector<std::string>& names, const std::string& folder) {
  constexpr int kPoints = MetricCurves::kPoints;
  std::vector<double> x(kPoints);
  for (int i = 0; i < kPoints; ++i) x[size_t(i)] = double(i) / (kPoints - 1);
  constexpr size_t kMostNamed = 20;  // beyond that the classes are a gray cloud behind the mean

  auto plot = [&](const std::vector<std::vector<double>>& rows, const std::string& file,
                  const std::string& title, const std::string& x_label, const std::string& y_label,
                  bool show_best) {
    Chart chart{title, x_label, y_label, {}, true};
    std::vector<double> mean(kPoints, 0.);
    for (size_t i = 0; i < rows.size(); ++i) {
      const ClassMetrics& c = metrics.classes[i];
      const bool named = rows.size() <= kMostNamed;
      std::string name = named ? name_of(names, c.cls) : "";
      if (named && !show_best) name = with_number(name, c.map50());
      chart.series.push_back({name, x, rows[i], named ? class_color(c.cls) : kGray, 1.5, false});
      for (int p = 0; p < kPoints; ++p) mean[size_t(p)] += rows[i][size_t(p)] / double(rows.size());
    }
    std::string label = with_number("all classes", metrics.map50) + " mAP@0.5";
    if (show_best) {
      const std::vector<double> smoothed = smooth(mean, 0.05);
      const auto best = std::max_element(smoothed.begin(), smoothed.end()) - smoothed.begin();
      label = with_number(with_number("all classes", smoothed[size_t(best)]) + " at", x[size_t(best)]);
    }
    chart.series.push_back({label, x, mean, kBlue, 3.5, false});
    save_image(folder + "/" + file, plot_chart(chart, {520, 760}));
  };
  if (metrics.classes.empty()) return;
  plot(metrics.curves.pr, "PR_curve.png", "Precision and recall", "Recall", "Precision", false);
  plot(metrics.curves.f1, "F1_curve.png", "F1 by confidence", "Confidence", "F1", true);
  plot(metrics.curves.precision, "P_curve.png", "Precision by confidence", "Confidence", "Precision", true);
  plot(metrics.curves.recall, "R_curve.png", "Recall by confidence", "Confidence", "Recall", true);
}

void plot_confusion(const ConfusionMatrix& matrix, const std::vector<std::string>& names,
                    const std::string& png_path) {
  const int count = matrix.classes() + 1;
  const int cell = std::clamp(520 / count, std::clamp(3500 / count, 1, 12), 96),
            font = std::clamp(cell / 4, 9, 14);
  std::vector<std::string> labels;
  int label_width = 0;
  for (int i = 0; i < count; ++i) {
    labels.push_back(i + 1 == count ? "background" : name_of(names, i));
    label_width = std::max(label_width, text_width(labels.back(), font));
  }
  const int left = label_width + font + 40, top = 46, side = count * cell, bar = 18;
  const bool upright = label_width > cell - 4;
  const int below = (upright ? label_width : font) + font + 34;
  Image image(top + side + below, left + side + bar + 80, 255);

  auto shade = [](double share) {  // white to deep blue
    auto mix = [&](int from, int to) { return uint8_t(std::lrint(from + (to - from) * std::sqrt(share))); };
    return Color{mix(247, 8), mix(250, 64), mix(255, 138)};
  };
  for (int truth = 0; truth < count; ++truth) {
    double total = 0;
    for (int predicted = 0; predicted < count; ++predicted) total += matrix.at(predicted, truth);
    for (int predicted = 0; predicted < count; ++predicted) {
      const double share = total > 0 ? matrix.at(predicted, truth) / total : 0;
      const int x = left + truth * cell, y = top + predicted * cell;
      fill_rect(image, x, y, x + cell - 1, y + cell - 1, shade(share));
      if (share < 0.005 || cell < 28) continue;
      const std::string text = plain_text::format("%.2f", share);
      draw_text(image, x + (cell - text_width(text, font)) / 2, y + (cell - font * 3 / 4) / 2, text,
                text_color_on(shade(share)), font);
    }
  }
  const int every = (font + 1) / cell + 1;  // of many classes only some names have room
  for (int i = 0; i < count; i += every) {
    const int middle = i * cell + cell / 2, width = text_width(labels[size_t(i)], font);
    draw_text(image, left - 8 - width, top + middle - font / 2, labels[size_t(i)], kInk, font);
    if (upright) {
      draw_text_up(image, left + middle - font / 2, top + side + 8 + width, labels[size_t(i)], kInk, font);
    } else {
      draw_text(image, left + middle - width / 2, top + side + 8, labels[size_t(i)], kInk, font);
    }
  }
  const std::string title = "Confusion matrix";
  draw_text(image, left + (side - text_width(title, 15)) / 2, 14, title, kInk, 15);
  draw_text(image, left + (side - text_width("True", 13)) / 2, image.height - 22, "True", kInk, 13);
  draw_text_up(image, 10, top + (side + text_width("Predicted", 13)) / 2, "Predicted", kInk, 13);
  for (int y = 0; y < side; ++y) {
    fill_rect(image, left + side + 20, top + y, left + side + 20 + bar, top + y + 1,
              shade(1 - double(y) / side));
  }
  for (int i = 0; i <= 4; ++i) {
    draw_text(image, left + side + bar + 26, top + i * side / 4 - 5, plain_text::format("%.2f", 1 - i * 0.25),
              kInk, 11);
  }
  save_image(png_path, image);
}

Image plot_batch(std::span<const Image> images, std::span<const std::vector<Detection>> boxes,
                 const std::vector<std::string>& names, bool show_conf) {
  constexpr int kMost = 16, kLargestSide = 1920, kGap = 4;
  const int count = std::min(int(std::min(images.size(), boxes.size())), kMost);
  TENGEN_CHECK(count > 0, "plot_batch: no images");
  const int columns = int(std::ceil(std::sqrt(double(count)))), rows = (count + columns - 1) / columns;
  Size cell;
  for (int i = 0; i < count; ++i) {
    cell.height = std::max(cell.height, images[size_t(i)].height);
    cell.width = std::max(cell.width, images[size_t(i)].width);
  }
  const double scale = std::min(double(drawing_scale(cell)),
                                double(kLargestSide) / (columns * std::max(cell.height, cell.width)));
  cell = {int(cell.height * scale), int(cell.width * scale)};
  Image sheet(rows * (cell.height + kGap) + kGap, columns * (cell.width + kGap) + kGap, 255);
  for (int i = 0; i < count; ++i) {
    ScaledImage part = scaled(images[size_t(i)], boxes[size_t(i)], scale);
    draw_detections(part.image, part.detections, names, {true, show_conf, 2});
    draw_image(sheet, part.image, kGap + i % columns * (cell.width + kGap),
               kGap + i / columns * (cell.height + kGap));
  }
  return sheet;
}

}  // namespace tengen::detect
