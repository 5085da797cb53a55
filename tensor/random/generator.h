// Random numbers. On the CPU: PyTorch's generator (mt19937) and its streams, so that equal seeds give equal
// numbers. On CUDA devices: a stream of our own (docs/cuda.md), the same on every device.
#pragma once

#include <cstdint>
#include <string>

#include <tengen/tensor/device.h>
#include <tengen/tensor/intrusive_ptr.h>

namespace tengen {

struct GeneratorState;

inline constexpr uint64_t kDefaultSeed = 67280421310721;

}  // namespace tengen

namespace tengen::inline api {

/// A handle to a stream of random numbers; copies share the stream. Functions that fill tensors lock it; the
/// single numbers below are for one thread at a time.
class Generator {
 public:
  Generator() = default;
  explicit Generator(intrusive_ptr<GeneratorState> state);
  Generator(const Generator&);
  Generator(Generator&&) noexcept;
  Generator& operator=(Generator);
  ~Generator();

  bool defined() const { return state_ != nullptr; }
  /// Whose tensors it fills.
  Device device() const;
  void set_current_seed(uint64_t seed);
  uint64_t current_seed() const;
  /// A seed from the system's source of randomness; also starts the stream with it.
  uint64_t seed();
  /// The whole state as bytes, laid out as those of torch.get_rng_state(), or for CUDA as those of
  /// torch.cuda.get_rng_state() (seed and offset, 8 bytes each), and back; an Error when they are no state.
  std::string state() const;
  void set_state(const std::string& bytes);
  /// An independent generator in the same state.
  Generator clone() const;

  // Single numbers: of CPU generators.
  uint32_t random();
  uint64_t random64();
  /// [0, 1) with 24 and 53 bits.
  float uniform_float();
  double uniform_double();
  /// Standard normal by Box and Muller, one at a time (PyTorch's rule for fewer than 16 elements).
  double normal();

  GeneratorState& impl() const;

 private:
  GeneratorState* state_ = nullptr;
};

/// A new generator with a seed of its own.
Generator make_generator(uint64_t seed = kDefaultSeed, const Device& device = kCPU);
/// The generator that functions use for tensors of the device when none is given.
Generator default_generator(const Device& device = kCPU);
/// Seeds the default generators of all devices.
void manual_seed(uint64_t seed);

}  // namespace tengen::inline api
