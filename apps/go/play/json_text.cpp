#include <tengen/apps/go/play/json_text.h>

#include <tengen/tensor/error.h>

namespace tengen::go {

json parse_json(std::string_view text) {
  constexpr int kMaxDepth = 64;
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\') {
      ++i;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && (c == '[' || c == '{')) {
      TENGEN_CHECK(++depth <= kMaxDepth, "JSON nested deeper than ", kMaxDepth, " levels");
    } else if (!in_string && (c == ']' || c == '}')) {
      --depth;
    }
  }
  try {
    return json::parse(text);
  } catch (const json::exception& error) {
    std::string what = error.what();  // "[json.exception.parse_error.101] parse error at line 1, ..."
    fail("not valid JSON: ", what.substr(what.find("] ") == what.npos ? 0 : what.find("] ") + 2));
  }
}

std::string to_text(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

}  // namespace tengen::go
