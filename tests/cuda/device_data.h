// Arrays on the device, for tests that call its kernels directly.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <vector>

#include <tengen/tensor/cuda.h>
#include <tengen/tensor/cuda_backend.h>
#include <tengen/tensor/kernels.h>

namespace device_data {

using Values = std::vector<double>;

/// Says so and returns true where there is no device.
inline bool no_device() {
  if (tengen::cuda::is_available()) return false;
  MESSAGE("no CUDA device");
  return true;
}

/// `count` numbers of [-1, 1), each one that T holds exactly.
template <class T>
Values random_values(int64_t count, std::mt19937& random) {
  Values values(static_cast<size_t>(count));
  for (double& v : values) v = double(T(std::uniform_real_distribution<float>(-1, 1)(random)));
  return values;
}

template <class T>
class Array {
 public:
  /// `offset` elements lie between the allocated block and the array.
  explicit Array(const Values& values, int64_t offset = 0)
      : size_(values.size()),
        offset_(size_t(offset)),
        block_(tengen::cuda::allocate((size_ + offset_) * sizeof(T))) {
    std::vector<T> host(size_);
    for (size_t i = 0; i < size_; ++i) host[i] = T(values[i]);
    if (size_) tengen::cuda::copy_to_device(data(), host.data(), size_ * sizeof(T));
  }
  /// Filled with NaN.
  explicit Array(int64_t count) : Array(Values(static_cast<size_t>(count), NAN)) {}
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;
  ~Array() { tengen::cuda::release(block_); }

  T* data() const { return static_cast<T*>(block_) + offset_; }
  Values values() const {
    std::vector<T> host(size_);
    if (size_) tengen::cuda::copy_to_host(host.data(), data(), size_ * sizeof(T));
    Values values(size_);
    for (size_t i = 0; i < size_; ++i) values[i] = double(host[i]);
    return values;
  }

 private:
  size_t size_, offset_;
  void* block_;
};

/// The largest difference over what is allowed: absolute + relative * |expected|.
inline double error(const Values& found, const Values& expected, double absolute, double relative) {
  double worst = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    const double difference =
        std::abs(found[i] - expected[i]) / (absolute + relative * std::abs(expected[i]));
    if (!(difference <= worst)) worst = difference;  // a NaN stays
  }
  return worst;
}

}  // namespace device_data
