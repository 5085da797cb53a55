// Division by a number that the host knows, as a multiplication and a shift.
#pragma once

#include <cstdint>

#include <tengen/tensor/pointwise.h>

namespace tengen::cuda {

/// Divides n >= 0 by a value > 0. With s = ceil(log2(value)) and m = floor(2^b * (2^s - value) / value) + 1
/// the quotient is (n * m / 2^b + n) / 2^s for n < 2^b (Granlund and Montgomery, Division by Invariant
/// Integers using Multiplication, 1994). The 32-bit forms are for n and values below 2^31.
class Divisor {
 public:
  Divisor() = default;
  explicit Divisor(int64_t value) : value_(value) {
    while (shift_ < 63 && uint64_t{1} << shift_ < uint64_t(value)) ++shift_;
    const uint64_t above = (uint64_t{1} << shift_) - uint64_t(value);
    multiplier_ = uint64_t((static_cast<unsigned __int128>(above) << 64) / uint64_t(value) + 1);
    multiplier32_ = unsigned(multiplier_ >> 32) + 1;
  }

  TENGEN_HD int64_t value() const { return value_; }
  TENGEN_HD unsigned quotient(unsigned n) const {
    return (unsigned(uint64_t(n) * multiplier32_ >> 32) + n) >> shift_;
  }
  TENGEN_HD int quotient(int n) const { return int(quotient(unsigned(n))); }

  /// n becomes the quotient; returns the remainder.
  TENGEN_HD unsigned split(unsigned& n) const { return split_by(quotient(n), n); }
  TENGEN_HD int split(int& n) const { return split_by(quotient(n), n); }
  /// Nearly all numbers are small, and 32 bits are much quicker.
  TENGEN_HD int64_t split(int64_t& n) const {
    if ((uint64_t(n) | uint64_t(value_)) >> 31 == 0) {
      unsigned low = unsigned(n);
      const unsigned rest = split(low);
      n = low;
      return rest;
    }
    const uint64_t high = uint64_t(static_cast<unsigned __int128>(uint64_t(n)) * multiplier_ >> 64);
    return split_by(int64_t((high + uint64_t(n)) >> shift_), n);
  }

 private:
  template <class Index>
  TENGEN_HD Index split_by(Index whole, Index& n) const {
    const Index rest = n - whole * Index(value_);
    n = whole;
    return rest;
  }

  int64_t value_ = 1;
  uint64_t multiplier_ = 1;
  unsigned multiplier32_ = 1, shift_ = 0;
};

}  // namespace tengen::cuda
