#include <tengen/apps/go/play/gtp_line.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <sstream>

#include <tengen/apps/go/board/text.h>
#include <tengen/tensor/error.h>

namespace tengen::go {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<GtpRequest> parse_gtp(std::string_view line) {
  std::string text;
  for (char c : line.substr(0, line.find('#'))) {
    if (c == '\t') c = ' ';
    if (static_cast<unsigned char>(c) >= 32 && c != 127) text += c;
  }
  std::istringstream words(text);
  GtpRequest request;
  if (!(words >> request.command)) return {};
  if (std::ranges::all_of(request.command, is_digit)) {
    request.id.swap(request.command);
    if (!(words >> request.command)) return {};
  }
  std::getline(words >> std::ws, request.rest);
  request.rest.erase(request.rest.find_last_not_of(' ') + 1);
  std::istringstream rest(request.rest);
  for (std::string word; rest >> word;) request.words.push_back(word);
  return request;
}

std::string gtp_answer(bool success, const std::string& id, const std::string& text) {
  std::string answer = (success ? "=" : "?") + id + " ";
  const size_t size = text.find_last_not_of('\n') + 1;  // without line breaks at the end
  for (size_t i = 0; i < size; ++i) {
    answer += text[i];
    if (text[i] == '\n' && text[i + 1] == '\n') answer += ' ';
  }
  if (text.empty()) answer.pop_back();
  return answer + "\n\n";
}

int parse_int(const std::string& word, int low, int high) {
  int value = 0;
  const char* end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, value);
  TENGEN_CHECK(error == std::errc() && stop == end && value >= low && value <= high, "syntax error: '", word,
               "' is no whole number from ", low, " to ", high);
  return value;
}

double parse_number(const std::string& word, double low, double high) {
  double value = 0;
  const char* end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, value);
  TENGEN_CHECK(error == std::errc() && stop == end && value >= low && value <= high, "syntax error: '", word,
               "' is no number from ", low, " to ", high);
  return value;
}

bool parse_bool(const std::string& word) {
  std::string lower;
  for (char c : word) lower += c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
  TENGEN_CHECK(lower == "true" || lower == "false" || lower == "1" || lower == "0", "syntax error: '", word,
               "' is neither true nor false");
  return lower == "true" || lower == "1";
}

std::string vertices(const std::vector<Point>& points, int size) {
  std::string text;
  for (Point point : points) text += (text.empty() ? "" : " ") + to_string(point, size);
  return text;
}

}  // namespace tengen::go
