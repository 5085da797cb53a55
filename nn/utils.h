// Gradient clipping, and parameters as one vector.
#pragma once

#include <vector>

#include <tengen/tensor/tensor.h>

namespace tengen::nn::utils {

/// Scales all gradients together so that their joint norm is at most max_norm; returns the norm that they
/// had. norm_type may be infinity. With error_if_nonfinite a norm that is NaN or infinite is an Error and the
/// gradients stay.
double clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm, double norm_type = 2.0,
                       bool error_if_nonfinite = false);
double clip_grad_norm_(const Tensor& parameter, double max_norm, double norm_type = 2.0,
                       bool error_if_nonfinite = false);
/// Clamps every gradient to [-clip_value, clip_value].
void clip_grad_value_(const std::vector<Tensor>& parameters, double clip_value);
void clip_grad_value_(const Tensor& parameter, double clip_value);

/// All elements of all parameters in order, as a vector of their total number.
Tensor parameters_to_vector(const std::vector<Tensor>& parameters);
/// The reverse: each parameter becomes a view of its part of the vector.
void vector_to_parameters(const Tensor& vec, const std::vector<Tensor>& parameters);

}  // namespace tengen::nn::utils
