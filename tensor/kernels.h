// The backend interface: one table of primitive kernels over raw memory. A backend is one filled table.
// Kernels know nothing of gradients, broadcasting or type promotion: callers have settled shapes and dtypes.
#pragma once

#include <cstdint>

#include <tengen/tensor/dtype.h>

namespace tengen {

/// 2-d convolution. Tensors are contiguous: input (batch, in_channels, in_h, in_w), weight (out_channels,
/// in_channels/groups, kernel_h, kernel_w), output (batch, out_channels, out_h, out_w).
struct Conv2dShape {
  int64_t batch, in_channels, in_h, in_w, out_channels, out_h, out_w, kernel_h, kernel_w;
  int64_t stride_h = 1, stride_w = 1, pad_h = 0, pad_w = 0, dilation_h = 1, dilation_w = 1, groups = 1;
};

/// out[i] (m,n) = a[i] (m,k) * b[i] (k,n) for i < batch. Strides in elements, any sign pattern a view can have;
/// a batch stride of 0 repeats the operand.
struct MatmulShape {
  int64_t batch, m, n, k;
  int64_t a_batch, a_row, a_col;
  int64_t b_batch, b_row, b_col;
  int64_t out_batch, out_row, out_col;
};

struct Kernels {
  const char* name;  // "cpu/avx2", "cuda", ...

  // All of these: dtype is kFloat or kDouble, memory is that of the backend, outputs are overwritten.
  void (*matmul)(Dtype dtype, const MatmulShape& shape, const void* a, const void* b, void* out);
  void (*conv2d)(Dtype dtype, const Conv2dShape& shape, const void* input, const void* weight,
                 const void* bias /* (out_channels), may be null */, void* output);
  void (*conv2d_input_grad)(Dtype dtype, const Conv2dShape& shape, const void* grad_output, const void* weight,
                            void* grad_input);
  void (*conv2d_weight_grad)(Dtype dtype, const Conv2dShape& shape, const void* grad_output, const void* input,
                             void* grad_weight);
};

}  // namespace tengen
