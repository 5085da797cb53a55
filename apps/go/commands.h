// The commands of tengen-go. Each adds its options and what to do when it was chosen; an exception that it
// throws is a message for the user.
#pragma once

#include <CLI/CLI.hpp>

namespace tengen::go {

void add_gtp_command(CLI::App& app);
void add_analyze_command(CLI::App& app);
void add_match_command(CLI::App& app);
void add_sgf_command(CLI::App& app);

}  // namespace tengen::go
