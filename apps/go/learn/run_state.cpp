#include <tengen/apps/go/learn/run_state.h>

#include <algorithm>

#include <tengen/apps/common/usage_error.h>

namespace tengen::go {
namespace {

constexpr const char* kSettings = "run";
constexpr const char* kProgress = "progress";
constexpr double kUnfinished = 0.9999;

}  // namespace

std::unique_ptr<Store> open_run(const std::string& url, const RunSettings& settings) {
  try {
    return Store::open(url);
  } catch (const StoreError&) {  // there is none, or none that can be used: then creating it says so again
    apps::as_usage([&] { check_settings(settings); });
    return Store::open(url, Store::Open::create);
  }
}

std::optional<RunSettings> find_settings(Store& store) {
  const auto json = store.setting(kSettings);
  if (!json) return std::nullopt;
  return settings_from_json(*json);
}

RunSettings read_settings(Store& store) {
  const auto settings = find_settings(store);
  TENGEN_CHECK(settings, "no run has been begun in this store: `tengen-go train` begins one");
  return *settings;
}

void begin_run(Store& store, const RunSettings& settings) {
  check_settings(settings);
  const RunSettings found = settings_from_json(store.setting_or(kSettings, to_json(settings)));
  const std::vector<std::string> different = different_settings(found, settings);
  for (const std::string& name : different)
    if (name != "hours" && name != "games")
      fail<apps::UsageError>("this run was begun with another --", name,
                             "; only --hours and --games may change");
  if (different.empty()) return;
  store.set_setting(kSettings, to_json(settings));
  // A guess, until the learner says.
  const double seconds = read_progress(store) * 3600 * found.hours;
  write_progress_so_far(store, progress_of(settings, seconds, store.counts().games));
}

double read_progress(Store& store) {
  const auto text = store.setting(kProgress);
  return text ? plain_text::number<double>(*text).value_or(0) : 0;
}

void write_progress(Store& store, double progress) {
  store.set_setting(kProgress, plain_text::format("%g", progress));
}

void write_progress_so_far(Store& store, double progress) {
  write_progress(store, std::min(progress, kUnfinished));
}

double progress_of(const RunSettings& settings, double seconds, int64_t games) {
  double progress = 0;
  if (settings.hours > 0) progress = seconds / (3600 * settings.hours);
  if (settings.games > 0) progress = std::max(progress, double(games) / double(settings.games));
  return std::min(progress, 1.0);
}

}  // namespace tengen::go
