#include <tengen/nn/loss.h>

#include <ostream>

#include <tengen/autograd/ops/ops.h>
#include <tengen/nn/given.h>

namespace tengen::nn {
namespace functional {
Tensor mse_loss(const Tensor& input, const Tensor& target, const MSELossFuncOptions& options) {
  return tengen::mse_loss(input, target, reduction("mse_loss", options.reduction()));
}
Tensor l1_loss(const Tensor& input, const Tensor& target, const L1LossFuncOptions& options) {
  return tengen::l1_loss(input, target, reduction("l1_loss", options.reduction()));
}
Tensor smooth_l1_loss(const Tensor& input, const Tensor& target, const SmoothL1LossFuncOptions& options) {
  return tengen::smooth_l1_loss(input, target, reduction("smooth_l1_loss", options.reduction()),
                                options.beta());
}
Tensor huber_loss(const Tensor& input, const Tensor& target, const HuberLossFuncOptions& options) {
  return tengen::huber_loss(input, target, reduction("huber_loss", options.reduction()), options.delta());
}
Tensor kl_div(const Tensor& input, const Tensor& target, const KLDivFuncOptions& options) {
  if (options.reduction() == kBatchMean)
    return tengen::kl_div(input, target, Reduction::Sum, options.log_target()) /
           (input.dim() ? input.size(0) : 1);
  return tengen::kl_div(input, target, reduction("kl_div", options.reduction()), options.log_target());
}
Tensor binary_cross_entropy(const Tensor& input, const Tensor& target,
                            const BinaryCrossEntropyFuncOptions& options) {
  return tengen::binary_cross_entropy(input, target, given(options.weight()),
                                      reduction("binary_cross_entropy", options.reduction()));
}
Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                        const BinaryCrossEntropyWithLogitsFuncOptions& options) {
  return tengen::binary_cross_entropy_with_logits(
      input, target, given(options.weight()), given(options.pos_weight()),
      reduction("binary_cross_entropy_with_logits", options.reduction()));
}
Tensor nll_loss(const Tensor& input, const Tensor& target, const NLLLossFuncOptions& options) {
  return tengen::nll_loss(input, target, given(options.weight()), reduction("nll_loss", options.reduction()),
                          options.ignore_index());
}
Tensor cross_entropy(const Tensor& input, const Tensor& target, const CrossEntropyFuncOptions& options) {
  return tengen::cross_entropy_loss(input, target, given(options.weight()),
                                    reduction("cross_entropy", options.reduction()), options.ignore_index(),
                                    options.label_smoothing());
}
Tensor cosine_embedding_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                             const CosineEmbeddingLossFuncOptions& options) {
  return tengen::cosine_embedding_loss(input1, input2, target, options.margin(),
                                       reduction("cosine_embedding_loss", options.reduction()));
}
Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           const TripletMarginLossFuncOptions& options) {
  return tengen::triplet_margin_loss(anchor, positive, negative, options.margin(), options.p(), options.eps(),
                                     options.swap(), reduction("triplet_margin_loss", options.reduction()));
}
Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, const CTCLossFuncOptions& options) {
  return tengen::ctc_loss(log_probs, targets, input_lengths, target_lengths, options.blank(),
                          reduction("ctc_loss", options.reduction()), options.zero_infinity());
}

}  // namespace functional

namespace F = functional;

#define TENGEN_DEFINE(Name, function)                                     \
  Tensor Name##Impl::forward(const Tensor& input, const Tensor& target) { \
    return F::function(input, target, options);                           \
  }                                                                       \
  void Name##Impl::pretty_print(std::ostream& out) const { out << "torch::nn::" #Name "()"; }
TENGEN_DEFINE(MSELoss, mse_loss)
TENGEN_DEFINE(L1Loss, l1_loss)
TENGEN_DEFINE(SmoothL1Loss, smooth_l1_loss)
TENGEN_DEFINE(HuberLoss, huber_loss)
TENGEN_DEFINE(KLDivLoss, kl_div)
#undef TENGEN_DEFINE

Tensor CosineEmbeddingLossImpl::forward(const Tensor& input1, const Tensor& input2, const Tensor& target) {
  return F::cosine_embedding_loss(input1, input2, target, options);
}
void CosineEmbeddingLossImpl::pretty_print(std::ostream& out) const {
  out << "torch::nn::CosineEmbeddingLoss(margin=" << options.margin() << ')';
}

Tensor TripletMarginLossImpl::forward(const Tensor& anchor, const Tensor& positive, const Tensor& negative) {
  return F::triplet_margin_loss(anchor, positive, negative, options);
}
void TripletMarginLossImpl::pretty_print(std::ostream& out) const {
  out << std::boolalpha << "torch::nn::TripletMarginLoss(margin=" << options.margin() << ", p=" << options.p()
      << ", eps=" << options.eps() << ", swap=" << options.swap() << ')';
}

Tensor CTCLossImpl::forward(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                            const Tensor& target_lengths) {
  return F::ctc_loss(log_probs, targets, input_lengths, target_lengths, options);
}
void CTCLossImpl::pretty_print(std::ostream& out) const { out << "torch::nn::CTCLoss()"; }

// ---- losses with weights. The registered buffer counts: it may have been converted or loaded since.

#define TENGEN_DEFINE(Name, function, ...)                                                         \
  Name##Impl::Name##Impl(const Name##Options& options) : options(options) { Name##Impl::reset(); } \
  Tensor Name##Impl::forward(const Tensor& input, const Tensor& target) {                          \
    return F::function(input, target, Name##Options(options).weight(weight) __VA_ARGS__);          \
  }                                                                                                \
  void Name##Impl::pretty_print(std::ostream& out) const { out << "torch::nn::" #Name "()"; }
TENGEN_DEFINE(BCELoss, binary_cross_entropy)
TENGEN_DEFINE(BCEWithLogitsLoss, binary_cross_entropy_with_logits, .pos_weight(pos_weight))
TENGEN_DEFINE(NLLLoss, nll_loss)
TENGEN_DEFINE(CrossEntropyLoss, cross_entropy)
#undef TENGEN_DEFINE

void BCELossImpl::reset() { weight = register_buffer("weight", own(weight, options.weight())); }
void BCEWithLogitsLossImpl::reset() {
  weight = register_buffer("weight", own(weight, options.weight()));
  pos_weight = register_buffer("pos_weight", own(pos_weight, options.pos_weight()));
}
void NLLLossImpl::reset() { weight = register_buffer("weight", own(weight, options.weight())); }
void CrossEntropyLossImpl::reset() { weight = register_buffer("weight", own(weight, options.weight())); }

}  // namespace tengen::nn
