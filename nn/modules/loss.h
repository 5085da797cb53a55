// Losses as modules. What they compute stands beside the operators in autograd/ops/ops.h.
#pragma once

#include <tengen/nn/cloneable.h>
#include <tengen/nn/options/loss.h>
#include <tengen/nn/pimpl.h>

namespace tengen::nn {

#define TENGEN_LOSS(Name)                                      \
  class Name##Impl : public Cloneable<Name##Impl> {            \
   public:                                                     \
    explicit Name##Impl(const Name##Options& options = {});    \
    Tensor forward(const Tensor& input, const Tensor& target); \
    void reset() override {}                                   \
    void pretty_print(std::ostream& out) const override;       \
    Name##Options options;                                     \
  };                                                           \
  TENGEN_MODULE(Name);
TENGEN_LOSS(MSELoss)
TENGEN_LOSS(L1Loss)
TENGEN_LOSS(SmoothL1Loss)
TENGEN_LOSS(HuberLoss)
TENGEN_LOSS(KLDivLoss)
#undef TENGEN_LOSS

/// These own weights (buffers that do not appear in the state when undefined).
#define TENGEN_WEIGHTED_LOSS(Name)                             \
  class Name##Impl : public Cloneable<Name##Impl> {            \
   public:                                                     \
    explicit Name##Impl(const Name##Options& options = {});    \
    Tensor forward(const Tensor& input, const Tensor& target); \
    void reset() override;                                     \
    void pretty_print(std::ostream& out) const override;       \
    Name##Options options;                                     \
    Tensor weight;
TENGEN_WEIGHTED_LOSS(BCELoss)
};
TENGEN_MODULE(BCELoss);
TENGEN_WEIGHTED_LOSS(BCEWithLogitsLoss)
Tensor pos_weight;
}
;
TENGEN_MODULE(BCEWithLogitsLoss);
TENGEN_WEIGHTED_LOSS(NLLLoss)
}
;
TENGEN_MODULE(NLLLoss);
TENGEN_WEIGHTED_LOSS(CrossEntropyLoss)
}
;
TENGEN_MODULE(CrossEntropyLoss);
#undef TENGEN_WEIGHTED_LOSS

class CosineEmbeddingLossImpl : public Cloneable<CosineEmbeddingLossImpl> {
 public:
  explicit CosineEmbeddingLossImpl(const CosineEmbeddingLossOptions& options = {});
  Tensor forward(const Tensor& input1, const Tensor& input2, const Tensor& target);
  void reset() override {}
  void pretty_print(std::ostream& out) const override;

  CosineEmbeddingLossOptions options;
};
TENGEN_MODULE(CosineEmbeddingLoss);

class TripletMarginLossImpl : public Cloneable<TripletMarginLossImpl> {
 public:
  explicit TripletMarginLossImpl(const TripletMarginLossOptions& options = {});
  Tensor forward(const Tensor& anchor, const Tensor& positive, const Tensor& negative);
  void reset() override {}
  void pretty_print(std::ostream& out) const override;

  TripletMarginLossOptions options;
};
TENGEN_MODULE(TripletMarginLoss);

}  // namespace tengen::nn
