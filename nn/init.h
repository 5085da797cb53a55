// Initialisation of weights. Every function fills its argument in place, without history, and returns it. The
// same seed gives the same weights as PyTorch.
#pragma once

#include <tuple>

#include <tengen/nn/enum.h>
#include <tengen/tensor/tensor.h>

namespace tengen::nn::init {

using NonlinearityType = EnumType;  // kLinear, kConv1D, ..., kSigmoid, kTanh, kReLU, kLeakyReLU
using FanModeType = EnumType;       // kFanIn, kFanOut

/// The factor by which a nonlinearity shrinks the standard deviation; `param`: LeakyReLU's slope.
double calculate_gain(NonlinearityType nonlinearity, double param = 0.01);
/// Inputs and outputs of one unit: of weight (out, in, kernel...), in * kernel and out * kernel.
std::tuple<int64_t, int64_t> _calculate_fan_in_and_fan_out(const Tensor& tensor);

Tensor constant_(Tensor tensor, const Scalar& value);
Tensor ones_(Tensor tensor);
Tensor zeros_(Tensor tensor);
Tensor eye_(Tensor matrix);
/// Convolution weights (3 to 5 dimensions) that copy their input channels.
Tensor dirac_(Tensor tensor);
Tensor normal_(Tensor tensor, double mean = 0, double std = 1);
Tensor uniform_(Tensor tensor, double low = 0, double high = 1);
/// Normal, with values outside of [a, b] drawn anew.
Tensor trunc_normal_(Tensor tensor, double mean = 0, double std = 1, double a = -2, double b = 2);
/// Rows, or columns if there are fewer of them, orthonormal times gain (Saxe et al. 2013).
Tensor orthogonal_(Tensor tensor, double gain = 1);
/// Normal, with a share `sparsity` of each column zero.
Tensor sparse_(Tensor tensor, double sparsity, double std = 0.01);
/// He et al., Delving Deep into Rectifiers (2015). `a`: slope of the rectifier's negative side.
Tensor kaiming_normal_(Tensor tensor, double a = 0, FanModeType mode = kFanIn,
                       NonlinearityType nonlinearity = kLeakyReLU);
Tensor kaiming_uniform_(Tensor tensor, double a = 0, FanModeType mode = kFanIn,
                        NonlinearityType nonlinearity = kLeakyReLU);
/// Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks (2010).
Tensor xavier_normal_(Tensor tensor, double gain = 1);
Tensor xavier_uniform_(Tensor tensor, double gain = 1);

}  // namespace tengen::nn::init
