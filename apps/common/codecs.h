// The picture formats that image.h reads and writes. Errors say what is wrong with the bytes, to be read
// behind "image: NAME "; every size is checked before memory is taken for it.
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
struct Decoded {
  Image image;  // as stored
  int orientation = 1;
};

/// Throws when a picture of this size is none or is larger than kMostPixels.
void check_size(int64_t width, int64_t height);
/// Where Pillow, and with it YOLOv5, refuses a picture as a decompression bomb.
inline constexpr int64_t kMostPixels = 178'956'970;

/// The one notion of where a format begins: its first bytes.
bool is_jpeg(View bytes);
bool is_png(View bytes);
bool is_bmp(View bytes);

/// Nothing when the bytes end before the header does.
std::optional<Header> jpeg_header(View bytes);
Decoded decode_jpeg(View bytes);
/// Above quality 90 colours are kept at full resolution.
Bytes encode_jpeg(const Image& image, int quality);

/// Of a whole file: the checksums of all its parts are looked at too.
Header png_header(View bytes);
Decoded decode_png(View bytes);
Bytes encode_png(const Image& image);

/// Of a file's first 128 bytes.
Header bmp_header(View start, int64_t file_bytes);
/// 1, 4, 8, 16, 24 and 32 bits, not run-length encoded.
Decoded decode_bmp(View bytes);

}  // namespace tengen::apps::codecs
