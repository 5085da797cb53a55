#include "image.h"

namespace tengen::fuzz {
namespace {

/// Without the segments of this marker.
std::string without(const std::string& jpeg, char marker) {
  std::string kept = jpeg.substr(0, 2);
  size_t at = 2;
  while (at + 4 < jpeg.size() && jpeg[at] == '\xff') {
    const size_t length = 2 + (size_t(uint8_t(jpeg[at + 2])) << 8 | uint8_t(jpeg[at + 3]));
    if (jpeg[at + 1] != marker) kept += jpeg.substr(at, length);
    const bool scan = jpeg[at + 1] == '\xda';
    at += length;
    if (scan) break;
  }
  return kept + jpeg.substr(at);
}

std::vector<std::string> seeds() {
  const std::string good = image_file(8, 8, ".jpg"), start = good.substr(0, 2), rest = good.substr(2);
  const std::string turned = std::string(
      "\xff\xe1\0\x22"
      "Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0",
      36);
  // A Huffman table with more symbols than there are.
  const std::string table = std::string("\xff\xc4\0\x13\0", 5) + std::string(16, '\xff');
  std::string huge = good;
  if (const size_t frame = huge.find("\xff\xc0"); frame != huge.npos)
    huge.replace(frame + 5, 4, "\x7f\xff\x7f\xff");
  return {good,
          image_file(17, 9, ".jpg"),
          start + turned + rest,
          start + table + rest,
          "\xff" + start + table + rest,  // fill bytes before the start
          "\xff\xff" + good,
          without(good, '\xc4'),  // a scan whose Huffman tables are undefined
          without(good, '\xdb'),
          huge,
          good.substr(0, good.size() / 2)};
}

const Added added({"jpeg",
                   4096,
                   read_image,
                   seeds,
                   {"\xff\xd8", "\xff\xd9", "\xff\xc4", "\xff\xdb", "\xff\xc0", "\xff\xc2", "\xff\xda",
                    "\xff\xdd", "\xff\xe1", "\xff\xee", "Adobe", std::string("Exif\0\0", 6), "\xff\xd0"}});

}  // namespace
}  // namespace tengen::fuzz
