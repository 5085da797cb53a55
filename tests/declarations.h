// What public headers declare, read from their text.
#pragma once

#include <doctest/doctest.h>

#include <fstream>
#include <regex>
#include <string>
#include <vector>

struct Declaration {
  std::string name;
  std::string family;  // <family>.cpp of the heading above
  bool is_inline = false;
  bool has_words = false;  // a comment `///` above it, or above overloads that it directly follows
};

/// The free functions that `header` (a path in the source tree) declares, operators aside.
inline std::vector<Declaration> declarations_of(const std::string& header) {
  std::ifstream file(std::string(TENGEN_SOURCE_DIR) + "/" + header);
  REQUIRE(file.good());
  const std::regex heading(R"(^// ---- (\w+)\.cpp.*)");
  const std::regex function(
      R"(^(inline )?(?:Tensor&?|std::\w+<.*>|bool|void|Generator|ScalarType) (\w+)\(.*)");
  std::vector<Declaration> all;
  std::string family, described;  // the function that the words are about
  bool words = false;
  for (std::string line; std::getline(file, line);) {
    std::smatch match;
    if (line.empty() || line.starts_with("///")) {
      words = !line.empty();
      described.clear();
    } else if (std::regex_match(line, match, heading)) {
      family = match[1];
    } else if (std::regex_match(line, match, function)) {
      const std::string name = match[2];
      if (described.empty()) described = name;
      all.push_back({name, family, match[1].matched, words && name == described});
    }
  }
  return all;
}
