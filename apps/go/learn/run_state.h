// How far a run is: the learner says so, the other roles follow.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <tengen/apps/go/learn/settings.h>
#include <tengen/apps/go/learn/store.h>

namespace tengen::go {

/// The store of a run. Where there is none it is made, for a run with these settings: wrong ones are an
/// apps::UsageError, and leave nothing behind.
std::unique_ptr<Store> open_run(const std::string& url, const RunSettings& settings);

/// The settings that the run began with; nothing when nobody has begun it.
std::optional<RunSettings> find_settings(Store& store);
/// The same; throws when nobody has.
RunSettings read_settings(Store& store);
/// Begins a run, or finds one that was begun with the same settings. Only the length of a run that is resumed
/// (hours, games) may differ; then the new one holds. Any other difference is an apps::UsageError that names
/// the first setting which differs.
void begin_run(Store& store, const RunSettings& settings);

/// Fraction of the run that has passed, 0 .. 1; 1: it is over.
double read_progress(Store& store);
void write_progress(Store& store, double progress);
/// The same, but less than 1: the last network is still to come.
void write_progress_so_far(Store& store, double progress);
double progress_of(const RunSettings& settings, double seconds, int64_t games);

}  // namespace tengen::go
