#include <tengen/apps/go/sgf/charset.h>

#include <cerrno>

#include <iconv.h>

namespace tengen::go::sgf {
namespace {

std::string from_latin1(std::string_view bytes) {
  std::string text;
  for (char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text += c;
    } else {
      text += char(0xc0 | byte >> 6);
      text += char(0x80 | (byte & 0x3f));
    }
  }
  return text;
}

/// False when iconv does not know the charset.
bool convert(std::string_view bytes, const std::string& charset, std::string& text) {
  const iconv_t converter = iconv_open("UTF-8", charset.c_str());
  if (converter == iconv_t(-1)) return false;
  std::string input(bytes);
  char* in = input.data();
  size_t left = input.size();
  char buffer[4096];
  while (left > 0) {
    char* out = buffer;
    size_t room = sizeof buffer;
    const size_t result = iconv(converter, &in, &left, &out, &room);
    text.append(buffer, out);
    if (result != size_t(-1) || errno == E2BIG) continue;
    text += "\xef\xbf\xbd";  // U+FFFD for a byte that means nothing
    ++in, --left;
  }
  iconv_close(converter);
  return true;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  for (size_t i = 0; i < bytes.size();) {
    const auto at = [&](size_t k) { return k < bytes.size() ? static_cast<unsigned char>(bytes[k]) : 0u; };
    const unsigned first = at(i), second = at(i + 1);
    size_t length = 0;
    if (first < 0x80) {
      length = 1;
    } else if (first >= 0xc2 && first < 0xe0) {
      length = 2;
    } else if (first >= 0xe0 && first < 0xf0) {
      if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second >= 0xa0)) return false;
      length = 3;
    } else if (first >= 0xf0 && first < 0xf5) {
      if ((first == 0xf0 && second < 0x90) || (first == 0xf4 && second >= 0x90)) return false;
      length = 4;
    } else {
      return false;
    }
    for (size_t k = 1; k < length; ++k) {
      if ((at(i + k) & 0xc0) != 0x80) return false;
    }
    i += length;
  }
  return true;
}

std::string to_utf8(std::string_view bytes, const std::string& charset) {
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  // Most files say nothing or what they are; many say something else and are UTF-8.
  if (is_utf8(bytes) && (charset.empty() || charset[0] == 'u' || charset[0] == 'U'))
    return std::string(bytes);
  std::string text;
  if (!charset.empty() && convert(bytes, charset, text)) return text;
  return is_utf8(bytes) ? std::string(bytes) : from_latin1(bytes);
}

}  // namespace tengen::go::sgf
