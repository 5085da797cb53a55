// Non-maximum suppression against the reference rows, and its speed-independent promises.
#include <tengen/apps/detector/model/nms.h>

#include "golden.h"
#include "images.h"

using namespace tengen::detect;

TEST_CASE("nms: golden rows") {
  golden::for_each_case("nms", [](const golden::Case& c) {
    const auto shape = c.shape("pred");  // (batch, rows, 5 + nc)
    const int nc = c.integer("nc");
    NmsOptions options;
    options.conf_thres = float(c.number("conf_thres"));
    options.iou_thres = float(c.number("iou_thres"));
    options.agnostic = c.flag("agnostic");
    options.multi_label = c.flag("multi_label");
    options.max_det = c.integer("max_det");
    if (c.text("classes") != "all") {
      for (double cls : c.numbers("classes")) options.classes.push_back(int(cls));
      if (options.classes.empty()) options.classes.push_back(-1);
    }
    const auto pred = c.values<float>("pred");
    const size_t image = size_t(shape[1] * shape[2]);
    for (int64_t b = 0; b < shape[0]; ++b) {
      CAPTURE(b);
      const std::string number = std::to_string(b);
      const auto labels = c.has("labels" + number) ? labels_of(c, "labels" + number) : std::vector<Label>();
      const auto found =
          non_max_suppression(std::span(pred).subspan(size_t(b) * image, image), nc, options, labels);
      const auto expected = c.values<float>("out" + number);
      REQUIRE(found.size() == expected.size() / 6);
      for (size_t i = 0; i < found.size(); ++i) {
        const float* row = &expected[6 * i];
        CHECK(std::abs(found[i].box.x1 - row[0]) < 2e-3);
        CHECK(std::abs(found[i].box.y1 - row[1]) < 2e-3);
        CHECK(std::abs(found[i].box.x2 - row[2]) < 2e-3);
        CHECK(std::abs(found[i].box.y2 - row[3]) < 2e-3);
        CHECK(std::abs(found[i].score - row[4]) < 1e-6);
        CHECK(found[i].cls == int(row[5]));
      }
    }
  });
}

TEST_CASE("nms: classes do not suppress each other unless agnostic; options limit the result") {
  // center x, y, w, h, objectness, two classes
  const std::vector<float> pred{50, 50, 20, 20, 0.9f, 0.9f, 0.1f, 51, 50, 20, 20, 0.8f, 0.1f, 0.9f,
                                52, 50, 20, 20, 0.7f, 0.9f, 0.1f, 90, 50, 20, 20, 0.6f, 0.1f, 0.9f};
  NmsOptions options;
  CHECK(non_max_suppression(pred, 2, options).size() == 3);  // the third row falls to the first
  options.agnostic = true;
  CHECK(non_max_suppression(pred, 2, options).size() == 2);
  options.agnostic = false;
  options.max_det = 1;
  REQUIRE(non_max_suppression(pred, 2, options).size() == 1);
  CHECK(non_max_suppression(pred, 2, options)[0].score == doctest::Approx(0.81));
  options.max_det = 300;
  options.classes = {1};
  for (const Detection& d : non_max_suppression(pred, 2, options)) CHECK(d.cls == 1);
  options.classes.clear();
  const std::vector<Label> known{{1, 52, 50, 20, 20}};
  const auto with_known = non_max_suppression(pred, 2, options, known);
  CHECK(with_known[0].score == 1);
  CHECK(with_known[0].cls == 1);
  CHECK_THROWS_AS(non_max_suppression(std::span(pred).first(5), 2, options), tengen::Error);
}
