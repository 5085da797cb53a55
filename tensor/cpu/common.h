// What kernels of all families need.
#pragma once

#include <cstddef>
#include <cstdint>

#include <tengen/tensor/allocator.h>
#include <tengen/tensor/dtype.h>

namespace tengen::cpu::TENGEN_ISA {

constexpr int64_t min(int64_t a, int64_t b) { return a < b ? a : b; }
constexpr int64_t max(int64_t a, int64_t b) { return a > b ? a : b; }
constexpr int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

/// Calls f(float{}) or f(double{}).
template <class F>
void with_real_type(Dtype dtype, const F& f) {
  if (dtype == kFloat) return f(float{});
  f(double{});
}

/// Working memory for the length of a scope, uninitialised.
template <class T>
class Temporary {
 public:
  explicit Temporary(int64_t count)
      : bytes_(size_t(count) * sizeof(T)), data_(static_cast<T*>(allocate_host(bytes_))) {}
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() { free_host(data_, bytes_); }
  operator T*() { return data_; }

 private:
  size_t bytes_;
  T* data_;
};

}  // namespace tengen::cpu::TENGEN_ISA
