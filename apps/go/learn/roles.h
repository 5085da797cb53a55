// The three roles of learning, each a process of its own that talks to the others through the store only.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include <tengen/tensor/device.h>

namespace tengen::go {

struct RoleOptions {
  std::string store;  // URL of the store
  int threads = 1;
  uint64_t seed = 0;     // 0: a new one each time
  Device device = kCPU;  // of this process' networks; not a part of the run, which may be resumed elsewhere
  uint64_t drawn_seed() const { return seed != 0 ? seed : std::random_device()(); }
};

/// Each works until stop_requested() (apps/common/run.h) or its work is done, writes what it has and
/// returns the exit status: 0 when it need not be started again.
int run_selfplay(const RoleOptions& options);
int run_learn(const RoleOptions& options);
int run_evaluate(const RoleOptions& options);

}  // namespace tengen::go
