// Private: not installed; no public header includes it.
// What losses have in common.
#pragma once

#include <tengen/autograd/ops/ops.h>

namespace tengen::inline api {

/// The losses themselves, their mean or their sum.
inline Tensor reduced(const char* op, const Tensor& loss, int64_t reduction) {
  TENGEN_CHECK(reduction >= Reduction::None && reduction <= Reduction::Sum, op, ": ", reduction,
               " is not a reduction; expected Reduction::None, Mean or Sum");
  return reduction == Reduction::Mean ? loss.mean() : reduction == Reduction::Sum ? loss.sum() : loss;
}

inline bool given(const std::optional<Tensor>& t) { return t && t->defined(); }

}  // namespace tengen::inline api
