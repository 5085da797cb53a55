#include <tengen/io/json.h>
#include <tengen/tensor/error.h>

#include <algorithm>
#include <limits>

namespace tengen::io {

void JsonReader::bad(const std::string& what) const {
  fail(where_, ": bad JSON at position ", at_, ": ", what);
}

void JsonReader::skip_blanks() {
  while (at_ < text_.size() &&
         (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r'))
    ++at_;
}

bool JsonReader::accept(char c) {
  skip_blanks();
  if (at_ >= text_.size() || text_[at_] != c) return false;
  ++at_;
  return true;
}

void JsonReader::expect(char c) {
  if (!accept(c)) bad(std::string("expected '") + c + "'");
}

uint32_t JsonReader::hex4() {
  uint32_t value = 0;
  for (int i = 0; i < 4; ++i, ++at_) {
    const char c = at_ < text_.size() ? text_[at_] : '\0';
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) bad("expected four hexadecimal digits after \\u");
    value = value * 16 + uint32_t(digit);
  }
  return value;
}

std::string JsonReader::string() {
  expect('"');
  std::string out;
  while (true) {
    if (at_ >= text_.size()) bad("a string has no end");
    const char c = text_[at_++];
    if (c == '"') return out;
    if (uint8_t(c) < 0x20) bad("a control character in a string");
    if (c != '\\') {
      out += c;
      continue;
    }
    const char escape = at_ < text_.size() ? text_[at_++] : '\0';
    switch (escape) {
      case '"':
      case '\\':
      case '/':
        out += escape;
        break;
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case 'u': {
        uint32_t code = hex4();
        if (code >= 0xd800 && code < 0xdc00) {  // the first half of a pair
          if (text_.substr(at_, 2) != "\\u") bad("half of a surrogate pair");
          at_ += 2;
          const uint32_t low = hex4();
          if (low < 0xdc00 || low > 0xdfff) bad("half of a surrogate pair");
          code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        }
        if (code < 0x80) {
          out += char(code);
        } else {
          const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
          constexpr uint8_t kLead[] = {0, 0xc0, 0xe0, 0xf0};
          out += char(kLead[more] | code >> (6 * more));
          for (int i = more - 1; i >= 0; --i) out += char(0x80 | ((code >> (6 * i)) & 0x3f));
        }
        break;
      }
      default:
        bad("unknown escape in a string");
    }
  }
}

int64_t JsonReader::whole() {
  skip_blanks();
  const size_t start = at_;
  int64_t value = 0;
  for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
    const int digit = text_[at_] - '0';
    if (value > (std::numeric_limits<int64_t>::max() - digit) / 10) bad("a number is too large");
    value = value * 10 + digit;
  }
  if (at_ == start) bad("expected a whole number");
  return value;
}

void JsonReader::skip(int depth) {
  if (depth > 100) bad("values are nested too deep");
  skip_blanks();
  const char first = at_ < text_.size() ? text_[at_] : '\0';
  if (first == '{') return object([&](const std::string&) { skip(depth + 1); });
  if (first == '[') return array([&] { skip(depth + 1); });
  if (first == '"') return void(string());
  const size_t start = at_;  // a number, true, false or null
  at_ = std::min(text_.find_first_of(",]} \n\t\r", at_), text_.size());
  if (at_ == start) bad("expected a value");
}

void JsonReader::end() {
  skip_blanks();
  if (at_ != text_.size()) bad("text after the end");
}

std::string json_quoted(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (uint8_t(c) < 0x20) {
      out += "\\u00";
      out += kHex[uint8_t(c) >> 4];
      out += kHex[c & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace tengen::io
