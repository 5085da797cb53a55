// Numbers as text and back, the same whatever locale the program has chosen. Files and messages are written
// with these: a locale may group digits or write a comma for the decimal point, and a user's may be any.
#pragma once

#include <charconv>
#include <ios>
#include <locale>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tengen/tensor/version.h>

namespace tengen::plain_text {

/// A standard stream that reads and writes as in the "C" locale: plain_text::Classic<std::ostringstream> out;
template <class Stream>
class Classic : public Stream {
 public:
  template <class... Args>
  explicit Classic(Args&&... args) : Stream(std::forward<Args>(args)...) {
    this->imbue(std::locale::classic());
  }
};

/// In its scope somebody else's stream writes as in the "C" locale.
class ClassicGuard {
 public:
  explicit ClassicGuard(std::ios& stream)
      : stream_(stream), previous_(stream.imbue(std::locale::classic())) {}
  ~ClassicGuard() { stream_.imbue(previous_); }
  ClassicGuard(const ClassicGuard&) = delete;
  ClassicGuard& operator=(const ClassicGuard&) = delete;

 private:
  std::ios& stream_;
  std::locale previous_;
};

/// printf into a string, as in the "C" locale.
[[gnu::format(printf, 1, 2)]] std::string format(const char* pattern, ...);

/// The number that the whole of `text` spells; nothing when it spells none or one that T cannot hold.
template <class T>
std::optional<T> number(std::string_view text) {
  static_assert(std::is_arithmetic_v<T>);
  T value{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

}  // namespace tengen::plain_text
