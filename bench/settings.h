// What the command line chose, for the cases to make their tensors by.
#pragma once

#include <tengen/bench/bench.h>
#include <tengen/torch.h>

namespace bench {

torch::Device device();
/// float32 on the device.
torch::TensorOptions options();
/// For operands of products: bf16 on the device where that precision is chosen, else options().
torch::TensorOptions operands();

/// What the program needs to know of the library (run() calls these).
void set_device(const std::string& name);
bool set_precision(Precision precision, Kind kind);
void synchronize();

/// In its scope a network runs in the chosen precision, where that takes more than a setting.
class Autocast {
 public:
  Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;
  ~Autocast();
};

/// A body that replays what `body` does on the device, recorded as a CUDA graph. Only in programs with CUDA.
std::function<void()> recorded(std::function<void()> body);

}  // namespace bench
