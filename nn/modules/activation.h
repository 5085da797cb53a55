// Activation functions as modules.
#pragma once

#include <tengen/nn/cloneable.h>
#include <tengen/nn/options/activation.h>
#include <tengen/nn/pimpl.h>

namespace tengen::nn {

/// Name with options that have defaults; with none at all.
#define TENGEN_ACTIVATION(Name)                             \
  class Name##Impl : public Cloneable<Name##Impl> {         \
   public:                                                  \
    explicit Name##Impl(const Name##Options& options = {}); \
    Tensor forward(const Tensor& input);                    \
    void reset() override {}                                \
    void pretty_print(std::ostream& out) const override;    \
    Name##Options options;                                  \
  };                                                        \
  TENGEN_MODULE(Name);
#define TENGEN_PLAIN_ACTIVATION(Name)                    \
  class Name##Impl : public Cloneable<Name##Impl> {      \
   public:                                               \
    Name##Impl();                                        \
    Tensor forward(const Tensor& input);                 \
    void reset() override {}                             \
    void pretty_print(std::ostream& out) const override; \
  };                                                     \
  TENGEN_MODULE(Name);
/// With options that must be given.
#define TENGEN_DIM_ACTIVATION(Name)                      \
  class Name##Impl : public Cloneable<Name##Impl> {      \
   public:                                               \
    explicit Name##Impl(int64_t dim);                    \
    explicit Name##Impl(const Name##Options& options);   \
    Tensor forward(const Tensor& input);                 \
    void reset() override {}                             \
    void pretty_print(std::ostream& out) const override; \
    Name##Options options;                               \
  };                                                     \
  TENGEN_MODULE(Name);

TENGEN_ACTIVATION(ReLU)
TENGEN_ACTIVATION(ReLU6)
TENGEN_ACTIVATION(ELU)
TENGEN_ACTIVATION(SELU)
TENGEN_ACTIVATION(CELU)
TENGEN_ACTIVATION(LeakyReLU)
TENGEN_ACTIVATION(GELU)
TENGEN_ACTIVATION(Softplus)
TENGEN_ACTIVATION(Hardshrink)
TENGEN_ACTIVATION(Softshrink)
TENGEN_ACTIVATION(GLU)
TENGEN_PLAIN_ACTIVATION(SiLU)
TENGEN_PLAIN_ACTIVATION(Mish)
TENGEN_PLAIN_ACTIVATION(Sigmoid)
TENGEN_PLAIN_ACTIVATION(Tanh)
TENGEN_PLAIN_ACTIVATION(LogSigmoid)
TENGEN_PLAIN_ACTIVATION(Softsign)
TENGEN_PLAIN_ACTIVATION(Tanhshrink)
TENGEN_PLAIN_ACTIVATION(Softmax2d)  // over the channels of (N,C,H,W) or (C,H,W)
TENGEN_DIM_ACTIVATION(Softmax)
TENGEN_DIM_ACTIVATION(Softmin)
TENGEN_DIM_ACTIVATION(LogSoftmax)
#undef TENGEN_ACTIVATION
#undef TENGEN_PLAIN_ACTIVATION
#undef TENGEN_DIM_ACTIVATION

class HardtanhImpl : public Cloneable<HardtanhImpl> {
 public:
  explicit HardtanhImpl(const HardtanhOptions& options = {});
  Tensor forward(const Tensor& input);
  void reset() override {}
  void pretty_print(std::ostream& out) const override;

  HardtanhOptions options;
};
TENGEN_MODULE(Hardtanh);

class ThresholdImpl : public Cloneable<ThresholdImpl> {
 public:
  ThresholdImpl(double threshold, double value) : ThresholdImpl(ThresholdOptions(threshold, value)) {}
  explicit ThresholdImpl(const ThresholdOptions& options);
  Tensor forward(const Tensor& input);
  void reset() override {}
  void pretty_print(std::ostream& out) const override;

  ThresholdOptions options;
};
TENGEN_MODULE(Threshold);

/// A rectifier whose negative slope is learnt: one for all channels or one each.
class PReLUImpl : public Cloneable<PReLUImpl> {
 public:
  explicit PReLUImpl(const PReLUOptions& options = {});
  Tensor forward(const Tensor& input);
  void reset() override;
  void pretty_print(std::ostream& out) const override;

  PReLUOptions options;
  Tensor weight;  // (num_parameters)
};
TENGEN_MODULE(PReLU);

}  // namespace tengen::nn
