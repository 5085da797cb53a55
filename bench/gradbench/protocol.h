// The protocol of gradbench (github.com/gradbench/gradbench) for tools: a JSON message per line on the
// standard input, a reply per line on the standard output.
#pragma once

#include <functional>
#include <iosfwd>
#include <map>
#include <memory>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace gradbench {

using nlohmann::json;

/// One function with its inputs ready.
struct Task {
  std::function<void()> run;     // what is timed
  std::function<json()> output;  // the result of the last run, for the reply
};

/// The functions of an eval by name; each makes a task of the "input" of a message.
using Functions = std::map<std::string, Task (*)(const json& input)>;

/// A task that keeps what `function` returns; `as_json` turns it into the reply's "output".
template <class Function, class AsJson>
Task task(Function function, AsJson as_json) {
  auto result = std::make_shared<decltype(function())>();
  return {[=] { *result = function(); }, [=] { return json(as_json(*result)); }};
}

/// Answers messages until the message "end" or the end of `in`. What is wrong with a message becomes the
/// "error" of its reply. A function runs "min_runs" times and for "min_seconds", at least once; the reply has
/// the time of every run.
void serve(const std::string& tool, const std::string& eval, const Functions& functions, std::istream& in,
           std::ostream& out);

}  // namespace gradbench
