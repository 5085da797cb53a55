// Max, average and adaptive average pooling.
#pragma once

#include <tuple>

#include <tengen/nn/cloneable.h>
#include <tengen/nn/options/pooling.h>
#include <tengen/nn/pimpl.h>

namespace tengen::nn {

#define TENGEN_POOL(Name, Size)                                \
  class Name##Impl : public Cloneable<Name##Impl> {            \
   public:                                                     \
    Name##Impl(Size size) : Name##Impl(Name##Options(size)) {} \
    explicit Name##Impl(const Name##Options& options);         \
    Tensor forward(const Tensor& input);                       \
    void reset() override {}                                   \
    void pretty_print(std::ostream& out) const override;       \
    Name##Options options;                                     \
  };                                                           \
  TENGEN_MODULE(Name);

TENGEN_POOL(MaxPool1d, ExpandingArray<1>)
TENGEN_POOL(AvgPool1d, ExpandingArray<1>)
TENGEN_POOL(AvgPool2d, ExpandingArray<2>)
TENGEN_POOL(AdaptiveAvgPool1d, ExpandingArray<1>)
TENGEN_POOL(AdaptiveAvgPool2d, ExpandingArrayWithOptionalElem<2>)
#undef TENGEN_POOL

class MaxPool2dImpl : public Cloneable<MaxPool2dImpl> {
 public:
  MaxPool2dImpl(ExpandingArray<2> kernel_size) : MaxPool2dImpl(MaxPool2dOptions(kernel_size)) {}
  explicit MaxPool2dImpl(const MaxPool2dOptions& options);
  Tensor forward(const Tensor& input);
  /// Also where in its plane each maximum was.
  std::tuple<Tensor, Tensor> forward_with_indices(const Tensor& input);
  void reset() override {}
  void pretty_print(std::ostream& out) const override;

  MaxPool2dOptions options;
};
TENGEN_MODULE(MaxPool2d);

}  // namespace tengen::nn
