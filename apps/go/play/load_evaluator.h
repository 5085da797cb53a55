// From a file of weights to something that judges positions.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <tengen/apps/go/search/evaluator.h>
#include <tengen/tensor/device.h>

namespace tengen::go {

struct EvaluatorOptions {
  std::string net;  // a file; "uniform": no network, all moves alike; empty: the built-in network
  std::string symmetry = "random";  // none, random, average
  int cache = 1 << 16;              // positions
  int batch = 32;                   // positions at once, at most
  int threads = 1;                  // batches at the same time
  uint64_t seed = 1;                // of the symmetries
  Device device = kCPU;             // where the network runs
};

/// Throws when there is no such file, or it is no network.
std::shared_ptr<Evaluator> load_evaluator(const EvaluatorOptions& options);

/// The one board size that an evaluator takes; 0: any.
int only_board_size(const Evaluator& evaluator);

/// The weights that were built in (assets/go.safetensors); empty when that file was not there.
std::string_view default_network();

}  // namespace tengen::go
