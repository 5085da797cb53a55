#include <tengen/apps/go/play/wilson.h>

#include <algorithm>
#include <cmath>

namespace tengen::go {

Interval wilson(double successes, double n, double z) {
  if (n <= 0) return {0, 1};
  const double p = successes / n, d = 1 + z * z / n;
  const double middle = (p + z * z / (2 * n)) / d;
  const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / d;
  return {std::max(0.0, middle - half), std::min(1.0, middle + half)};
}

double elo_of(double rate) { return -400 * std::log10(1 / rate - 1); }

}  // namespace tengen::go
