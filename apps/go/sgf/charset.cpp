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

/// False when iconv does not know the charset; with `strict` also when a byte means nothing in it.
bool convert(std::string_view bytes, const std::string& charset, std::string& text, bool strict = false) {
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
    if (strict) {
      iconv_close(converter);
      return false;
    }
    text += "\xef\xbf\xbd";  // U+FFFD for a byte that means nothing
    ++in, --left;
  }
  iconv_close(converter);
  return true;
}

/// The charset of East Asian text that does not name it, by what its two-byte characters look like; empty:
/// none of them.
std::string guessed_charset(std::string_view bytes) {
  int high = 0, paired = 0, low_leads = 0, kana = 0, hangul = 0, pairs = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    const auto at = [&](size_t k) { return k < bytes.size() ? static_cast<unsigned char>(bytes[k]) : 0u; };
    const unsigned first = at(i), second = at(i + 1);
    if (first < 0x80) continue;
    ++high;
    low_leads += first >= 0x81 && first <= 0x9f;  // control characters in ISO charsets
    if (second < 0x80) continue;
    ++high, paired += 2, ++pairs, ++i;
    low_leads += second >= 0x81 && second <= 0x9f;
    kana += first == 0xa4 || first == 0xa5;
    hangul += first >= 0xb0 && first <= 0xc8;
  }
  std::string text;
  const auto fits = [&](const char* charset) { return text.clear(), convert(bytes, charset, text, true); };
  if (10 * paired >= 9 * high && low_leads == 0) {  // EUC: both bytes above 0xa0
    if (2 * kana >= pairs && fits("EUC-JP")) return "EUC-JP";
    // Three of five Chinese characters look like Korean ones: of a few nothing follows.
    if (pairs >= 5 && 20 * hangul >= 19 * pairs && fits("CP949")) return "CP949";
    if (fits("GB18030")) return "GB18030";
  }
  if (low_leads > 0)
    for (const char* charset : {"CP932", "GB18030", "CP949", "BIG5"})
      if (fits(charset)) return charset;
  if (2 * paired >= high && pairs > 1)
    for (const char* charset : {"GB18030", "BIG5"})
      if (fits(charset)) return charset;
  return {};
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
  std::string text;
  if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff")) {
    const char* order = bytes[0] == '\xff' ? "UTF-16LE" : "UTF-16BE";
    bytes.remove_prefix(2);
    if (convert(bytes, order, text)) return text;
  }
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  // Most files say nothing or what they are; many say something else and are UTF-8.
  if (is_utf8(bytes) && (charset.empty() || charset[0] == 'u' || charset[0] == 'U'))
    return std::string(bytes);
  if (!charset.empty() && convert(bytes, charset, text)) return text;
  if (is_utf8(bytes)) return std::string(bytes);
  const std::string guessed = charset.empty() ? guessed_charset(bytes) : std::string();
  text.clear();
  return !guessed.empty() && convert(bytes, guessed, text) ? text : from_latin1(bytes);
}

}  // namespace tengen::go::sgf
