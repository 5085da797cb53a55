// Affine and perspective warps of images. Coordinates are rounded to 1/32 pixel as OpenCV does; the
// bilinear weights are then whole 1/1024.
#include <algorithm>
#include <climits>
#include <cmath>
#include <cstring>

#include <tengen/apps/detector/data/augment.h>
#include <tengen/tensor/error.h>

namespace tengen::detect {
namespace {

constexpr int kFractionBits = 5, kOne = 1 << kFractionBits;
constexpr int kAffineBits = 10;  // of the affine coordinates before rounding to kFractionBits
constexpr uint8_t kBorder = 114;

Matrix3 inverse(const Matrix3& m) {
  auto minor = [&](int a, int b, int c, int d) {
    return m[size_t(a)] * m[size_t(d)] - m[size_t(b)] * m[size_t(c)];
  };
  const double determinant = m[0] * minor(4, 5, 7, 8) - m[1] * minor(3, 5, 6, 8) + m[2] * minor(3, 4, 6, 7);
  TENGEN_CHECK(determinant != 0 && std::isfinite(determinant), "warp: the matrix has no inverse");
  const double s = 1 / determinant;
  return {minor(4, 5, 7, 8) * s,  -minor(1, 2, 7, 8) * s, minor(1, 2, 4, 5) * s,
          -minor(3, 5, 6, 8) * s, minor(0, 2, 6, 8) * s,  -minor(0, 2, 3, 5) * s,
          minor(3, 4, 6, 7) * s,  -minor(0, 1, 6, 7) * s, minor(0, 1, 3, 4) * s};
}

int to_int(double value) { return int(std::lrint(std::clamp(value, -1e9, 1e9))); }
int to_affine(double value) { return to_int(value * (1 << kAffineBits)); }

/// Where an output pixel reads: source pixel and fraction in 1/32, along one axis.
struct Place {
  int whole, fraction;
};
Place place_of(int fixed) { return {fixed >> kFractionBits, fixed & (kOne - 1)}; }

/// One output pixel; neighbors outside count as the border's gray.
void sample_pixel(const Image& image, Place x, Place y, uint8_t* to) {
  const int weight_x[2] = {kOne - x.fraction, x.fraction}, weight_y[2] = {kOne - y.fraction, y.fraction};
  int sum[3] = {512, 512, 512};
  for (int j = 0; j < 2; ++j) {
    for (int i = 0; i < 2; ++i) {
      const int weight = weight_x[i] * weight_y[j], px = x.whole + i, py = y.whole + j;
      const bool inside = unsigned(px) < unsigned(image.width) && unsigned(py) < unsigned(image.height);
      const uint8_t* from = inside ? image.row(py) + 3 * px : nullptr;
      for (int c = 0; c < 3; ++c) sum[c] += weight * (inside ? from[c] : kBorder);
    }
  }
  for (int c = 0; c < 3; ++c) to[c] = uint8_t(sum[c] >> 10);
}

/// The same for a pixel whose four neighbors are inside.
void sample_inner(const uint8_t* a, const uint8_t* b, int fx, int fy, uint8_t* to) {
  for (int c = 0; c < 3; ++c) {
    const int upper = a[c] * (kOne - fx) + a[c + 3] * fx, lower = b[c] * (kOne - fx) + b[c + 3] * fx;
    to[c] = uint8_t((upper * (kOne - fy) + lower * fy + 512) >> 10);
  }
}

/// Scale and translation only, which is what the default recipe draws: the axes separate, every source row is
/// interpolated along x once, and rows are mixed by whole vectors.
class ScaleWarp {
 public:
  ScaleWarp(const Image& image, const std::vector<int>& columns)
      : image_(image), columns_(columns.size()), border_(columns.size() * 3, int16_t(kBorder * kOne)) {
    for (size_t i = 0; i < columns.size(); ++i) columns_[i] = place_of(columns[i]);
    auto inner = [&](Place p) { return p.whole >= 0 && p.whole + 1 < image.width; };
    while (first_ < columns_.size() && !inner(columns_[first_])) ++first_;
    last_ = columns_.size();
    while (last_ > first_ && !inner(columns_[last_ - 1])) --last_;
    for (auto& row : rows_) row.resize(columns.size() * 3);
  }

  void row(Place y, uint8_t* to) {
    const int16_t *a = source_row(y.whole, y.whole + 1), *b = source_row(y.whole + 1, y.whole);
    const int upper = kOne - y.fraction, lower = y.fraction;
    for (size_t i = 0; i < border_.size(); ++i) to[i] = uint8_t((a[i] * upper + b[i] * lower + 512) >> 10);
  }

