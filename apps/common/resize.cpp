// Resizing: bilinear in fixed point, and by area.
#include <algorithm>
#include <cmath>

#include <tengen/apps/common/image.h>
#include <tengen/tensor/error.h>

namespace tengen::apps {
namespace {

constexpr int kCoefficientBits = 11;

/// Where an output coordinate reads: two neighbors with weights that sum to 2048.
struct Tap {
  int first, second;
  int16_t weight_first, weight_second;
};

std::vector<Tap> bilinear_taps(int from, int to) {
  auto taps = std::vector<Tap>(size_t(to));
  const double scale = 1. / (double(to) / from);
  for (int i = 0; i < to; ++i) {
    float position = float((i + 0.5) * scale - 0.5);
    int first = int(std::floor(position));
    float fraction = position - float(first);
    if (first < 0) first = 0, fraction = 0;
    if (first >= from - 1) first = from - 1, fraction = 0;
    const float one = 1 << kCoefficientBits;
    taps[size_t(i)] = {first, std::min(first + 1, from - 1), int16_t(std::lrint((1.f - fraction) * one)),
                       int16_t(std::lrint(fraction * one))};
  }
  return taps;
}

}  // namespace

Image resize_bilinear(const Image& image, Size size) {
  TENGEN_CHECK(!image.empty() && size.height > 0 && size.width > 0, "resize: cannot make ", size.width, "x",
               size.height, " of ", image.width, "x", image.height);
  if (image.size() == size) return image;
  const std::vector<Tap> columns = bilinear_taps(image.width, size.width);
  const std::vector<Tap> rows = bilinear_taps(image.height, size.height);
  const size_t length = size_t(size.width) * 3;
  // Two source rows, already interpolated along x and brought to 15 bits, are kept: neighbors share them.
  std::vector<int16_t> buffer[2] = {std::vector<int16_t>(length), std::vector<int16_t>(length)};
  int held[2] = {-1, -1};
  auto fetch = [&](int y, int keep) {  // index of the buffer with source row y; never overwrites row `keep`
    for (int i : {0, 1}) {
      if (held[i] == y) return i;
    }
    const int slot = held[0] == keep ? 1 : 0;
    held[slot] = y;
    const uint8_t* from = image.row(y);
    int16_t* to = buffer[slot].data();
    for (const Tap& tap : columns) {
      const uint8_t *a = from + 3 * tap.first, *b = from + 3 * tap.second;
      for (int c = 0; c < 3; ++c) *to++ = int16_t((a[c] * tap.weight_first + b[c] * tap.weight_second) >> 4);
    }
    return slot;
  };
  Image out(size.height, size.width);
  for (int y = 0; y < size.height; ++y) {
    const Tap& tap = rows[size_t(y)];
    const int16_t* a = buffer[fetch(tap.first, tap.second)].data();
    const int16_t* b = buffer[fetch(tap.second, tap.first)].data();
    uint8_t* to = out.row(y);
    for (size_t i = 0; i < length; ++i) {
      const int sum = (a[i] * tap.weight_first >> 16) + (b[i] * tap.weight_second >> 16);
      to[i] = uint8_t((sum + 2) >> 2);
    }
  }
  return out;
}

Image resize_area(const Image& image, Size size) {
  if (size.height > image.height || size.width > image.width) return resize_bilinear(image, size);
  if (image.size() == size) return image;
  const double scale_x = double(image.width) / size.width, scale_y = double(image.height) / size.height;
  const size_t length = size_t(size.width) * 3;
  std::vector<float> sum(length), reduced(length);
  // The fraction of [i, i+1) that lies in [low, high).
  auto overlap = [](int i, double low, double high) {
    return float(std::max(0., std::min(i + 1., high) - std::max(double(i), low)));
  };
  Image out(size.height, size.width);
  int held = -1;
  for (int y = 0; y < size.height; ++y) {
    const double top = y * scale_y, bottom = std::min((y + 1) * scale_y, double(image.height));
    std::fill(sum.begin(), sum.end(), 0.f);
    for (int from_y = int(top); from_y < bottom; ++from_y) {
      const float weight_y = overlap(from_y, top, bottom);
      if (weight_y < 1e-3f) continue;
      if (held != from_y) {
        held = from_y;
        const uint8_t* from = image.row(from_y);
        for (int x = 0; x < size.width; ++x) {
          const double left = x * scale_x, right = std::min((x + 1) * scale_x, double(image.width));
          float channels[3] = {};
          for (int from_x = int(left); from_x < right; ++from_x) {
            const float weight = overlap(from_x, left, right);
            for (int c = 0; c < 3; ++c) channels[c] += weight * from[3 * from_x + c];
          }
          std::copy(channels, channels + 3, &reduced[size_t(x) * 3]);
        }
      }
      for (size_t i = 0; i < length; ++i) sum[i] += weight_y * reduced[i];
    }
    const float norm = float(1 / (scale_x * scale_y));
    uint8_t* to = out.row(y);
    for (size_t i = 0; i < length; ++i) to[i] = uint8_t(std::clamp(sum[i] * norm + 0.5f, 0.f, 255.f));
  }
  return out;
}

}  // namespace tengen::apps
