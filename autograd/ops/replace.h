// Private: not installed; no public header includes it.
// In-place forms of operators that have no kernel which writes in place.
#pragma once

#include <tengen/autograd/inplace.h>
#include <tengen/autograd/ops/ops.h>

namespace tengen::autograd {

/// self becomes operation(self). `name` is that of the in-place form, `read` its other operands. While a
/// history is recorded the operation gets a clone: its rule may keep what it is given.
template <class Operation>
Tensor& replace_(const char* name, const Tensor& self, TensorRefs read, Operation operation) {
  return assign_(name, self, operation(writes_directly(name, self, read) ? self : self.clone()));
}

}  // namespace tengen::autograd
