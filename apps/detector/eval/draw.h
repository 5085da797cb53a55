// Drawing detections with their names.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <tengen/apps/detector/data/boxes.h>

namespace tengen::detect {

/// A distinct colour for each class.
Colour class_colour(int cls);

/// Box with a name tag, e.g. "RBC 0.87"; thickness 0: chosen from the picture's size. An empty tag draws the
/// box alone.
void draw_labelled_box(Image& image, const Box& box, std::string_view tag, Colour colour, int thickness = 0);

/// All detections with names and, if asked, confidences; weakest first so that the best lie on top.
void draw_detections(Image& image, std::span<const Detection> detections, std::span<const std::string> names,
                     bool show_conf = true, bool show_labels = true, int thickness = 0);

}  // namespace tengen::detect
