// Boxes, letterbox, rectangular batches against the reference values.
#include <tengen/apps/detector/data/boxes.h>
#include <tengen/apps/detector/data/letterbox.h>

#include "golden.h"
#include "images.h"

using namespace tengen::detect;

namespace {

std::vector<Box> boxes_from(const golden::Case& c, const std::string& name) {
  const auto v = c.values<float>(name);
  std::vector<Box> boxes;
  for (size_t i = 0; i + 3 < v.size(); i += 4) boxes.push_back({v[i], v[i + 1], v[i + 2], v[i + 3]});
  return boxes;
}

std::vector<float> flat(const std::vector<Box>& boxes) {
  std::vector<float> v;
  for (const Box& b : boxes) v.insert(v.end(), {b.x1, b.y1, b.x2, b.y2});
  return v;
}

}  // namespace

TEST_CASE("boxes: golden conversions and clipping") {
  golden::for_each_case("boxes", [](const golden::Case& c) {
    const float w = float(c.number("w")), h = float(c.number("h"));
    std::vector<Box> corners, clipped;
    std::vector<float> centers, normalized;
    const auto xywhn = c.values<float>("xywhn");
    for (size_t i = 0; i + 3 < xywhn.size(); i += 4) {
      const Label label{0, xywhn[i], xywhn[i + 1], xywhn[i + 2], xywhn[i + 3]};
      const Box box = to_corners(label, w, h, float(c.number("padw")), float(c.number("padh")));
      corners.push_back(box);
      clipped.push_back(clip(box, {int(h), int(w)}));
      const Label center = to_label({0, box}, 1, 1);
      centers.insert(centers.end(), {center.x, center.y, center.w, center.h});
      const Label back = to_label({0, box}, w, h, true);
      normalized.insert(normalized.end(), {back.x, back.y, back.w, back.h});
    }
    CHECK(golden::max_difference(flat(corners), c.values<float>("xyxy")) < 1e-3);
    CHECK(golden::max_difference(centers, c.values<float>("xywh")) < 1e-3);
    CHECK(golden::max_difference(normalized, c.values<float>("xywhn_clip")) < 1e-5);
    CHECK(golden::max_difference(flat(clipped), c.values<float>("clipped")) < 1e-3);
  });
}

TEST_CASE("letterbox: golden images and boxes mapped back") {
  golden::for_each_case("letterbox", [](const golden::Case& c) {
    const auto shape = c.numbers("new_shape");
    LetterboxOptions options;
    options.shape = {int(shape[0]), int(shape[1])};
    options.auto_shape = c.flag("auto");
    options.scale_fill = c.flag("scaleFill");
    options.scale_up = c.flag("scaleup");
    options.stride = c.integer("stride");
    const Image image = image_of(c, "image");
    const LetterboxedImage result = letterbox(image, options);
    CHECK(result.fit.ratio_w == doctest::Approx(c.number("ratio_w")).epsilon(1e-12));
    CHECK(result.fit.ratio_h == doctest::Approx(c.number("ratio_h")).epsilon(1e-12));
    CHECK(result.fit.pad_w == c.number("pad_w"));
    CHECK(result.fit.pad_h == c.number("pad_h"));
    REQUIRE(result.image.size() == Size{c.integer("out_height"), c.integer("out_width")});
    CHECK(golden::share_within(result.image.pixels, c.values<uint8_t>("out"), 1) >= 0.99);

    // The reference maps back with one ratio only, that of the height, also stretched images.
    Fit fit = result.fit;
    fit.ratio_w = fit.ratio_h;
    std::vector<Box> scaled, with_fit;
    for (const Box& box : boxes_from(c, "boxes")) {
      scaled.push_back(unletterbox(box, result.image.size(), image.size()));
      with_fit.push_back(unletterbox(box, fit, image.size()));
    }
    CHECK(golden::max_difference(flat(scaled), c.values<float>("boxes_scaled")) < 2e-3);
    CHECK(golden::max_difference(flat(with_fit), c.values<float>("boxes_scaled_ratio_pad")) < 2e-3);
  });
}

TEST_CASE("letterbox: a stretched image's boxes come back with both ratios") {
  LetterboxOptions options;
  options.shape = {100, 50};
  options.scale_fill = true;
  const LetterboxedImage result = letterbox(Image(20, 25), options);
  const Box back = unletterbox({10, 20, 30, 80}, result.fit, {20, 25});
  CHECK(back == Box{5, 4, 15, 16});
}

TEST_CASE("rect: golden order and batch shapes") {
  golden::for_each_case("rect", [](const golden::Case& c) {
    const auto wh = c.values<int>("sizes_wh");
    std::vector<Size> sizes;
    for (size_t i = 0; i + 1 < wh.size(); i += 2) sizes.push_back({wh[i + 1], wh[i]});
    const RectBatches result =
        rect_batches(sizes, c.integer("batch"), c.integer("img_size"), c.integer("stride"), c.number("pad"));
    std::vector<int> shapes;
    for (const Size& s : result.shapes) shapes.insert(shapes.end(), {s.height, s.width});
    CHECK(shapes == c.values<int>("batch_shapes_hw"));
    // Images of equal shape may come in any order.
    const auto order = c.values<int>("order");
    REQUIRE(order.size() == result.order.size());
    for (size_t i = 0; i < order.size(); ++i) {
      const Size a = sizes[size_t(order[i])], b = sizes[size_t(result.order[i])];
      CHECK(int64_t(a.height) * b.width == int64_t(b.height) * a.width);
    }
  });
}

TEST_CASE("iou: equal, apart, touching, nested") {
  CHECK(iou({0, 0, 2, 2}, {0, 0, 2, 2}) == doctest::Approx(1));
  CHECK(iou({0, 0, 2, 2}, {5, 5, 6, 6}) == 0);
  CHECK(iou({0, 0, 2, 2}, {2, 0, 4, 2}) == 0);
  CHECK(iou({0, 0, 4, 4}, {1, 1, 3, 3}) == doctest::Approx(0.25));
}
