// Loss functions: options, functional forms and modules.
#pragma once

#include <tengen/nn/cloneable.h>
#include <tengen/nn/enum.h>
#include <tengen/nn/pimpl.h>
#include <tengen/tensor/arg.h>

namespace tengen::nn {

// ---- options

/// Options of MSELoss and L1Loss.
struct MSELossOptions {
  MSELossOptions(EnumType reduction = kMean) : reduction_(reduction) {}
  TENGEN_ARG(EnumType, reduction);  ///< kNone, kMean (the default) or kSum
};
using L1LossOptions = MSELossOptions;

/// Options of SmoothL1Loss.
struct SmoothL1LossOptions {
  SmoothL1LossOptions(EnumType reduction = kMean) : reduction_(reduction) {}
  TENGEN_ARG(EnumType, reduction);  ///< kNone, kMean (the default) or kSum
  TENGEN_ARG(double, beta) = 1;     ///< the difference below which the loss is quadratic
};

/// Options of HuberLoss.
struct HuberLossOptions {
  HuberLossOptions(EnumType reduction = kMean) : reduction_(reduction) {}
  TENGEN_ARG(EnumType, reduction);  ///< kNone, kMean (the default) or kSum
  TENGEN_ARG(double, delta) = 1;    ///< the difference below which the loss is quadratic
};

/// Options of KLDivLoss.
struct KLDivLossOptions {
  KLDivLossOptions(EnumType reduction = kMean) : reduction_(reduction) {}
  TENGEN_ARG(EnumType, reduction);       ///< kNone, kMean (the default: of all elements), kSum or kBatchMean
  TENGEN_ARG(bool, log_target) = false;  ///< the target holds log-probabilities
};

/// Options of BCELoss.
struct BCELossOptions {
  TENGEN_ARG(Tensor, weight) = Tensor();    ///< factor of each element; broadcasts to the input (none)
  TENGEN_ARG(EnumType, reduction) = kMean;  ///< kNone, kMean or kSum
};

/// Options of BCEWithLogitsLoss.
struct BCEWithLogitsLossOptions {
  TENGEN_ARG(Tensor, weight) = Tensor();      ///< factor of each element; broadcasts to the input (none)
  TENGEN_ARG(EnumType, reduction) = kMean;    ///< kNone, kMean or kSum
  TENGEN_ARG(Tensor, pos_weight) = Tensor();  ///< factor of positive targets; broadcasts to the input (none)
};

/// Options of NLLLoss.
struct NLLLossOptions {
  TENGEN_ARG(Tensor, weight) = Tensor();     ///< (C), a factor for each class (none)
  TENGEN_ARG(int64_t, ignore_index) = -100;  ///< targets of this class count nothing
  TENGEN_ARG(EnumType, reduction) = kMean;   ///< kNone, kMean (weighted) or kSum
};

/// Options of CrossEntropyLoss.
struct CrossEntropyLossOptions {
  TENGEN_ARG(Tensor, weight) = Tensor();     ///< (C), a factor for each class (none)
  TENGEN_ARG(int64_t, ignore_index) = -100;  ///< targets of this class count nothing
  TENGEN_ARG(EnumType, reduction) = kMean;   ///< kNone, kMean (weighted) or kSum
  TENGEN_ARG(double, label_smoothing) = 0;   ///< fraction of each target spread evenly over all classes
};

/// Options of CosineEmbeddingLoss.
struct CosineEmbeddingLossOptions {
  TENGEN_ARG(double, margin) = 0;           ///< the cosine below which unlike inputs cost nothing
  TENGEN_ARG(EnumType, reduction) = kMean;  ///< kNone, kMean or kSum
};

/// Options of TripletMarginLoss.
struct TripletMarginLossOptions {
  TENGEN_ARG(double, margin) = 1;           ///< how much farther the negative should be than the positive
  TENGEN_ARG(double, p) = 2;                ///< order of the norm that measures distances
  TENGEN_ARG(double, eps) = 1e-6;           ///< added to differences, so that the gradient exists at 0
  TENGEN_ARG(bool, swap) = false;           ///< take the positive's distance to the negative if it is smaller
  TENGEN_ARG(EnumType, reduction) = kMean;  ///< kNone, kMean or kSum
};

/// Options of CTCLoss.
struct CTCLossOptions {
  TENGEN_ARG(int64_t, blank) = 0;  ///< the class that separates labels
  /// kNone, kMean (of losses divided by their target's length) or kSum.
  TENGEN_ARG(EnumType, reduction) = kMean;
  TENGEN_ARG(bool, zero_infinity) = false;  ///< infinite losses, of targets that are too long, count 0
};

namespace functional {

using MSELossFuncOptions = MSELossOptions;
using L1LossFuncOptions = L1LossOptions;
using SmoothL1LossFuncOptions = SmoothL1LossOptions;
using HuberLossFuncOptions = HuberLossOptions;
using KLDivFuncOptions = KLDivLossOptions;
using BinaryCrossEntropyFuncOptions = BCELossOptions;
using BinaryCrossEntropyWithLogitsFuncOptions = BCEWithLogitsLossOptions;
using NLLLossFuncOptions = NLLLossOptions;
using CrossEntropyFuncOptions = CrossEntropyLossOptions;
using CosineEmbeddingLossFuncOptions = CosineEmbeddingLossOptions;
using TripletMarginLossFuncOptions = TripletMarginLossOptions;
using CTCLossFuncOptions = CTCLossOptions;

// The formulas are those of one element, x of the input and t of the target. Without another word, input and
// target have the same shape (or broadcast), and so has the result with kNone; else it is a scalar, ().

/// (x - t)^2.
Tensor mse_loss(const Tensor& input, const Tensor& target, const MSELossFuncOptions& options = {});
/// |x - t|.
Tensor l1_loss(const Tensor& input, const Tensor& target, const L1LossFuncOptions& options = {});
/// (x - t)^2 / (2 * beta) where |x - t| < beta, else |x - t| - beta / 2. Girshick, Fast R-CNN (2015).
Tensor smooth_l1_loss(const Tensor& input, const Tensor& target, const SmoothL1LossFuncOptions& options = {});
/// (x - t)^2 / 2 where |x - t| < delta, else delta * (|x - t| - delta / 2): delta times the smooth L1 loss.
Tensor huber_loss(const Tensor& input, const Tensor& target, const HuberLossFuncOptions& options = {});
/// t * (log t - x), 0 where t is 0: the divergence of the target from the input, which holds
/// log-probabilities. kMean divides by the number of elements, not of samples; kBatchMean divides by the
/// first dimension's size.
Tensor kl_div(const Tensor& input, const Tensor& target, const KLDivFuncOptions& options = {});
/// -weight * (t * log x + (1 - t) * log(1 - x)) for probabilities x, with logarithms cut off at -100.
Tensor binary_cross_entropy(const Tensor& input, const Tensor& target,
                            const BinaryCrossEntropyFuncOptions& options = {});
/// The binary cross entropy of p = sigmoid(x), without overflow: -weight * (pos_weight * t * log p +
/// (1 - t) * log(1 - p)).
Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                        const BinaryCrossEntropyWithLogitsFuncOptions& options = {});
/// -weight[t] * x[t] for log-probabilities x: input (N,C), (N,C,d...) or (C); target: class numbers (int64)
/// of the remaining shape, as is the result with kNone. kMean divides by the sum of the weights that were
/// used.
Tensor nll_loss(const Tensor& input, const Tensor& target, const NLLLossFuncOptions& options = {});
/// Cross entropy between logits and targets: -sum_c weight[c] * t_c * log_softmax(x)_c. Input (N,C),
/// (N,C,d...) or (C); target: class numbers (int64) of the remaining shape, or probabilities of the input's
/// shape. kMean divides by the sum of the weights used, for probabilities by the number of samples.
Tensor cross_entropy(const Tensor& input, const Tensor& target, const CrossEntropyFuncOptions& options = {});
/// 1 - cos(x1, x2) where the target is 1, max(0, cos(x1, x2) - margin) where it is -1. Inputs (N,D) and
/// target (N), or (D) and ().
Tensor cosine_embedding_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                             const CosineEmbeddingLossFuncOptions& options = {});
/// max(0, |anchor - positive| - |anchor - negative| + margin) with the distances' p-norm: (N,D) three times
/// -> (N) with kNone. Balntas et al. (2016).
Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           const TripletMarginLossFuncOptions& options = {});
/// Connectionist temporal classification: minus the logarithm of the probability that log_probs (T,N,C) give
/// to all paths that become a target when repetitions and then blanks are taken out. Targets are (N,S), or
/// one behind the other; lengths are (N). Without N: (T,C), (S), (), (). Graves et al. (2006).
Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, const CTCLossFuncOptions& options = {});

}  // namespace functional

