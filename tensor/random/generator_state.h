// Private: not installed; no public header includes it.
// The generators themselves: on the CPU mt19937 (Matsumoto and Nishimura 1998) and what PyTorch draws from
// it, on CUDA devices Philox (philox.h).
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <mutex>
#include <numbers>
#include <optional>
#include <string>

#include <tengen/tensor/random/generator.h>

namespace tengen {

struct GeneratorState : RefCounted {
  const Device device;
  std::mutex mutex;
  uint64_t seed = 0;

  explicit GeneratorState(const Device& device) : device(device) {}
  virtual void restart(uint64_t new_seed) = 0;
  /// The state as PyTorch's bytes, and back; an Error where they are no state.
  virtual std::string bytes() const = 0;
  virtual void set_bytes(const std::string& bytes) = 0;
};

struct MersenneTwister final : GeneratorState {
  static constexpr int kWords = 624;

  std::array<uint32_t, kWords> words;
  int left = 1;  // draws until the words are renewed, that one included
  uint32_t next = 0;
  std::optional<double> next_normal;  // Box-Muller makes two at a time

  explicit MersenneTwister(uint64_t seed) : GeneratorState(kCPU) { restart(seed); }
  std::string bytes() const override;
  void set_bytes(const std::string& bytes) override;

  void restart(uint64_t new_seed) override {
    seed = new_seed;
    words[0] = uint32_t(new_seed);
    for (uint32_t i = 1; i < kWords; ++i) words[i] = 1812433253u * (words[i - 1] ^ (words[i - 1] >> 30)) + i;
    left = 1;
    next = 0;
    next_normal.reset();
  }

  uint32_t random() {
    if (--left == 0) renew();
    uint32_t y = words[next++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
  }
  uint64_t random64() {
    uint64_t high = random();
    return high << 32 | random();
  }

  /// [0, 1): the low 24 or 53 bits.
  template <class T>
  T uniform() {
    if constexpr (sizeof(T) == 8)
      return double(random64() & ((uint64_t{1} << 53) - 1)) * 0x1p-53;
    else
      return float(random() & 0xffffffu) * 0x1p-24f;
  }

  double normal() {
    if (next_normal) {
      double value = *next_normal;
      next_normal.reset();
      return value;
    }
    double u1 = uniform<double>(), u2 = uniform<double>();
    double radius = std::sqrt(-2 * std::log(1 - u2)), angle = 2 * std::numbers::pi * u1;
    next_normal = radius * std::sin(angle);
    return radius * std::cos(angle);
  }

 private:
  void renew() {
    auto twist = [](uint32_t u, uint32_t v) {
      return (((u & 0x80000000u) | (v & 0x7fffffffu)) >> 1) ^ (v & 1 ? 0x9908b0dfu : 0);
    };
    constexpr int kShift = 397;
    for (int i = 0; i < kWords - kShift; ++i) words[i] = words[i + kShift] ^ twist(words[i], words[i + 1]);
    for (int i = kWords - kShift; i < kWords - 1; ++i)
      words[i] = words[i + kShift - kWords] ^ twist(words[i], words[i + 1]);
    words[kWords - 1] = words[kShift - 1] ^ twist(words[kWords - 1], words[0]);
    left = kWords;
    next = 0;
  }
};

/// A place in the stream of words of a seed.
struct PhiloxStream final : GeneratorState {
  uint64_t offset = 0;  // in words, a multiple of 4

  PhiloxStream(uint64_t seed, const Device& device) : GeneratorState(device) { restart(seed); }
  std::string bytes() const override;
  void set_bytes(const std::string& bytes) override;

  void restart(uint64_t new_seed) override {
    seed = new_seed;
    offset = 0;
  }
  /// The offset of `count` words, which nobody gets again.
  uint64_t take(uint64_t count) {
    const uint64_t first = offset;
    offset += (count + 3) / 4 * 4;
    return first;
  }
};

/// The generator to use with tensors of a device: the given one, which must be of its type, or the default.
Generator generator_for(const Device& device, const std::optional<Generator>& given);
/// The CPU generator that a handle stands for; an Error where it is another device's.
MersenneTwister& mersenne_twister(const Generator& generator);

}  // namespace tengen
