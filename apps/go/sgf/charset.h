// Bytes of old files to UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace tengen::go::sgf {

bool is_utf8(std::string_view bytes);
/// From a charset known to iconv, invalid bytes as U+FFFD. A charset that is unknown or empty: UTF-8 if the
/// bytes can be, else Latin-1; one that is empty may also be Japanese, Chinese or Korean text that looks like
/// it. A byte order mark says what it says, UTF-16 among it, and is dropped.
std::string to_utf8(std::string_view bytes, const std::string& charset);

}  // namespace tengen::go::sgf
