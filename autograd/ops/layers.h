// Operators behind layers that are rarer: further losses, pieces of images, bags of embeddings, further
// dropouts; ops.h includes this file.
#pragma once

#include <tengen/autograd/ops/ops.h>

namespace tengen::inline api {

// ---- margin.cpp: losses by margins, labels and counts; `reduction` as in loss.cpp -------------------------

/// self where target is 1, max(0, margin - self) where it is -1: of distances, between what is alike and what
/// is not.
Tensor hinge_embedding_loss(const Tensor& self, const Tensor& target, double margin = 1,
                            int64_t reduction = Reduction::Mean);

/// max(0, -target * (input1 - input2) + margin): target 1 wants the first input larger, -1 the second.
Tensor margin_ranking_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                           double margin = 0, int64_t reduction = Reduction::Mean);

/// sum over classes i but the target's y of weight[y] * max(0, margin - x[y] + x[i])^p, divided by C. self is
/// (N,C) or (C), target (N) or () int64; p is 1 or 2.
Tensor multi_margin_loss(const Tensor& self, const Tensor& target, const Scalar& p = 1,
                         const Scalar& margin = 1, const std::optional<Tensor>& weight = {},
                         int64_t reduction = Reduction::Mean);

/// sum over target classes y and others i of max(0, 1 - x[y] + x[i]), divided by C. self is (N,C) or (C), as
/// is target (int64), whose row lists classes up to the first -1.
Tensor multilabel_margin_loss(const Tensor& self, const Tensor& target, int64_t reduction = Reduction::Mean);

/// log(1 + exp(-target * self)) for targets 1 and -1, without overflow.
Tensor soft_margin_loss(const Tensor& self, const Tensor& target, int64_t reduction = Reduction::Mean);

/// The negative log-likelihood of a count under a Poisson distribution, whose rate is exp(input) with
/// `log_input`, else input: rate - target * log(rate), eps being added to the rate in the logarithm. `full`
/// adds Stirling's approximation of log(target!) where target > 1.
Tensor poisson_nll_loss(const Tensor& input, const Tensor& target, bool log_input, bool full, double eps,
                        int64_t reduction);

// ---- fold.cpp: N may be missing; one number serves both directions ----------------------------------------

/// The windows of a convolution as columns: (N,C,H,W) -> (N, C*KH*KW, H'*W'), H' as in conv2d. Any type.
Tensor im2col(const Tensor& self, IntArrayRef kernel_size, IntArrayRef dilation, IntArrayRef padding,
              IntArrayRef stride);

/// The adjoint of im2col: columns (N, C*KH*KW, L) added into (N,C,output_size) at the places of their
/// windows.
Tensor col2im(const Tensor& self, IntArrayRef output_size, IntArrayRef kernel_size, IntArrayRef dilation,
              IntArrayRef padding, IntArrayRef stride);

// ---- bag.cpp ----------------------------------------------------------------------------------------------

/// Bags of rows of weight (n,D): indices (L), cut into B bags that begin at `offsets` (B) -> (output (B,D),
/// the bag of each index (L), how many indices each bag has (B), with mode 2 the rows of the maxima (B,D)).
/// `mode` 0 sums, times `per_sample_weights` (L) if given, 1 takes means, 2 maxima; an empty bag gives 0.
/// Indices that are `padding_idx` count nothing. With `include_last_offset` the last offset ends the last
/// bag. `scale_grad_by_freq` divides a row's gradient by how often it occurs. `sparse` is refused.
std::tuple<Tensor, Tensor, Tensor, Tensor> embedding_bag(
    const Tensor& weight, const Tensor& indices, const Tensor& offsets, bool scale_grad_by_freq = false,
    int64_t mode = 0, bool sparse = false, const std::optional<Tensor>& per_sample_weights = {},
    bool include_last_offset = false, std::optional<int64_t> padding_idx = std::nullopt);

// ---- dropout.cpp ------------------------------------------------------------------------------------------

/// dropout of whole channels of (N,C,...): one draw for each.
Tensor feature_dropout(const Tensor& input, double p, bool train);

/// Sets elements with probability p to selu's lower bound, then scales and shifts all so that mean 0 and
/// variance 1 stay; the identity when not training (Klambauer et al. 2017).
Tensor alpha_dropout(const Tensor& input, double p, bool train);

/// alpha_dropout of whole channels of (N,C,...).
Tensor feature_alpha_dropout(const Tensor& input, double p, bool train);

/// dropout in place.
Tensor& dropout_(Tensor& self, double p, bool train);
/// feature_dropout in place.
Tensor& feature_dropout_(Tensor& self, double p, bool train);
/// alpha_dropout in place.
Tensor& alpha_dropout_(Tensor& self, double p, bool train);
/// feature_alpha_dropout in place.
Tensor& feature_alpha_dropout_(Tensor& self, double p, bool train);

// ---- norm.cpp ---------------------------------------------------------------------------------------------

/// batch_norm of each sample by itself: (N,C,...), mean and variance per sample and channel. The running ones
/// (C), if given, move towards the mean of the samples'; without `use_input_stats` they serve as constants
/// (Ulyanov et al. 2016). cudnn_enabled has no effect.
Tensor instance_norm(const Tensor& input, const std::optional<Tensor>& weight,
                     const std::optional<Tensor>& bias, const std::optional<Tensor>& running_mean,
                     const std::optional<Tensor>& running_var, bool use_input_stats, double momentum,
                     double eps, bool cudnn_enabled = true);

}  // namespace tengen::inline api
