// Private: not installed; no public header includes it.
// What other operators know of batch norm.
#pragma once

#include <tengen/tensor/kernels.h>
#include <tengen/tensor/tensor.h>

namespace tengen::inline api {

/// An activation is about to overwrite `normalised`, a temporary. If that is the output of a batch norm in
/// training mode, its node takes over the activation's backward rule: neither value is saved, one kernel
/// computes both gradients. Returns whether it did.
bool follow_batch_norm(const Tensor& normalised, Activation activation);

}  // namespace tengen::inline api
