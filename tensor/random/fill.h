// Private: not installed; no public header includes it.
// Fills tensors with random numbers: on the CPU in the order and by the rules of PyTorch's CPU backend, on
// devices from their own streams (docs/cuda.md). No gradients here.
#pragma once

#include <optional>

#include <tengen/tensor/tensor.h>

namespace tengen {

// `generator`: the device's default one when not given. A tensor that is not contiguous is filled in the
// order of its memory.

/// [from, to); floating types.
void fill_uniform(const Tensor& out, double from, double to, const std::optional<Generator>& generator = {});
/// Normal numbers; floating types. On the CPU 16 elements and more, contiguous: Box-Muller on blocks of 16;
/// else one at a time in double. Half and BFloat16 are rounded from float.
void fill_normal(const Tensor& out, double mean, double std, const std::optional<Generator>& generator = {});
/// `one` with probability p, else zero.
void fill_bernoulli(const Tensor& out, double p, const std::optional<Generator>& generator = {},
                    double one = 1);
/// Dropout's factors: zero with probability p, else 1/(1-p); floating types.
void fill_dropout(const Tensor& out, double p, const std::optional<Generator>& generator = {});
/// `p` broadcasts to out.
void fill_bernoulli(const Tensor& out, const Tensor& p, const std::optional<Generator>& generator = {});
/// Whole numbers of [from, to); without `to` up to the type's greatest, for floating types the greatest below
/// which all are exact.
void fill_random(const Tensor& out, int64_t from, std::optional<int64_t> to,
                 const std::optional<Generator>& generator = {});
/// Whole numbers from 0 to the type's greatest.
void fill_random(const Tensor& out, const std::optional<Generator>& generator = {});
/// Density lambda * exp(-lambda * x); float and double.
void fill_exponential(const Tensor& out, double lambda, const std::optional<Generator>& generator = {});

/// Running sums of probabilities (rows, categories) -> positions (rows, count), kLong, each drawn with
/// replacement; on devices.
void fill_categories(const Tensor& out, const Tensor& sums, const std::optional<Generator>& generator = {});

}  // namespace tengen
