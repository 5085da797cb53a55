#include <tengen/nn/functional/loss.h>

#include <tengen/autograd/ops/ops.h>
#include <tengen/nn/functional/given.h>

namespace tengen::nn::functional {
namespace {

int64_t reduction(const char* loss, EnumType value) {
  switch (value) {
    case kNone:
      return Reduction::None;
    case kMean:
      return Reduction::Mean;
    case kSum:
      return Reduction::Sum;
    default:
      fail(loss, ": reduction must be kNone, kMean or kSum, found ", enum_name(value));
  }
}

}  // namespace

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

}  // namespace tengen::nn::functional
