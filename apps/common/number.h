// Numbers in texts that others wrote.
#pragma once

#include <limits>
#include <optional>
#include <string_view>

#include <tengen/tensor/plain_text.h>

namespace tengen::apps {

/// The number that the whole text is; nothing when it is anything else, NaN, or outside of [low, high].
template <class T>
std::optional<T> parse_number(std::string_view text, T low = std::numeric_limits<T>::lowest(),
                              T high = std::numeric_limits<T>::max()) {
  const std::optional<T> value = plain_text::number<T>(text);
  return value && *value >= low && *value <= high ? value : std::nullopt;
}

}  // namespace tengen::apps
