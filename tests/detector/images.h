// Images and boxes out of the reference arrays.
#pragma once

#include <tengen/apps/detector/data/augment.h>

#include "golden.h"

inline tengen::detect::Image image_of(const golden::Case& c, const std::string& name) {
  const auto shape = c.shape(name);
  TENGEN_CHECK(shape.size() == 3 && shape[2] == 3, name, " is not an image");
  tengen::detect::Image image;
  image.height = int(shape[0]);
  image.width = int(shape[1]);
  image.pixels = c.values<uint8_t>(name);
  return image;
}

/// Rows (class, x1, y1, x2, y2).
inline std::vector<tengen::detect::LabeledBox> boxes_of(const golden::Case& c, const std::string& name) {
  const auto v = c.values<float>(name);
  std::vector<tengen::detect::LabeledBox> boxes;
  for (size_t i = 0; i + 4 < v.size(); i += 5)
    boxes.push_back({int(v[i]), {v[i + 1], v[i + 2], v[i + 3], v[i + 4]}});
  return boxes;
}

/// Rows (class, x, y, w, h).
inline std::vector<tengen::detect::Label> labels_of(const golden::Case& c, const std::string& name) {
  const auto v = c.values<float>(name);
  std::vector<tengen::detect::Label> labels;
  for (size_t i = 0; i + 4 < v.size(); i += 5)
    labels.push_back({int(v[i]), v[i + 1], v[i + 2], v[i + 3], v[i + 4]});
  return labels;
}

inline std::vector<float> flat(const std::vector<tengen::detect::LabeledBox>& boxes) {
  std::vector<float> v;
  for (const auto& b : boxes) v.insert(v.end(), {float(b.cls), b.box.x1, b.box.y1, b.box.x2, b.box.y2});
  return v;
}

inline tengen::detect::WarpDraws draws_of(const golden::Case& c) {
  return {c.number("draw_perspective_x"), c.number("draw_perspective_y"), c.number("draw_angle_deg"),
          c.number("draw_scale"),         c.number("draw_shear_x_deg"),   c.number("draw_shear_y_deg"),
          c.number("draw_translate_x"),   c.number("draw_translate_y")};
}
