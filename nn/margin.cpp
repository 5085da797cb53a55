#include <tengen/nn/margin.h>

#include <ostream>

#include <tengen/autograd/ops/layers.h>
#include <tengen/nn/given.h>

namespace tengen::nn {
namespace functional {

Tensor hinge_embedding_loss(const Tensor& input, const Tensor& target,
                            const HingeEmbeddingLossFuncOptions& options) {
  return tengen::hinge_embedding_loss(input, target, options.margin(),
                                      reduction("hinge_embedding_loss", options.reduction()));
}
Tensor margin_ranking_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                           const MarginRankingLossFuncOptions& options) {
  TENGEN_CHECK(input1.dim() == input2.dim() && input1.dim() == target.dim(),
               "margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: ",
               input1.sizes(), ", input2: ", input2.sizes(), ", target: ", target.sizes());
  return tengen::margin_ranking_loss(input1, input2, target, options.margin(),
                                     reduction("margin_ranking_loss", options.reduction()));
}
Tensor multi_margin_loss(const Tensor& input, const Tensor& target,
                         const MultiMarginLossFuncOptions& options) {
  return tengen::multi_margin_loss(input, target, options.p(), options.margin(), given(options.weight()),
                                   reduction("multi_margin_loss", options.reduction()));
}
Tensor multilabel_margin_loss(const Tensor& input, const Tensor& target,
                              const MultilabelMarginLossFuncOptions& options) {
  return tengen::multilabel_margin_loss(input, target,
                                        reduction("multilabel_margin_loss", options.reduction()));
}
Tensor multilabel_soft_margin_loss(const Tensor& input, const Tensor& target,
                                   const MultilabelSoftMarginLossFuncOptions& options) {
  const Tensor loss =
      binary_cross_entropy_with_logits(input, target, given(options.weight()), {}, Reduction::None).mean(-1);
  const int64_t reduced = reduction("multilabel_soft_margin_loss", options.reduction());
  return reduced == Reduction::Mean ? loss.mean() : reduced == Reduction::Sum ? loss.sum() : loss;
}
Tensor soft_margin_loss(const Tensor& input, const Tensor& target, const SoftMarginLossFuncOptions& options) {
  return tengen::soft_margin_loss(input, target, reduction("soft_margin_loss", options.reduction()));
}
Tensor triplet_margin_with_distance_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                                         const TripletMarginWithDistanceLossFuncOptions& options) {
  const auto distance = [&](const Tensor& a, const Tensor& b) {
    return options.distance_function() ? (*options.distance_function())(a, b) : pairwise_distance(a, b);
  };
  const Tensor near = distance(anchor, positive);
  Tensor far = distance(anchor, negative);
  if (options.swap()) far = minimum(far, distance(positive, negative));
  const Tensor loss = (near - far + options.margin()).clamp_min(0);
  const int64_t reduced = reduction("triplet_margin_with_distance_loss", options.reduction());
  return reduced == Reduction::Mean ? loss.mean() : reduced == Reduction::Sum ? loss.sum() : loss;
}
Tensor poisson_nll_loss(const Tensor& input, const Tensor& target, const PoissonNLLLossFuncOptions& options) {
  return tengen::poisson_nll_loss(input, target, options.log_input(), options.full(), options.eps(),
                                  reduction("poisson_nll_loss", options.reduction()));
}

}  // namespace functional

namespace F = functional;

#define TENGEN_DEFINE(Name, function, printed)                            \
  Tensor Name##Impl::forward(const Tensor& input, const Tensor& target) { \
    return F::function(input, target, options);                           \
  }                                                                       \
  void Name##Impl::pretty_print(std::ostream& out) const { out << "torch::nn::" #Name "(" << printed << ')'; }
TENGEN_DEFINE(HingeEmbeddingLoss, hinge_embedding_loss, "margin=" << options.margin())
TENGEN_DEFINE(MultiLabelMarginLoss, multilabel_margin_loss, "")
TENGEN_DEFINE(SoftMarginLoss, soft_margin_loss, "")
TENGEN_DEFINE(PoissonNLLLoss, poisson_nll_loss, "")
#undef TENGEN_DEFINE

Tensor MarginRankingLossImpl::forward(const Tensor& input1, const Tensor& input2, const Tensor& target) {
  return F::margin_ranking_loss(input1, input2, target, options);
}
void MarginRankingLossImpl::pretty_print(std::ostream& out) const { out << "torch::nn::MarginRankingLoss()"; }

Tensor TripletMarginWithDistanceLossImpl::forward(const Tensor& anchor, const Tensor& positive,
                                                  const Tensor& negative) {
  return F::triplet_margin_with_distance_loss(anchor, positive, negative, options);
}
void TripletMarginWithDistanceLossImpl::pretty_print(std::ostream& out) const {
  out << std::boolalpha << "torch::nn::TripletMarginWithDistanceLoss(margin=" << options.margin()
      << ", swap=" << options.swap() << ')';
}

// ---- losses with weights. The registered buffer counts: it may have been converted or loaded since.

MultiMarginLossImpl::MultiMarginLossImpl(const MultiMarginLossOptions& options) : options(options) {
  MultiMarginLossImpl::reset();
}
void MultiMarginLossImpl::reset() {
  TENGEN_CHECK(options.p() == 1 || options.p() == 2,
               "MultiMarginLoss: only p == 1 and p == 2 supported, but got ", options.p());
  TENGEN_CHECK(!options.weight().defined() || options.weight().dim() == 1,
               "MultiMarginLoss: expected weight to be a vector, but got ", options.weight().sizes());
  weight = register_buffer("weight", own(weight, options.weight()));
}
Tensor MultiMarginLossImpl::forward(const Tensor& input, const Tensor& target) {
  return F::multi_margin_loss(input, target, MultiMarginLossOptions(options).weight(weight));
}
void MultiMarginLossImpl::pretty_print(std::ostream& out) const {
  out << "torch::nn::MultiMarginLoss(p=" << options.p() << ", margin=" << options.margin()
      << ", weight=" << options.weight() << ", reduction=" << options.reduction() << ')';
}

MultiLabelSoftMarginLossImpl::MultiLabelSoftMarginLossImpl(const MultiLabelSoftMarginLossOptions& options)
    : options(options) {
  MultiLabelSoftMarginLossImpl::reset();
}
void MultiLabelSoftMarginLossImpl::reset() {
  weight = register_buffer("weight", own(weight, options.weight()));
}
Tensor MultiLabelSoftMarginLossImpl::forward(const Tensor& input, const Tensor& target) {
  return F::multilabel_soft_margin_loss(input, target,
                                        MultiLabelSoftMarginLossOptions(options).weight(weight));
}
void MultiLabelSoftMarginLossImpl::pretty_print(std::ostream& out) const {
  out << "torch::nn::MultiLabelSoftMarginLoss()";
}

}  // namespace tengen::nn
