// Window functions.
#include <cmath>

#include <tengen/autograd/ops/checks.h>
#include <tengen/autograd/ops/ops.h>

namespace tengen::inline api {
namespace {

/// f(i, n - 1) of i = 0, 1, ... n-1.
template <class F>
Tensor window(const char* name, int64_t length, bool periodic, const TensorOptions& options, F f) {
  TENGEN_CHECK(length >= 0, name, ": expected a non-negative window_length, but got ", length);
  if (length < 2) return ones({length}, options);
  const Tensor i = arange(double(periodic ? length + 1 : length), options);
  check_floating(name, i.dtype());
  const Tensor out = f(i, double(i.numel() - 1));
  return periodic ? out.narrow(0, 0, length).clone() : out;
}

}  // namespace

Tensor bartlett_window(int64_t window_length, bool periodic, TensorOptions options) {
  return window("bartlett_window", window_length, periodic, options,
                [](const Tensor& i, double last) { return 1 - (i * (2 / last) - 1).abs(); });
}
Tensor bartlett_window(int64_t window_length, TensorOptions options) {
  return bartlett_window(window_length, true, options);
}

Tensor blackman_window(int64_t window_length, bool periodic, TensorOptions options) {
  return window("blackman_window", window_length, periodic, options, [](const Tensor& i, double last) {
    const Tensor angle = i * (2 * M_PI / last);
    return (angle * 2).cos() * 0.08 - angle.cos() * 0.5 + 0.42;
  });
}
Tensor blackman_window(int64_t window_length, TensorOptions options) {
  return blackman_window(window_length, true, options);
}

Tensor hamming_window(int64_t window_length, bool periodic, double alpha, double beta,
                      TensorOptions options) {
  return window("hamming_window", window_length, periodic, options,
                [=](const Tensor& i, double last) { return alpha - (i * (2 * M_PI / last)).cos() * beta; });
}
Tensor hamming_window(int64_t window_length, bool periodic, double alpha, TensorOptions options) {
  return hamming_window(window_length, periodic, alpha, 0.46, options);
}
Tensor hamming_window(int64_t window_length, bool periodic, TensorOptions options) {
  return hamming_window(window_length, periodic, 0.54, options);
}
Tensor hamming_window(int64_t window_length, TensorOptions options) {
  return hamming_window(window_length, true, options);
}

Tensor hann_window(int64_t window_length, bool periodic, TensorOptions options) {
  return hamming_window(window_length, periodic, 0.5, 0.5, options);
}
Tensor hann_window(int64_t window_length, TensorOptions options) {
  return hann_window(window_length, true, options);
}

Tensor kaiser_window(int64_t window_length, bool periodic, double beta, TensorOptions options) {
  return window("kaiser_window", window_length, periodic, options, [=](const Tensor& i, double last) {
    const Tensor place = i * (2 / last) - 1;
    return ((1 - place.square()).clamp_min(0).sqrt() * beta).i0() / scalar_tensor(beta, i.options()).i0();
  });
}
Tensor kaiser_window(int64_t window_length, bool periodic, TensorOptions options) {
  return kaiser_window(window_length, periodic, 12, options);
}
Tensor kaiser_window(int64_t window_length, TensorOptions options) {
  return kaiser_window(window_length, true, options);
}

}  // namespace tengen::inline api
