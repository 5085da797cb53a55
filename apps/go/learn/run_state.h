// How far a run is: the learner says so, the other roles follow.
#pragma once

#include <optional>

#include <tengen/apps/go/learn/settings.h>
#include <tengen/apps/go/learn/store.h>

namespace tengen::go {

/// The settings that the run began with; nothing when nobody has begun it.
std::optional<RunSettings> find_settings(Store& store);
/// The same; throws when nobody has.
RunSettings read_settings(Store& store);
/// Begins a run, or finds one that was begun with the same settings. Of a run that goes on, only its length
/// (hours, games) may differ; then the new one holds. Throws, and names the first setting that differs.
void begin_run(Store& store, const RunSettings& settings);

/// Share of the run that has passed, 0 .. 1; 1: it is over.
double read_progress(Store& store);
void write_progress(Store& store, double progress);
/// The same, but less than 1: the last network is still to come.
void write_progress_so_far(Store& store, double progress);
double progress_of(const RunSettings& settings, double seconds, int64_t games);

}  // namespace tengen::go
