// Drawing detections with their names.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <tengen/apps/detector/data/boxes.h>

namespace tengen::detect {

/// A distinct color for each class.
Color class_color(int cls);

struct DrawOptions {
  bool names = true;
  bool confidences = true;  // behind the names
  int thickness = 0;        // of lines in pixels; 0: by the size of the image
};

/// Boxes with name tags such as "RBC 0.87", the best ones on top. Tags keep out of each other's way where
/// there is room.
void draw_detections(Image& image, std::span<const Detection> detections, std::span<const std::string> names,
                     const DrawOptions& options = {});

/// How many times its size a small image is drawn, so that tags are not as large as objects: 1 to 4.
int drawing_scale(Size size);

/// The image at `scale` times its size, and boxes that fit it.
struct ScaledImage {
  Image image;
  std::vector<Detection> detections;
};
ScaledImage scaled(const Image& image, std::span<const Detection> detections, double scale);

}  // namespace tengen::detect
