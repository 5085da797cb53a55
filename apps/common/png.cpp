// PNG by libpng, with the settings that OpenCV uses.
#include <algorithm>
#include <csetjmp>
#include <cstring>
#include <string>

#include <png.h>
#include <zlib.h>

#include <tengen/apps/common/codecs.h>
#include <tengen/tensor/error.h>

namespace tengen::apps::codecs {
namespace {

constexpr size_t kSignature = 8, kMostMessage = 200;

uint32_t big_endian(const uint8_t* at) {
  return uint32_t(at[0]) << 24 | uint32_t(at[1]) << 16 | uint32_t(at[2]) << 8 | at[3];
}

// libpng reports errors by a function that must not return: it jumps. A function that calls libpng below
// calls setjmp first and owns nothing that would have to be destroyed.
class PngDecoder {
 public:
  explicit PngDecoder(View bytes) : left_(bytes) {}
  ~PngDecoder() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngDecoder(const PngDecoder&) = delete;

  bool read_header() {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, [](png_structp, png_const_charp) {});
    if (!png_ || !(info_ = png_create_info_struct(png_))) return false;
    if (setjmp(jump_)) return false;
    // Pixels only: no gamma, profiles, texts.
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    png_set_read_fn(png_, this, [](png_structp png, png_bytep to, size_t size) {
      auto& self = *static_cast<PngDecoder*>(png_get_io_ptr(png));
      if (size > self.left_.size()) png_error(png, "it ends early");
      std::memcpy(to, self.left_.data(), size);
      self.left_ = self.left_.subspan(size);
    });
    png_read_info(png_, info_);
    return true;
  }

  // As 8-bit RGB.
  bool start() {
    if (setjmp(jump_)) return false;
    png_set_strip_16(png_);
    png_set_strip_alpha(png_);
    png_set_palette_to_rgb(png_);
    png_set_expand_gray_1_2_4_to_8(png_);
    png_set_gray_to_rgb(png_);
    passes_ = png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    return true;
  }

  bool read_rows(Image& image) {
    if (setjmp(jump_)) return false;
    for (pass_ = 0; pass_ < passes_; ++pass_) {
      for (row_ = 0; row_ < image.height; ++row_) png_read_row(png_, image.row(row_), nullptr);
    }
    return true;
  }

  Size size() const {
    return {int(png_get_image_height(png_, info_)), int(png_get_image_width(png_, info_))};
  }
  size_t row_bytes() const { return png_get_rowbytes(png_, info_); }
  [[noreturn]] void failed() const { fail("is a truncated or corrupt PNG: ", message_); }

 private:
  [[noreturn]] static void on_error(png_structp png, png_const_charp text) {
    auto& self = *static_cast<PngDecoder*>(png_get_error_ptr(png));
    std::strncpy(self.message_, text, kMostMessage);
    std::longjmp(self.jump_, 1);
  }

  View left_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  int passes_ = 1, pass_ = 0, row_ = 0;
  std::jmp_buf jump_;
  char message_[kMostMessage + 1] = "out of memory";
};

}  // namespace

bool is_png(View b) {
  return b.size() > kSignature && std::memcmp(b.data(), "\x89PNG\r\n\x1a\n", kSignature) == 0;
}

Header png_header(View bytes) {
  bool ended = false;
  for (size_t at = kSignature; !ended;) {
    // A chunk: length, name, data, checksum.
    if (bytes.size() - at < 12) fail("is a truncated PNG (no IEND)");
    const uint64_t length = big_endian(&bytes[at]);
    if (length > bytes.size() - at - 12) fail("is a truncated PNG (no IEND)");
    const uint8_t* name = &bytes[at + 4];
    if (uint32_t(crc32(0, name, uInt(length + 4))) != big_endian(name + 4 + length))
      fail("is a corrupt PNG (checksum of its ", std::string(name, name + 4), ")");
    ended = std::memcmp(name, "IEND", 4) == 0;
    at += size_t(length) + 12;
  }
  PngDecoder decoder(bytes);
  if (!decoder.read_header()) decoder.failed();
  const Size size = decoder.size();
  check_size(size.width, size.height);
  return {size};
}

DecodedImage decode_png(View bytes) {
  PngDecoder decoder(bytes);
  if (!decoder.read_header()) decoder.failed();
  const Size size = decoder.size();
  check_size(size.width, size.height);
  // Deflate makes nothing smaller than this.
  if (uint64_t(decoder.row_bytes()) * uint64_t(size.height) / 1100 > bytes.size())
    fail("is a truncated PNG: ", bytes.size(), " bytes do not hold ", size.width, "x", size.height,
         " pixels");
  if (!decoder.start()) decoder.failed();
  DecodedImage decoded{Image(size.height, size.width)};
  if (decoder.row_bytes() != size_t(size.width) * 3) fail("is a PNG of an unknown kind");
  if (!decoder.read_rows(decoded.image)) decoder.failed();
  return decoded;
}

Bytes encode_png(const Image& image) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  png.width = png_uint_32(image.width);
  png.height = png_uint_32(image.height);
  png.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(png);
  Bytes bytes(size);
  if (!png_image_write_to_memory(&png, bytes.data(), &size, 0, image.pixels.data(), 0, nullptr))
    fail("cannot be encoded: ", png.message);
  bytes.resize(size);
  return bytes;
}

}  // namespace tengen::apps::codecs
