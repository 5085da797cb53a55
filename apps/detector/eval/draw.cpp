#include <tengen/apps/detector/eval/draw.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace tengen::detect {
namespace {

struct Tag {
  std::string text;
  Color color;
  int x1, y1, x2, y2;
};

constexpr int kPad = 3;
int font_size(int thickness) { return 9 + 3 * thickness / 2; }

int64_t overlap(const Tag& a, const Tag& b) {
  const int width = std::min(a.x2, b.x2) - std::max(a.x1, b.x1),
            height = std::min(a.y2, b.y2) - std::max(a.y1, b.y1);
  return width > 0 && height > 0 ? int64_t(width) * height : 0;
}

// Puts the tag at the place beside its box, inside the image, where it covers least of the tags before it.
void place(Tag& tag, const Box& box, Size size, int thickness, std::span<const Tag> before) {
  const int width = text_width(tag.text, font_size(thickness)) + 2 * kPad,
            height = font_size(thickness) + 2 * kPad - 1, edge = thickness / 2;
  const auto inside = [](float v, int limit) { return int(std::clamp(v, 0.f, float(limit))); };
  const int left = inside(box.x1, size.width) - edge, right = inside(box.x2, size.width) + edge - width;
  const int above = inside(box.y1, size.height) - edge - height, below = inside(box.y2, size.height) + edge;
  const int top = inside(box.y1, size.height) + edge, bottom = inside(box.y2, size.height) - edge - height;
  int64_t least = -1;
  for (const int y : {above, below, top, bottom}) {
    for (const int x : {left, right}) {
      Tag tried = tag;
      tried.x1 = std::max(std::min(x, size.width - width), 0);
      tried.y1 = y;
      tried.x2 = tried.x1 + width;
      tried.y2 = tried.y1 + height;
      if ((tried.y1 < 0 || tried.y2 > size.height) && height <= size.height && y != bottom) continue;
      tried.y1 = std::max(std::min(y, size.height - height), 0);
      tried.y2 = tried.y1 + height;
      int64_t covered = 0;
      for (const Tag& other : before) covered += overlap(tried, other);
      if (least < 0 || covered < least) least = covered, tag = tried;
    }
  }
}

}  // namespace

Color class_color(int cls) {
  static constexpr Color kColors[] = {{228, 57, 53},  {30, 136, 229}, {67, 160, 71},  {251, 140, 0},
                                      {142, 36, 170}, {0, 172, 193},  {216, 27, 96},  {192, 202, 51},
                                      {109, 76, 65},  {57, 73, 171},  {255, 179, 0},  {0, 137, 123},
                                      {244, 81, 130}, {124, 179, 66}, {94, 53, 177},  {3, 155, 229},
                                      {244, 110, 70}, {84, 110, 122}, {170, 140, 44}, {171, 71, 188}};
  constexpr int kCount = int(std::size(kColors));
  return kColors[((cls % kCount) + kCount) % kCount];
}

void draw_detections(Image& image, std::span<const Detection> detections, std::span<const std::string> names,
                     const DrawOptions& options) {
  const int thickness = options.thickness > 0
                            ? options.thickness
                            : std::max(int(std::lrint((image.height + image.width) / 2. * 0.003)), 2);
  std::vector<Detection> best_first(detections.begin(), detections.end());
  std::stable_sort(best_first.begin(), best_first.end(),
                   [](const auto& a, const auto& b) { return a.score > b.score; });
  std::vector<Tag> tags;
  for (const Detection& d : best_first) {
    if (!options.names) break;
    Tag tag{d.cls >= 0 && size_t(d.cls) < names.size() ? names[size_t(d.cls)] : std::to_string(d.cls),
            class_color(d.cls),
            0,
            0,
            0,
            0};
    if (options.confidences) tag.text += format(" %.2f", d.score);
    place(tag, d.box, image.size(), thickness, tags);
    tags.push_back(std::move(tag));
  }
  for (auto d = best_first.rbegin(); d != best_first.rend(); ++d)
    draw_rect(image, d->box.x1, d->box.y1, d->box.x2, d->box.y2, class_color(d->cls), thickness);
  for (auto tag = tags.rbegin(); tag != tags.rend(); ++tag) {
    fill_rect(image, tag->x1, tag->y1, tag->x2, tag->y2, tag->color);
    draw_text(image, tag->x1 + kPad, tag->y1 + kPad, tag->text, text_color_on(tag->color),
              font_size(thickness));
  }
}

int drawing_scale(Size size) {
  constexpr int kLargeEnough = 640;
  return std::clamp(kLargeEnough / std::max({size.height, size.width, 1}), 1, 4);
}

ScaledImage scaled(const Image& image, std::span<const Detection> detections, double scale) {
  ScaledImage result{image, {detections.begin(), detections.end()}};
  if (scale == 1) return result;
  const Size size{std::max(int(image.height * scale), 1), std::max(int(image.width * scale), 1)};
  result.image = scale < 1 ? resize_area(image, size) : resize_bilinear(image, size);
  for (Detection& d : result.detections)
    for (float* v : {&d.box.x1, &d.box.y1, &d.box.x2, &d.box.y2}) *v = float(*v * scale);
  return result;
}

}  // namespace tengen::detect
