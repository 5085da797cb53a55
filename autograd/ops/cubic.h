// Private: not installed; no public header includes it.
// Keys, "Cubic convolution interpolation for digital image processing" (1981), with a = -0.75.
#pragma once

namespace tengen::inline api {

/// The weight of a neighbor at distance d in [0, 1] (`near`) or in [1, 2]; numbers or tensors.
template <class T>
T cubic_weight(const T& d, bool near) {
  constexpr double a = -0.75;
  return near ? T(((a + 2) * d - (a + 3)) * d * d + 1) : T(((a * d - 5 * a) * d + 8 * a) * d - 4 * a);
}

}  // namespace tengen::inline api
