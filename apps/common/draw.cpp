#include <tengen/apps/common/draw.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>

#include <tengen/apps/common/font.h>

namespace tengen::apps {
namespace {

void blend(uint8_t* pixel, Color color, double alpha) {
  const uint8_t to[3] = {color.r, color.g, color.b};
  for (int c = 0; c < 3; ++c) pixel[c] = uint8_t(std::lrint(pixel[c] + (to[c] - pixel[c]) * alpha));
}

/// Coverage of a part of an image. Strokes are united here before they are blended, so joints do not show.
class Mask {
 public:
  Mask(const Image& image, double x1, double y1, double x2, double y2)
      : left_(int(std::clamp(std::floor(x1), 0., double(image.width)))),
        top_(int(std::clamp(std::floor(y1), 0., double(image.height)))),
        width_(int(std::clamp(std::ceil(x2), 0., double(image.width))) - left_),
        height_(int(std::clamp(std::ceil(y2), 0., double(image.height))) - top_) {
    width_ = std::max(width_, 0);
    height_ = std::max(height_, 0);
    cover_.resize(size_t(width_) * height_, 0.f);
  }

  void segment(Point a, Point b, double radius) {
    const double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy, reach = radius + 1;
    const int x1 = std::max(int(std::floor(std::min(a.x, b.x) - reach)), left_);
    const int x2 = std::min(int(std::ceil(std::max(a.x, b.x) + reach)), left_ + width_);
    const int y1 = std::max(int(std::floor(std::min(a.y, b.y) - reach)), top_);
    const int y2 = std::min(int(std::ceil(std::max(a.y, b.y) + reach)), top_ + height_);
    for (int y = y1; y < y2; ++y) {
      for (int x = x1; x < x2; ++x) {
        const double px = x + 0.5 - a.x, py = y + 0.5 - a.y;
        const double t = length > 0 ? std::clamp((px * dx + py * dy) / length, 0., 1.) : 0.;
        const double distance = std::hypot(px - t * dx, py - t * dy);
        float& cover = at(x, y);
        cover = std::max(cover, float(std::clamp(radius + 0.5 - distance, 0., 1.)));
      }
    }
  }

  /// Even-odd fill with four by four samples a pixel.
  void polygon(std::span<const Point> points) {
    constexpr int kSamples = 4;
    for (int y = top_; y < top_ + height_; ++y) {
      for (int sub = 0; sub < kSamples; ++sub) {
        const double py = y + (sub + 0.5) / kSamples;
        std::vector<double> crossings;
        for (size_t i = 0; i < points.size(); ++i) {
          const Point a = points[i], b = points[(i + 1) % points.size()];
          if ((a.y <= py) != (b.y <= py)) crossings.push_back(a.x + (py - a.y) / (b.y - a.y) * (b.x - a.x));
        }
        std::sort(crossings.begin(), crossings.end());
        for (size_t i = 0; i + 1 < crossings.size(); i += 2) {
          const int first = std::max(int(std::floor(crossings[i])), left_);
          const int last = std::min(int(std::ceil(crossings[i + 1])), left_ + width_);
          for (int x = first; x < last; ++x) {
            const double part = std::min(crossings[i + 1], x + 1.) - std::max(crossings[i], double(x));
            at(x, y) += float(std::max(part, 0.) / kSamples);
          }
        }
      }
    }
  }

  void paint(Image& image, Color color, double alpha) const {
    for (int y = 0; y < height_; ++y) {
      uint8_t* row = image.row(y + top_) + 3 * left_;
      for (int x = 0; x < width_; ++x) {
        const float cover = cover_[size_t(y) * width_ + x];
        if (cover > 0) blend(row + 3 * x, color, std::min(1.f, cover) * alpha);
      }
    }
  }

