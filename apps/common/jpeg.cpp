// JPEG by libjpeg-turbo, with the settings that OpenCV uses.
#include <csetjmp>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include <jerror.h>
#include <jpeglib.h>

#include <tengen/apps/common/codecs.h>
#include <tengen/tensor/error.h>

namespace tengen::apps::codecs {
namespace {

constexpr int kExif = JPEG_APP0 + 1;
constexpr int kMostScans = 100;  // as cjpeg; each scan of a progressive file may visit every pixel

// libjpeg reports errors by a function that must not return: it jumps. A function that calls libjpeg below
// calls setjmp first and owns nothing that would have to be destroyed.
struct ErrorManager : jpeg_error_mgr {
  std::jmp_buf jump;
  char message[JMSG_LENGTH_MAX] = "";
  bool truncated = false;

  ErrorManager() : jpeg_error_mgr{} {
    jpeg_std_error(this);
    error_exit = [](j_common_ptr info) {
      auto& self = static_cast<ErrorManager&>(*info->err);
      self.format_message(info, self.message);
      std::longjmp(self.jump, 1);
    };
    emit_message = [](j_common_ptr info, int) {
      // Damaged pixels are decoded as well as they can be, as elsewhere; an early end is told.
      auto& self = static_cast<ErrorManager&>(*info->err);
      self.truncated |= self.msg_code == JWRN_JPEG_EOF;
    };
  }
};

class Decoder {
 public:
  explicit Decoder(View bytes) : bytes_(bytes) { info_.err = &errors_; }
  ~Decoder() { jpeg_destroy_decompress(&info_); }
  Decoder(const Decoder&) = delete;

  // Each tells whether it succeeded; failed() throws what was wrong if not.
  bool read_header() {
    if (setjmp(errors_.jump)) return false;
    jpeg_create_decompress(&info_);
    info_.progress = &progress_;
    progress_.progress_monitor = [](j_common_ptr info) {
      if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number > kMostScans)
        info->err->error_exit(info);
    };
    jpeg_mem_src(&info_, bytes_.data(), static_cast<unsigned long>(bytes_.size()));
    jpeg_save_markers(&info_, kExif, 0xffff);
    return jpeg_read_header(&info_, TRUE) == JPEG_HEADER_OK && !truncated();
  }

  bool start() {
    if (setjmp(errors_.jump)) return false;
    const bool inks = info_.jpeg_color_space == JCS_CMYK || info_.jpeg_color_space == JCS_YCCK;
    info_.out_color_space = inks ? JCS_CMYK : JCS_RGB;
    return jpeg_start_decompress(&info_);
  }

  // Rows of `row_bytes` bytes each.
  bool read_rows(uint8_t* to, size_t row_bytes) {
    if (setjmp(errors_.jump)) return false;
    while (info_.output_scanline < info_.output_height) {
      JSAMPROW row = to + row_bytes * info_.output_scanline;
      jpeg_read_scanlines(&info_, &row, 1);
    }
    return jpeg_finish_decompress(&info_) && !truncated();
  }

  [[noreturn]] void failed() const {
    if (truncated()) fail("is a truncated JPEG (no end marker)");
    fail("is a corrupt JPEG: ", info_.input_scan_number > kMostScans ? "too many scans" : errors_.message);
  }
  bool truncated() const { return errors_.truncated; }

  Header header() const {
    check_size(info_.image_width, info_.image_height);
    // Every block of 8x8 takes a bit at least, and the components together have a block for 32x8 pixels at
    // least. Arithmetic coding may take less.
    if (!info_.arith_code && int64_t(info_.image_width) * info_.image_height / 2048 > int64_t(bytes_.size()))
      fail("is a truncated JPEG: ", bytes_.size(), " bytes do not hold ", info_.image_width, "x",
           info_.image_height, " pixels");
    return {{int(info_.image_height), int(info_.image_width)}, orientation()};
  }
  Size stored_size() const { return {int(info_.image_height), int(info_.image_width)}; }
  int channels() const { return info_.output_components; }

 private:
  int orientation() const;

