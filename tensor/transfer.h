// Copies between tensors of any two devices.
#pragma once

#include <tengen/tensor/tensor.h>

namespace tengen {

/// out = in, converted to out's type; equal sizes. No gradients here.
void copy_values(const Tensor& out, const Tensor& in);

}  // namespace tengen
