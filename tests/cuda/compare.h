// Kernels of the device against those of the CPU.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include <tengen/autograd/ops/ops.h>
#include <tengen/tensor/kernel_view.h>

namespace cuda_test {

using namespace tengen;

template <class T = double>
std::vector<T> values(const Tensor& t) {
  const Tensor host = t.detach().to(TensorOptions(kCPU), false, false).to(dtype_of<T>).contiguous();
  return {host.data_ptr<T>(), host.data_ptr<T>() + host.numel()};
}

/// The first difference beyond tolerance * (1 + |expected|), as text; empty where there is none.
inline std::string difference(const Tensor& found, const Tensor& expected, double tolerance) {
  if (!found.sizes().equals(expected.sizes())) return "shapes differ";
  const std::vector<double> a = values(found), b = values(expected);
  for (size_t i = 0; i < a.size(); ++i)
    if (!(a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i])) ||
          std::abs(a[i] - b[i]) <= tolerance * (1 + std::abs(b[i]))))
      return "element " + std::to_string(i) + ": found " + std::to_string(a[i]) + ", expected " +
             std::to_string(b[i]);
  return {};
}

/// A copy on the device whose memory begins `shift` elements behind an aligned address.
inline Tensor on_device(const Tensor& t, int64_t shift = 0) {
  const Tensor room = empty(t.numel() + shift, t.options().device(kCUDA));
  return room.narrow(0, shift, t.numel()).view(t.sizes()).copy_(t);
}
inline Tensor empty_on_device(const Tensor& like, int64_t shift = 0) {
  return empty(like.numel() + shift, like.options().device(kCUDA))
      .narrow(0, shift, like.numel())
      .view(like.sizes());
}

inline void* data_of(const Tensor& t) { return t.defined() ? t.data_ptr() : nullptr; }

}  // namespace cuda_test
