#include <doctest/doctest.h>

#include <sstream>

#include <tengen/bench/gradbench/evals.h>
#include <nlohmann/json.hpp>

using gradbench::json;

namespace {

// The replies to some lines.
std::vector<json> replies(const std::string& lines) {
  std::istringstream in(lines);
  std::ostringstream out;
  gradbench::serve("tool", "hello", gradbench::hello(), in, out);
  std::vector<json> result;
  std::istringstream written(out.str());
  for (std::string line; std::getline(written, line);) result.push_back(json::parse(line));
  return result;
}

}  // namespace

TEST_CASE("gradbench protocol: every message has a reply with its number, until the end") {
  const auto answers = replies(R"({"id": 0, "kind": "start", "eval": "hello"}
{"id": 1, "kind": "define", "module": "hello"}
{"id": 2, "kind": "evaluate", "module": "hello", "function": "square", "input": 3.0}
{"id": 3, "kind": "evaluate", "module": "hello", "function": "double", "input": 3.0}
{"id": 4, "kind": "analysis", "of": 3, "valid": true}
{"id": 5, "kind": "end"}
{"id": 6, "kind": "start"}
)");
  REQUIRE(answers.size() == 5);
  CHECK(answers[0] == json{{"id", 0}, {"tool", "tool"}});
  CHECK(answers[1] == json{{"id", 1}, {"success", true}});
  CHECK(answers[2]["output"] == 9.0);
  CHECK(answers[2]["timings"][0]["name"] == "evaluate");
  CHECK(answers[2]["timings"][0]["nanoseconds"].is_number_integer());
  CHECK(answers[3]["output"] == 6.0);
  CHECK(answers[4] == json{{"id", 4}});
}

TEST_CASE("gradbench protocol: mistakes are told and the program goes on") {
  const auto answers = replies(R"({"id": 0, "kind": "define", "module": "lstm"}
{"id": 1, "kind": "evaluate", "module": "hello", "function": "cube", "input": 3.0}
{"id": 2, "kind": "evaluate", "module": "hello", "function": "square"}
no JSON
{"id": 4, "kind": "define", "module": "hello"}
)");
  REQUIRE(answers.size() == 5);
  for (size_t i = 0; i < 4; ++i) {
    CHECK(answers[i]["success"] == false);
    CHECK(answers[i]["error"].is_string());
  }
  CHECK(answers[0]["error"] == "this program has the module hello but got lstm");
  CHECK(answers[1]["error"] == "there is no function cube");
  CHECK(answers[4] == json{{"id", 4}, {"success", true}});
}
