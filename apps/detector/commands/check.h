// Looks for everything that is wrong with a data set before a training run meets it.
#pragma once

#include <string>

namespace tengen::detect {

struct CheckCommand {
  std::string data;
  int image_size = 640;
};

/// Prints every problem with file and line, then counts by class and the fit of the default anchors. False
/// when a picture or a line is unusable.
bool run_check(const CheckCommand& command);

}  // namespace tengen::detect
