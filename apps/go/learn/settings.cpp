#include <tengen/apps/go/learn/settings.h>

#include <charconv>
#include <sstream>

#include <nlohmann/json.hpp>

#include <tengen/apps/go/board/types.h>
#include <tengen/tensor/error.h>

namespace tengen::go {
namespace {

using nlohmann::json;

// The whole of `text` as a number.
template <class Number>
bool parse_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

json object_of(const RunSettings& settings) {
  json object;
  for_each_setting(
      settings, [&](const char*, const char* name, const auto& value, const char*) { object[name] = value; });
  return object;
}

void check_range(const char* name, double value, double low, double high) {
  TENGEN_CHECK(value >= low && value <= high, "--", name, ": expected ", low, " to ", high, ", but got ",
               value);
}

}  // namespace

std::vector<VisitStage> parse_visits(std::string_view text) {
  std::vector<VisitStage> stages;
  std::istringstream words{std::string(text)};
  for (std::string word; words >> word;) {
    const std::string_view w = word;
    const size_t slash = w.find('/'), at = w.find('@');
    VisitStage stage{0, 0, 0};
    const bool ok = slash != w.npos && (at == w.npos || slash < at) &&
                    parse_number(w.substr(0, slash), stage.full) &&
                    parse_number(w.substr(slash + 1, at == w.npos ? at : at - slash - 1), stage.cheap) &&
                    (at == w.npos || parse_number(w.substr(at + 1), stage.from));
    TENGEN_CHECK(ok && stage.full >= 1 && stage.cheap >= 1, "--visits: expected FULL/CHEAP@FROM, but got '",
                 word, "'");
    TENGEN_CHECK(stages.empty() ? stage.from == 0 : stage.from > stages.back().from && stage.from <= 1,
                 "--visits: stages begin at 0 and rise to at most 1, but got '", text, "'");
    stages.push_back(stage);
  }
  TENGEN_CHECK(!stages.empty(), "--visits: expected FULL/CHEAP, but got nothing");
  return stages;
}

std::vector<int> board_sizes(const RunSettings& settings) {
  std::vector<int> sizes;
  std::istringstream list(settings.sizes);
  for (std::string item; std::getline(list, item, ',');) {
    int size = 0;
    TENGEN_CHECK(parse_number(item, size) && size >= kMinSize && size <= kMaxSize, "--size: expected ",
                 kMinSize, " to ", kMaxSize, ", or several with commas, but got '", settings.sizes, "'");
    sizes.push_back(size);
  }
  TENGEN_CHECK(!sizes.empty(), "--size: expected a board size, but got nothing");
  return sizes;
}

Rules rules_of(const RunSettings& settings) {
  Rules rules = rules_named(settings.rules);
  rules.komi = check_komi(settings.komi);
  return rules;
}

void check_settings(const RunSettings& s) {
  board_sizes(s);
  rules_of(s);
  parse_visits(s.visits);
  TENGEN_CHECK(s.hours > 0 || s.games > 0, "a run needs an end: --hours or --games");
  TENGEN_CHECK(s.optimizer == "adamw" || s.optimizer == "sgd",
               "--optimizer: expected adamw or sgd, but got '", s.optimizer, "'");
  check_range("komi-stdev", s.komi_stdev, 0, 400);
  check_range("full-share", s.full_share, 0.001, 1);
  check_range("noise-weight", s.noise_weight, 0, 1);
  check_range("noise-total", s.noise_total, 0.001, 1e6);
  check_range("c-puct", s.c_puct, 0, 100);
  check_range("forced-playouts", s.forced_playouts, 0, 100);
  check_range("score-weight", s.score_weight, 0, 1);
  check_range("root-temperature", s.root_temperature, 0.01, 100);
  check_range("late-root-temperature", s.late_root_temperature, 0.01, 100);
  check_range("temperature", s.temperature, 0, 100);
  check_range("late-temperature", s.late_temperature, 0, 100);
  check_range("temperature-halflife", s.temperature_halflife, 1e-6, 1e6);
  check_range("random-openings", s.random_openings, 0, 1);
  check_range("random-games", double(s.random_games), 0, 1e9);
  check_range("batch", double(s.batch), 2, 1e6);
  check_range("samples-per-row", s.samples_per_row, 0.001, 1e6);
  check_range("learning-rate", s.learning_rate, 0, 100);
  check_range("weight-decay", s.weight_decay, 0, 100);
  check_range("warmup", double(s.warmup), 0, 1e9);
  check_range("decay", s.decay, 0, 1);
  check_range("window", double(s.window), 1, 1e12);
  check_range("average", s.average, 0, 1);
  check_range("publish-seconds", s.publish_seconds, 0, 1e9);
  check_range("gate", s.gate, 0, 1);
  check_range("evaluation-minutes", s.evaluation_minutes, 0, 1e9);
  check_range("evaluation-games", double(s.evaluation_games), 2, 1e6);
  check_range("evaluation-visits", double(s.evaluation_visits), 1, 1e6);
}

std::string to_json(const RunSettings& settings) { return object_of(settings).dump(); }

RunSettings settings_from_json(std::string_view text) {
  RunSettings settings;
  try {
    json object = json::parse(text);
    for_each_setting(settings, [&](const char*, const char* name, auto& value, const char*) {
      if (const auto found = object.find(name); found != object.end()) {
        found->get_to(value);
        object.erase(found);
      }
    });
    TENGEN_CHECK(object.empty(), "settings of the run: '", object.begin().key(), "' is not known");
  } catch (const json::exception& error) {
    TENGEN_CHECK(false, "settings of the run: ", error.what());
  }
  check_settings(settings);
  return settings;
}

RunSettings merge_settings(const RunSettings& base, const RunSettings& other,
                           const std::function<bool(const std::string& name)>& chosen) {
  json object = object_of(base);
  const json others = object_of(other);
  for (const auto& [name, value] : others.items())
    if (chosen(name)) object[name] = value;
  return settings_from_json(object.dump());
}

std::vector<std::string> different_settings(const RunSettings& a, const RunSettings& b) {
  std::vector<std::string> names;
  const json first = object_of(a), second = object_of(b);
  for (const auto& [name, value] : first.items())
    if (value != second[name]) names.push_back(name);
  return names;
}

}  // namespace tengen::go
