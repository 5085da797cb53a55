#include <tengen/io/npy.h>

#include <bit>
#include <cstring>
#include <limits>
#include <string_view>

#include <tengen/io/file.h>
#include <tengen/tensor/shape.h>

namespace tengen::io {
namespace {

static_assert(std::endian::native == std::endian::little, "npy: only little-endian machines are supported");

constexpr std::string_view kMagic("\x93NUMPY", 6);

struct TypeCode {
  const char* code;
  Dtype dtype;
};
constexpr TypeCode kTypeCodes[] = {{"|b1", kBool},  {"|u1", kByte},  {"|i1", kChar},
                                   {"<i2", kShort}, {"<i4", kInt},   {"<i8", kLong},
                                   {"<f2", kHalf},  {"<f4", kFloat}, {"<f8", kDouble}};

// The few forms of a Python dictionary literal that NumPy writes: quoted strings, True/False, a tuple of
// integers.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, const std::string& path) : text_(text), path_(path) {}

  void parse(NpyArray& array) {
    bool have_descr = false, have_order = false, have_shape = false;
    expect('{');
    while (!accept('}')) {
      std::string_view key = quoted();
      expect(':');
      if (key == "descr") {
        array.dtype = type(quoted());
        have_descr = true;
      } else if (key == "fortran_order") {
        array.fortran = boolean();
        have_order = true;
      } else if (key == "shape") {
        array.shape = tuple();
        have_shape = true;
      } else {
        bad("unknown key '" + std::string(key) + "'");
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    if (!have_descr || !have_order || !have_shape) bad("descr, fortran_order or shape is missing");
  }

 private:
  [[noreturn]] void bad(const std::string& what) const {
    fail("read_npy: ", path_, ": bad header: ", what, " in ", std::string(text_));
  }
  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
  }
  bool accept(char c) {
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) bad(std::string("expected '") + c + "' at position " + std::to_string(at_));
  }
  std::string_view quoted() {
    skip_blanks();
    if (at_ >= text_.size() || (text_[at_] != '\'' && text_[at_] != '"')) bad("expected a quoted word");
    size_t end = text_.find(text_[at_], at_ + 1);
    if (end == std::string_view::npos) bad("unterminated string");
    std::string_view word = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return word;
  }
  bool boolean() {
    skip_blanks();
    for (bool value : {true, false}) {
      std::string_view word = value ? "True" : "False";
      if (text_.substr(at_, word.size()) != word) continue;
      at_ += word.size();
      return value;
    }
    bad("fortran_order must be True or False");
  }
  std::vector<int64_t> tuple() {
    std::vector<int64_t> values;
    expect('(');
    while (!accept(')')) {
      values.push_back(integer());
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return values;
  }
  int64_t integer() {
    skip_blanks();
    int64_t value = 0;
    size_t start = at_;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
      if (value > (std::numeric_limits<int64_t>::max() - 9) / 10) bad("a dimension is too large");
      value = value * 10 + (text_[at_] - '0');
    }
    if (at_ == start) bad("expected a dimension");
    return value;
  }
  Dtype type(std::string_view descr) const {
    for (const TypeCode& entry : kTypeCodes) {
      std::string_view code = entry.code;
      bool order_matters = item_size(entry.dtype) > 1;
      if (descr == code || (descr.size() == 3 && descr.substr(1) == code.substr(1) &&
                            (descr[0] == '=' || (!order_matters && (descr[0] == '<' || descr[0] == '>'))))) {
        return entry.dtype;
      }
    }
    fail("read_npy: ", path_, ": element type '", std::string(descr),
         "' is not supported (little-endian bool, int8/16/32/64, uint8, float16/32/64 are)");
  }

  std::string_view text_;
  const std::string& path_;
  size_t at_ = 0;
};

int64_t checked_bytes(const std::vector<int64_t>& shape, Dtype dtype, const std::string& path) {
  int64_t bytes = int64_t(item_size(dtype));
  bool empty = false;
  for (int64_t size : shape) empty |= size == 0;
  if (empty) return 0;
  for (int64_t size : shape) {
    TENGEN_CHECK(bytes <= std::numeric_limits<int64_t>::max() / size, "read_npy: ", path,
                 ": shape is too large");
    bytes *= size;
  }
  return bytes;
}

}  // namespace

