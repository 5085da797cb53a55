// Drawing stays inside of the image and marks what it should; charts and the demo dataset can be made.
#include <algorithm>

#include <doctest/doctest.h>

#include <tengen/apps/detector/data/dataset.h>
#include <tengen/apps/detector/data/demo_data.h>
#include <tengen/apps/detector/eval/draw.h>
#include <tengen/apps/detector/eval/plots.h>
#include <tengen/tensor/error.h>
#include <tengen/tests/temporary.h>

using namespace tengen::detect;

namespace {

int64_t colored(const Image& image, uint8_t background = 255) {
  return std::count_if(image.pixels.begin(), image.pixels.end(), [&](uint8_t p) { return p != background; });
}

}  // namespace

TEST_CASE("draw: rectangles, lines, polygons and text, also across the border") {
  Image image(20, 30);
  draw_rect(image, 5, 5, 15, 12, {255, 0, 0}, 1);
  CHECK(image.row(5)[3 * 5] == 255);
  CHECK(image.row(12)[3 * 15] == 255);
  CHECK(image.row(8)[3 * 10] == 0);
  fill_rect(image, -5, -5, 100, 2, {0, 255, 0});
  CHECK(image.row(1)[3 * 29 + 1] == 255);
  CHECK(image.row(2)[3 * 29 + 1] == 0);

  Image blank(20, 30);
  const Point square[] = {{4, 4}, {8, 4}, {8, 8}, {4, 8}};
  fill_polygon(blank, square, {255, 255, 255});
  CHECK(colored(blank, 0) == 16 * 3);
  const Point line[] = {{-100, 15}, {100, 15}};
  draw_lines(blank, line, {9, 9, 9}, 2);
  CHECK(blank.row(14)[0] == 9);
  CHECK(blank.row(15)[3 * 29] == 9);
  CHECK(blank.row(17)[0] == 0);

  for (const Box box :
       {Box{-1e9f, -5, 5, 5}, Box{25, 15, 1e9f, 1e9f}, Box{-50, -50, -40, -40}, Box{0, 0, 0, 0}}) {
    draw_detections(image, std::vector<Detection>{{box, 0.99f, 0}}, std::vector<std::string>{"class"});
  }
  const int width = text_width("Wide", 14);
  Image text(16, width, 255);
  draw_text(text, 0, 0, "Wide", {0, 0, 0}, 14);
  CHECK(colored(text) > 100);
  CHECK(text_width("Wide", 28) > 3 * width / 2);
  CHECK(text_width("", 14) == 0);
  Image umlaut(20, 60, 255), marks(20, 60, 255);
  draw_text(umlaut, 0, 0, "\xc3\xa4", {0, 0, 0});
  draw_text(marks, 0, 0, "??", {0, 0, 0});
  CHECK(umlaut.pixels == marks.pixels);
}

TEST_CASE("draw: the best detection lies on top") {
  Image image(64, 64);
  const std::vector<Detection> two{{{10, 10, 50, 50}, 0.9f, 0}, {{10, 10, 50, 50}, 0.5f, 1}};
  draw_detections(image, two, std::vector<std::string>{"a"}, {false, false, 1});
  const Color best = class_color(0);
  CHECK(image.row(10)[3 * 30] == best.r);
  CHECK(image.row(10)[3 * 30 + 2] == best.b);
}

