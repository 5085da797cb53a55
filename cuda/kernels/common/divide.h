// Division by a number that the host knows, as a multiplication and a shift.
#pragma once

#include <cstdint>

#include <tengen/tensor/pointwise.h>

namespace tengen::cuda {

/// n / divisor for 0 <= n < 2^31 and 0 < divisor < 2^31. With s = ceil(log2(divisor)) and m = floor(2^32 *
/// (2^s - divisor) / divisor) + 1 the quotient is (n * m / 2^32 + n) / 2^s (Granlund and Montgomery, Division
/// by Invariant Integers using Multiplication, 1994).
struct FastDivide {
  uint32_t divisor = 1, multiplier = 1, shift = 0;

  FastDivide() = default;
  explicit FastDivide(int64_t by) : divisor(uint32_t(by)) {
    while ((uint64_t{1} << shift) < divisor) ++shift;
    multiplier = uint32_t((uint64_t{1} << 32) * ((uint64_t{1} << shift) - divisor) / divisor + 1);
  }
  TENGEN_HD int quotient(int n) const {
    return int((uint32_t(uint64_t(uint32_t(n)) * multiplier >> 32) + uint32_t(n)) >> shift);
  }
  /// n becomes the quotient; returns the remainder.
  TENGEN_HD int remainder(int& n) const {
    const int whole = quotient(n), rest = n - whole * int(divisor);
    n = whole;
    return rest;
  }
};

}  // namespace tengen::cuda
