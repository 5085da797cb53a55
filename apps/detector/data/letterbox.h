// Fitting an image into a given shape without changing its proportions, and mapping boxes back.
#pragma once

#include <span>
#include <vector>

#include <tengen/apps/detector/data/boxes.h>
#include <tengen/apps/detector/data/common.h>

namespace tengen::detect {

struct LetterboxOptions {
  Size shape{640, 640};
  bool auto_shape = false;  // pad only to the next multiple of the stride
  bool scale_fill = false;  // stretch, no padding
  bool scale_up = true;     // else never enlarge
  int stride = 32;
  uint8_t level = 114;  // gray of the border
};

/// The next multiple of the stride, with a warning when that is not what was asked for.
int checked_image_size(int asked, int stride);

/// How an image was fitted: pixel (x, y) of the original lies at (x*ratio_w + pad_w, y*ratio_h + pad_h).
struct Fit {
  double ratio_w = 1, ratio_h = 1;
  double pad_w = 0, pad_h = 0;  // half of the whole padding; the pixels at left/top are round(pad - 0.1)
};

struct LetterboxedImage {
  Image image;
  Fit fit;
};

/// Resizes (bilinear) and pads.
LetterboxedImage letterbox(const Image& image, const LetterboxOptions& options);

/// A box in the fitted image -> in the original, clipped to it.
Box unletterbox(const Box& box, const Fit& fit, Size original);
/// The same with one ratio and the padding derived again from both shapes, for callers that know only these.
Box unletterbox(const Box& box, Size fitted, Size original);

/// Rectangular batches: images sorted by height/width; every batch gets the smallest shape that is a
/// multiple of the stride and holds its images at `image_size`.
struct RectBatches {
  std::vector<int> order;    // image index by rank
  std::vector<Size> shapes;  // of batch b, which holds order[b*batch] ... order[(b+1)*batch - 1]
};
RectBatches rect_batches(std::span<const Size> sizes, int batch, int image_size, int stride, double pad);

}  // namespace tengen::detect
