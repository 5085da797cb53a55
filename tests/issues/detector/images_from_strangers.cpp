// Images that are made to do harm: a sentence with the file's name, and no more memory than the file
// deserves.
#include <doctest/doctest.h>
#include <zlib.h>

#include <tengen/apps/detector/data/common.h>
#include <tengen/tests/temporary.h>

#include "../../program.h"

using namespace tengen::detect;

namespace {

std::string big_endian(uint32_t value) {
  return {char(value >> 24), char(value >> 16), char(value >> 8), char(value)};
}
std::string little_endian(uint32_t value) {
  return {char(value), char(value >> 8), char(value >> 16), char(value >> 24)};
}

std::string chunk(const std::string& name, const std::string& data) {
  const std::string body = name + data;
  return big_endian(uint32_t(data.size())) + body +
         big_endian(uint32_t(crc32(0, reinterpret_cast<const Bytef*>(body.data()), uInt(body.size()))));
}

std::string png(uint32_t width, uint32_t height, const std::string& data) {
  return "\x89PNG\r\n\x1a\n" +
         chunk("IHDR", big_endian(width) + big_endian(height) + std::string("\x08\2\0\0\0", 5)) +
         chunk("IDAT", data) + chunk("IEND", "");
}

std::string bmp(int width, int height, int bits, const std::string& after, uint32_t packing = 0) {
  return "BM" + little_endian(0) + little_endian(0) + little_endian(54) + little_endian(40) +
         little_endian(uint32_t(width)) + little_endian(uint32_t(height)) + std::string("\1\0", 2) +
         char(bits) + '\0' + little_endian(packing) + std::string(20, '\0') + after;
}

/// What both functions say about a file.
std::string refused(const TemporaryFolder& folder, const std::string& name, const std::string& bytes) {
  const std::string path = folder.write(name, bytes);
  const std::string loading = error_of([&] { load_image(path); });
  CHECK(contains(loading, "image: " + path));
  return loading;
}

}  // namespace

TEST_CASE("a JPEG begins with FF D8 FF and nothing else") {
  TemporaryFolder folder;
  save_image(folder / "a.jpg", Image(64, 48, 99));
  const std::string jpeg = folder.read("a.jpg");
  CHECK(load_image(folder / "a.jpg").size() == Size{64, 48});
  for (const char* before : {"\xff", "\xff\xff\xff", "\n", "GIF"})
    CHECK(contains(refused(folder, "b.jpg", before + jpeg), "is not a JPEG, PNG or BMP image"));
  // A scan that names a table which the file does not define: refused, not decoded with what lay in memory.
  const size_t scan = jpeg.find("\xff\xda");
  std::string undefined = jpeg;
  undefined[scan + 6] = '\x33';
  CHECK(
      contains(refused(folder, "c.jpg", undefined), "is a corrupt JPEG: Huffman table 0x03 was not defined"));
  CHECK(contains(refused(folder, "d.jpg", jpeg.substr(0, jpeg.size() - 2)),
                 "is a truncated JPEG (no end marker)"));
}

TEST_CASE("memory for pixels follows the size of the file") {
  TemporaryFolder folder;
  CHECK(contains(refused(folder, "a.png", png(26000, 26000, "")), "has 26000x26000 pixels, more than"));
  CHECK(contains(refused(folder, "b.png", png(10000, 10000, "")), "bytes do not hold 10000x10000 pixels"));
  CHECK(contains(refused(folder, "c.png", png(0, 10, "")), "corrupt PNG"));
  save_image(folder / "a.jpg", Image(16, 16, 99));
  std::string jpeg = folder.read("a.jpg");
  jpeg.replace(jpeg.find("\xff\xc0") + 5, 4, std::string("\x27\x10\x27\x10", 4));
  CHECK(contains(refused(folder, "b.jpg", jpeg), "bytes do not hold 10000x10000 pixels"));
  for (const auto& [width, height] : {std::pair{0, 5}, {5, 0}, {-1, 5}})
    CHECK(contains(refused(folder, "a.bmp", bmp(width, height, 24, std::string(100, 'x'))), "pixels"));
  CHECK(contains(refused(folder, "b.bmp", bmp(5, -2147483647 - 1, 24, "")), "pixels"));
  CHECK(contains(refused(folder, "c.bmp", bmp(10000, 10000, 24, "xxx")), "is a truncated BMP"));
  CHECK(contains(refused(folder, "d.bmp", bmp(8, 8, 8, std::string(64, '\0'), 1)), "packed"));
  CHECK(contains(refused(folder, "e.bmp", bmp(8, 8, 7, "")), "7 bits per pixel"));
}

