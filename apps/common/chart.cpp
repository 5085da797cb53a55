// Line charts.
#include <tengen/apps/common/chart.h>

#include <algorithm>
#include <cmath>

#include <tengen/tensor/plain_text.h>

namespace tengen::apps {
namespace {

constexpr Color kInk{45, 45, 50}, kGrid{228, 230, 234}, kFrame{170, 174, 182}, kPaper{255, 255, 255};

struct Axis {
  double low = 0, high = 1, step = 0.2;
};

/// Limits and a tick step of 1, 2 or 5 times a power of ten.
Axis axis_for(double low, double high, int ticks) {
  if (!(low <= high)) return {};
  if (high - low < 1e-12 * std::max(std::abs(high), 1e-12)) {
    const double reach = std::max(std::abs(high) * 0.1, 1e-9);
    low -= reach, high += reach;
  }
  const double rough = (high - low) / ticks, power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (double factor : {1., 2., 5.}) {
    if (factor * power >= rough) {
      step = factor * power;
      break;
    }
  }
  return {low, high, step};
}

std::string tick_text(double value, double step) {
  if (std::abs(value) < step * 1e-6) value = 0;
  const bool plain = step >= 1e-4 && std::abs(value) < 1e6;
  const int decimals = std::max(0, int(std::ceil(-std::log10(step) - 1e-9)));
  return plain ? plain_text::format("%.*f", decimals, value) : plain_text::format("%.2g", value);
}

std::vector<double> ticks(const Axis& axis) {
  std::vector<double> values;
  for (double v = std::ceil(axis.low / axis.step - 1e-9) * axis.step; v <= axis.high + axis.step * 1e-9;
       v += axis.step) {
    values.push_back(v);
  }
  return values;
}

size_t point_count(const Series& s) { return std::min(s.x.size(), s.y.size()); }

/// One chart while it is drawn.
class Plot {
 public:
  Plot(const Chart& chart, Size size)
      : chart_(chart), image_(size.height, size.width, 255), font_(size.width >= 500 ? 13 : 11) {
    if (!chart.unit_axes) fit_axes(size);
    int tick_width = 0;
    for (double v : ticks(y_axis_))
      tick_width = std::max(tick_width, text_width(tick_text(v, y_axis_.step), font_));
    left_ = 12 + (chart.y_label.empty() ? 0 : font_ + 6) + tick_width + 6, right_ = size.width - 16;
    top_ = chart.title.empty() ? 14 : font_ + 22;
    bottom_ = size.height - (font_ + 14) - (chart.x_label.empty() ? 0 : font_ + 4);
  }

  Image draw() {
    draw_frame();
    draw_labels();
    for (const Series& s : chart_.series) draw_series(s);
    draw_legend();
    return std::move(image_);
  }

 private:
  // The axes show all finite points, and a little more above and below.
  void fit_axes(Size size) {
    double x1 = INFINITY, x2 = -INFINITY, y1 = INFINITY, y2 = -INFINITY;
    for (const Series& s : chart_.series) {
      for (size_t i = 0; i < point_count(s); ++i) {
        if (!std::isfinite(s.x[i]) || !std::isfinite(s.y[i])) continue;
        x1 = std::min(x1, s.x[i]), x2 = std::max(x2, s.x[i]);
        y1 = std::min(y1, s.y[i]), y2 = std::max(y2, s.y[i]);
      }
    }
    x_axis_ = axis_for(x1, x2, size.width / 55);
    y_axis_ = axis_for(y1, y2, size.height / 45);
    const double margin = 0.05 * (y_axis_.high - y_axis_.low);
    y_axis_.high += margin;
    y_axis_.low -= y_axis_.low >= 0 && y_axis_.low < margin ? y_axis_.low : margin;
  }

  Point place(double x, double y) const {
    return Point{left_ + (x - x_axis_.low) / (x_axis_.high - x_axis_.low) * (right_ - left_),
                 bottom_ - (y - y_axis_.low) / (y_axis_.high - y_axis_.low) * (bottom_ - top_)};
  }

