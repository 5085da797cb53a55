// Windows bitmaps that are not run-length encoded.
#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>

#include <tengen/apps/common/codecs.h>
#include <tengen/tensor/error.h>

namespace tengen::apps::codecs {
namespace {

constexpr size_t kFileHeader = 14, kOldHeader = 12, kInfoHeader = 40;
constexpr uint32_t kRgb = 0, kBitFields = 3;

using Masks = std::array<uint32_t, 3>;  // of red, green, blue in 16 or 32 bits

struct Bitmap {
  int64_t width = 0, height = 0;
  bool from_top = false;
  int bits = 0;
  size_t pixels_at = 0, colors_at = 0, color_bytes = 4, colors = 0;
  Masks masks{};
};

uint32_t number(View b, size_t at, size_t bytes = 4) {
  if (at > b.size() || bytes > b.size() - at) fail("is a truncated BMP");
  uint32_t value = 0;
  for (size_t i = 0; i < bytes; ++i) value |= uint32_t(b[at + i]) << 8 * i;
  return value;
}

// Rows are filled up to four bytes.
size_t row_bytes(const Bitmap& map) { return size_t(map.width * map.bits + 31) / 32 * 4; }

Bitmap read_header(View b, size_t file_bytes) {
  Bitmap map;
  map.pixels_at = number(b, 10);
  const size_t header = number(b, kFileHeader);
  map.colors_at = kFileHeader + header;
  if (header == kOldHeader) {
    map.width = number(b, 18, 2);
    map.height = number(b, 20, 2);
    map.bits = int(number(b, 24, 2));
    map.color_bytes = 3;
  } else {
    if (header < kInfoHeader || header > 1024) fail("is a BMP with an unknown header");
    map.width = int32_t(number(b, 18));
    map.height = int32_t(number(b, 22));
    map.from_top = map.height < 0;
    map.height = std::abs(map.height);
    map.bits = int(number(b, 28, 2));
    const uint32_t packing = number(b, 30);
    if (packing != kRgb && packing != kBitFields)
      fail("is a packed BMP; save it unpacked, as PNG or as JPEG");
    map.colors = number(b, 46);
    if (packing == kBitFields) {
      if (map.bits != 16 && map.bits != 32) fail("is a corrupt BMP (bit fields of ", map.bits, " bits)");
      for (size_t c = 0; c < 3; ++c) map.masks[c] = number(b, kFileHeader + kInfoHeader + 4 * c);
    } else {
      map.masks = map.bits == 16 ? Masks{0x7c00, 0x3e0, 0x1f} : Masks{0xff0000, 0xff00, 0xff};
    }
  }
  if (map.bits != 1 && map.bits != 4 && map.bits != 8 && map.bits != 16 && map.bits != 24 && map.bits != 32)
    fail("is a BMP of ", map.bits, " bits per pixel, which is unknown");
  check_size(map.width, map.height);
  if (map.pixels_at > file_bytes || row_bytes(map) * size_t(map.height) > file_bytes - map.pixels_at)
    fail("is a truncated BMP");
  const size_t most = size_t(1) << std::min(map.bits, 8);
  if (map.colors == 0 || map.colors > most) map.colors = most;
  return map;
}

uint8_t under_mask(uint32_t value, uint32_t mask) {
  if (mask == 0) return 0;
  const int shift = std::countr_zero(mask);
  const uint64_t most = mask >> shift;
  return uint8_t((uint64_t((value & mask) >> shift) * 255 + most / 2) / most);
}

}  // namespace

bool is_bmp(View b) { return b.size() > kFileHeader && b[0] == 'B' && b[1] == 'M'; }

Header bmp_header(View start, int64_t file_bytes) {
  const Bitmap map = read_header(start, size_t(file_bytes));
  return {{int(map.height), int(map.width)}};
}

DecodedImage decode_bmp(View bytes) {
  const Bitmap map = read_header(bytes, bytes.size());
  const size_t stride = row_bytes(map);
  std::vector<std::array<uint8_t, 3>> colors;  // absent ones are black
  if (map.bits <= 8) {
    colors.resize(size_t(1) << map.bits);
    for (size_t i = 0; i < map.colors; ++i) {
      const uint32_t bgr = number(bytes, map.colors_at + i * map.color_bytes, 3);
      colors[i] = {uint8_t(bgr >> 16), uint8_t(bgr >> 8), uint8_t(bgr)};
    }
  }
  DecodedImage decoded{Image(int(map.height), int(map.width))};
  for (int64_t y = 0; y < map.height; ++y) {
    const uint8_t* in = &bytes[map.pixels_at + stride * size_t(map.from_top ? y : map.height - 1 - y)];
    uint8_t* out = decoded.image.row(int(y));
    for (int64_t x = 0; x < map.width; ++x, out += 3) {
      if (map.bits <= 8) {
        const int64_t bit = x * map.bits;
        const int value = in[bit / 8] >> (8 - map.bits - bit % 8) & ((1 << map.bits) - 1);
        std::copy(colors[size_t(value)].begin(), colors[size_t(value)].end(), out);
      } else if (map.bits == 24) {
        for (int c = 0; c < 3; ++c) out[c] = in[3 * x + 2 - c];
      } else {
        const size_t size = size_t(map.bits) / 8;
        const uint32_t value = number({in + size_t(x) * size, size}, 0, size);
        for (size_t c = 0; c < 3; ++c) out[c] = under_mask(value, map.masks[c]);
      }
    }
  }
  return decoded;
}

}  // namespace tengen::apps::codecs
