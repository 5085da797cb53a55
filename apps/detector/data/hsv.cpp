// Color augmentation in 8-bit HSV (hue 0 to 179), through lookup tables as the original does.
#include <algorithm>
#include <array>
#include <cmath>

#include <tengen/apps/detector/data/augment.h>

namespace tengen::detect {
namespace {

constexpr int kShift = 12;  // of the division tables

/// 255/v and 30/diff in fixed point.
struct Divisions {
  int saturation[256], hue[256];
  Divisions() {
    saturation[0] = hue[0] = 0;
    for (int i = 1; i < 256; ++i) {
      saturation[i] = int(std::lrint((255 << kShift) / (1. * i)));
      hue[i] = int(std::lrint((180 << kShift) / (6. * i)));
    }
  }
};

/// The tables of one gain each: the new byte, scaled to what the way back needs.
struct Gains {
  std::array<float, 256> hue, saturation, value;  // sectors in [0,6), [0,1], [0,255]
  Gains(double h, double s, double v) {
    for (int i = 0; i < 256; ++i) {
      auto byte = [](double x) { return float(uint8_t(std::clamp(x, 0., 255.))); };
      double turned = std::fmod(i * h, 180.);
      if (turned < 0) turned += 180;
      hue[size_t(i)] = byte(turned) * (6.f / 180.f);
      saturation[size_t(i)] = byte(i * s) * (1.f / 255.f);
      value[size_t(i)] = byte(i * v);
    }
  }
};

/// One channel of HSV -> RGB; `ramp`, cut to [0,1], says how far the hue is from that channel's.
inline int16_t channel(float saturation, float value, float ramp) {
  ramp = std::max(0.f, std::min(ramp, 1.f));
  return int16_t(int(value * (1.f - saturation * ramp) + 0.5f));
}

}  // namespace

void scale_hsv(Image& image, double hue, double saturation, double value) {
  static const Divisions divide;
  const Gains gains(hue, saturation, value);
  constexpr size_t kBlock = 256;
  int16_t rgb[3][kBlock] = {}, top[kBlock], range[kBlock], turn[kBlock];
  float h[kBlock] = {}, s[kBlock] = {}, v[kBlock] = {};
  const size_t count = image.pixels.size() / 3;
  for (size_t first = 0; first < count; first += kBlock) {
    const size_t block = std::min(kBlock, count - first);
    uint8_t* pixels = image.pixels.data() + 3 * first;
    for (size_t i = 0; i < block; ++i) {
      for (size_t c = 0; c < 3; ++c) rgb[c][i] = pixels[3 * i + c];
    }
    // Loops over whole blocks without branches become vector code.
    for (size_t i = 0; i < kBlock; ++i) {
      const int16_t r = rgb[0][i], g = rgb[1][i], b = rgb[2][i];
      const int16_t high = std::max(std::max(r, g), b);
      const int16_t spread = int16_t(high - std::min(std::min(r, g), b));
      const int16_t is_r = int16_t(-(high == r)), is_g = int16_t(~is_r & -(high == g)),
                    is_b = int16_t(~(is_r | is_g));
      top[i] = high;
      range[i] = spread;
      turn[i] = int16_t((is_r & (g - b)) | (is_g & (b - r + 2 * spread)) | (is_b & (r - g + 4 * spread)));
    }
    for (size_t i = 0; i < block; ++i) {
      int angle = (turn[i] * divide.hue[range[i]] + (1 << (kShift - 1))) >> kShift;
      angle += angle < 0 ? 180 : 0;
      h[i] = gains.hue[size_t(angle)];
      s[i] = gains.saturation[size_t((range[i] * divide.saturation[top[i]] + (1 << (kShift - 1))) >> kShift)];
      v[i] = gains.value[size_t(top[i])];
    }
    for (size_t i = 0; i < kBlock; ++i) {
      rgb[0][i] = channel(s[i], v[i], 2.f - std::abs(h[i] - 3.f));
      rgb[1][i] = channel(s[i], v[i], std::abs(h[i] - 2.f) - 1.f);
      rgb[2][i] = channel(s[i], v[i], std::abs(h[i] - 4.f) - 1.f);
    }
    for (size_t i = 0; i < block; ++i) {
      for (size_t c = 0; c < 3; ++c) pixels[3 * i + c] = uint8_t(rgb[c][i]);
    }
  }
}

void random_hsv(Image& image, const Hyp& hyp, Random& random) {
  const double hue = random.uniform(-1, 1) * hyp.hsv_h + 1;
  const double saturation = random.uniform(-1, 1) * hyp.hsv_s + 1;
  const double value = random.uniform(-1, 1) * hyp.hsv_v + 1;
  if (hyp.hsv_h != 0 || hyp.hsv_s != 0 || hyp.hsv_v != 0) scale_hsv(image, hue, saturation, value);
}

}  // namespace tengen::detect
