// Numbers in texts that others wrote.
#pragma once

#include <charconv>
#include <limits>
#include <optional>
#include <string_view>

namespace tengen::apps {

/// The number that the whole text is; nothing when it is anything else, NaN, or outside of [low, high].
template <class T>
std::optional<T> parse_number(std::string_view text, T low = std::numeric_limits<T>::lowest(),
                              T high = std::numeric_limits<T>::max()) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value >= low && value <= high)) return {};
  return value;
}

}  // namespace tengen::apps
