#include <tengen/bench/gradbench/protocol.h>

#include <cstdlib>
#include <ctime>
#include <istream>
#include <ostream>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace gradbench {
namespace {

// On a machine that other programs keep busy, the time that this one has had a processor says more.
int64_t nanoseconds() {
  static const char* clock = std::getenv("GRADBENCH_CLOCK");
  timespec now;
  clock_gettime(clock && std::string(clock) == "cpu" ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &now);
  return int64_t(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

json evaluate(const json& message, const Functions& functions) {
  const std::string name = message.at("function");
  const auto function = functions.find(name);
  if (function == functions.end()) throw std::invalid_argument("there is no function " + name);
  const json& input = message.at("input");
  const bool repeats = input.is_object();  // the input of "hello" is a number
  const int64_t min_runs = repeats ? input.value("min_runs", int64_t(1)) : 1;
  const double min_seconds = repeats ? input.value("min_seconds", 0.0) : 0;

  const Task task = function->second(input);
  json timings = json::array();
  double seconds = 0;
  for (int64_t i = 0; i == 0 || i < min_runs || seconds < min_seconds; ++i) {
    const int64_t start = nanoseconds();
    task.run();
    const int64_t time = nanoseconds() - start;
    timings.push_back({{"name", "evaluate"}, {"nanoseconds", time}});
    seconds += double(time) * 1e-9;
  }
  return {{"success", true}, {"output", task.output()}, {"timings", std::move(timings)}};
}

json reply(const json& message, const std::string& tool, const std::string& eval,
           const Functions& functions) {
  const std::string kind = message.at("kind");
  if (kind == "start") return {{"tool", tool}};
  if (kind != "define" && kind != "evaluate") return json::object();
  if (const std::string module = message.at("module"); module != eval)
    return {{"success", false}, {"error", "this program has the module " + eval + " but got " + module}};
  return kind == "define" ? json{{"success", true}} : evaluate(message, functions);
}

}  // namespace

void serve(const std::string& tool, const std::string& eval, const Functions& functions, std::istream& in,
           std::ostream& out) {
  for (std::string line; std::getline(in, line);) {
    json message, answer;
    try {
      message = json::parse(line);
      if (message.at("kind") == "end") return;
      answer = reply(message, tool, eval, functions);
    } catch (const std::exception& error) {
      answer = {{"success", false}, {"error", error.what()}};
    }
    if (message.is_object() && message.contains("id")) answer["id"] = message["id"];
    out << answer.dump() << std::endl;
  }
}

}  // namespace gradbench
