// The image of a dataset's labels.
#include <algorithm>
#include <cmath>

#include <tengen/apps/detector/eval/plots.h>

namespace tengen::detect {
namespace {

constexpr Color kFrame{170, 174, 182};
constexpr int kSide = 300, kMargin = 56, kFont = 12;

enum class YAxis { up, down };

/// How many points fall on each cell of the unit square, as shades of blue.
void draw_density(Image& image, int left, std::span<const Point> points, const std::string& x_label,
                  const std::string& y_label, YAxis direction) {
  constexpr int kCells = 60, kCell = kSide / kCells;
  std::vector<int> counts(kCells * kCells, 0);
  int most = 1;
  for (const Point& p : points) {
    auto cell = [](double v) { return std::clamp(int(v * kCells), 0, kCells - 1); };
    int& count = counts[size_t(cell(p.y) * kCells + cell(p.x))];
    most = std::max(most, ++count);
  }
  for (int y = 0; y < kCells; ++y) {
    for (int x = 0; x < kCells; ++x) {
      const double share = std::sqrt(double(counts[size_t(y * kCells + x)]) / most);
      const int px = left + x * kCell, py = kMargin + (direction == YAxis::up ? kCells - 1 - y : y) * kCell;
      fill_rect(image, px, py, px + kCell, py + kCell, {8, 64, 138}, share);
    }
  }
  const int right = left + kSide, bottom = kMargin + kSide;
  draw_rect(image, left, kMargin, right, bottom, kFrame, 1);
  draw_text(image, left + (kSide - text_width(x_label, kFont)) / 2, bottom + 22, x_label, kInk, kFont);
  draw_text_up(image, left - 30, kMargin + (kSide + text_width(y_label, kFont)) / 2, y_label, kInk, kFont);
  draw_text(image, left, bottom + 6, "0", kInk, kFont);
  draw_text(image, right - 8, bottom + 6, "1", kInk, kFont);
  const bool up = direction == YAxis::up;
  draw_text(image, left - 12, kMargin, up ? "1" : "0", kInk, kFont);
  draw_text(image, left - 12, bottom - kFont, up ? "0" : "1", kInk, kFont);
}

}  // namespace

void plot_labels(std::span<const Label> labels, const std::vector<std::string>& names,
                 const std::string& png_path) {
  Image image(kSide + 2 * kMargin, 3 * (kSide + kMargin) + kMargin, 255);
  std::vector<int64_t> counts(std::max<size_t>(names.size(), 1), 0);
  std::vector<Point> centers, sizes;
  for (const Label& label : labels) {
    if (size_t(label.cls) < counts.size()) ++counts[size_t(label.cls)];
    centers.push_back({label.x, label.y});
    sizes.push_back({label.w, label.h});
  }

  const int64_t most = std::max<int64_t>(*std::max_element(counts.begin(), counts.end()), 1);
  const double step = double(kSide) / double(counts.size());
  const int bottom = kMargin + kSide;
  for (size_t i = 0; i < counts.size(); ++i) {
    const int x1 = kMargin + int(i * step + 0.1 * step),
              x2 = std::max(kMargin + int((i + 0.9) * step), x1 + 1);
    const int top = bottom - int(double(kSide - 20) * double(counts[i]) / double(most));
    fill_rect(image, x1, top, x2, bottom, class_color(int(i)));
    const std::string name = i < names.size() ? names[i] : "", number = std::to_string(counts[i]);
    const int middle = (x1 + x2) / 2;
    if (step >= text_width(number, kFont)) {
      draw_text(image, middle - text_width(number, kFont) / 2, top - kFont - 4, number, kInk, kFont);
    }
    if (step >= text_width(name, kFont)) {
      draw_text(image, middle - text_width(name, kFont) / 2, bottom + 6, name, kInk, kFont);
    } else if (step >= kFont) {
      draw_text_up(image, middle - kFont / 2, bottom - 6, name, kInk, kFont);  // on its bar
    }
  }
  fill_rect(image, kMargin, bottom, kMargin + kSide, bottom + 1, kFrame);
  const std::string title = std::to_string(labels.size()) + " labels";
  draw_text(image, kMargin + (kSide - text_width(title, kFont + 2)) / 2, 18, title, kInk, kFont + 2);
  draw_density(image, 2 * kMargin + kSide, centers, "x of the center", "y of the center, from the top",
               YAxis::down);
  draw_density(image, 3 * kMargin + 2 * kSide, sizes, "width", "height", YAxis::up);
  save_image(png_path, image);
}

}  // namespace tengen::detect
