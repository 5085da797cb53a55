// Plain loops in double precision that the kernels are compared with, and the random data they are fed.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <tengen/tensor/kernels.h>
#include <tengen/tensor/parallel/parallel.h>

namespace reference {

using tengen::Conv2dShape;
using tengen::MatmulShape;
using Values = std::vector<double>;

inline Values random_values(int64_t count, std::mt19937& random) {
  Values values(static_cast<size_t>(count));
  for (double& v : values) v = std::uniform_real_distribution<double>(-1, 1)(random);
  return values;
}

template <class T>
std::vector<T> as(const Values& values) {
  return std::vector<T>(values.begin(), values.end());
}

/// Calls visit(output index, input index, weight index) for every product of the convolution.
template <class Visit>
void each_product(const Conv2dShape& s, Visit visit) {
  const int64_t in = s.in_channels / s.groups, out = s.out_channels / s.groups;
  for (int64_t n = 0; n < s.batch; ++n)
    for (int64_t o = 0; o < s.out_channels; ++o)
      for (int64_t c = 0; c < in; ++c)
        for (int64_t y = 0; y < s.out_h; ++y)
          for (int64_t x = 0; x < s.out_w; ++x)
            for (int64_t ky = 0; ky < s.kernel_h; ++ky)
              for (int64_t kx = 0; kx < s.kernel_w; ++kx) {
                int64_t iy = y * s.stride_h + ky * s.dilation_h - s.pad_h;
                int64_t ix = x * s.stride_w + kx * s.dilation_w - s.pad_w;
                if (iy < 0 || iy >= s.in_h || ix < 0 || ix >= s.in_w) continue;
                visit(((n * s.out_channels + o) * s.out_h + y) * s.out_w + x,
                      ((n * s.in_channels + o / out * in + c) * s.in_h + iy) * s.in_w + ix,
                      ((o * in + c) * s.kernel_h + ky) * s.kernel_w + kx);
              }
}

/// Largest difference over what rounding explains: below 1 for a sum of `terms` products of numbers in [-1,
/// 1] in T.
template <class T>
double error(const std::vector<T>& found, const Values& expected, int64_t terms) {
  double unit = std::numeric_limits<T>::epsilon() * double(4 + terms), worst = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    double difference = std::abs(double(found[i]) - expected[i]) / unit;
    if (!(difference <= worst)) worst = difference;  // a NaN stays
  }
  return worst;
}

}  // namespace reference
