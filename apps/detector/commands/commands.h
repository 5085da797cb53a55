// The commands of tengen-detect. Each adds its options, with YOLOv5's names, and what to do when it was
// chosen.
#pragma once

#include <CLI/CLI.hpp>

namespace tengen::detect {

void add_train_command(CLI::App& app);
void add_val_command(CLI::App& app);
void add_detect_command(CLI::App& app);
void add_check_command(CLI::App& app);
void add_demo_data_command(CLI::App& app);

}  // namespace tengen::detect
