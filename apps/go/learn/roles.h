// The three roles of learning, each a process of its own that talks to the others through the store only.
#pragma once

#include <cstdint>
#include <string>

namespace tengen::go {

struct RoleOptions {
  std::string store;   // URL of the store
  int threads = 1;     //
  uint64_t seed = 0;   //
  double seconds = 0;  // time that the whole run has; 0: no end
  double used = 0;     // and how much of it had gone when the role was started
};

/// Each goes on until stop_requested() (apps/common/run.h) or its work is done, writes what it has and
/// returns the exit status: 0 when it need not be started again.
int run_selfplay(const RoleOptions& options);
int run_learn(const RoleOptions& options);
int run_evaluate(const RoleOptions& options);

}  // namespace tengen::go
