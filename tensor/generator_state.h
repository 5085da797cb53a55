// The generator itself: mt19937 (Matsumoto and Nishimura 1998) and what PyTorch draws from it. Private to
// tensor/.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <mutex>
#include <numbers>
#include <optional>

#include <tengen/tensor/random.h>

namespace tengen {

struct GeneratorState final : RefCounted {
  static constexpr int kWords = 624;

  std::mutex mutex;
  uint64_t seed = 0;
  std::array<uint32_t, kWords> words;
  int left = 1;  // draws until the words are renewed, that one included
  uint32_t next = 0;
  std::optional<double> next_normal;  // Box-Muller makes two at a time

  explicit GeneratorState(uint64_t seed) { restart(seed); }

  void restart(uint64_t new_seed) {
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

}  // namespace tengen
