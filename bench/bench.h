// Benchmarks: one set of sources, built once against tengen and once against each LibTorch (bench/libtorch
// has the header that makes `#include <tengen/torch.h>` mean LibTorch). scripts/bench runs the programs side
// by side: it asks each in turn for a sample of the same case, so that a machine whose speed drifts slows all
// of them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace bench {

/// What one run costs, to set a time in proportion to the machine's limits: arithmetic (multiply-adds count
/// two) or memory traffic that nobody can avoid. 0: not stated.
struct Cost {
  double flops = 0, bytes = 0;
};

struct Case {
  std::string name;  // "group/what"
  Cost cost;
  /// Makes the inputs, once, and returns the body that is timed.
  std::function<std::function<void()>()> prepare;
};
using Cases = std::vector<Case>;

// Each group appends its cases.
void limits(Cases& cases);    // what this processor and its memory can do; only in tengen's program
void overhead(Cases& cases);  // tiny tensors: the cost of an operator call
void memory(Cases& cases);    // large tensors, little arithmetic
void gemm(Cases& cases);
void conv(Cases& cases);
void detector(Cases& cases);
void go(Cases& cases);

/// Runs the command line of a benchmark program (main.cpp says what it understands).
int run(int argc, char** argv, const Cases& cases, void (*set_threads)(int));

}  // namespace bench
