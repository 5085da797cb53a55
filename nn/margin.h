// Losses by margins, labels and counts: options, functional forms and modules.
#pragma once

#include <functional>
#include <optional>

#include <tengen/nn/cloneable.h>
#include <tengen/nn/enum.h>
#include <tengen/nn/pimpl.h>
#include <tengen/tensor/arg.h>

namespace tengen::nn {

// ---- options

/// Options of HingeEmbeddingLoss.
struct HingeEmbeddingLossOptions {
  TENGEN_ARG(double, margin) = 1;           ///< the distance above which unlike inputs cost nothing
  TENGEN_ARG(EnumType, reduction) = kMean;  ///< kNone, kMean or kSum
};

/// Options of MarginRankingLoss.
struct MarginRankingLossOptions {
  TENGEN_ARG(double, margin) = 0;           ///< how much the larger input should be larger
  TENGEN_ARG(EnumType, reduction) = kMean;  ///< kNone, kMean or kSum
};

/// Options of MultiMarginLoss.
struct MultiMarginLossOptions {
  TENGEN_ARG(int64_t, p) = 1;               ///< power of what lacks to the margin: 1 or 2
  TENGEN_ARG(double, margin) = 1;           ///< how much larger the target's score should be than others
  TENGEN_ARG(Tensor, weight) = Tensor();    ///< (C), a factor for each class (none)
  TENGEN_ARG(EnumType, reduction) = kMean;  ///< kNone, kMean or kSum
};

/// Options of MultiLabelMarginLoss.
struct MultiLabelMarginLossOptions {
  MultiLabelMarginLossOptions(EnumType reduction = kMean) : reduction_(reduction) {}
  TENGEN_ARG(EnumType, reduction);  ///< kNone, kMean (the default) or kSum
};

/// Options of MultiLabelSoftMarginLoss.
struct MultiLabelSoftMarginLossOptions {
  TENGEN_ARG(Tensor, weight) = Tensor();    ///< (C), a factor for each class (none)
  TENGEN_ARG(EnumType, reduction) = kMean;  ///< kNone, kMean or kSum
};

/// Options of SoftMarginLoss.
struct SoftMarginLossOptions {
  SoftMarginLossOptions(EnumType reduction = kMean) : reduction_(reduction) {}
  TENGEN_ARG(EnumType, reduction);  ///< kNone, kMean (the default) or kSum
};

/// Options of TripletMarginWithDistanceLoss.
struct TripletMarginWithDistanceLossOptions {
  using distance_function_t = std::function<Tensor(const Tensor&, const Tensor&)>;
  /// Distances of two batches: (N,D), (N,D) -> (N) (std::nullopt: pairwise_distance).
  TENGEN_ARG(std::optional<distance_function_t>, distance_function) = std::nullopt;
  TENGEN_ARG(double, margin) = 1;           ///< how much farther the negative should be than the positive
  TENGEN_ARG(bool, swap) = false;           ///< take the positive's distance to the negative if it is smaller
  TENGEN_ARG(EnumType, reduction) = kMean;  ///< kNone, kMean or kSum
};

/// Options of PoissonNLLLoss.
struct PoissonNLLLossOptions {
  TENGEN_ARG(bool, log_input) = true;       ///< the input is the logarithm of the rate
  TENGEN_ARG(bool, full) = false;           ///< adds Stirling's approximation of log(target!)
  TENGEN_ARG(double, eps) = 1e-8;           ///< added to the rate before its logarithm without log_input
  TENGEN_ARG(EnumType, reduction) = kMean;  ///< kNone, kMean or kSum
};

namespace functional {

using HingeEmbeddingLossFuncOptions = HingeEmbeddingLossOptions;
using MarginRankingLossFuncOptions = MarginRankingLossOptions;
using MultiMarginLossFuncOptions = MultiMarginLossOptions;
using MultilabelMarginLossFuncOptions = MultiLabelMarginLossOptions;
using MultilabelSoftMarginLossFuncOptions = MultiLabelSoftMarginLossOptions;
using SoftMarginLossFuncOptions = SoftMarginLossOptions;
using TripletMarginWithDistanceLossFuncOptions = TripletMarginWithDistanceLossOptions;
using PoissonNLLLossFuncOptions = PoissonNLLLossOptions;

/// The distance x where the target is 1, max(0, margin - x) where it is -1.
Tensor hinge_embedding_loss(const Tensor& input, const Tensor& target,
                            const HingeEmbeddingLossFuncOptions& options = {});
/// max(0, -target * (x1 - x2) + margin): target 1 wants the first input larger, -1 the second.
Tensor margin_ranking_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                           const MarginRankingLossFuncOptions& options = {});
/// sum over classes i but the target's y of weight[y] * max(0, margin - x[y] + x[i])^p, divided by C: input
/// (N,C) or (C), target (N) or () int64.
Tensor multi_margin_loss(const Tensor& input, const Tensor& target,
                         const MultiMarginLossFuncOptions& options = {});
/// sum over target classes y and others i of max(0, 1 - x[y] + x[i]), divided by C: input and target (N,C) or
/// (C); a target's row lists classes (int64) up to the first -1.
Tensor multilabel_margin_loss(const Tensor& input, const Tensor& target,
                              const MultilabelMarginLossFuncOptions& options = {});
/// The mean over classes of binary_cross_entropy_with_logits: input and target (N,C) -> (N) with kNone.
Tensor multilabel_soft_margin_loss(const Tensor& input, const Tensor& target,
                                   const MultilabelSoftMarginLossFuncOptions& options = {});
/// log(1 + exp(-t * x)) for targets t of 1 and -1.
Tensor soft_margin_loss(const Tensor& input, const Tensor& target,
                        const SoftMarginLossFuncOptions& options = {});
/// triplet_margin_loss with distances of one's own: max(0, d(anchor, positive) - d(anchor, negative) +
/// margin).
Tensor triplet_margin_with_distance_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                                         const TripletMarginWithDistanceLossFuncOptions& options = {});
/// rate - t * log(rate) for counts t under a Poisson distribution, but for terms of t alone.
Tensor poisson_nll_loss(const Tensor& input, const Tensor& target,
                        const PoissonNLLLossFuncOptions& options = {});

}  // namespace functional

