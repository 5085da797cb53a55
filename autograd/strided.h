// Private: not installed; no public header includes it.
// Views by strides, which the graph needs to tell what a view's history is.
#pragma once

#include <tengen/tensor/raw.h>

namespace tengen::autograd {

/// A view of t's memory under another geometry, which must not reach beyond it. Where elements share a place,
/// their gradients add up; elements of `t` that share a place share its gradient.
Tensor as_strided(const Tensor& t, Geometry geometry);

}  // namespace tengen::autograd
