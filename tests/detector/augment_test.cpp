// Warps, color and mosaic against the reference images.
#include <tengen/apps/detector/data/augment.h>

#include "golden.h"
#include "images.h"

using namespace tengen::detect;

namespace {

Image swap_red_and_blue(Image image) {
  for (size_t i = 0; i < image.pixels.size(); i += 3) std::swap(image.pixels[i], image.pixels[i + 2]);
  return image;
}

}  // namespace

TEST_CASE("perspective: golden matrices, images and boxes") {
  golden::for_each_case("perspective", [](const golden::Case& c) {
    const Size input{c.integer("height"), c.integer("width")};
    const Size output{c.integer("out_height"), c.integer("out_width")};
    const Matrix3 matrix = warp_matrix(draws_of(c), input, output);
    CHECK(golden::max_difference(matrix, c.values<double>("matrix")) < 1e-9);
    const Sample sample{image_of(c, "image"), boxes_of(c, "targets")};
    const Sample result =
        random_perspective(sample, draws_of(c), c.integer("border_x"), c.integer("border_y"));
    REQUIRE(result.image.size() == output);
    const double share = golden::share_within(result.image.pixels, c.values<uint8_t>("out"), 2);
    CAPTURE(share);
    CHECK(share >= 0.99);
    CHECK(golden::max_difference(flat(result.boxes), c.values<float>("out_targets")) < 1e-3);
  });
}

TEST_CASE("candidates: golden filter") {
  golden::for_each_case("candidates", [](const golden::Case& c) {
    const CandidateLimits limits{c.number("wh_thr", 2), c.number("ar_thr", 100), c.number("area_thr", 0.1)};
    const auto before = c.values<double>("before"), after = c.values<double>("after");
    std::vector<int> keep;
    for (size_t i = 0; i + 3 < before.size(); i += 4) {
      keep.push_back(box_candidate({before[i], before[i + 1], before[i + 2], before[i + 3]},
                                   {after[i], after[i + 1], after[i + 2], after[i + 3]}, limits));
    }
    CHECK(keep == c.values<int>("keep"));
  });
}

TEST_CASE("hsv: golden images") {
  golden::for_each_case("hsv", [](const golden::Case& c) {
    Image image = swap_red_and_blue(image_of(c, "image_bgr"));
    scale_hsv(image, c.number("drawn_h"), c.number("drawn_s"), c.number("drawn_v"));
    const double share =
        golden::share_within(swap_red_and_blue(image).pixels, c.values<uint8_t>("out_bgr"), 1);
    CAPTURE(share);
    CHECK(share >= 0.99);
  });
}

TEST_CASE("mosaic: golden resizing, pasting and warping") {
  golden::for_each_case("mosaic", [](const golden::Case& c) {
    const int image_size = c.integer("img_size"), count = c.integer("images");
    std::vector<Image> resized;
    std::vector<std::vector<Label>> labels;
    for (int i = 0; i < count; ++i) {
      const Image image = image_of(c, "image" + std::to_string(i));
      resized.push_back(resize_bilinear(image, training_size(image.size(), image_size)));
      const auto expected = c.shape("resized" + std::to_string(i));
      REQUIRE(resized.back().size() == Size{int(expected[0]), int(expected[1])});
      CHECK(golden::share_within(resized.back().pixels, c.values<uint8_t>("resized" + std::to_string(i)),
                                 1) >= 0.99);
      labels.push_back(labels_of(c, "labels" + std::to_string(i)));
    }
    std::array<Tile, 4> tiles;
    const auto order = c.numbers("order");
    for (size_t i = 0; i < 4; ++i) tiles[i] = {&resized[size_t(order[i])], labels[size_t(order[i])]};
    const Sample mosaic = mosaic4(tiles, image_size, c.integer("xc"), c.integer("yc"));
    CHECK(golden::share_within(mosaic.image.pixels, c.values<uint8_t>("mosaic"), 1) >= 0.99);
    CHECK(golden::max_difference(flat(mosaic.boxes), c.values<float>("mosaic_labels")) < 1e-3);

    const Sample result =
        random_perspective(mosaic, draws_of(c), c.integer("border_x"), c.integer("border_y"));
    CHECK(golden::share_within(result.image.pixels, c.values<uint8_t>("out"), 2) >= 0.99);
    CHECK(golden::max_difference(flat(result.boxes), c.values<float>("out_labels")) < 1e-3);
  });
}

TEST_CASE("warp: identity copies; the two affine paths agree") {
  Random random(1);
  Image image(37, 53);
  for (uint8_t& p : image.pixels) p = uint8_t(random.below(256));
  CHECK(warp(image, {1, 0, 0, 0, 1, 0, 0, 0, 1}, image.size()).pixels == image.pixels);
  // A shear too small to move any coordinate by 1/1024 pixel takes the general path.
  const Matrix3 scale{1.37, 0, -9.25, 0, 0.71, 3.5, 0, 0, 1};
  Matrix3 sheared = scale;
  sheared[1] = 1e-9;
  CHECK(warp(image, scale, {40, 60}).pixels == warp(image, sheared, {40, 60}).pixels);
  CHECK_THROWS_AS(warp(image, {1, 1, 0, 1, 1, 0, 0, 0, 1}, {4, 4}), tengen::Error);
}

TEST_CASE("flips and mixup") {
  Sample sample{Image(2, 4), {{3, {0, 0, 1, 2}}}};
  sample.image.row(0)[0] = 200;
  Sample mirrored = sample;
  flip_left_right(mirrored);
  CHECK(mirrored.image.row(0)[9] == 200);
  CHECK(mirrored.boxes[0].box == Box{3, 0, 4, 2});
  flip_up_down(mirrored);
  CHECK(mirrored.image.row(1)[9] == 200);
  Sample other{Image(2, 4, 100), {{1, {0, 0, 2, 2}}}};
  mixup(sample, other, 0.5);
  CHECK(sample.image.row(0)[0] == 150);
  CHECK(sample.boxes.size() == 2);
}

TEST_CASE("random: beta and normal have the right moments, seeds differ") {
  Random random(7);
  double sum = 0, squares = 0, beta = 0, beta_squares = 0;
  constexpr int kCount = 20000;
  for (int i = 0; i < kCount; ++i) {
    const double x = random.normal(), b = random.beta(32, 32);
    sum += x;
    squares += x * x;
    beta += b;
    beta_squares += (b - 0.5) * (b - 0.5);
  }
  CHECK(std::abs(sum / kCount) < 0.03);
  CHECK(squares / kCount == doctest::Approx(1).epsilon(0.03));
  CHECK(beta / kCount == doctest::Approx(0.5).epsilon(0.01));
  CHECK(beta_squares / kCount == doctest::Approx(0.25 / 65).epsilon(0.05));
  CHECK(Random(1, 2, 3).next() != Random(1, 3, 2).next());
  CHECK(Random(1, 2, 3).next() == Random(1, 2, 3).next());
}
