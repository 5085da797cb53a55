#include <tengen/nn/modules/loss.h>

#include <ostream>

#include <tengen/nn/functional/loss.h>

namespace tengen::nn {
namespace F = functional;

#define TENGEN_DEFINE(Name, function)                                        \
  Name##Impl::Name##Impl(const Name##Options& options) : options(options) {} \
  Tensor Name##Impl::forward(const Tensor& input, const Tensor& target) {    \
    return F::function(input, target, options);                              \
  }                                                                          \
  void Name##Impl::pretty_print(std::ostream& out) const { out << "torch::nn::" #Name "()"; }
TENGEN_DEFINE(MSELoss, mse_loss)
TENGEN_DEFINE(L1Loss, l1_loss)
TENGEN_DEFINE(SmoothL1Loss, smooth_l1_loss)
TENGEN_DEFINE(HuberLoss, huber_loss)
TENGEN_DEFINE(KLDivLoss, kl_div)
#undef TENGEN_DEFINE

// The registered buffer is what counts: it may have been converted or loaded since.
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

namespace {

// The weight that options give; for a module just copied from another, a copy of the other's.
Tensor own(const Tensor& weight, const Tensor& given) { return weight.defined() ? weight.clone() : given; }

}  // namespace

void BCELossImpl::reset() { weight = register_buffer("weight", own(weight, options.weight())); }
void BCEWithLogitsLossImpl::reset() {
  weight = register_buffer("weight", own(weight, options.weight()));
  pos_weight = register_buffer("pos_weight", own(pos_weight, options.pos_weight()));
}
void NLLLossImpl::reset() { weight = register_buffer("weight", own(weight, options.weight())); }
void CrossEntropyLossImpl::reset() { weight = register_buffer("weight", own(weight, options.weight())); }

CosineEmbeddingLossImpl::CosineEmbeddingLossImpl(const CosineEmbeddingLossOptions& options)
    : options(options) {}
Tensor CosineEmbeddingLossImpl::forward(const Tensor& input1, const Tensor& input2, const Tensor& target) {
  return F::cosine_embedding_loss(input1, input2, target, options);
}
void CosineEmbeddingLossImpl::pretty_print(std::ostream& out) const {
  out << "torch::nn::CosineEmbeddingLoss(margin=" << options.margin() << ')';
}

TripletMarginLossImpl::TripletMarginLossImpl(const TripletMarginLossOptions& options) : options(options) {}
Tensor TripletMarginLossImpl::forward(const Tensor& anchor, const Tensor& positive, const Tensor& negative) {
  return F::triplet_margin_loss(anchor, positive, negative, options);
}
void TripletMarginLossImpl::pretty_print(std::ostream& out) const {
  out << std::boolalpha << "torch::nn::TripletMarginLoss(margin=" << options.margin() << ", p=" << options.p()
      << ", eps=" << options.eps() << ", swap=" << options.swap() << ')';
}

}  // namespace tengen::nn
