// Private: not installed; no public header includes it.
// What operators demand of their arguments.
#pragma once

#include <vector>

#include <tengen/tensor/tensor.h>

namespace tengen::inline api {

/// An Error that names the operator unless `type` is a floating type.
inline void check_floating(const char* op, ScalarType type) {
  TENGEN_CHECK(is_floating_point(type), op, ": expected a floating-point tensor but got ", type);
}

/// The numbers of `t`; an Error that names the operator and the argument unless it is a vector of int64 on
/// the CPU.
inline std::vector<int64_t> cpu_integers(const char* op, const char* argument, const Tensor& t) {
  TENGEN_CHECK(t.dim() == 1 && t.dtype() == kLong && t.device().is_cpu(), op, ": expected ", argument,
               " to be a vector of int64 numbers on the CPU, but got shape ", t.sizes(), " of ", t.dtype(),
               " on ", t.device());
  const Tensor numbers = t.contiguous();
  const int64_t* begin = numbers.const_data_ptr<int64_t>();
  return {begin, begin + numbers.numel()};
}

}  // namespace tengen::inline api
