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

}  // namespace

Image plot_chart(const Chart& chart, Size size) {
  Image image(size.height, size.width, 255);
  const int font = size.width >= 500 ? 13 : 11;

  Axis x_axis{0, 1, 0.2}, y_axis{0, 1, 0.2};
  if (!chart.unit_axes) {
    double x1 = INFINITY, x2 = -INFINITY, y1 = INFINITY, y2 = -INFINITY;
    for (const Series& s : chart.series) {
      for (size_t i = 0; i < std::min(s.x.size(), s.y.size()); ++i) {
        if (!std::isfinite(s.x[i]) || !std::isfinite(s.y[i])) continue;
        x1 = std::min(x1, s.x[i]), x2 = std::max(x2, s.x[i]), y1 = std::min(y1, s.y[i]),
        y2 = std::max(y2, s.y[i]);
      }
    }
    x_axis = axis_for(x1, x2, size.width / 55);
    y_axis = axis_for(y1, y2, size.height / 45);
    const double room = 0.05 * (y_axis.high - y_axis.low);
    y_axis.high += room;
    y_axis.low -= y_axis.low >= 0 && y_axis.low < room ? y_axis.low : room;
  }
  auto ticks = [](const Axis& axis) {
    std::vector<double> values;
    for (double v = std::ceil(axis.low / axis.step - 1e-9) * axis.step; v <= axis.high + axis.step * 1e-9;
         v += axis.step) {
      values.push_back(v);
    }
    return values;
  };

  int tick_width = 0;
  for (double v : ticks(y_axis))
    tick_width = std::max(tick_width, text_width(tick_text(v, y_axis.step), font));
  const int left = 12 + (chart.y_label.empty() ? 0 : font + 6) + tick_width + 6, right = size.width - 16;
  const int top = chart.title.empty() ? 14 : font + 22;
  const int bottom = size.height - (font + 14) - (chart.x_label.empty() ? 0 : font + 4);
  auto place = [&](double x, double y) {
    return Point{left + (x - x_axis.low) / (x_axis.high - x_axis.low) * (right - left),
                 bottom - (y - y_axis.low) / (y_axis.high - y_axis.low) * (bottom - top)};
  };

  for (double v : ticks(x_axis)) {
    const int x = int(std::lrint(place(v, 0).x));
    const std::string text = tick_text(v, x_axis.step);
    fill_rect(image, x, top, x + 1, bottom, kGrid);
    draw_text(image, x - text_width(text, font) / 2, bottom + 6, text, kInk, font);
  }
  for (double v : ticks(y_axis)) {
    const int y = int(std::lrint(place(0, v).y));
    const std::string text = tick_text(v, y_axis.step);
    fill_rect(image, left, y, right, y + 1, kGrid);
    draw_text(image, left - 6 - text_width(text, font), y - font * 2 / 5, text, kInk, font);
  }
  fill_rect(image, left, top, left + 1, bottom, kFrame);
  fill_rect(image, left, bottom, right, bottom + 1, kFrame);
  draw_text(image, (left + right - text_width(chart.title, font + 2)) / 2, 8, chart.title, kInk, font + 2);
  draw_text(image, (left + right - text_width(chart.x_label, font)) / 2, size.height - font - 3,
            chart.x_label, kInk, font);
  draw_text_up(image, 6, (top + bottom + text_width(chart.y_label, font)) / 2, chart.y_label, kInk, font);

  std::vector<Point> drawn;  // so that the legend can keep out of their way
  for (const Series& s : chart.series) {
    std::vector<Point> points;
    for (size_t i = 0; i < std::min(s.x.size(), s.y.size()); ++i) points.push_back(place(s.x[i], s.y[i]));
    draw_lines(image, points, s.color, s.thickness);
    for (const Point& p : points) {
      if (s.markers) draw_lines(image, std::vector{p, p}, s.color, s.thickness + 3);
    }
    drawn.insert(drawn.end(), points.begin(), points.end());
  }

  // The legend, in the corner that hides least; classes beyond what fits are left out.
  std::vector<const Series*> named;
  int legend_width = 0;
  for (const Series& s : chart.series) {
    if (s.name.empty() || (int(named.size()) + 1) * (font + 5) > (bottom - top) - 12) continue;
    named.push_back(&s);
    legend_width = std::max(legend_width, text_width(s.name, font) + 36);
  }
  if (!named.empty()) {
    const int height = int(named.size()) * (font + 5) + 8;
    int x = 0, y = 0;
    int64_t least = -1;
    for (int corner = 0; corner < 4; ++corner) {
      const int cx = corner % 2 ? left + 8 : right - legend_width - 8,
                cy = corner / 2 ? bottom - height - 8 : top + 8;
      const int64_t hidden = std::count_if(drawn.begin(), drawn.end(), [&](Point p) {
        return p.x > cx - 4 && p.x < cx + legend_width + 4 && p.y > cy - 4 && p.y < cy + height + 4;
      });
      if (least < 0 || hidden < least) least = hidden, x = cx, y = cy;
    }
    fill_rect(image, x, y, x + legend_width, y + height, kPaper, 0.85);
    draw_rect(image, x, y, x + legend_width, y + height, kGrid, 1);
    for (size_t i = 0; i < named.size(); ++i) {
      const int row = y + 6 + int(i) * (font + 5);
      const double middle = row + font * 0.42;
      draw_lines(image, std::vector<Point>{{x + 8., middle}, {x + 22., middle}}, named[i]->color,
                 named[i]->thickness);
      draw_text(image, x + 28, row, named[i]->name, kInk, font);
    }
  }
  return image;
}

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
