// A small random generator for augmentation: its state is one seed, so that every sample of every epoch has
// its own.
#pragma once

#include <cstdint>

namespace tengen::detect {

/// splitmix64 (Steele, Lea, Flood 2014): one 64-bit counter, well mixed, so neighboring seeds are unrelated.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  /// The generator of a sample, whatever other samples did.
  Random(uint64_t seed, uint64_t epoch, uint64_t index) : state_(seed) {
    state_ = next() ^ epoch;
    state_ = next() ^ index;
    next();
  }

  uint64_t next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// In [0, 1).
  double uniform() { return double(next() >> 11) * 0x1p-53; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// In [0, count).
  int64_t below(int64_t count) { return int64_t((unsigned __int128)next() * uint64_t(count) >> 64); }
  bool chance(double probability) { return uniform() < probability; }
  /// Standard normal (Box and Muller).
  double normal();
  /// Beta(a, b) by two gamma variates (Marsaglia and Tsang 2000); a, b >= 1.
  double beta(double a, double b);

 private:
  double gamma(double shape);
  uint64_t state_;
};

}  // namespace tengen::detect
