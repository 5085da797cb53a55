// Image files: formats, EXIF orientation, broken files; resizing.
#include <doctest/doctest.h>

#include <tengen/apps/detector/data/common.h>
#include <tengen/apps/detector/data/random.h>
#include <tengen/tensor/error.h>
#include <tengen/tests/temporary.h>

using namespace tengen::detect;

namespace {

Image gradient(int height, int width) {
  Image image(height, width);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      image.row(y)[3 * x] = uint8_t(255 * x / width);
      image.row(y)[3 * x + 1] = uint8_t(255 * y / height);
      image.row(y)[3 * x + 2] = 128;
    }
  }
  return image;
}

/// A JPEG with an EXIF block that holds only this orientation.
std::string with_orientation(const std::string& jpeg, int orientation) {
  std::string exif("Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0", 24);
  exif += char(orientation);
  exif += std::string("\0\0\0\0\0\0\0", 7);
  const size_t length = exif.size() + 2;
  return jpeg.substr(0, 2) + "\xff\xe1" + char(length >> 8) + char(length & 255) + exif + jpeg.substr(2);
}

}  // namespace

TEST_CASE("image: PNG comes back exactly, JPEG nearly, sizes from the header") {
  TemporaryFolder folder;
  const Image image = gradient(48, 64);
  save_image(folder / "a.png", image);
  save_image(folder / "a.JPG", image, 95);
  CHECK(load_image(folder / "a.png").pixels == image.pixels);
  CHECK(image_size(folder / "a.png") == Size{48, 64});
  CHECK(image_size(folder / "a.JPG") == Size{48, 64});
  const Image jpeg = load_image(folder / "a.JPG");
  int worst = 0;
  for (size_t i = 0; i < image.pixels.size(); ++i)
    worst = std::max(worst, std::abs(jpeg.pixels[i] - image.pixels[i]));
  CHECK(worst < 16);
  CHECK(contains(error_of([&] { save_image(folder / "a.tiff", image); }), ".png"));
}

TEST_CASE("image: EXIF orientation turns the image") {
  TemporaryFolder folder;
  const Image image = gradient(32, 64);  // red grows to the right, green downwards
  save_image(folder / "plain.jpg", image, 95);
  const std::string plain = folder.read("plain.jpg");
  // For each orientation: is the image's size swapped, and where do red and green grow (+1 right/down)?
  struct Expected {
    int orientation;
    bool swapped;
    int red, green;
  };
  for (const Expected e : {Expected{1, false, 1, 1},
                           {2, false, -1, 1},
                           {3, false, -1, -1},
                           {4, false, 1, -1},
                           {5, true, 1, 1},
                           {6, true, 1, -1},
                           {7, true, -1, -1},
                           {8, true, -1, 1}}) {
    CAPTURE(e.orientation);
    const std::string path = folder.write("turned.jpg", with_orientation(plain, e.orientation));
    const Size expected = e.swapped ? Size{64, 32} : Size{32, 64};
    CHECK(image_size(path) == expected);
    const Image turned = load_image(path);
    REQUIRE(turned.size() == expected);
    auto level = [&](int y, int x, int c) { return int(turned.row(y)[3 * x + c]); };
    const int bottom = expected.height - 2, right = expected.width - 2;
    // After a swap red, which grew to the right, grows up or down.
    const int red = e.swapped ? level(bottom, 1, 0) - level(1, 1, 0) : level(1, right, 0) - level(1, 1, 0);
    const int green = e.swapped ? level(1, right, 1) - level(1, 1, 1) : level(bottom, 1, 1) - level(1, 1, 1);
    CHECK(red * e.red > 100);
    CHECK(green * e.green > 100);
  }
}

TEST_CASE("image: broken files are named and explained") {
  TemporaryFolder folder;
  save_image(folder / "a.jpg", gradient(200, 300), 95);
  save_image(folder / "a.png", gradient(200, 300));
  auto message = [&](const std::string& name, const std::string& text) {
    const std::string path = folder.write(name, text);
    const std::string loading = error_of([&] { load_image(path); });
    const std::string sizing = error_of([&] { image_size(path); });
    CHECK(contains(loading, path));
    CHECK(contains(sizing, path));
    return loading;
  };
  const std::string jpeg = folder.read("a.jpg"), png = folder.read("a.png");
  CHECK(contains(message("b.jpg", jpeg.substr(0, jpeg.size() / 2)), "truncated"));
  CHECK(contains(message("b.png", png.substr(0, png.size() / 2)), "truncated"));
  std::string table = jpeg;  // the counts of its first Huffman table say 4080 symbols
  table.replace(jpeg.find("\xff\xc4") + 5, 16, std::string(16, '\xff'));
  CHECK(contains(message("e.jpg", table), "corrupt JPEG"));
  CHECK(contains(message("c.jpg", "this is text"), "not a JPEG, PNG or BMP image"));
  CHECK(contains(message("d.jpg", ""), "empty"));
  CHECK(contains(error_of([&] { load_image(folder / "absent.jpg"); }), "cannot open"));
  CHECK(contains(error_of([&] { image_size(folder / ""); }), "image: "));
}

TEST_CASE("image: headers longer than the first reading") {
  TemporaryFolder folder;
  save_image(folder / "a.jpg", gradient(40, 30), 95);
  const std::string jpeg = folder.read("a.jpg");
  std::string padded = jpeg.substr(0, 2);
  for (int i = 0; i < 3; ++i) padded += std::string("\xff\xe2\xff\xff", 4) + std::string(0xffff - 2, 'x');
  const std::string path = folder.write("long.jpg", padded + jpeg.substr(2));
  CHECK(image_size(path) == Size{40, 30});
  CHECK(load_image(path).size() == Size{40, 30});
}

TEST_CASE("resize: halving is the mean of four, constant stays constant") {
  Random random(5);
  Image image(8, 12);
  for (uint8_t& p : image.pixels) p = uint8_t(random.below(256));
  const Image a = resize_bilinear(image, {4, 6}), b = resize_area(image, {4, 6});
  for (int y = 0; y < 4; ++y) {
    for (int i = 0; i < 18; ++i) {
      const int x = i / 3 * 6 + i % 3;
      const int sum = image.row(2 * y)[x] + image.row(2 * y)[x + 3] + image.row(2 * y + 1)[x] +
                      image.row(2 * y + 1)[x + 3];
      CHECK(std::abs(a.row(y)[i] - sum / 4.) <= 1);
      CHECK(std::abs(b.row(y)[i] - sum / 4.) <= 0.5);
    }
  }
  CHECK(resize_area(Image(31, 17, 99), {7, 5}).pixels == Image(7, 5, 99).pixels);
  CHECK(resize_bilinear(Image(31, 17, 99), {70, 50}).pixels == Image(70, 50, 99).pixels);
}

TEST_CASE("to_chw: planes in [0,1]") {
  Image image(1, 2);
  image.pixels = {0, 51, 255, 102, 153, 204};
  float out[6];
  to_chw(image, out);
  CHECK(out[0] == 0);
  CHECK(out[1] == 102.f / 255.f);
  CHECK(out[2] == 51.f / 255.f);
  CHECK(out[4] == 1);
}