  View bytes_;
  ErrorManager errors_;
  jpeg_decompress_struct info_{};
  jpeg_progress_mgr progress_{};
};

// The orientation tag of a TIFF structure, 1 when there is none.
int tiff_orientation(View tiff) {
  if (tiff.size() < 8) return 1;
  const bool little = tiff[0] == 'I';
  auto word = [&](size_t at, size_t bytes) {
    uint32_t value = 0;
    if (at + bytes > tiff.size()) return value;
    for (size_t i = 0; i < bytes; ++i) value |= uint32_t(tiff[at + i]) << 8 * (little ? i : bytes - 1 - i);
    return value;
  };
  const size_t directory = word(4, 4);
  for (size_t i = 0, count = word(directory, 2); i < count; ++i) {
    const size_t entry = directory + 2 + i * 12;
    if (entry + 12 > tiff.size()) break;
    if (word(entry, 2) != 0x0112) continue;
    const uint32_t value = word(entry + 8, 2);
    return value >= 1 && value <= 8 ? int(value) : 1;
  }
  return 1;
}

int Decoder::orientation() const {
  for (const jpeg_marker_struct* marker = info_.marker_list; marker; marker = marker->next) {
    const View data{marker->data, marker->data_length};
    if (data.size() > 6 && std::memcmp(data.data(), "Exif\0\0", 6) == 0)
      return tiff_orientation(data.subspan(6));
  }
  return 1;
}

class Encoder {
 public:
  Encoder() { info_.err = &errors_; }
  ~Encoder() {
    jpeg_destroy_compress(&info_);
    std::free(data_);
  }
  Encoder(const Encoder&) = delete;

  bool write(const Image& image, int quality) {
    if (setjmp(errors_.jump)) return false;
    jpeg_create_compress(&info_);
    jpeg_mem_dest(&info_, &data_, &size_);
    info_.image_width = JDIMENSION(image.width);
    info_.image_height = JDIMENSION(image.height);
    info_.input_components = 3;
    info_.in_color_space = JCS_RGB;
    jpeg_set_defaults(&info_);
    jpeg_set_quality(&info_, quality, TRUE);
    if (quality > 90) info_.comp_info[0].h_samp_factor = info_.comp_info[0].v_samp_factor = 1;
    jpeg_start_compress(&info_, TRUE);
    while (info_.next_scanline < info_.image_height) {
      auto* row = const_cast<JSAMPROW>(image.row(int(info_.next_scanline)));
      jpeg_write_scanlines(&info_, &row, 1);
    }
    jpeg_finish_compress(&info_);
    return true;
  }
  View bytes() const { return {data_, size_}; }
  const char* message() const { return errors_.message; }

 private:
  ErrorManager errors_;
  jpeg_compress_struct info_{};
  unsigned char* data_ = nullptr;
  unsigned long size_ = 0;
};

}  // namespace

bool is_jpeg(View b) { return b.size() > 3 && b[0] == 0xff && b[1] == 0xd8 && b[2] == 0xff; }

std::optional<Header> jpeg_header(View bytes) {
  Decoder decoder(bytes);
  if (!decoder.read_header()) {
    if (decoder.truncated()) return std::nullopt;
    decoder.failed();
  }
  return decoder.header();
}

DecodedImage decode_jpeg(View bytes) {
  Decoder decoder(bytes);
  if (!decoder.read_header()) decoder.failed();
  const Header header = decoder.header();
  if (!decoder.start()) decoder.failed();
  const auto [height, width] = header.size;
  DecodedImage decoded{Image(height, width), header.orientation};
  if (decoder.channels() == 3) {
    if (!decoder.read_rows(decoded.image.pixels.data(), size_t(width) * 3)) decoder.failed();
    return decoded;
  }
  // Cyan, magenta, yellow, black, stored inverted; the formula is OpenCV's.
  Bytes inks(size_t(height) * width * 4);
  if (!decoder.read_rows(inks.data(), size_t(width) * 4)) decoder.failed();
  for (size_t i = 0, pixels = size_t(height) * width; i < pixels; ++i) {
    const int black = inks[4 * i + 3];
    for (size_t c = 0; c < 3; ++c)
      decoded.image.pixels[3 * i + c] = uint8_t(black - ((255 - inks[4 * i + c]) * black >> 8));
  }
  return decoded;
}

Bytes encode_jpeg(const Image& image, int quality) {
  Encoder encoder;
  if (!encoder.write(image, quality)) fail("cannot be encoded: ", encoder.message());
  return {encoder.bytes().begin(), encoder.bytes().end()};
}

}  // namespace tengen::apps::codecs
