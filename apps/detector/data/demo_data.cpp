#include <tengen/apps/detector/data/demo_data.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <numbers>

#include <tengen/apps/detector/data/augment.h>
#include <tengen/apps/detector/data/common.h>
#include <tengen/apps/detector/data/random.h>
#include <tengen/tensor/error.h>

namespace tengen::detect {
namespace {

const char* const kNames[] = {"circle", "square", "triangle", "star"};
constexpr int kClasses = 4;

Color random_color(Random& random, double low = 0, double high = 255) {
  return {uint8_t(random.uniform(low, high)), uint8_t(random.uniform(low, high)),
          uint8_t(random.uniform(low, high))};
}

Color mix(Color a, Color b, double share) {
  auto channel = [&](uint8_t x, uint8_t y) { return uint8_t(std::lrint(x + (y - x) * share)); };
  return {channel(a.r, b.r), channel(a.g, b.g), channel(a.b, b.b)};
}

/// A gradient with waves and stray lines over it: something that a detector must learn to ignore.
Image background(int size, Random& random) {
  const Color from = random_color(random), to = random_color(random);
  const double angle = random.uniform(0, 2 * std::numbers::pi), wave = random.uniform(0.02, 0.25);
  const double dx = std::cos(angle) / size, dy = std::sin(angle) / size, strength = random.uniform(0, 0.3);
  Image image(size, size);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const double share = 0.5 + 0.5 * (x * dx + y * dy) + strength * std::sin(wave * x) * std::cos(wave * y);
      const Color c = mix(from, to, std::clamp(share, 0., 1.));
      uint8_t* p = image.row(y) + 3 * x;
      p[0] = c.r, p[1] = c.g, p[2] = c.b;
    }
  }
  for (int64_t i = random.below(5); i > 0; --i) {
    const Point ends[] = {{random.uniform(0, size), random.uniform(0, size)},
                          {random.uniform(0, size), random.uniform(0, size)}};
    draw_lines(image, ends, random_color(random), random.uniform(1, 4), 0.6);
  }
  return image;
}

/// The outline of a shape around the origin with radius 1, turned by `angle`.
std::vector<Point> outline(int cls, double angle) {
  std::vector<Point> points;
  const int corners = cls == 0 ? 48 : cls == 1 ? 4 : cls == 2 ? 3 : 10;
  for (int i = 0; i < corners; ++i) {
    const double radius = cls == 3 && i % 2 ? 0.45 : 1, turn = angle + 2 * std::numbers::pi * i / corners;
    points.push_back({radius * std::sin(turn), -radius * std::cos(turn)});
  }
  return points;
}

void add_noise(Image& image, double deviation, Random& random) {
  for (uint8_t& p : image.pixels) {
    // The sum of two uniform numbers is near enough to a normal one here, and fast.
    const double noise = (random.uniform() + random.uniform() - 1) * 2.4 * deviation;
    p = uint8_t(std::clamp(p + noise, 0., 255.));
  }
}

/// One image with 1 to 6 shapes that hardly overlap.
Sample draw_scene(int size, Random& random) {
  Sample sample{background(size, random), {}};
  const int64_t wanted = 1 + random.below(6);
  for (int attempt = 0; attempt < 40 && int64_t(sample.boxes.size()) < wanted; ++attempt) {
    const int cls = int(random.below(kClasses));
    const double radius = size * random.uniform(0.05, 0.2);
    const double x = random.uniform(radius, size - radius), y = random.uniform(radius, size - radius);
    const double angle =
        random.uniform(-0.4, 0.4) + (cls == 1 ? std::numbers::pi / 4 : 0);  // squares stand flat
    std::vector<Point> points = outline(cls, angle);
    Box box{float(size), float(size), 0, 0};
    for (Point& p : points) {
      p = {x + radius * p.x, y + radius * p.y};
      box = {std::min(box.x1, float(p.x)), std::min(box.y1, float(p.y)), std::max(box.x2, float(p.x)),
             std::max(box.y2, float(p.y))};
    }
    const bool crowded = std::any_of(sample.boxes.begin(), sample.boxes.end(),
                                     [&](const LabeledBox& other) { return iou(other.box, box) > 0.05f; });
    if (crowded) continue;
    // A fill that differs from what lies beneath, and an outline.
    const uint8_t* under = sample.image.row(int(y)) + 3 * int(x);
    Color fill;
    do {
      fill = random_color(random);
    } while (std::abs(fill.r - under[0]) + std::abs(fill.g - under[1]) + std::abs(fill.b - under[2]) < 150);
    fill_polygon(sample.image, points, fill);
    points.push_back(points.front());
    draw_lines(sample.image, points, mix(fill, {0, 0, 0}, 0.45), std::max(1.5, radius / 12));
    sample.boxes.push_back({cls, clip(box, sample.image.size())});
  }
  add_noise(sample.image, random.uniform(2, 14), random);
  return sample;
}

}  // namespace

std::string make_demo_dataset(const std::string& folder, int train_count, int val_count, uint64_t seed,
                              int image_size) {
  TENGEN_CHECK(train_count > 0 && val_count > 0 && image_size >= 32,
               "demo data: expected at least 1 image per split and 32 pixels, but got ", train_count, " + ",
               val_count, " images of ", image_size, " pixels");
  namespace fs = std::filesystem;
  uint64_t split_number = 0;
  for (const auto& [split, count] : {std::pair{"train", train_count}, {"val", val_count}}) {
    const fs::path images = fs::path(folder) / "images" / split, labels = fs::path(folder) / "labels" / split;
    make_folders(images);
    make_folders(labels);
    for (int i = 0; i < count; ++i) {
      Random random(seed, split_number, uint64_t(i));
      const Sample scene = draw_scene(image_size, random);
      char name[16];
      std::snprintf(name, sizeof name, "%05d", i);
      save_image((images / (std::string(name) + ".jpg")).string(), scene.image, 90);
      std::string text;
      for (const LabeledBox& item : scene.boxes) {
        const Label l = to_label(item, float(image_size), float(image_size));
        text += format("%d %.6f %.6f %.6f %.6f\n", l.cls, l.x, l.y, l.w, l.h);
      }
      write_text((labels / (std::string(name) + ".txt")).string(), text);
    }
    ++split_number;
  }
  const std::string yaml = (fs::path(folder) / "data.yaml").string();
  std::string text = "# Shapes drawn by tengen-detect, seed " + std::to_string(seed) +
                     ".\npath: .\ntrain: images/train\nval: images/val\n\nnames:\n";
  for (int i = 0; i < kClasses; ++i) text += format("  %d: %s\n", i, kNames[i]);
  write_text(yaml, text);
  return yaml;
}

}  // namespace tengen::detect
