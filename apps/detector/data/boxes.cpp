#include <tengen/apps/detector/data/boxes.h>

#include <algorithm>

namespace tengen::detect {

Box corners_of(float center_x, float center_y, float width, float height) {
  return {center_x - width / 2, center_y - height / 2, center_x + width / 2, center_y + height / 2};
}

Box to_corners(const Label& label, float width, float height, float pad_x, float pad_y) {
  return {width * (label.x - label.w / 2) + pad_x, height * (label.y - label.h / 2) + pad_y,
          width * (label.x + label.w / 2) + pad_x, height * (label.y + label.h / 2) + pad_y};
}

Label to_label(const LabeledBox& item, float width, float height, bool clip, float eps) {
  Box b = item.box;
  if (clip) {
    b = {std::clamp(b.x1, 0.f, width - eps), std::clamp(b.y1, 0.f, height - eps),
         std::clamp(b.x2, 0.f, width - eps), std::clamp(b.y2, 0.f, height - eps)};
  }
  return {item.cls, (b.x1 + b.x2) / 2 / width, (b.y1 + b.y2) / 2 / height, (b.x2 - b.x1) / width,
          (b.y2 - b.y1) / height};
}

Box clip(const Box& box, Size size) {
  const float width = float(size.width), height = float(size.height);
  return {std::clamp(box.x1, 0.f, width), std::clamp(box.y1, 0.f, height), std::clamp(box.x2, 0.f, width),
          std::clamp(box.y2, 0.f, height)};
}

float area(const Box& box) { return (box.x2 - box.x1) * (box.y2 - box.y1); }

float iou(const Box& a, const Box& b) {
  const float width = std::min(a.x2, b.x2) - std::max(a.x1, b.x1);
  const float height = std::min(a.y2, b.y2) - std::max(a.y1, b.y1);
  if (!(width > 0) || !(height > 0)) return 0;
  const float intersection = width * height;
  return intersection / (area(a) + area(b) - intersection + 1e-7f);
}

}  // namespace tengen::detect