TEST_CASE("damaged checksums of a PNG are found without decoding") {
  TemporaryFolder folder;
  save_image(folder / "a.png", Image(30, 20, 7));
  std::string bytes = folder.read("a.png");
  bytes[bytes.find("IDAT") + 8] ^= 1;
  const std::string path = folder.write("b.png", bytes);
  CHECK(contains(error_of([&] { image_size(path); }), path + " is a corrupt PNG (checksum of its IDAT)"));
  CHECK(contains(error_of([&] { load_image(path); }), "corrupt PNG"));
}

TEST_CASE("bitmaps of 1, 4, 8, 16, 24 and 32 bits, from below and from above") {
  TemporaryFolder folder;
  const auto pixels = [&](const std::string& bytes) {
    const Image image = load_image(folder.write("a.bmp", bytes));
    CHECK(image_size(folder / "a.bmp") == image.size());
    return std::vector<int>(image.pixels.begin(), image.pixels.end());
  };
  const std::vector<int> expected{255, 0, 0, 0, 0, 255};  // red, blue
  CHECK(pixels(bmp(2, 1, 24, std::string("\0\0\xff\xff\0\0\0\0", 8))) == expected);
  CHECK(pixels(bmp(2, 1, 32, std::string("\0\0\xff\0\xff\0\0\0", 8))) == expected);
  CHECK(pixels(bmp(2, 1, 16, std::string("\0\x7c\x1f\0", 4))) == expected);
  CHECK(pixels(bmp(1, 2, 24, std::string("\xff\0\0\0\0\0\xff\0", 8))) == expected);
  CHECK(pixels(bmp(1, -2, 24, std::string("\0\0\xff\0\xff\0\0\0", 8))) == expected);
  const std::string colors = std::string("\0\0\xff\0\xff\0\0\0", 8);
  const auto table = [&](int bits) {  // pixels begin behind all colors
    std::string bytes = bmp(2, 1, bits, colors + std::string(4 * ((size_t(1) << bits) - 2), '\0'));
    bytes.replace(10, 4, little_endian(uint32_t(bytes.size())));
    return bytes;
  };
  CHECK(pixels(table(1) + std::string("\x40\0\0\0", 4)) == expected);
  CHECK(pixels(table(4) + std::string("\x01\0\0\0", 4)) == expected);
  CHECK(pixels(table(8) + std::string("\0\x01\0\0", 4)) == expected);
}

TEST_CASE("a bad image among others is named and passed over, an unwritable result is an error") {
  TemporaryFolder folder;
  const std::string program = TENGEN_DETECT_PROGRAM;
  const std::string demo = folder / "demo", run = " --project '" + folder / "runs" + "'";
  REQUIRE(run_program(program + " demo-data '" + demo + "' --train 2 --val 1 --img 32").status == 0);
  REQUIRE(run_program(program + " train --data '" + demo +
                      "/data.yaml' --cfg yolov5p --img 32 --epochs 1 --noplots " +
                      "--noval --noautoanchor --name t" + run)
              .status == 0);
  folder.write("demo/images/train/0.bmp", bmp(0, 5, 24, ""));
  const std::string detect = program + " detect --weights '" + folder / "runs/t/weights/best.safetensors" +
                             "' --source '" + demo + "/images/train' --img 32 --name ";
  const Outcome outcome = run_program(detect + "a" + run);
  CHECK(outcome.status == 0);
  CHECK(contains(outcome.text, "0.bmp is an image of 0x5 pixels"));
  CHECK(contains(outcome.text, "image 3/3"));
  std::filesystem::create_directories(folder / "runs/b");
  std::filesystem::create_symlink("/dev/full", folder / "runs/b/00000.jpg");
  const Outcome full = run_program(detect + "b --exist-ok" + run);
  CHECK(full.status == 1);
  CHECK(contains(full.text, "00000.jpg: No space left on device"));
}
