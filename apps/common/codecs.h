// The file formats of images that image.h reads and writes. An error's text continues "image: NAME ", which
// image.cpp puts in front of it. Every size is checked before memory is taken for it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <tengen/apps/common/image.h>

namespace tengen::apps::codecs {

using Bytes = std::vector<uint8_t>;
using View = std::span<const uint8_t>;

/// What a header says: the size as stored and EXIF's orientation, 1 to 8.
struct Header {
  Size size;
  int orientation = 1;
};
struct DecodedImage {
  Image image;  // as stored
  int orientation = 1;
};

/// Throws when a side is not positive or the image has more than kMostPixels pixels.
void check_size(int64_t width, int64_t height);
/// Pillow, and with it YOLOv5, refuses a larger image as a decompression bomb.
inline constexpr int64_t kMostPixels = 178'956'970;

/// The one notion of where a format begins: its first bytes.
bool is_jpeg(View bytes);
bool is_png(View bytes);
bool is_bmp(View bytes);

/// Nothing when the bytes end before the header does.
std::optional<Header> jpeg_header(View bytes);
DecodedImage decode_jpeg(View bytes);
/// Above quality 90 colors are kept at full resolution.
Bytes encode_jpeg(const Image& image, int quality);

/// Needs the whole file, because it checks the checksums of all chunks too.
Header png_header(View bytes);
DecodedImage decode_png(View bytes);
Bytes encode_png(const Image& image);

/// `start` holds the first 128 bytes of the file, or all if it is shorter.
Header bmp_header(View start, int64_t file_bytes);
/// 1, 4, 8, 16, 24 and 32 bits, not run-length encoded.
DecodedImage decode_bmp(View bytes);

}  // namespace tengen::apps::codecs
