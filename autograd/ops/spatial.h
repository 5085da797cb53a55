// Operators on volumes, pooling that adapts or is undone, sampling at given places; ops.h includes this file.
#pragma once

#include <tengen/autograd/ops/ops.h>

namespace tengen::inline api {

// ---- conv.cpp: as conv2d and conv_transpose2d, one dimension more -----------------------------------------

/// (N,C,D,H,W), weight (O,C/groups,KD,KH,KW), bias (O) -> (N,O,D',H',W').
Tensor conv3d(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias = {},
              IntArrayRef stride = 1, IntArrayRef padding = 0, IntArrayRef dilation = 1, int64_t groups = 1);

/// (N,C,D,H,W), weight (C,O/groups,KD,KH,KW), bias (O) -> (N,O,D',H',W'): the adjoint of conv3d.
Tensor conv_transpose3d(const Tensor& input, const Tensor& weight, const std::optional<Tensor>& bias = {},
                        IntArrayRef stride = 1, IntArrayRef padding = 0, IntArrayRef output_padding = 0,
                        int64_t groups = 1, IntArrayRef dilation = 1);

// ---- pooling.cpp: N may be missing; indices are places in a sample's channel, counted in row-major order --

/// (values, indices): max_pool1d, and where each was found.
std::tuple<Tensor, Tensor> max_pool1d_with_indices(const Tensor& self, IntArrayRef kernel_size,
                                                   IntArrayRef stride = {}, IntArrayRef padding = 0,
                                                   IntArrayRef dilation = 1, bool ceil_mode = false);

/// (N,C,D,H,W) -> (N,C,D',H',W'), as max_pool2d.
Tensor max_pool3d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {},
                  IntArrayRef padding = 0, IntArrayRef dilation = 1, bool ceil_mode = false);

/// (values, indices): max_pool3d, and where each was found.
std::tuple<Tensor, Tensor> max_pool3d_with_indices(const Tensor& self, IntArrayRef kernel_size,
                                                   IntArrayRef stride = {}, IntArrayRef padding = 0,
                                                   IntArrayRef dilation = 1, bool ceil_mode = false);

/// (N,C,D,H,W) -> (N,C,D',H',W'), as avg_pool2d.
Tensor avg_pool3d(const Tensor& self, IntArrayRef kernel_size, IntArrayRef stride = {},
                  IntArrayRef padding = 0, bool ceil_mode = false, bool count_include_pad = true,
                  std::optional<int64_t> divisor_override = std::nullopt);

/// (N,C,D,H,W) -> (N,C,output_size), as adaptive_avg_pool2d.
Tensor adaptive_avg_pool3d(const Tensor& self, IntArrayRef output_size);

/// (values, indices): the maxima of adaptive_avg_pool1d's windows, (N,C,L) -> (N,C,output_size).
std::tuple<Tensor, Tensor> adaptive_max_pool1d(const Tensor& self, IntArrayRef output_size);

/// (values, indices): the maxima of adaptive_avg_pool2d's windows, (N,C,H,W) -> (N,C,output_size).
std::tuple<Tensor, Tensor> adaptive_max_pool2d(const Tensor& self, IntArrayRef output_size);

/// (values, indices): the maxima of adaptive_avg_pool3d's windows, (N,C,D,H,W) -> (N,C,output_size).
std::tuple<Tensor, Tensor> adaptive_max_pool3d(const Tensor& self, IntArrayRef output_size);

/// (values, indices): maxima of windows at irregular distances, which `random_samples` in [0, 1), (N,C,2) for
/// width and height, choose for each channel: (N,C,H,W) -> (N,C,output_size) (Graham 2014).
std::tuple<Tensor, Tensor> fractional_max_pool2d(const Tensor& self, IntArrayRef kernel_size,
                                                 IntArrayRef output_size, const Tensor& random_samples);

/// (values, indices): the same of (N,C,D,H,W), random_samples (N,C,3) being for depth, height and width.
std::tuple<Tensor, Tensor> fractional_max_pool3d(const Tensor& self, IntArrayRef kernel_size,
                                                 IntArrayRef output_size, const Tensor& random_samples);

/// Puts values where max_pool2d_with_indices found them, and zeros elsewhere: (N,C,H',W') ->
/// (N,C,output_size). Of several values for one place one remains.
Tensor max_unpool2d(const Tensor& self, const Tensor& indices, IntArrayRef output_size);

/// The same for max_pool3d_with_indices: (N,C,D',H',W') -> (N,C,output_size). Only output_size counts; stride
/// and padding are PyTorch's.
Tensor max_unpool3d(const Tensor& self, const Tensor& indices, IntArrayRef output_size, IntArrayRef stride,
                    IntArrayRef padding);

}  // namespace tengen::inline api
