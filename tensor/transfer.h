// Copies between tensors of any two devices.
#pragma once

#include <tengen/tensor/tensor.h>

namespace tengen {

/// out = in, converted to out's type; equal sizes. No gradients here. With non_blocking, a copy between
/// pinned memory and a device is done in the order of the current stream, after the call has returned, unless
/// the host has to convert or to rearrange.
void copy_values(const Tensor& out, const Tensor& in, bool non_blocking = false);

}  // namespace tengen
