#include <tengen/apps/detector/eval/draw.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace tengen::detect {

Colour class_colour(int cls) {
  static constexpr Colour kColours[] = {{228, 57, 53},  {30, 136, 229}, {67, 160, 71},  {251, 140, 0},
                                        {142, 36, 170}, {0, 172, 193},  {216, 27, 96},  {192, 202, 51},
                                        {109, 76, 65},  {57, 73, 171},  {255, 179, 0},  {0, 137, 123},
                                        {244, 81, 130}, {124, 179, 66}, {94, 53, 177},  {3, 155, 229},
                                        {244, 110, 70}, {84, 110, 122}, {170, 140, 44}, {171, 71, 188}};
  constexpr int kCount = int(std::size(kColours));
  return kColours[((cls % kCount) + kCount) % kCount];
}

void draw_labelled_box(Image& image, const Box& box, std::string_view tag, Colour colour, int thickness) {
  if (thickness <= 0) thickness = std::max(int(std::lrint((image.height + image.width) / 2. * 0.003)), 2);
  draw_rect(image, box.x1, box.y1, box.x2, box.y2, colour, thickness);
  if (tag.empty()) return;
  const int size = 9 + 3 * thickness / 2, pad = 3, height = size + 2 * pad - 1,
            width = text_width(tag, size) + 2 * pad;
  int x = int(std::clamp(box.x1, 0.f, float(image.width))) - thickness / 2;
  int y = int(std::clamp(box.y1, 0.f, float(image.height))) - thickness / 2 - height;
  if (y < 0) y += height + thickness;  // inside when there is no room above
  x = std::max(std::min(x, image.width - width), 0);
  fill_rect(image, x, y, x + width, y + height, colour);
  draw_text(image, x + pad, y + pad, tag, text_colour_on(colour), size);
}

void draw_detections(Image& image, std::span<const Detection> detections, std::span<const std::string> names,
                     bool show_conf, bool show_labels, int thickness) {
  std::vector<Detection> sorted(detections.begin(), detections.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.score < b.score; });
  for (const Detection& d : sorted) {
    std::string tag;
    if (show_labels) {
      tag = d.cls >= 0 && size_t(d.cls) < names.size() ? names[size_t(d.cls)] : std::to_string(d.cls);
      if (show_conf) tag += plain_text::format(" %.2f", d.score);
    }
    draw_labelled_box(image, d.box, tag, class_colour(d.cls), thickness);
  }
}

}  // namespace tengen::detect
