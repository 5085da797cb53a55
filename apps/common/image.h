// Images: 8-bit RGB, rows from the top, three interleaved channels (H,W,3).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tengen::apps {

struct Size {
  int height = 0, width = 0;
  bool operator==(const Size&) const = default;
};

struct Image {
  int height = 0, width = 0;
  std::vector<uint8_t> pixels;  // (H,W,3)

  Image() = default;
  /// A gray image of one level.
  Image(int height, int width, uint8_t level = 0)
      : height(height), width(width), pixels(size_t(height) * width * 3, level) {}

  Size size() const { return {height, width}; }
  bool empty() const { return pixels.empty(); }
  uint8_t* row(int y) { return pixels.data() + size_t(y) * width * 3; }
  const uint8_t* row(int y) const { return pixels.data() + size_t(y) * width * 3; }
};

/// Decodes a JPEG, PNG or BMP file, gray and alpha made RGB, turned as its EXIF orientation says.
/// Throws tengen::Error naming the file when it is missing, cut short, no image, or when its header asks
/// for more pixels than its bytes can hold or than 179 million.
Image load_image(const std::string& path);

/// Size after EXIF rotation, read from the header; with the checks that need no decoding: a JPEG's end
/// marker, a PNG's checksums.
Size image_size(const std::string& path);

/// Writes .png, .jpg or .jpeg by the name's ending, whole or not at all.
void save_image(const std::string& path, const Image& image, int jpeg_quality = 92);

/// Bilinear with half-pixel centers, in OpenCV's 11-bit fixed point (INTER_LINEAR).
Image resize_bilinear(const Image& image, Size size);
/// Mean of the covered area, for shrinking (INTER_AREA).
Image resize_area(const Image& image, Size size);

void flip_left_right(Image& image);
void flip_up_down(Image& image);

/// (H,W,3) bytes -> (3,H,W) floats in [0,1] at `out`.
void to_chw(const Image& image, float* out);

}  // namespace tengen::apps