// ---- modules: the functional forms with options that were chosen before

/// Loss of distances between what should be alike or not: functional::hinge_embedding_loss.
class HingeEmbeddingLossImpl : public StatelessModule<HingeEmbeddingLossImpl, HingeEmbeddingLossOptions> {
 public:
  using StatelessModule::StatelessModule;
  Tensor forward(const Tensor& input, const Tensor& target);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(HingeEmbeddingLoss);

/// Loss of two inputs in the wrong order: functional::margin_ranking_loss.
class MarginRankingLossImpl : public StatelessModule<MarginRankingLossImpl, MarginRankingLossOptions> {
 public:
  using StatelessModule::StatelessModule;
  Tensor forward(const Tensor& input1, const Tensor& input2, const Tensor& target);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(MarginRankingLoss);

/// Hinge loss of one class against all others: functional::multi_margin_loss.
class MultiMarginLossImpl : public Cloneable<MultiMarginLossImpl> {
 public:
  explicit MultiMarginLossImpl(const MultiMarginLossOptions& options = {});
  Tensor forward(const Tensor& input, const Tensor& target);
  void reset() override;
  void pretty_print(std::ostream& out) const override;

  MultiMarginLossOptions options;
  Tensor weight;  ///< (C), or undefined; a buffer
};
TENGEN_MODULE(MultiMarginLoss);

/// Hinge loss of several classes against all others: functional::multilabel_margin_loss.
class MultiLabelMarginLossImpl
    : public StatelessModule<MultiLabelMarginLossImpl, MultiLabelMarginLossOptions> {
 public:
  using StatelessModule::StatelessModule;
  Tensor forward(const Tensor& input, const Tensor& target);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(MultiLabelMarginLoss);

/// Cross entropy of several labels: functional::multilabel_soft_margin_loss.
class MultiLabelSoftMarginLossImpl : public Cloneable<MultiLabelSoftMarginLossImpl> {
 public:
  explicit MultiLabelSoftMarginLossImpl(const MultiLabelSoftMarginLossOptions& options = {});
  Tensor forward(const Tensor& input, const Tensor& target);
  void reset() override;
  void pretty_print(std::ostream& out) const override;

  MultiLabelSoftMarginLossOptions options;
  Tensor weight;  ///< (C), or undefined; a buffer
};
TENGEN_MODULE(MultiLabelSoftMarginLoss);

/// Logistic loss of targets 1 and -1: functional::soft_margin_loss.
class SoftMarginLossImpl : public StatelessModule<SoftMarginLossImpl, SoftMarginLossOptions> {
 public:
  using StatelessModule::StatelessModule;
  Tensor forward(const Tensor& input, const Tensor& target);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(SoftMarginLoss);

/// TripletMarginLoss with distances of one's own: functional::triplet_margin_with_distance_loss.
class TripletMarginWithDistanceLossImpl
    : public StatelessModule<TripletMarginWithDistanceLossImpl, TripletMarginWithDistanceLossOptions> {
 public:
  using StatelessModule::StatelessModule;
  Tensor forward(const Tensor& anchor, const Tensor& positive, const Tensor& negative);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(TripletMarginWithDistanceLoss);

/// Negative log-likelihood of counts: functional::poisson_nll_loss.
class PoissonNLLLossImpl : public StatelessModule<PoissonNLLLossImpl, PoissonNLLLossOptions> {
 public:
  using StatelessModule::StatelessModule;
  Tensor forward(const Tensor& log_input, const Tensor& target);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(PoissonNLLLoss);

}  // namespace tengen::nn
