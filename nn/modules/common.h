// Dropout, padding, resampling and distances as modules.
#pragma once

#include <tengen/nn/cloneable.h>
#include <tengen/nn/options/common.h>
#include <tengen/nn/pimpl.h>

namespace tengen::nn {

/// When training, zeroes elements with probability p and scales the rest by 1/(1-p).
class DropoutImpl : public Cloneable<DropoutImpl> {
 public:
  explicit DropoutImpl(const DropoutOptions& options = {});
  Tensor forward(const Tensor& input);
  void reset() override {}
  void pretty_print(std::ostream& out) const override;

  DropoutOptions options;
};
TENGEN_MODULE(Dropout);

/// The same for whole channels of (N,C,...).
class Dropout2dImpl : public Cloneable<Dropout2dImpl> {
 public:
  explicit Dropout2dImpl(const Dropout2dOptions& options = {});
  Tensor forward(const Tensor& input);
  void reset() override {}
  void pretty_print(std::ostream& out) const override;

  Dropout2dOptions options;
};
TENGEN_MODULE(Dropout2d);

/// Enlarges (N,C,L) or (N,C,H,W) to a size or by a factor.
class UpsampleImpl : public Cloneable<UpsampleImpl> {
 public:
  explicit UpsampleImpl(const UpsampleOptions& options = {});
  Tensor forward(const Tensor& input);
  void reset() override {}
  void pretty_print(std::ostream& out) const override;

  UpsampleOptions options;
};
TENGEN_MODULE(Upsample);

#define TENGEN_PAD(Name, D)                                                           \
  class Name##Impl : public Cloneable<Name##Impl> {                                   \
   public:                                                                            \
    Name##Impl(ExpandingArray<D * 2> padding) : Name##Impl(Name##Options(padding)) {} \
    explicit Name##Impl(const Name##Options& options);                                \
    Tensor forward(const Tensor& input);                                              \
    void reset() override {}                                                          \
    void pretty_print(std::ostream& out) const override;                              \
    Name##Options options;                                                            \
  };                                                                                  \
  TENGEN_MODULE(Name);
TENGEN_PAD(ZeroPad2d, 2)
TENGEN_PAD(ReflectionPad1d, 1)
TENGEN_PAD(ReflectionPad2d, 2)
TENGEN_PAD(ReplicationPad1d, 1)
TENGEN_PAD(ReplicationPad2d, 2)
#undef TENGEN_PAD

#define TENGEN_CONSTANT_PAD(Name, D)                                                                       \
  class Name##Impl : public Cloneable<Name##Impl> {                                                        \
   public:                                                                                                 \
    Name##Impl(ExpandingArray<D * 2> padding, double value) : Name##Impl(Name##Options(padding, value)) {} \
    explicit Name##Impl(const Name##Options& options);                                                     \
    Tensor forward(const Tensor& input);                                                                   \
    void reset() override {}                                                                               \
    void pretty_print(std::ostream& out) const override;                                                   \
    Name##Options options;                                                                                 \
  };                                                                                                       \
  TENGEN_MODULE(Name);
TENGEN_CONSTANT_PAD(ConstantPad1d, 1)
TENGEN_CONSTANT_PAD(ConstantPad2d, 2)
#undef TENGEN_CONSTANT_PAD

/// (N,C*r*r,H,W) -> (N,C,H*r,W*r).
class PixelShuffleImpl : public Cloneable<PixelShuffleImpl> {
 public:
  explicit PixelShuffleImpl(const PixelShuffleOptions& options);
  Tensor forward(const Tensor& input);
  void reset() override {}
  void pretty_print(std::ostream& out) const override;

  PixelShuffleOptions options;
};
TENGEN_MODULE(PixelShuffle);

/// (N,C,H*r,W*r) -> (N,C*r*r,H,W).
class PixelUnshuffleImpl : public Cloneable<PixelUnshuffleImpl> {
 public:
  explicit PixelUnshuffleImpl(const PixelUnshuffleOptions& options);
  Tensor forward(const Tensor& input);
  void reset() override {}
  void pretty_print(std::ostream& out) const override;

  PixelUnshuffleOptions options;
};
TENGEN_MODULE(PixelUnshuffle);

class CosineSimilarityImpl : public Cloneable<CosineSimilarityImpl> {
 public:
  explicit CosineSimilarityImpl(const CosineSimilarityOptions& options = {});
  Tensor forward(const Tensor& x1, const Tensor& x2);
  void reset() override {}
  void pretty_print(std::ostream& out) const override;

  CosineSimilarityOptions options;
};
TENGEN_MODULE(CosineSimilarity);

class PairwiseDistanceImpl : public Cloneable<PairwiseDistanceImpl> {
 public:
  explicit PairwiseDistanceImpl(const PairwiseDistanceOptions& options = {});
  Tensor forward(const Tensor& x1, const Tensor& x2);
  void reset() override {}
  void pretty_print(std::ostream& out) const override;

  PairwiseDistanceOptions options;
};
TENGEN_MODULE(PairwiseDistance);

}  // namespace tengen::nn
