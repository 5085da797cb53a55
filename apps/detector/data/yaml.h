// YAML that a stranger may have written: every error names file, line and key, and nothing takes long.
#pragma once

#include <cmath>
#include <string>
#include <type_traits>

#include <yaml-cpp/yaml.h>

#include <tengen/tensor/error.h>

namespace tengen::detect {

/// A text of at most a megabyte whose aliases do not multiply it without end. Errors: "WHERE:LINE: ...".
YAML::Node parse_yaml(const std::string& text, const std::string& where);
/// The same from a regular file; errors begin with "OP: FILE".
YAML::Node load_yaml(const std::string& op, const std::string& file);

[[noreturn]] inline void bad_yaml(const YAML::Node& node, const std::string& where, const std::string& what) {
  fail(where, ":", node.Mark().line + 1, ": ", what);
}

/// The value of `key`: whole where T is, finite, within [low, high].
template <class T>
T yaml_number(const YAML::Node& node, const std::string& where, const std::string& key, T low, T high) {
  T value{};
  if (!node.IsScalar() || !YAML::convert<T>::decode(node, value) || !(value >= low && value <= high)) {
    bad_yaml(node, where,
             detail::str("'", key, "' must be a ", std::is_integral_v<T> ? "whole number" : "number",
                         " from ", low, " to ", high,
                         node.IsScalar() ? ", but got '" + node.Scalar().substr(0, 40) + "'" : ""));
  }
  return value;
}

}  // namespace tengen::detect
