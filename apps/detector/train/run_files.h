// The folder of a training run: which one continues, and its table of results.
#pragma once

#include <cstdint>
#include <string>

namespace tengen::detect {

/// The run folder of --resume: "latest" is the newest one under `project`, else a folder or its checkpoint.
std::string find_run(const std::string& resume, const std::string& project);

/// results.csv without the rows of epochs that will run (again).
std::string csv_up_to(const std::string& path, int64_t epochs);

}  // namespace tengen::detect
