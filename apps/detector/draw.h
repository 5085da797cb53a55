// Drawing on pictures: lines, filled shapes, text in an embedded bitmap font, detections with their names.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tengen/apps/detector/boxes.h>
#include <tengen/apps/detector/image.h>

namespace tengen::detect {

struct Colour {
  uint8_t r = 0, g = 0, b = 0;
};

/// A distinct colour for each class, repeating after twenty.
Colour class_colour(int cls);

/// Blends with opacity alpha in [0,1]; all drawing is clipped to the picture.
void fill_rect(Image& image, int x1, int y1, int x2, int y2, Colour colour, double alpha = 1);
void draw_rect(Image& image, const Box& box, Colour colour, int thickness);
/// Anti-aliased line with round ends.
void draw_line(Image& image, double x1, double y1, double x2, double y2, Colour colour, double thickness = 1,
               double alpha = 1);

/// Text in a fixed-width font (ASCII; others become '?'), its upper left corner at (x, y). `scale` enlarges
/// by whole pixels.
void draw_text(Image& image, int x, int y, std::string_view text, Colour colour, int scale = 1);
/// The same turned by 90 degrees, reading upwards; (x, y) is the lower left corner.
void draw_text_up(Image& image, int x, int y, std::string_view text, Colour colour, int scale = 1);
Size text_size(std::string_view text, int scale = 1);

/// Box with a name tag, e.g. "RBC 0.87".
void draw_labelled_box(Image& image, const Box& box, std::string_view tag, Colour colour, int thickness = 0);

/// All detections with names and, if asked, confidences; weakest first so that the best lie on top.
/// thickness 0: chosen from the picture's size.
void draw_detections(Image& image, std::span<const Detection> detections, std::span<const std::string> names,
                     bool show_conf = true, bool show_labels = true, int thickness = 0);

}  // namespace tengen::detect