 private:
  /// Row y interpolated along x; the buffer of row `keep` is not overwritten.
  const int16_t* source_row(int y, int keep) {
    if (unsigned(y) >= unsigned(image_.height)) return border_.data();
    for (int i : {0, 1}) {
      if (held_[i] == y) return rows_[i].data();
    }
    const int slot = held_[0] == keep ? 1 : 0;
    held_[slot] = y;
    const uint8_t* from = image_.row(y);
    int16_t* to = rows_[slot].data();
    for (size_t i = 0; i < first_; ++i) edge(from, columns_[i], to + 3 * i);
    for (size_t i = last_; i < columns_.size(); ++i) edge(from, columns_[i], to + 3 * i);
    for (size_t i = first_; i < last_; ++i) {
      const Place x = columns_[i];
      const uint8_t* p = from + 3 * x.whole;
      for (int c = 0; c < 3; ++c)
        to[3 * i + size_t(c)] = int16_t(p[c] * kOne + (p[c + 3] - p[c]) * x.fraction);
    }
    return to;
  }
  void edge(const uint8_t* from, Place x, int16_t* to) const {
    for (int c = 0; c < 3; ++c) {
      auto at = [&](int px) { return unsigned(px) < unsigned(image_.width) ? from[3 * px + c] : kBorder; };
      to[c] = int16_t(at(x.whole) * (kOne - x.fraction) + at(x.whole + 1) * x.fraction);
    }
  }

  const Image& image_;
  std::vector<Place> columns_;
  size_t first_ = 0, last_ = 0;  // columns with both neighbors inside
  std::vector<int16_t> border_, rows_[2];
  int held_[2] = {-1, -1};
};

Image warp_affine(const Image& image, const Matrix3& matrix, Size output) {
  double determinant = matrix[0] * matrix[4] - matrix[1] * matrix[3];
  TENGEN_CHECK(determinant != 0 && std::isfinite(determinant), "warp: the matrix has no inverse");
  determinant = 1 / determinant;
  const double a = matrix[4] * determinant, b = -matrix[1] * determinant, d = -matrix[3] * determinant,
               e = matrix[0] * determinant;
  const double c = -a * matrix[2] - b * matrix[5], f = -d * matrix[2] - e * matrix[5];

  constexpr int kShift = kAffineBits - kFractionBits, kRound = 1 << (kShift - 1);
  std::vector<int> along_x(size_t(output.width)), along_y(along_x.size());
  for (int x = 0; x < output.width; ++x) {
    along_x[size_t(x)] = to_affine(a * x);
    along_y[size_t(x)] = to_affine(d * x);
  }
  Image out;
  out.height = output.height;
  out.width = output.width;
  out.pixels.resize(size_t(output.height) * output.width * 3);
  if (b == 0 && d == 0) {
    const int start = to_affine(c) + kRound;
    for (int& x : along_x) x = (x + start) >> kShift;
    ScaleWarp rows(image, along_x);
    for (int y = 0; y < output.height; ++y)
      rows.row(place_of((to_affine(e * y + f) + kRound) >> kShift), out.row(y));
    return out;
  }
  const unsigned inner_width = unsigned(image.width - 1), inner_height = unsigned(image.height - 1);
  for (int y = 0; y < output.height; ++y) {
    const int start_x = to_affine(b * y + c) + kRound, start_y = to_affine(e * y + f) + kRound;
    uint8_t* to = out.row(y);
    for (int x = 0; x < output.width; ++x, to += 3) {
      const Place px = place_of((start_x + along_x[size_t(x)]) >> kShift);
      const Place py = place_of((start_y + along_y[size_t(x)]) >> kShift);
      if (unsigned(px.whole) < inner_width && unsigned(py.whole) < inner_height) {
        const uint8_t* from = image.row(py.whole) + 3 * px.whole;
        sample_inner(from, from + 3 * image.width, px.fraction, py.fraction, to);
      } else {
        sample_pixel(image, px, py, to);
      }
    }
  }
  return out;
}

Image warp_projective(const Image& image, const Matrix3& matrix, Size output) {
  const Matrix3 m = inverse(matrix);
  Image out(output.height, output.width);
  for (int y = 0; y < output.height; ++y) {
    uint8_t* to = out.row(y);
    for (int x = 0; x < output.width; ++x, to += 3) {
      double scale = m[6] * x + (m[7] * y + m[8]);
      scale = scale != 0 ? kOne / scale : 0;
      const Place px = place_of(to_int((m[0] * x + (m[1] * y + m[2])) * scale));
      const Place py = place_of(to_int((m[3] * x + (m[4] * y + m[5])) * scale));
      sample_pixel(image, px, py, to);
    }
  }
  return out;
}

}  // namespace

Image warp(const Image& image, const Matrix3& matrix, Size output) {
  TENGEN_CHECK(!image.empty() && output.height > 0 && output.width > 0, "warp: cannot make ", output.width,
               "x", output.height, " of ", image.width, "x", image.height);
  const bool affine = matrix[6] == 0 && matrix[7] == 0 && matrix[8] == 1;
  return affine ? warp_affine(image, matrix, output) : warp_projective(image, matrix, output);
}

}  // namespace tengen::detect
