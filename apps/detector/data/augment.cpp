#include <tengen/apps/detector/data/augment.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

#include <tengen/tensor/error.h>

namespace tengen::detect {
namespace {

Matrix3 product(const Matrix3& a, const Matrix3& b) {
  Matrix3 c{};
  for (size_t i = 0; i < 3; ++i) {
    for (size_t j = 0; j < 3; ++j) {
      for (size_t k = 0; k < 3; ++k) c[3 * i + j] += a[3 * i + k] * b[3 * k + j];
    }
  }
  return c;
}

double radians(double degrees) { return degrees * std::numbers::pi / 180; }

}  // namespace

WarpDraws draw_warp(const Hyp& hyp, Random& random) {
  auto around = [&](double center, double reach) { return random.uniform(center - reach, center + reach); };
  WarpDraws draws;
  draws.perspective_x = around(0, hyp.perspective);
  draws.perspective_y = around(0, hyp.perspective);
  draws.angle_deg = around(0, hyp.degrees);
  draws.scale = around(1, hyp.scale);
  draws.shear_x_deg = around(0, hyp.shear);
  draws.shear_y_deg = around(0, hyp.shear);
  draws.translate_x = around(0.5, hyp.translate);
  draws.translate_y = around(0.5, hyp.translate);
  return draws;
}

Matrix3 warp_matrix(const WarpDraws& draws, Size input, Size output) {
  const Matrix3 center{1, 0, -input.width / 2., 0, 1, -input.height / 2., 0, 0, 1};
  const Matrix3 perspective{1, 0, 0, 0, 1, 0, draws.perspective_x, draws.perspective_y, 1};
  const double alpha = draws.scale * std::cos(radians(draws.angle_deg));
  const double beta = draws.scale * std::sin(radians(draws.angle_deg));
  const Matrix3 rotation{alpha, beta, 0, -beta, alpha, 0, 0, 0, 1};
  const Matrix3 shear{
      1, std::tan(radians(draws.shear_x_deg)), 0, std::tan(radians(draws.shear_y_deg)), 1, 0, 0, 0, 1};
  const Matrix3 translation{
      1, 0, draws.translate_x * output.width, 0, 1, draws.translate_y * output.height, 0, 0, 1};
  return product(translation, product(shear, product(rotation, product(perspective, center))));
}

bool box_candidate(const std::array<double, 4>& before, const std::array<double, 4>& after,
                   const CandidateLimits& limits) {
  constexpr double kEps = 1e-16;
  const double w1 = before[2] - before[0], h1 = before[3] - before[1];
  const double w2 = after[2] - after[0], h2 = after[3] - after[1];
  const double aspect = std::max(w2 / (h2 + kEps), h2 / (w2 + kEps));
  return w2 > limits.min_extent && h2 > limits.min_extent && w2 * h2 / (w1 * h1 + kEps) > limits.min_area &&
         aspect < limits.max_aspect;
}

Sample random_perspective(const Sample& sample, const WarpDraws& draws, int border_x, int border_y) {
  const Size input = sample.image.size(), output{input.height + 2 * border_y, input.width + 2 * border_x};
  const Matrix3 m = warp_matrix(draws, input, output);
  Sample result;
  result.image = warp(sample.image, m, output);
  for (const LabeledBox& item : sample.boxes) {
    const Box& b = item.box;
    double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
    for (const auto& [x, y] : {std::pair{b.x1, b.y1}, {b.x2, b.y2}, {b.x1, b.y2}, {b.x2, b.y1}}) {
      const double w = m[6] * x + m[7] * y + m[8];
      const double mapped[2] = {(m[0] * x + m[1] * y + m[2]) / w, (m[3] * x + m[4] * y + m[5]) / w};
      for (size_t axis = 0; axis < 2; ++axis) {
        low[axis] = std::min(low[axis], mapped[axis]);
        high[axis] = std::max(high[axis], mapped[axis]);
      }
    }
    const double width = output.width, height = output.height, s = draws.scale;
    const std::array<double, 4> after{std::clamp(low[0], 0., width), std::clamp(low[1], 0., height),
                                      std::clamp(high[0], 0., width), std::clamp(high[1], 0., height)};
    if (!box_candidate({b.x1 * s, b.y1 * s, b.x2 * s, b.y2 * s}, after)) continue;
    result.boxes.push_back({item.cls, {float(after[0]), float(after[1]), float(after[2]), float(after[3])}});
  }
  return result;
}

Size training_size(Size size, int image_size) {
  const double ratio = double(image_size) / std::max(size.height, size.width);
  if (ratio == 1) return size;
  return {std::max(int(size.height * ratio), 1), std::max(int(size.width * ratio), 1)};
}

Sample mosaic4(const std::array<Tile, 4>& tiles, int image_size, int xc, int yc) {
  const int side = 2 * image_size;
  Sample result{Image(side, side, 114), {}};
  for (size_t i = 0; i < 4; ++i) {
    const Image& tile = *tiles[i].image;
    // Where the tile's upper left corner would lie; the inner corner touches the center.
    const int x0 = i % 2 == 0 ? xc - tile.width : xc, y0 = i < 2 ? yc - tile.height : yc;
    const int left = std::max(x0, 0), right = std::min(x0 + tile.width, side);
    for (int y = std::max(y0, 0); y < std::min(y0 + tile.height, side) && left < right; ++y) {
      std::memcpy(result.image.row(y) + 3 * left, tile.row(y - y0) + 3 * (left - x0),
                  size_t(right - left) * 3);
    }
    for (const Label& label : tiles[i].labels) {
      const Box box = to_corners(label, float(tile.width), float(tile.height), float(x0), float(y0));
      result.boxes.push_back({label.cls, clip(box, {side, side})});
    }
  }
  return result;
}

void mixup(Sample& a, const Sample& b, double ratio) {
  TENGEN_CHECK(a.image.size() == b.image.size(), "mixup: images of ", a.image.width, "x", a.image.height,
               " and ", b.image.width, "x", b.image.height);
  for (size_t i = 0; i < a.image.pixels.size(); ++i) {
    a.image.pixels[i] = uint8_t(a.image.pixels[i] * ratio + b.image.pixels[i] * (1 - ratio));
  }
  a.boxes.insert(a.boxes.end(), b.boxes.begin(), b.boxes.end());
}

void flip_left_right(Sample& sample) {
  flip_left_right(sample.image);
  const float width = float(sample.image.width);
  for (LabeledBox& item : sample.boxes) {
    item.box = {width - item.box.x2, item.box.y1, width - item.box.x1, item.box.y2};
  }
}

void flip_up_down(Sample& sample) {
  flip_up_down(sample.image);
  const float height = float(sample.image.height);
  for (LabeledBox& item : sample.boxes) {
    item.box = {item.box.x1, height - item.box.y2, item.box.x2, height - item.box.y1};
  }
}

}  // namespace tengen::detect