 private:
  float& at(int x, int y) { return cover_[size_t(y - top_) * width_ + (x - left_)]; }
  int left_, top_, width_, height_;
  std::vector<float> cover_;
};

struct Bounds {
  double x1 = INFINITY, y1 = INFINITY, x2 = -INFINITY, y2 = -INFINITY;
  explicit Bounds(std::span<const Point> points) {
    for (const Point& p : points) {
      if (std::isnan(p.x) || std::isnan(p.y)) continue;
      x1 = std::min(x1, p.x), x2 = std::max(x2, p.x), y1 = std::min(y1, p.y), y2 = std::max(y2, p.y);
    }
  }
};

std::string_view glyph(char c) { return kFont[(c < kFontFirst || c > kFontLast ? '?' : c) - kFontFirst]; }

int glyph_width(char c) {
  if (c >= '0' && c <= '9') return kFontDigitWidth;
  if (c == ' ') return kFontBlank;
  int width = 0;
  for (std::string_view strokes = glyph(c); strokes.size() >= 2;) {
    if (strokes[0] == ' ') {
      strokes.remove_prefix(1);
      continue;
    }
    width = std::max(width, strokes[0] - '0');
    strokes.remove_prefix(2);
  }
  return width;
}

/// The strokes of a text in font units from (0, 0), separated by NaN.
std::vector<Point> strokes_of(std::string_view text) {
  const Point pause{NAN, NAN};
  std::vector<Point> points;
  int x = 0;
  for (char c : text) {
    const std::string_view strokes = glyph(c);
    for (size_t i = 0; i + 1 < strokes.size(); i += 2) {
      if (strokes[i] == ' ') {
        points.push_back(pause);
        ++i;
      }
      points.push_back({double(x + strokes[i] - '0'), double(strokes[i + 1] - 'a')});
    }
    points.push_back(pause);
    x += glyph_width(c) + kFontGap;
  }
  return points;
}

constexpr double kPen = 1.45;  // width of a stroke in font units

double unit_of(int size) { return double(size) / (kFontHeight + kPen); }

}  // namespace

Color text_color_on(Color background) {
  const double luma = 0.299 * background.r + 0.587 * background.g + 0.114 * background.b;
  return luma > 170 ? Color{20, 20, 20} : Color{255, 255, 255};
}

void fill_rect(Image& image, int x1, int y1, int x2, int y2, Color color, double alpha) {
  x1 = std::max(x1, 0), y1 = std::max(y1, 0), x2 = std::min(x2, image.width), y2 = std::min(y2, image.height);
  for (int y = y1; y < y2; ++y) {
    for (int x = x1; x < x2; ++x) blend(image.row(y) + 3 * x, color, alpha);
  }
}

void draw_rect(Image& image, double left, double top, double right, double bottom, Color color,
               int thickness) {
  // The line lies on the edge, half inside; a rectangle may reach far outside of the image.
  auto whole = [](double v) { return int(std::lrint(std::clamp(v, -1e6, 1e6))); };
  const int half = thickness / 2, x1 = whole(left) - half, y1 = whole(top) - half;
  const int x2 = whole(right) + thickness - half, y2 = whole(bottom) + thickness - half;
  const int inner_y1 = std::min(y1 + thickness, y2), inner_y2 = std::max(y2 - thickness, inner_y1);
  fill_rect(image, x1, y1, x2, inner_y1, color);
  fill_rect(image, x1, inner_y2, x2, y2, color);
  fill_rect(image, x1, inner_y1, std::min(x1 + thickness, x2), inner_y2, color);
  fill_rect(image, std::max(x2 - thickness, x1), inner_y1, x2, inner_y2, color);
}

void draw_lines(Image& image, std::span<const Point> points, Color color, double thickness, double alpha) {
  const double radius = thickness / 2, reach = radius + 1;
  const Bounds b(points);
  if (!(b.x1 <= b.x2)) return;
  Mask mask(image, b.x1 - reach, b.y1 - reach, b.x2 + reach, b.y2 + reach);
  auto absent = [](Point p) { return std::isnan(p.x) || std::isnan(p.y); };
  for (size_t i = 0; i + 1 < points.size(); ++i) {
    if (!absent(points[i]) && !absent(points[i + 1])) mask.segment(points[i], points[i + 1], radius);
  }
  mask.paint(image, color, alpha);
}

void fill_polygon(Image& image, std::span<const Point> points, Color color, double alpha) {
  const Bounds b(points);
  if (!(b.x1 <= b.x2)) return;
  Mask mask(image, b.x1, b.y1, b.x2, b.y2);
  mask.polygon(points);
  mask.paint(image, color, alpha);
}

void draw_image(Image& image, const Image& part, int x, int y) {
  const int x1 = std::max(x, 0), x2 = std::min(x + part.width, image.width);
  for (int row = std::max(y, 0); row < std::min(y + part.height, image.height) && x1 < x2; ++row) {
    std::memcpy(image.row(row) + 3 * x1, part.row(row - y) + 3 * (x1 - x), size_t(x2 - x1) * 3);
  }
}

int text_width(std::string_view text, int size) {
  if (text.empty()) return 0;
  int width = -kFontGap;
  for (char c : text) width += glyph_width(c) + kFontGap;
  return int(std::ceil((width + kPen) * unit_of(size)));
}

void draw_text(Image& image, int x, int y, std::string_view text, Color color, int size) {
  const double unit = unit_of(size), margin = kPen / 2;
  std::vector<Point> points = strokes_of(text);
  for (Point& p : points) p = {x + (p.x + margin) * unit, y + (p.y + margin) * unit};
  draw_lines(image, points, color, kPen * unit);
}

void draw_text_up(Image& image, int x, int y, std::string_view text, Color color, int size) {
  const double unit = unit_of(size), margin = kPen / 2;
  std::vector<Point> points = strokes_of(text);
  for (Point& p : points) p = {x + (p.y + margin) * unit, y - (p.x + margin) * unit};
  draw_lines(image, points, color, kPen * unit);
}

}  // namespace tengen::apps
