// The commands of tengen-go. Each adds its options and what to do when it was chosen; an exception that it
// throws is a message for the user.
#pragma once

#include <CLI/CLI.hpp>

#include <tengen/apps/go/learn/settings.h>

namespace tengen::go {

void add_gtp_command(CLI::App& app);
void add_analyze_command(CLI::App& app);
void add_match_command(CLI::App& app);
void add_train_command(CLI::App& app);
void add_role_commands(CLI::App& app);  // begin, selfplay, learn, evaluate
void add_sgf_command(CLI::App& app);
void add_bench_command(CLI::App& app);

/// What --store is when it is not given: an environment variable, which process lists do not show.
inline constexpr const char* kStoreVariable = "TENGEN_STORE";

/// An option for every setting of a run.
void add_setting_options(CLI::App& command, RunSettings& settings);

}  // namespace tengen::go
