// The time that something takes.
#pragma once

#include <chrono>

namespace tengen::apps {

inline double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace tengen::apps