// ---- modules: the functional forms with options that were chosen before

/// Squared error: functional::mse_loss.
class MSELossImpl : public StatelessModule<MSELossImpl, MSELossOptions> {
 public:
  using StatelessModule::StatelessModule;
  Tensor forward(const Tensor& input, const Tensor& target);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(MSELoss);

/// Absolute error: functional::l1_loss.
class L1LossImpl : public StatelessModule<L1LossImpl, L1LossOptions> {
 public:
  using StatelessModule::StatelessModule;
  Tensor forward(const Tensor& input, const Tensor& target);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(L1Loss);

/// Squared error near 0, absolute error elsewhere: functional::smooth_l1_loss.
class SmoothL1LossImpl : public StatelessModule<SmoothL1LossImpl, SmoothL1LossOptions> {
 public:
  using StatelessModule::StatelessModule;
  Tensor forward(const Tensor& input, const Tensor& target);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(SmoothL1Loss);

/// Huber's robust error: functional::huber_loss.
class HuberLossImpl : public StatelessModule<HuberLossImpl, HuberLossOptions> {
 public:
  using StatelessModule::StatelessModule;
  Tensor forward(const Tensor& input, const Tensor& target);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(HuberLoss);

/// Kullback-Leibler divergence; the input holds log-probabilities: functional::kl_div.
class KLDivLossImpl : public StatelessModule<KLDivLossImpl, KLDivLossOptions> {
 public:
  using StatelessModule::StatelessModule;
  Tensor forward(const Tensor& input, const Tensor& target);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(KLDivLoss);

/// Loss between two inputs that should be alike or not: functional::cosine_embedding_loss.
class CosineEmbeddingLossImpl : public StatelessModule<CosineEmbeddingLossImpl, CosineEmbeddingLossOptions> {
 public:
  using StatelessModule::StatelessModule;
  Tensor forward(const Tensor& input1, const Tensor& input2, const Tensor& target);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(CosineEmbeddingLoss);

/// Loss between an anchor, what is like it and what is not: functional::triplet_margin_loss.
class TripletMarginLossImpl : public StatelessModule<TripletMarginLossImpl, TripletMarginLossOptions> {
 public:
  using StatelessModule::StatelessModule;
  Tensor forward(const Tensor& anchor, const Tensor& positive, const Tensor& negative);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(TripletMarginLoss);

/// Loss of sequences whose labels' places are not known: functional::ctc_loss.
class CTCLossImpl : public StatelessModule<CTCLossImpl, CTCLossOptions> {
 public:
  using StatelessModule::StatelessModule;
  Tensor forward(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                 const Tensor& target_lengths);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(CTCLoss);

// The weights of the following are buffers, which move with the module and are part of its state if they are
// defined.

/// Cross entropy between probabilities and targets: functional::binary_cross_entropy.
class BCELossImpl : public Cloneable<BCELossImpl> {
 public:
  explicit BCELossImpl(const BCELossOptions& options = {});
  Tensor forward(const Tensor& input, const Tensor& target);
  void reset() override;
  void pretty_print(std::ostream& out) const override;

