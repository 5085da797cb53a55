// Private: not installed; no public header includes it.
// What operators demand of their arguments.
#pragma once

#include <tengen/tensor/tensor.h>

namespace tengen::inline api {

/// An Error that names the operator unless `type` is a floating type.
inline void check_floating(const char* op, ScalarType type) {
  TENGEN_CHECK(is_floating_point(type), op, ": expected a floating-point tensor but got ", type);
}

}  // namespace tengen::inline api
