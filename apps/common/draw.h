// Drawing on images: anti-aliased lines, rectangles, text in an embedded stroke font.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tengen/apps/common/image.h>

namespace tengen::apps {

struct Color {
  uint8_t r = 0, g = 0, b = 0;
};

/// Text on light charts.
inline constexpr Color kInk{45, 45, 50};

/// Black or white, whichever is readable on `background`.
Color text_color_on(Color background);

/// A place in pixels; whole numbers are pixel corners.
struct Point {
  double x = 0, y = 0;
};

/// All drawing is clipped to the image; alpha in [0,1] is opacity.
void fill_rect(Image& image, int x1, int y1, int x2, int y2, Color color, double alpha = 1);
void draw_rect(Image& image, double left, double top, double right, double bottom, Color color,
               int thickness);
/// A broken line with round joints and ends; where it crosses itself it is not drawn twice. NaN breaks it.
void draw_lines(Image& image, std::span<const Point> points, Color color, double thickness = 1,
                double alpha = 1);
/// A filled polygon (even-odd rule).
void fill_polygon(Image& image, std::span<const Point> points, Color color, double alpha = 1);
void draw_image(Image& image, const Image& part, int x, int y);

/// Text of `size` pixels from the top of capitals to the end of descenders, its upper left corner at (x, y).
/// ASCII; other bytes become '?'.
void draw_text(Image& image, int x, int y, std::string_view text, Color color, int size = 14);
/// The same turned to read upwards; (x, y) is the lower left corner of the drawn area.
void draw_text_up(Image& image, int x, int y, std::string_view text, Color color, int size = 14);
int text_width(std::string_view text, int size = 14);

}  // namespace tengen::apps
