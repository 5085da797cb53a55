#include <tengen/apps/go/learn/run_state.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

namespace tengen::go {
namespace {

constexpr const char* kSettings = "run";
constexpr const char* kProgress = "progress";

}  // namespace

RunSettings read_settings(Store& store) {
  const auto json = store.setting(kSettings);
  TENGEN_CHECK(json, "no run has been begun in this store: `tengen-go train` begins one");
  return settings_from_json(*json);
}

void begin_run(Store& store, const RunSettings& settings) {
  check_settings(settings);
  RunSettings found = settings_from_json(store.setting_or(kSettings, to_json(settings)));
  for_each_setting(found, [&](const char* name, const auto& value, const char*) {
    if (std::string_view(name) == "hours" || std::string_view(name) == "games") return;
    for_each_setting(settings, [&](const char* other_name, const auto& other, const char*) {
      if constexpr (std::is_same_v<decltype(value), decltype(other)>) {
        TENGEN_CHECK(std::string_view(name) != other_name || value == other, "this run was begun with --",
                     name, " ", value, ", not ", other);
      }
    });
  });
  if (to_json(found) == to_json(settings)) return;
  store.set_setting(kSettings, to_json(settings));
  store.set_setting(kProgress, "0");  // the learner finds out how far the longer run is
}

double read_progress(Store& store) {
  const auto text = store.setting(kProgress);
  return text ? std::atof(text->c_str()) : 0;
}

void write_progress(Store& store, double progress) {
  std::ostringstream text;
  text << progress;
  store.set_setting(kProgress, text.str());
}

double progress_of(const RunSettings& settings, double seconds, int64_t games) {
  double progress = 0;
  if (settings.hours > 0) progress = seconds / (3600 * settings.hours);
  if (settings.games > 0) progress = std::max(progress, double(games) / double(settings.games));
  return std::min(progress, 1.0);
}

}  // namespace tengen::go
