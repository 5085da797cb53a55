#include <tengen/apps/common/image.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <string_view>

#include <tengen/apps/common/codecs.h>
#include <tengen/io/file.h>
#include <tengen/tensor/error.h>

namespace tengen::apps {

namespace codecs {

void check_size(int64_t width, int64_t height) {
  TENGEN_CHECK(width > 0 && height > 0, "is an image of ", width, "x", height, " pixels");
  TENGEN_CHECK(width <= kMostPixels / height, "has ", width, "x", height, " pixels, more than the ",
               kMostPixels, " that are read");
}

}  // namespace codecs

namespace {

using codecs::Bytes;
using codecs::View;

constexpr int64_t kMostBytes = int64_t(1) << 31;

int64_t checked_bytes(const io::InputFile& file) {
  if (file.size() == 0) file.bad(" is empty");
  if (file.size() >= kMostBytes) file.bad(" is not an image file");
  return file.size();
}

Bytes read_bytes(const io::InputFile& file, int64_t offset, int64_t count) {
  auto bytes = Bytes(size_t(count));
  file.read(offset, bytes.data(), bytes.size());
  return bytes;
}

/// Runs `body` and puts "image: PATH " in front of the text of an Error that it throws.
template <class Body>
auto naming(const std::string& path, const Body& body) {
  try {
    return body();
  } catch (const Error& error) {
    fail("image: ", path, " ", error.what_without_backtrace());
  }
}

constexpr const char* kUnknown = "is not a JPEG, PNG or BMP image";

/// Turns and mirrors an image as EXIF's orientation 2 to 8 asks.
Image oriented(const Image& in, int orientation) {
  const bool transpose = orientation >= 5;
  Image out(transpose ? in.width : in.height, transpose ? in.height : in.width);
  const bool flip_x = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool flip_y = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  for (int y = 0; y < out.height; ++y) {
    uint8_t* to = out.row(y);
    for (int x = 0; x < out.width; ++x) {
      int from_x = transpose ? y : x, from_y = transpose ? x : y;
      if (flip_x) from_x = in.width - 1 - from_x;
      if (flip_y) from_y = in.height - 1 - from_y;
      std::memcpy(to + 3 * x, in.row(from_y) + 3 * from_x, 3);
    }
  }
  return out;
}

/// A JPEG's size, mostly from its first bytes; the end marker must stand in its last ones.
codecs::Header jpeg_header(const io::InputFile& file) {
  constexpr int64_t kPart = int64_t(1) << 16;
  const int64_t size = file.size();
  const Bytes head = read_bytes(file, 0, std::min(size, kPart));
  std::optional<codecs::Header> header = codecs::jpeg_header(head);
  if (!header && size > kPart) header = codecs::jpeg_header(read_bytes(file, 0, size));
  const Bytes tail = read_bytes(file, std::max<int64_t>(size - kPart, 0), std::min(size, kPart));
  const std::string_view text(reinterpret_cast<const char*>(tail.data()), tail.size());
  TENGEN_CHECK(header && text.find("\xff\xd9") != text.npos, "is a truncated JPEG (no end marker)");
  return *header;
}

}  // namespace

Image load_image(const std::string& path) {
  const io::InputFile file("image", path);
  const Bytes bytes = read_bytes(file, 0, checked_bytes(file));
  codecs::DecodedImage decoded = naming(path, [&] {
    if (codecs::is_jpeg(bytes)) return codecs::decode_jpeg(bytes);
    if (codecs::is_png(bytes)) return codecs::decode_png(bytes);
    if (codecs::is_bmp(bytes)) return codecs::decode_bmp(bytes);
    fail(kUnknown);
  });
  return decoded.orientation == 1 ? std::move(decoded.image) : oriented(decoded.image, decoded.orientation);
}

Size image_size(const std::string& path) {
  const io::InputFile file("image", path);
  const int64_t size = checked_bytes(file);
  const Bytes start = read_bytes(file, 0, std::min<int64_t>(size, 128));
  const codecs::Header header = naming(path, [&] {
    if (codecs::is_jpeg(start)) return jpeg_header(file);
    if (codecs::is_png(start)) return codecs::png_header(read_bytes(file, 0, size));
    if (codecs::is_bmp(start)) return codecs::bmp_header(start, size);
    fail(kUnknown);
  });
  const auto [height, width] = header.size;
  return header.orientation >= 5 ? Size{width, height} : Size{height, width};
}

void save_image(const std::string& path, const Image& image, int jpeg_quality) {
  TENGEN_CHECK(!image.empty(), "image: cannot save an empty image as ", path);
  std::string ending = path.substr(std::min(path.size(), path.rfind('.')));
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return char(std::tolower(c)); });
  const bool jpeg = ending == ".jpg" || ending == ".jpeg";
  TENGEN_CHECK(jpeg || ending == ".png", "image: cannot save ", path,
               ": its name must end in .png, .jpg or .jpeg");
  const Bytes bytes = naming(
      path, [&] { return jpeg ? codecs::encode_jpeg(image, jpeg_quality) : codecs::encode_png(image); });
  io::AtomicFile file("image", path, io::AtomicFile::Sync::kNo);
  file.write(bytes.data(), bytes.size());
  file.commit();
}

void flip_left_right(Image& image) {
  for (int y = 0; y < image.height; ++y) {
    uint8_t* row = image.row(y);
    for (int a = 0, b = image.width - 1; a < b; ++a, --b) {
      for (int c = 0; c < 3; ++c) std::swap(row[3 * a + c], row[3 * b + c]);
    }
  }
}

void flip_up_down(Image& image) {
  for (int a = 0, b = image.height - 1; a < b; ++a, --b) {
    std::swap_ranges(image.row(a), image.row(a) + image.width * 3, image.row(b));
  }
}

void to_chw(const Image& image, float* out) {
  static const auto unit = [] {
    std::array<float, 256> table;
    for (int i = 0; i < 256; ++i) table[i] = float(i) / 255.f;
    return table;
  }();
  const size_t plane = size_t(image.height) * image.width;
  const uint8_t* in = image.pixels.data();
  for (size_t i = 0; i < plane; ++i) {
    out[i] = unit[in[3 * i]];
    out[plane + i] = unit[in[3 * i + 1]];
    out[2 * plane + i] = unit[in[3 * i + 2]];
  }
}

}  // namespace tengen::apps
