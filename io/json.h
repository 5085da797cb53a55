// Private: not installed; no public header includes it.
// JSON as far as file headers use it: objects of strings, arrays of whole numbers, nested objects.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tengen::io {

/// Reads values one after the other; anything unexpected is an error that names `where` and the position.
class JsonReader {
 public:
  JsonReader(std::string_view text, std::string where) : text_(text), where_(std::move(where)) {}

  /// Calls member(key) for each member; it must read the value.
  template <class Member>
  void object(const Member& member) {
    expect('{');
    if (accept('}')) return;
    do {
      const std::string key = string();
      expect(':');
      member(key);
    } while (accept(','));
    expect('}');
  }
  /// Calls element() for each element; it must read it.
  template <class Element>
  void array(const Element& element) {
    expect('[');
    if (accept(']')) return;
    do element();
    while (accept(','));
    expect(']');
  }
  /// Reads a string; escapes are decoded, \uXXXX to UTF-8.
  std::string string();
  /// Reads a whole number from 0 to 2^63 - 1.
  int64_t whole();
  /// Passes over a value of any kind.
  void skip(int depth = 0);
  /// Checks that nothing but blanks is left.
  void end();
  /// Throws an Error that names `where`, the position and `what`.
  [[noreturn]] void bad(const std::string& what) const;

 private:
  void skip_blanks();
  bool accept(char c);
  void expect(char c);
  uint32_t hex4();

  std::string_view text_;
  std::string where_;
  size_t at_ = 0;
};

/// The text in quotes, with escapes.
std::string json_quoted(std::string_view text);

}  // namespace tengen::io
