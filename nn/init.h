// Initialization of weights. Every function fills its argument in place, without history, and returns it. The
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

/// Every element becomes `value`.
Tensor constant_(Tensor tensor, const Scalar& value);
/// Every element becomes 1.
Tensor ones_(Tensor tensor);
/// Every element becomes 0.
Tensor zeros_(Tensor tensor);
/// The identity matrix: ones on the diagonal of (n,m), zeros elsewhere.
Tensor eye_(Tensor matrix);
/// Convolution weights (3 to 5 dimensions) that copy as many input channels to the output as there are.
Tensor dirac_(Tensor tensor);
/// Draws from the normal distribution with this mean and standard deviation.
Tensor normal_(Tensor tensor, double mean = 0, double std = 1);
/// Draws uniformly from [low, high).
Tensor uniform_(Tensor tensor, double low = 0, double high = 1);
/// Draws from the normal distribution, cut off outside of [a, b]; the bounds are values, not multiples of
/// std.
Tensor trunc_normal_(Tensor tensor, double mean = 0, double std = 1, double a = -2, double b = 2);
/// Makes the rows, or the columns if there are fewer of them, orthogonal and `gain` long; a tensor of more
/// than two dimensions counts as (first, rest). Saxe et al. (2013).
Tensor orthogonal_(Tensor tensor, double gain = 1);
/// Draws from the normal distribution; a fraction `sparsity` of each column of the matrix becomes 0. Martens
/// (2010).
Tensor sparse_(Tensor tensor, double sparsity, double std = 0.01);
/// Normal with standard deviation gain / sqrt(fan), which keeps the variance of activations (kFanIn) or of
/// gradients (kFanOut). `a`: the slope of a leaky rectifier's negative side, for gain. He et al. (2015).
Tensor kaiming_normal_(Tensor tensor, double a = 0, FanModeType mode = kFanIn,
                       NonlinearityType nonlinearity = kLeakyReLU);
/// Uniform with the same standard deviation: within gain * sqrt(3 / fan).
Tensor kaiming_uniform_(Tensor tensor, double a = 0, FanModeType mode = kFanIn,
                        NonlinearityType nonlinearity = kLeakyReLU);
/// Normal with standard deviation gain * sqrt(2 / (fan_in + fan_out)). Glorot and Bengio (2010).
Tensor xavier_normal_(Tensor tensor, double gain = 1);
/// Uniform with the same standard deviation: within gain * sqrt(6 / (fan_in + fan_out)).
Tensor xavier_uniform_(Tensor tensor, double gain = 1);

}  // namespace tengen::nn::init
