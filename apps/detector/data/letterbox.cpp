#include <tengen/apps/detector/data/letterbox.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

#include <tengen/tensor/error.h>

namespace tengen::detect {

int checked_image_size(int asked, int stride) {
  constexpr int kLargest = 1 << 15;
  TENGEN_CHECK(asked > 0 && asked <= kLargest, "--img: ", asked, ", expected a positive size of at most ",
               kLargest);
  const int size = (asked + stride - 1) / stride * stride;
  if (size != asked)
    std::fprintf(stderr, "tengen-detect: warning: --img %d is not a multiple of the stride %d, using %d\n",
                 asked, stride, size);
  return size;
}

LetterboxedImage letterbox(const Image& image, const LetterboxOptions& options) {
  TENGEN_CHECK(!image.empty(), "letterbox: the image is empty");
  const Size shape = options.shape;
  double ratio = std::min(double(shape.height) / image.height, double(shape.width) / image.width);
  if (!options.scale_up) ratio = std::min(ratio, 1.);
  Size inner{int(std::nearbyint(image.height * ratio)), int(std::nearbyint(image.width * ratio))};
  Fit fit{ratio, ratio, double(shape.width - inner.width), double(shape.height - inner.height)};
  if (options.auto_shape) {
    fit.pad_w = (shape.width - inner.width) % options.stride;
    fit.pad_h = (shape.height - inner.height) % options.stride;
  } else if (options.scale_fill) {
    inner = shape;
    fit = {double(shape.width) / image.width, double(shape.height) / image.height, 0, 0};
  }
  fit.pad_w /= 2;
  fit.pad_h /= 2;
  inner = {std::max(inner.height, 1), std::max(inner.width, 1)};  // of extremely narrow images

  const int left = int(std::nearbyint(fit.pad_w - 0.1)), right = int(std::nearbyint(fit.pad_w + 0.1));
  const int top = int(std::nearbyint(fit.pad_h - 0.1)), bottom = int(std::nearbyint(fit.pad_h + 0.1));
  Image resized = image.size() == inner ? Image() : resize_bilinear(image, inner);
  const Image& from = resized.empty() ? image : resized;
  Image out(inner.height + top + bottom, inner.width + left + right, options.level);
  for (int y = 0; y < inner.height; ++y) {
    std::copy_n(from.row(y), inner.width * 3, out.row(y + top) + left * 3);
  }
  return {std::move(out), fit};
}

Box unletterbox(const Box& box, const Fit& fit, Size original) {
  return clip({float((box.x1 - fit.pad_w) / fit.ratio_w), float((box.y1 - fit.pad_h) / fit.ratio_h),
               float((box.x2 - fit.pad_w) / fit.ratio_w), float((box.y2 - fit.pad_h) / fit.ratio_h)},
              original);
}

Box unletterbox(const Box& box, Size fitted, Size original) {
  const double ratio =
      std::min(double(fitted.height) / original.height, double(fitted.width) / original.width);
  return unletterbox(box,
                     {ratio, ratio, (fitted.width - original.width * ratio) / 2,
                      (fitted.height - original.height * ratio) / 2},
                     original);
}

RectBatches rect_batches(std::span<const Size> sizes, int batch, int image_size, int stride, double pad) {
  TENGEN_CHECK(batch > 0 && stride > 0, "rect_batches: batch ", batch, " and stride ", stride,
               " must be positive");
  auto ratio = [&](int i) { return double(sizes[size_t(i)].height) / sizes[size_t(i)].width; };
  RectBatches result;
  result.order.resize(sizes.size());
  std::iota(result.order.begin(), result.order.end(), 0);
  std::stable_sort(result.order.begin(), result.order.end(),
                   [&](int a, int b) { return ratio(a) < ratio(b); });
  for (size_t first = 0; first < sizes.size(); first += size_t(batch)) {
    const size_t last = std::min(first + size_t(batch), sizes.size()) - 1;
    const double lowest = ratio(result.order[first]), highest = ratio(result.order[last]);
    const double height = highest < 1 ? highest : 1, width = highest < 1 || lowest <= 1 ? 1 : 1 / lowest;
    auto rounded = [&](double share) { return int(std::ceil(share * image_size / stride + pad)) * stride; };
    result.shapes.push_back({rounded(height), rounded(width)});
  }
  return result;
}

}  // namespace tengen::detect
