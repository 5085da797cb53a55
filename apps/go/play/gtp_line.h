// One line of the Go Text Protocol (version 2, draft 2, sections 2 and 3) as words, and answers as text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tengen/apps/go/board/types.h>

namespace tengen::go {

/// "12 play B D4 # comment": id "12", command "play", words {"B", "D4"}, rest "B D4".
struct GtpRequest {
  std::string id;  // digits, or empty
  std::string command;
  std::vector<std::string> words;
  std::string rest;  // everything after the command
};

/// Control characters vanish, a tab is a blank, a comment begins at '#'. Nothing for a line that is blank
/// then.
std::optional<GtpRequest> parse_gtp(std::string_view line);

/// "=12 text\n\n", "?12 text\n\n". Blank lines in the text, which would end the answer, become " ".
std::string gtp_answer(bool success, const std::string& id, const std::string& text);

/// Numbers as words. Throw "syntax error" with what was expected.
int parse_int(const std::string& word, int low, int high);
double parse_number(const std::string& word, double low, double high);
bool parse_bool(const std::string& word);

/// "A1 C3 pass".
std::string vertices(const std::vector<Point>& points, int size);

}  // namespace tengen::go
