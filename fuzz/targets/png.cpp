#include <zlib.h>

#include "image.h"

namespace tengen::fuzz {
namespace {

std::string big(uint32_t number) {
  const std::string low = little(number, 4);
  return {low.rbegin(), low.rend()};
}

std::string chunk(const std::string& type, const std::string& data) {
  const std::string body = type + data;
  return big(uint32_t(data.size())) + body +
         big(uint32_t(crc32(0, reinterpret_cast<const Bytef*>(body.data()), uInt(body.size()))));
}

std::string packed(const std::string& bytes) {
  std::string out(compressBound(uLong(bytes.size())), '\0');
  uLongf size = uLongf(out.size());
  compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
            uLong(bytes.size()), 9);
  out.resize(size);
  return out;
}

/// `kind` is the color type: 0 gray, 2 RGB, 3 palette, 4 and 6 with alpha.
std::string png(uint32_t width, uint32_t height, int depth, int kind, int interlaced, const std::string& rows,
                const std::string& more = {}) {
  return "\x89PNG\r\n\x1a\n" +
         chunk("IHDR", big(width) + big(height) + char(depth) + char(kind) + std::string(2, '\0') +
                           char(interlaced)) +
         more + chunk("IDAT", packed(rows)) + chunk("IEND", "");
}

std::vector<std::string> seeds() {
  const std::string rows(400, '\0'), good = png(5, 5, 8, 2, 0, rows);
  return {image_file(6, 7, ".png"), good, png(9, 3, 1, 0, 0, rows), png(5, 5, 16, 6, 0, rows),
          png(5, 5, 8, 4, 1, rows),
          png(6, 6, 4, 3, 0, rows,
              chunk("PLTE", std::string(48, '\x55')) + chunk("tRNS", std::string(16, '\x10'))),
          png(5, 5, 8, 3, 0, rows),  // no palette
          // Few bytes, billions of pixels.
          png(30000, 30000, 8, 2, 0, std::string(1 << 20, '\0')), png(0x7fffffff, 0x7fffffff, 16, 6, 0, rows),
          png(0, 5, 8, 2, 0, rows),
          // A chunk that asks for a gigabyte.
          replaced(good, std::string("\0\0\0", 3) + char(packed(rows).size()) + "IDAT",
                   std::string("\x45\x4e\x44\xae", 4) + "IDAT"),
          good.substr(0, good.size() - 20)};
}

const Added added({"png",
                   4096,
                   read_image,
                   seeds,
                   {"IHDR", "IDAT", "IEND", "PLTE", "tRNS", "CgBI", "iCCP", "gAMA", "eXIf",
                    "\x7f\xff\xff\xff", "acTL"}});

}  // namespace
}  // namespace tengen::fuzz
