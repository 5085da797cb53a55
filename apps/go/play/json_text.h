// JSON from strangers.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace tengen::go {

using json = nlohmann::json;

/// Throws Error on anything that is not JSON or nested deeper than 64 levels (what prints or copies a value
/// calls itself).
json parse_json(std::string_view text);

/// On one line; bytes that are not UTF-8 are replaced.
std::string to_text(const json& value);

}  // namespace tengen::go
