#include <tengen/apps/common/image.h>

#include <stb/stb_image.h>
#include <stb/stb_image_write.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>

#include <tengen/tensor/error.h>

namespace tengen::apps {
namespace {

using Bytes = std::vector<uint8_t>;

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

/// The first `limit` bytes of a file and, where it is longer, its last `limit` bytes.
struct FileEnds {
  Bytes head, tail;
  bool whole = true;
};

FileEnds read_ends(const std::string& path, int64_t limit) {
  File file(std::fopen(path.c_str(), "rb"));
  TENGEN_CHECK(file, "image: cannot open ", path, ": ", std::strerror(errno));
  std::fseek(file.get(), 0, SEEK_END);
  const int64_t size = std::ftell(file.get());
  TENGEN_CHECK(size > 0 && size < (int64_t(1) << 31), "image: ", path,
               size == 0 ? " is empty" : " is not a picture file");
  auto read = [&](int64_t offset, int64_t count) {
    Bytes bytes(static_cast<size_t>(count));
    std::fseek(file.get(), long(offset), SEEK_SET);
    TENGEN_CHECK(std::fread(bytes.data(), 1, bytes.size(), file.get()) == bytes.size(), "image: cannot read ",
                 path);
    return bytes;
  };
  FileEnds ends;
  ends.whole = size <= limit;
  ends.head = read(0, std::min(size, limit));
  if (!ends.whole) ends.tail = read(size - limit, limit);
  return ends;
}

bool is_jpeg(const Bytes& b) { return b.size() > 3 && b[0] == 0xff && b[1] == 0xd8; }
bool is_png(const Bytes& b) { return b.size() > 8 && std::memcmp(b.data(), "\x89PNG\r\n\x1a\n", 8) == 0; }

/// What the markers of a JPEG say.
struct JpegHeader {
  int orientation = 1;  // EXIF, 1 to 8
  size_t scan = 0;      // where entropy-coded data begin; 0: not within these bytes
  bool broken_table =
      false;  // a Huffman table with more than 256 symbols, which stb 2.27 would write out of bounds
};

/// The orientation tag of a TIFF structure, 1 when there is none.
int tiff_orientation(const uint8_t* tiff, size_t size) {
  if (size < 8) return 1;
  const bool little = tiff[0] == 'I';
  auto word = [&](size_t at, size_t bytes) {
    uint32_t value = 0;
    if (at + bytes > size) return value;
    for (size_t i = 0; i < bytes; ++i) value |= uint32_t(tiff[at + i]) << 8 * (little ? i : bytes - 1 - i);
    return value;
  };
  const size_t directory = word(4, 4);
  for (size_t i = 0, count = word(directory, 2); i < count; ++i) {
    const size_t entry = directory + 2 + i * 12;
    if (entry + 12 > size) break;
    if (word(entry, 2) != 0x0112) continue;
    const uint32_t value = word(entry + 8, 2);
    return value >= 1 && value <= 8 ? int(value) : 1;
  }
  return 1;
}

/// Whether a table of the DHT segment whose marker stands at `at` has too many symbols.
bool has_broken_table(const Bytes& b, size_t at, size_t length) {
  for (size_t table = at + 4; table < at + 2 + length;) {
    size_t symbols = 0;
    for (size_t i = table + 1; i < std::min(table + 17, b.size()); ++i) symbols += b[i];
    if (symbols > 256) return true;
    table += 17 + symbols;
  }
  return false;
}

JpegHeader read_jpeg_header(const Bytes& b) {
  constexpr uint8_t kTables = 0xc4, kScan = 0xda, kExif = 0xe1;
  JpegHeader header;
  for (size_t at = 2; at + 4 <= b.size();) {
    const uint8_t marker = b[at + 1];
    if (b[at] != 0xff || marker == 0xff) {  // padding
      ++at;
      continue;
    }
    const size_t length = size_t(b[at + 2]) << 8 | b[at + 3];
    if (marker == kTables) header.broken_table |= has_broken_table(b, at, length);
    if (marker == kExif && length > 8 && at + 2 + length <= b.size() &&
        std::memcmp(&b[at + 4], "Exif\0\0", 6) == 0) {
      header.orientation = tiff_orientation(&b[at + 10], length - 8);
    }
    at += 2 + length;
    if (marker == kScan) {
      header.scan = at;
      break;
    }
  }
  // Between scans there may be more tables; coded data hold no such pair of bytes.
  for (size_t at = header.scan; header.scan > 0 && at + 4 <= b.size(); ++at) {
    const auto* next = static_cast<const uint8_t*>(std::memchr(&b[at], 0xff, b.size() - at - 3));
    if (!next) break;
    at = size_t(next - b.data());
    if (b[at + 1] == kTables)
      header.broken_table |= has_broken_table(b, at, size_t(b[at + 2]) << 8 | b[at + 3]);
  }
  return header;
}

/// What stb does not notice: cut-short files, which decode to half-grey pictures, so look for the end marker.
void check_file(const std::string& path, const FileEnds& ends, const JpegHeader& header) {
  const Bytes& last = ends.whole ? ends.head : ends.tail;
  const size_t from = ends.whole ? std::min(header.scan, last.size()) : 0;
  std::string_view text(reinterpret_cast<const char*>(last.data()) + from, last.size() - from);
  if (is_jpeg(ends.head)) {
    TENGEN_CHECK(!header.broken_table, "image: ", path, " is a corrupt JPEG (Huffman table)");
    TENGEN_CHECK(text.find("\xff\xd9") != text.npos, "image: ", path, " is a truncated JPEG (no end marker)");
  } else if (is_png(ends.head)) {
    TENGEN_CHECK(text.find("IEND") != text.npos, "image: ", path, " is a truncated PNG (no IEND)");
  }
}

/// Turns a picture as EXIF's orientation 2 to 8 asks.
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

}  // namespace

Image load_image(const std::string& path) {
  const FileEnds file = read_ends(path, int64_t(1) << 31);
  const JpegHeader header = is_jpeg(file.head) ? read_jpeg_header(file.head) : JpegHeader{};
  check_file(path, file, header);
  int width = 0, height = 0, channels = 0;
  struct Free {
    void operator()(void* p) const { stbi_image_free(p); }
  };
  std::unique_ptr<stbi_uc, Free> pixels(
      stbi_load_from_memory(file.head.data(), int(file.head.size()), &width, &height, &channels, 3));
  TENGEN_CHECK(pixels, "image: cannot decode ", path, ": ", stbi_failure_reason(),
               " (JPEG, PNG and BMP are read)");
  Image image;
  image.height = height;
  image.width = width;
  image.pixels.assign(pixels.get(), pixels.get() + size_t(height) * width * 3);
  return header.orientation == 1 ? image : oriented(image, header.orientation);
}

Size image_size(const std::string& path) {
  int width = 0, height = 0, channels = 0;
  for (int64_t limit : {int64_t(1) << 16, int64_t(1) << 31}) {  // large metadata: a second, full reading
    const FileEnds file = read_ends(path, limit);
    const JpegHeader header = is_jpeg(file.head) ? read_jpeg_header(file.head) : JpegHeader{};
    TENGEN_CHECK(!header.broken_table, "image: ", path, " is a corrupt JPEG (Huffman table)");
    if (!stbi_info_from_memory(file.head.data(), int(file.head.size()), &width, &height, &channels)) {
      TENGEN_CHECK(!file.whole, "image: ", path,
                   " is no JPEG, PNG or BMP picture, or is corrupt: ", stbi_failure_reason());
      continue;
    }
    check_file(path, file, header);
    return header.orientation >= 5 ? Size{width, height} : Size{height, width};
  }
  fail("image: cannot read the size of ", path);
}

void save_image(const std::string& path, const Image& image, int jpeg_quality) {
  TENGEN_CHECK(!image.empty(), "image: cannot save an empty picture as ", path);
  std::string ending = path.substr(std::min(path.size(), path.rfind('.')));
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return char(std::tolower(c)); });
  Bytes bytes;
  auto append = [](void* context, void* data, int size) {
    auto& to = *static_cast<Bytes*>(context);
    to.insert(to.end(), static_cast<uint8_t*>(data), static_cast<uint8_t*>(data) + size);
  };
  int good = 0;
  if (ending == ".png") {
    good = stbi_write_png_to_func(append, &bytes, image.width, image.height, 3, image.pixels.data(),
                                  image.width * 3);
  } else if (ending == ".jpg" || ending == ".jpeg") {
    good = stbi_write_jpg_to_func(append, &bytes, image.width, image.height, 3, image.pixels.data(),
                                  jpeg_quality);
  } else {
    fail("image: cannot save ", path, ": its name must end in .png, .jpg or .jpeg");
  }
  TENGEN_CHECK(good, "image: cannot encode ", path);
  File file(std::fopen(path.c_str(), "wb"));
  TENGEN_CHECK(file, "image: cannot create ", path, ": ", std::strerror(errno));
  const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file.get()) == bytes.size();
  TENGEN_CHECK(std::fclose(file.release()) == 0 && written, "image: cannot write ", path, ": ",
               std::strerror(errno));
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
