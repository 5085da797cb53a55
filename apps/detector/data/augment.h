// Augmentation of images with their boxes: affine and perspective warps, color, mosaic, mix-up.
#pragma once

#include <array>
#include <span>
#include <vector>

#include <tengen/apps/detector/data/boxes.h>
#include <tengen/apps/detector/data/common.h>
#include <tengen/apps/detector/data/hyp.h>
#include <tengen/apps/detector/data/random.h>

namespace tengen::detect {

/// An image with boxes in its pixels.
struct Sample {
  Image image;
  std::vector<LabeledBox> boxes;
};

/// The eight numbers of one random warp, in drawing order.
struct WarpDraws {
  double perspective_x = 0, perspective_y = 0;
  double angle_deg = 0;
  double scale = 1;
  double shear_x_deg = 0, shear_y_deg = 0;
  double translate_x = 0.5, translate_y = 0.5;  // of the output's size
};
WarpDraws draw_warp(const Hyp& hyp, Random& random);

/// A 3x3 matrix, row by row, that maps input pixels to output pixels.
using Matrix3 = std::array<double, 9>;

/// T S R P C: center to the origin, perspective, rotation with scale, shear, translation.
Matrix3 warp_matrix(const WarpDraws& draws, Size input, Size output);

/// Warps by `matrix` bilinearly, 5-bit fractions as OpenCV; gray 114 outside.
Image warp(const Image& image, const Matrix3& matrix, Size output);

/// The limits below which a warped box is dropped.
struct CandidateLimits {
  double min_extent = 2, max_aspect = 100, min_area = 0.1;
};
/// Whether the box `after` a warp is still worth learning; `before` in the same scale.
bool box_candidate(const std::array<double, 4>& before, const std::array<double, 4>& after,
                   const CandidateLimits& limits = {});

/// Warps image and boxes; the border (negative to crop) is added on each side.
Sample random_perspective(const Sample& sample, const WarpDraws& draws, int border_x = 0, int border_y = 0);

/// Multiplies hue (mod 180), saturation and value, in 8-bit HSV.
void scale_hsv(Image& image, double hue, double saturation, double value);
/// The same with gains drawn from 1 +- hsv_h, hsv_s, hsv_v.
void random_hsv(Image& image, const Hyp& hyp, Random& random);

/// Size at which an image enters training: the longer side becomes `image_size`, rounded towards zero.
Size training_size(Size size, int image_size);

/// One part of a mosaic.
struct Tile {
  const Image* image = nullptr;
  std::span<const Label> labels;
};
/// Four images (top left, top right, bottom left, bottom right) around (xc, yc) on a square of twice
/// `image_size`. `order` of the labels: tile by tile.
Sample mosaic4(const std::array<Tile, 4>& tiles, int image_size, int xc, int yc);

/// ratio * a + (1 - ratio) * b, boxes of both.
void mixup(Sample& a, const Sample& b, double ratio);

void flip_left_right(Sample& sample);
void flip_up_down(Sample& sample);

}  // namespace tengen::detect
