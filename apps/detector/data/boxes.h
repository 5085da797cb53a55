// Boxes: corners in pixels, or YOLO's center form normalized by the image's size.
#pragma once

#include <vector>

#include <tengen/apps/detector/data/common.h>

namespace tengen::detect {

/// Corners: left, top, right, bottom.
struct Box {
  float x1 = 0, y1 = 0, x2 = 0, y2 = 0;
  bool operator==(const Box&) const = default;
};

/// One line of a label file: class, center and size in [0,1] of the image.
struct Label {
  int cls = 0;
  float x = 0, y = 0, w = 0, h = 0;
  bool operator==(const Label&) const = default;
};

/// A class with a box in pixels.
struct LabeledBox {
  int cls = 0;
  Box box;
};

/// A found object: box in pixels, score in [0,1].
struct Detection {
  Box box;
  float score = 0;
  int cls = 0;
};

/// Normalized center form -> corners in an image of that size, moved by the padding.
Box to_corners(const Label& label, float width, float height, float pad_x = 0, float pad_y = 0);
/// Corners -> normalized center form; with clip the corners are first held in [0, size - eps].
Label to_label(const LabeledBox& item, float width, float height, bool clip = false, float eps = 1e-3f);
/// Center and size (same unit) -> corners.
Box corners_of(float center_x, float center_y, float width, float height);

/// Holds the corners in [0, size].
Box clip(const Box& box, Size size);

float area(const Box& box);
/// Intersection over union; 0 for boxes that do not meet.
float iou(const Box& a, const Box& b);

}  // namespace tengen::detect