  BCELossOptions options;
  Tensor weight;  ///< broadcasts to the input, or undefined
};
TENGEN_MODULE(BCELoss);

/// Binary cross entropy between logits and targets: functional::binary_cross_entropy_with_logits.
class BCEWithLogitsLossImpl : public Cloneable<BCEWithLogitsLossImpl> {
 public:
  explicit BCEWithLogitsLossImpl(const BCEWithLogitsLossOptions& options = {});
  Tensor forward(const Tensor& input, const Tensor& target);
  void reset() override;
  void pretty_print(std::ostream& out) const override;

  BCEWithLogitsLossOptions options;
  Tensor weight, pos_weight;  ///< broadcast to the input, or undefined
};
TENGEN_MODULE(BCEWithLogitsLoss);

/// Negative log-likelihood of class numbers, from log-probabilities: functional::nll_loss.
class NLLLossImpl : public Cloneable<NLLLossImpl> {
 public:
  explicit NLLLossImpl(const NLLLossOptions& options = {});
  Tensor forward(const Tensor& input, const Tensor& target);
  void reset() override;
  void pretty_print(std::ostream& out) const override;

  NLLLossOptions options;
  Tensor weight;  ///< (C), or undefined
};
TENGEN_MODULE(NLLLoss);

/// Cross entropy between logits and class numbers or probabilities: functional::cross_entropy.
class CrossEntropyLossImpl : public Cloneable<CrossEntropyLossImpl> {
 public:
  explicit CrossEntropyLossImpl(const CrossEntropyLossOptions& options = {});
  Tensor forward(const Tensor& input, const Tensor& target);
  void reset() override;
  void pretty_print(std::ostream& out) const override;

  CrossEntropyLossOptions options;
  Tensor weight;  ///< (C), or undefined
};
TENGEN_MODULE(CrossEntropyLoss);

}  // namespace tengen::nn
