#include <tengen/bench/settings.h>

#if defined(TENGEN_BENCH_LIBTORCH)
#include <ATen/autocast_mode.h>
#include <torch/version.h>
// Before this version LibTorch had autocast for C++ programs under other names.
#define TENGEN_BENCH_AUTOCAST (TORCH_VERSION_MAJOR * 100 + TORCH_VERSION_MINOR >= 204)
#else
#define TENGEN_BENCH_AUTOCAST 1
#endif

namespace bench {
namespace {

torch::Device chosen_device = torch::kCPU;
bool bf16_operands = false, autocast = false;

}  // namespace

torch::Device device() { return chosen_device; }
torch::TensorOptions options() { return torch::TensorOptions(torch::kFloat).device(chosen_device); }
torch::TensorOptions operands() { return bf16_operands ? options().dtype(torch::kBFloat16) : options(); }

void set_device(const std::string& name) {
  chosen_device = torch::Device(name);
  if (chosen_device.is_cuda() && !torch::cuda::is_available()) throw std::runtime_error("no CUDA device");
}

void synchronize() {
  if (chosen_device.is_cuda()) torch::cuda::synchronize();
}

bool set_precision(Precision precision, Kind kind) {
  const bool tf32 = precision == Precision::tf32, bf16 = precision == Precision::bf16;
  if (precision != Precision::float32 && !chosen_device.is_cuda()) return false;
  if (bf16 && kind == Kind::network && !TENGEN_BENCH_AUTOCAST) return false;
  tengen::globalContext().setAllowTF32CuBLAS(tf32);
  tengen::globalContext().setAllowTF32CuDNN(tf32);
  bf16_operands = bf16 && kind == Kind::products;
  autocast = bf16 && kind == Kind::network;
  return true;
}

#if TENGEN_BENCH_AUTOCAST
Autocast::Autocast() {
  if (!autocast) return;
  at::autocast::set_autocast_dtype(at::kCUDA, at::kBFloat16);
  at::autocast::set_autocast_enabled(at::kCUDA, true);
}
Autocast::~Autocast() {
  if (!autocast) return;
  at::autocast::set_autocast_enabled(at::kCUDA, false);
  at::autocast::clear_cache();  // of the cast weights, as at the end of Python's `with torch.autocast`
}
#else
Autocast::Autocast() = default;
Autocast::~Autocast() = default;
#endif

}  // namespace bench
