// Private: not installed; no public header includes it.
// Copies between tensors of any two devices, and fills.
#pragma once

#include <tengen/tensor/tensor.h>

namespace tengen {

/// out = in, converted to out's type; equal sizes. No gradients here. With non_blocking, a copy between
/// pinned memory and a device is done in the order of the current stream, after the call has returned, unless
/// the host has to convert or to rearrange.
void copy_values(const Tensor& out, const Tensor& in, bool non_blocking = false);
/// Every element of out becomes `value`; an Error when its type cannot hold it. No gradients here.
void fill_values(const Tensor& out, const Scalar& value);

}  // namespace tengen