int64_t NpyArray::numel() const { return numel_of({shape.data(), shape.size()}); }

NpyArray parse_npy(std::vector<std::byte> bytes, const std::string& path) {
  size_t at = 0;
  auto read = [&](void* to, size_t count, const char* what) {
    TENGEN_CHECK(count <= bytes.size() - at, "read_npy: ", path, " is truncated in its ", what);
    std::memcpy(to, bytes.data() + at, count);
    at += count;
  };
  char magic[6];
  uint8_t version[2], length_bytes[4] = {};
  read(magic, 6, "magic");
  TENGEN_CHECK(std::string_view(magic, 6) == kMagic, "read_npy: ", path,
               " is not an .npy file (wrong magic)");
  read(version, 2, "version");
  TENGEN_CHECK(version[0] >= 1 && version[0] <= 3, "read_npy: ", path, ": version ", int(version[0]), ".",
               int(version[1]), " is unknown (1.0 to 3.0 are read)");
  read(length_bytes, version[0] == 1 ? 2 : 4, "header length");
  const size_t length = size_t(length_bytes[0]) | size_t(length_bytes[1]) << 8 |
                        size_t(length_bytes[2]) << 16 | size_t(length_bytes[3]) << 24;
  TENGEN_CHECK(length <= bytes.size() - at, "read_npy: ", path, " is truncated in its header");
  std::string header(length, '\0');
  read(header.data(), length, "header");

  NpyArray array;
  HeaderParser(header, path).parse(array);
  const size_t wanted = size_t(checked_bytes(array.shape, array.dtype, path)), found = bytes.size() - at;
  TENGEN_CHECK(wanted == found, "read_npy: ", path, " has ", found, " bytes of data, its header asks for ",
               wanted, wanted > found ? " (truncated)" : "");
  bytes.erase(bytes.begin(), bytes.begin() + std::ptrdiff_t(at));
  array.data = std::move(bytes);
  return array;
}

NpyArray read_npy(const std::string& path) { return parse_npy(InputFile("read_npy", path).read_all(), path); }

std::string npy_header(const std::string& path, Dtype dtype, std::span<const int64_t> shape, size_t size) {
  const char* code = nullptr;
  for (const TypeCode& entry : kTypeCodes) {
    if (entry.dtype == dtype) code = entry.code;
  }
  TENGEN_CHECK(code, "write_npy: NumPy has no type for ", to_string(dtype), "; convert first (", path, ")");
  const int64_t count = numel_of({shape.data(), shape.size()});
  std::string header = detail::str("{'descr': '", code, "', 'fortran_order': False, 'shape': (");
  for (size_t i = 0; i < shape.size(); ++i) {
    header += std::to_string(shape[i]) + (shape.size() == 1 ? "," : i + 1 < shape.size() ? ", " : "");
  }
  header += "), }";
  TENGEN_CHECK(size_t(count) * item_size(dtype) == size, "write_npy: ", path, ": shape asks for ", count,
               " elements of ", item_size(dtype), " bytes, but got ", size, " bytes");
  // Data begin at a multiple of 64 bytes; the header ends with a newline.
  const size_t unpadded = 10 + header.size() + 1;
  header.append((64 - unpadded % 64) % 64, ' ').push_back('\n');
  TENGEN_CHECK(header.size() <= 0xffff, "write_npy: ", path, ": too many dimensions");

  const char start[4] = {1, 0, char(header.size() & 0xff), char(header.size() >> 8)};
  return std::string(kMagic) + std::string(start, sizeof start) + header;
}

void write_npy(const std::string& path, Dtype dtype, std::span<const int64_t> shape,
               std::span<const std::byte> data) {
  AtomicFile file("write_npy", path);
  file.write(npy_header(path, dtype, shape, data.size()));
  file.write(data.data(), data.size());
  file.commit();
}

}  // namespace tengen::io