TEST_CASE("draw: tags of neighbors do not cover each other; small images are drawn larger") {
  // Twice the same box: the second tag gives way.
  const std::vector<Detection> one{{{20, 40, 60, 80}, 0.9f, 0}};
  std::vector<Detection> two = one;
  two.push_back({{20, 40, 60, 80}, 0.5f, 1});
  const auto tagged = [](const std::vector<Detection>& found, int cls) {
    Image image(120, 120);
    draw_detections(image, found, std::vector<std::string>{"a", "b"}, {true, false, 1});
    const Color color = class_color(cls);
    int64_t count = 0;
    for (size_t i = 0; i < image.pixels.size(); i += 3)
      count += image.pixels[i] == color.r && image.pixels[i + 1] == color.g && image.pixels[i + 2] == color.b;
    return count;
  };
  CHECK(tagged(two, 0) == tagged(one, 0));
  CHECK(tagged(two, 1) > 100);

  CHECK(drawing_scale({160, 120}) == 4);
  CHECK(drawing_scale({200, 320}) == 2);
  CHECK(drawing_scale({640, 480}) == 1);
  CHECK(drawing_scale({5000, 4000}) == 1);
  const ScaledImage larger = scaled(Image(30, 40), one, 3);
  CHECK(larger.image.size() == Size{90, 120});
  CHECK(larger.detections[0].box == Box{60, 120, 180, 240});
}

TEST_CASE("plots: results, curves, confusion matrix and batches are written") {
  TemporaryFolder folder;
  folder.write("results.csv",
               "epoch, train/box_loss, metrics/mAP_0.5\n0, 0.1, 0.2\n1, 0.05, nan\n2, 0.04, 0.3\n3, 0.0");
  plot_results(folder / "results.csv", folder / "results.png");
  CHECK(image_size(folder / "results.png") == Size{280, 720});
  CHECK(contains(error_of([&] { plot_results(folder / "absent.csv", folder / "x.png"); }), "cannot open"));
  CHECK(contains(error_of([&] { plot_results(folder.write("b.csv", "epoch,a\n1,2\n"), folder / "x.png"); }),
                 "none"));

  const std::vector<LabeledBox> labels{{0, {0, 0, 10, 10}}, {1, {20, 20, 40, 40}}};
  const std::vector<Detection> found{{{0, 0, 10, 10}, 0.9f, 0}, {{21, 20, 40, 40}, 0.8f, 0}};
  Evaluator evaluator(2);
  evaluator.add(found, labels);
  ConfusionMatrix confusion(2);
  confusion.add(found, labels);
  const std::vector<std::string> names{"one", "another with a long name"};
  plot_curves(evaluator.compute(), names, folder / "");
  plot_confusion(confusion, names, folder / "confusion.png");
  plot_labels(std::vector<Label>{{0, 0.5f, 0.5f, 0.1f, 0.2f}, {1, 1, 1, 1, 1}}, names, folder / "labels.png");
  for (const char* file :
       {"labels.png", "PR_curve.png", "F1_curve.png", "P_curve.png", "R_curve.png", "confusion.png"}) {
    CHECK(colored(load_image(folder / file)) > 5000);
  }
  const std::vector<Image> images(5, Image(30, 40, 255));
  const std::vector<std::vector<Detection>> boxes(5, found);
  CHECK(plot_batch(images, boxes, names, true).size() == Size{2 * (4 * 30 + 4) + 4, 3 * (4 * 40 + 4) + 4});
  CHECK(colored(plot_chart({"constant", "x", "y", {{"", {1, 2}, {3, 3}}}})) > 1000);
  CHECK(colored(plot_chart({"empty", "x", "y", {}})) > 500);
}

TEST_CASE("demo data: loads without problems, the same seed gives the same files") {
  TemporaryFolder folder;
  const DataConfig config = load_data_config(make_demo_dataset(folder / "a", 6, 3, 5, 128));
  make_demo_dataset(folder / "b", 6, 3, 5, 128);
  CHECK(config.names.size() == 4);
  const Scan train = scan_dataset(config.train, config.nc(), true),
             val = scan_dataset(config.val, config.nc(), true);
  CHECK(train.entries.size() == 6);
  CHECK(val.entries.size() == 3);
  CHECK(train.problems.empty());
  CHECK(train.missing + train.empty == 0);
  CHECK(train.entries[0].size == Size{128, 128});
  for (const char* file : {"images/train/00003.jpg", "labels/val/00002.txt"}) {
    CHECK(folder.read(std::string("a/") + file) == folder.read(std::string("b/") + file));
  }
  CHECK(folder.read("a/images/train/00000.jpg") != folder.read("a/images/val/00000.jpg"));
}
