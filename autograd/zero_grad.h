// Private: not installed; no public header includes it.
// What zero_grad() of modules and optimizers does to each parameter.
#pragma once

#include <tengen/tensor/tensor.h>

namespace tengen::autograd {

/// Drops the gradient of a leaf, or fills it with zeros and detaches it from its history; a leaf without
/// gradient stays as it is.
inline void zero_grad(const Tensor& leaf, bool set_to_none) {
  Tensor& grad = leaf.mutable_grad();
  if (!grad.defined()) return;
  if (set_to_none) {
    grad.reset();
  } else {
    grad = grad.detach();
    grad.zero_();
  }
}

}  // namespace tengen::autograd