  void draw_frame() {
    for (double v : ticks(x_axis_)) {
      const int x = int(std::lrint(place(v, 0).x));
      const std::string text = tick_text(v, x_axis_.step);
      fill_rect(image_, x, top_, x + 1, bottom_, kGrid);
      draw_text(image_, x - text_width(text, font_) / 2, bottom_ + 6, text, kInk, font_);
    }
    for (double v : ticks(y_axis_)) {
      const int y = int(std::lrint(place(0, v).y));
      const std::string text = tick_text(v, y_axis_.step);
      fill_rect(image_, left_, y, right_, y + 1, kGrid);
      draw_text(image_, left_ - 6 - text_width(text, font_), y - font_ * 2 / 5, text, kInk, font_);
    }
    fill_rect(image_, left_, top_, left_ + 1, bottom_, kFrame);
    fill_rect(image_, left_, bottom_, right_, bottom_ + 1, kFrame);
  }

  void draw_labels() {
    const int center = left_ + right_;
    draw_text(image_, (center - text_width(chart_.title, font_ + 2)) / 2, 8, chart_.title, kInk, font_ + 2);
    draw_text(image_, (center - text_width(chart_.x_label, font_)) / 2, image_.height - font_ - 3,
              chart_.x_label, kInk, font_);
    draw_text_up(image_, 6, (top_ + bottom_ + text_width(chart_.y_label, font_)) / 2, chart_.y_label, kInk,
                 font_);
  }

  void draw_series(const Series& s) {
    std::vector<Point> points;
    for (size_t i = 0; i < point_count(s); ++i) points.push_back(place(s.x[i], s.y[i]));
    draw_lines(image_, points, s.color, s.thickness);
    for (const Point& p : points) {
      if (s.markers) draw_lines(image_, std::vector{p, p}, s.color, s.thickness + 3);
    }
    drawn_.insert(drawn_.end(), points.begin(), points.end());
  }

  // In the corner that hides least; series beyond what fits are left out.
  void draw_legend() {
    const int line = font_ + 5;
    std::vector<const Series*> named;
    int width = 0;
    for (const Series& s : chart_.series) {
      if (s.name.empty() || (int(named.size()) + 1) * line > (bottom_ - top_) - 12) continue;
      named.push_back(&s);
      width = std::max(width, text_width(s.name, font_) + 36);
    }
    if (named.empty()) return;
    const int height = int(named.size()) * line + 8;
    int x = 0, y = 0;
    int64_t least = -1;
    for (int corner = 0; corner < 4; ++corner) {
      const int cx = corner % 2 ? left_ + 8 : right_ - width - 8,
                cy = corner / 2 ? bottom_ - height - 8 : top_ + 8;
      const int64_t hidden = std::count_if(drawn_.begin(), drawn_.end(), [&](Point p) {
        return p.x > cx - 4 && p.x < cx + width + 4 && p.y > cy - 4 && p.y < cy + height + 4;
      });
      if (least < 0 || hidden < least) least = hidden, x = cx, y = cy;
    }
    fill_rect(image_, x, y, x + width, y + height, kPaper, 0.85);
    draw_rect(image_, x, y, x + width, y + height, kGrid, 1);
    for (size_t i = 0; i < named.size(); ++i) {
      const int row = y + 6 + int(i) * line;
      const double middle = row + font_ * 0.42;
      draw_lines(image_, std::vector<Point>{{x + 8., middle}, {x + 22., middle}}, named[i]->color,
                 named[i]->thickness);
      draw_text(image_, x + 28, row, named[i]->name, kInk, font_);
    }
  }

  const Chart& chart_;
  Image image_;
  int font_;
  Axis x_axis_, y_axis_;
  int left_, right_, top_, bottom_;  // the frame, in pixels
  std::vector<Point> drawn_;         // so that the legend can keep out of their way
};

}  // namespace

Image plot_chart(const Chart& chart, Size size) { return Plot(chart, size).draw(); }

Image plot_grid(const std::vector<Chart>& charts, int columns, Size size) {
  columns = std::max(std::min(columns, int(charts.size())), 1);
  const int rows = std::max((int(charts.size()) + columns - 1) / columns, 1);
  Image image(rows * size.height, columns * size.width, 255);
  for (size_t i = 0; i < charts.size(); ++i) {
    draw_image(image, plot_chart(charts[i], size), int(i) % columns * size.width,
               int(i) / columns * size.height);
  }
  return image;
}

}  // namespace tengen::apps
