#include "image.h"

namespace tengen::fuzz {
namespace {

std::string bmp(int64_t width, int64_t height, int depth, const std::string& more, int compression = 0,
                int colors = 0) {
  const std::string info = little(40, 4) + little(uint64_t(width), 4) + little(uint64_t(height), 4) +
                           little(1, 2) + little(uint64_t(depth), 2) + little(uint64_t(compression), 4) +
                           little(0, 12) + little(uint64_t(colors), 4) + little(0, 4);
  return "BM" + little(54 + more.size(), 4) + little(0, 4) + little(uint64_t(54 + 4 * colors), 4) + info +
         more;
}

std::vector<std::string> seeds() {
  const std::string rows(200, '\x33');
  return {bmp(4, 5, 24, rows),
          bmp(4, -5, 32, rows),
          bmp(4, 5, 8, rows, 0, 16),
          bmp(9, 3, 1, rows, 0, 2),
          bmp(9, 3, 4, rows, 0, 16),
          bmp(4, 5, 16, rows),
          bmp(4, 5, 32, std::string("\0\0\xff\0\0\xff\0\0\xff\0\0\0", 12) + rows, 3),
          bmp(0, 0xf40, 24, rows),  // no width
          bmp(30000, 30000, 24, rows),
          bmp(5, int64_t{1} << 31, 24, rows),
          bmp(5, 5, 8, rows, 1, 256)};
}

const Added added({"bmp",
                   1024,
                   read_image,
                   seeds,
                   {"BM", little(40, 4), little(12, 4), little(108, 4), little(124, 4), little(24, 2),
                    little(32, 2), little(0x80000000, 4), little(0x7fffffff, 4)}});

}  // namespace
}  // namespace tengen::fuzz
