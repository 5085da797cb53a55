// Random numbers: PyTorch's CPU generator (mt19937) and its streams, so that equal seeds give equal numbers.
#pragma once

#include <cstdint>
#include <string>

#include <tengen/tensor/intrusive_ptr.h>

namespace tengen {

struct GeneratorState;

/// A handle to a stream of random numbers; copies share the stream. Not for use by two threads at once.
class Generator {
 public:
  Generator() = default;
  explicit Generator(intrusive_ptr<GeneratorState> state);
  Generator(const Generator&);
  Generator(Generator&&) noexcept;
  Generator& operator=(Generator);
  ~Generator();

  bool defined() const { return state_ != nullptr; }
  void set_current_seed(uint64_t seed);
  uint64_t current_seed() const;
  /// The whole state as bytes, and back; an Error when the bytes are none of ours.
  std::string state() const;
  void set_state(const std::string& bytes);
  /// An independent generator in the same state.
  Generator clone() const;

  uint32_t random();
  uint64_t random64();
  /// [0, 1) with 24 and 53 bits.
  float uniform_float();
  double uniform_double();
  /// Standard normal by Box and Muller, one at a time (PyTorch's rule for fewer than 16 elements).
  double normal();

 private:
  GeneratorState* state_ = nullptr;
};

/// A new generator with a seed of its own.
Generator make_generator(uint64_t seed = 67280421310721);
/// The generator that functions use when none is given.
Generator default_generator();
/// Seeds the default generator.
void manual_seed(uint64_t seed);

}  // namespace tengen
