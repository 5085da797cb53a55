// Activation functions: options, functional forms and modules. Input of any shape; the output has the same,
// but for GLU.
#pragma once

#include <optional>
#include <string>

#include <tengen/nn/cloneable.h>
#include <tengen/nn/pimpl.h>
#include <tengen/tensor/arg.h>

namespace tengen::nn {

// ---- options. Where there is `inplace`, the result is written into the input, which is returned.

/// Options of ReLU, ReLU6 and SELU.
struct ReLUOptions {
  ReLUOptions(bool inplace = false) : inplace_(inplace) {}
  TENGEN_ARG(bool, inplace);  ///< overwrites the input (false)
};
using ReLU6Options = ReLUOptions;
using SELUOptions = ReLUOptions;

/// Options of ELU and CELU.
struct ELUOptions {
  TENGEN_ARG(double, alpha) = 1;      ///< -alpha is the limit for negative input
  TENGEN_ARG(bool, inplace) = false;  ///< overwrites the input
};
using CELUOptions = ELUOptions;

/// Options of LeakyReLU.
struct LeakyReLUOptions {
  TENGEN_ARG(double, negative_slope) = 1e-2;  ///< slope for negative input
  TENGEN_ARG(bool, inplace) = false;          ///< overwrites the input
};

/// Options of RReLU.
struct RReLUOptions {
  TENGEN_ARG(double, lower) = 1.0 / 8;  ///< smallest slope for negative input
  TENGEN_ARG(double, upper) = 1.0 / 3;  ///< largest slope for negative input
  TENGEN_ARG(bool, inplace) = false;    ///< overwrites the input
};

/// Options of PReLU.
struct PReLUOptions {
  TENGEN_ARG(int64_t, num_parameters) = 1;  ///< learnt slopes: 1, or the number of channels
  TENGEN_ARG(double, init) = 0.25;          ///< every slope before training
};

/// Options of Hardtanh.
struct HardtanhOptions {
  TENGEN_ARG(double, min_val) = -1;   ///< smallest output
  TENGEN_ARG(double, max_val) = 1;    ///< largest output
  TENGEN_ARG(bool, inplace) = false;  ///< overwrites the input
};

/// Options of GELU.
struct GELUOptions {
  TENGEN_ARG(std::string, approximate) = "none";  ///< "none": exact, with erf; "tanh": its approximation
};

/// Options of Softplus.
struct SoftplusOptions {
  TENGEN_ARG(double, beta) = 1;        ///< sharpness of the bend
  TENGEN_ARG(double, threshold) = 20;  ///< the identity where beta * x is larger
};

/// Options of Hardshrink and Softshrink.
struct HardshrinkOptions {
  HardshrinkOptions(double lambda = 0.5) : lambda_(lambda) {}
  TENGEN_ARG(double, lambda);  ///< half the width of the zone that becomes 0 (0.5)
};
using SoftshrinkOptions = HardshrinkOptions;

/// Options of Threshold.
struct ThresholdOptions {
  ThresholdOptions(double threshold, double value) : threshold_(threshold), value_(value) {}
  TENGEN_ARG(double, threshold);      ///< what is larger passes
  TENGEN_ARG(double, value);          ///< replaces the rest
  TENGEN_ARG(bool, inplace) = false;  ///< overwrites the input
};

/// Options of GLU.
struct GLUOptions {
  GLUOptions(int64_t dim = -1) : dim_(dim) {}
  TENGEN_ARG(int64_t, dim);  ///< the dimension that is halved (-1)
};

/// Options of Softmax, Softmin and LogSoftmax.
struct SoftmaxOptions {
  SoftmaxOptions(int64_t dim) : dim_(dim) {}
  TENGEN_ARG(int64_t, dim);  ///< the dimension that sums to 1
};
using SoftminOptions = SoftmaxOptions;
using LogSoftmaxOptions = SoftmaxOptions;

namespace functional {

using ReLUFuncOptions = ReLUOptions;
using ReLU6FuncOptions = ReLU6Options;
using SELUFuncOptions = SELUOptions;
using ELUFuncOptions = ELUOptions;
using CELUFuncOptions = CELUOptions;
using LeakyReLUFuncOptions = LeakyReLUOptions;
using HardtanhFuncOptions = HardtanhOptions;
using GELUFuncOptions = GELUOptions;
using SoftplusFuncOptions = SoftplusOptions;
using HardshrinkFuncOptions = HardshrinkOptions;
using SoftshrinkFuncOptions = SoftshrinkOptions;
using ThresholdFuncOptions = ThresholdOptions;
using GLUFuncOptions = GLUOptions;

/// Options of rrelu.
struct RReLUFuncOptions {
  TENGEN_ARG(double, lower) = 1.0 / 8;  ///< smallest slope for negative input
  TENGEN_ARG(double, upper) = 1.0 / 3;  ///< largest slope for negative input
  TENGEN_ARG(bool, training) = false;   ///< draws slopes; without, all are (lower + upper) / 2
  TENGEN_ARG(bool, inplace) = false;    ///< overwrites the input
};

/// Options of gumbel_softmax.
struct GumbelSoftmaxFuncOptions {
  TENGEN_ARG(double, tau) = 1;     ///< temperature: the lower, the nearer to one-hot
  TENGEN_ARG(bool, hard) = false;  ///< one-hot results with the gradient of the soft ones
  TENGEN_ARG(int, dim) = -1;       ///< the dimension of classes
};

/// Options of softmax, softmin and log_softmax.
struct SoftmaxFuncOptions {
  SoftmaxFuncOptions(int64_t dim) : dim_(dim) {}
  TENGEN_ARG(int64_t, dim);                                ///< the dimension that sums to 1
  TENGEN_ARG(std::optional<Dtype>, dtype) = std::nullopt;  ///< converts the input first (std::nullopt: no)
};
using SoftminFuncOptions = SoftmaxFuncOptions;
using LogSoftmaxFuncOptions = SoftmaxFuncOptions;

/// max(0, x).
Tensor relu(const Tensor& input, const ReLUFuncOptions& options = {});
/// min(max(0, x), 6).
Tensor relu6(const Tensor& input, const ReLU6FuncOptions& options = {});
/// x where x > 0, else alpha * (exp(x) - 1). Clevert et al. (2015).
Tensor elu(const Tensor& input, const ELUFuncOptions& options = {});
/// scale * elu(x, alpha) with the two constants that keep mean 0 and variance 1. Klambauer et al. (2017).
Tensor selu(const Tensor& input, const SELUFuncOptions& options = {});
/// x where x > 0, else alpha * (exp(x / alpha) - 1); alpha = 0 is an Error. Barron (2017).
Tensor celu(const Tensor& input, const CELUFuncOptions& options = {});
/// x where x > 0, else negative_slope * x.
Tensor leaky_relu(const Tensor& input, const LeakyReLUFuncOptions& options = {});
/// x where x > 0, else a slope times x that is drawn from [lower, upper) for each element. Xu et al. (2015).
Tensor rrelu(const Tensor& input, const RReLUFuncOptions& options = {});
/// softmax((logits + noise) / tau) with Gumbel noise: a differentiable draw from the classes. Jang et al.
/// (2017).
Tensor gumbel_softmax(const Tensor& logits, const GumbelSoftmaxFuncOptions& options = {});
/// x, clamped to [min_val, max_val]; min_val above max_val is an Error.
Tensor hardtanh(const Tensor& input, const HardtanhFuncOptions& options = {});
/// x where x > threshold, else value.
Tensor threshold(const Tensor& input, const ThresholdFuncOptions& options);

/// x * P(X <= x) for standard normal X. Hendrycks and Gimpel (2016).
Tensor gelu(const Tensor& input, const GELUFuncOptions& options = {});
/// x * sigmoid(x), also known as swish.
Tensor silu(const Tensor& input);
/// x * tanh(log(1 + exp(x))). Misra (2019).
Tensor mish(const Tensor& input);
/// log(1 + exp(beta * x)) / beta; x itself where beta * x > threshold.
Tensor softplus(const Tensor& input, const SoftplusFuncOptions& options = {});
/// log(sigmoid(x)), without overflow.
Tensor logsigmoid(const Tensor& input);
/// x where x > 0, else weight * x. weight: one slope, or one for each channel (dimension 1 of input; of input
/// with fewer than 2 dimensions there is one channel). He et al. (2015).
Tensor prelu(const Tensor& input, const Tensor& weight);
/// 0 where |x| <= lambda, else x.
Tensor hardshrink(const Tensor& input, const HardshrinkFuncOptions& options = {});
/// 0 where |x| <= lambda, else x - sign(x) * lambda; negative lambda is an Error.
Tensor softshrink(const Tensor& input, const SoftshrinkFuncOptions& options = {});
/// x - tanh(x).
Tensor tanhshrink(const Tensor& input);
/// x / (1 + |x|).
Tensor softsign(const Tensor& input);
/// The first half along dim times the sigmoid of the second half: that dimension's size is halved and must be
/// even. Dauphin et al. (2016).
Tensor glu(const Tensor& input, const GLUFuncOptions& options = {});

/// exp(x) / sum(exp(x)) along dim, without overflow.
Tensor softmax(const Tensor& input, const SoftmaxFuncOptions& options);
/// softmax(-x).
Tensor softmin(const Tensor& input, const SoftminFuncOptions& options);
/// log(softmax(x)), more exact than the two in turn.
Tensor log_softmax(const Tensor& input, const LogSoftmaxFuncOptions& options);

}  // namespace functional

// ---- modules

/// max(0, x).
class ReLUImpl : public StatelessModule<ReLUImpl, ReLUOptions> {
 public:
  using StatelessModule::StatelessModule;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(ReLU);

/// min(max(0, x), 6).
class ReLU6Impl : public StatelessModule<ReLU6Impl, ReLU6Options> {
 public:
  using StatelessModule::StatelessModule;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(ReLU6);

/// x where x > 0, else alpha * (exp(x) - 1).
class ELUImpl : public StatelessModule<ELUImpl, ELUOptions> {
 public:
  using StatelessModule::StatelessModule;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(ELU);

/// The self-normalizing ELU: see functional::selu.
class SELUImpl : public StatelessModule<SELUImpl, SELUOptions> {
 public:
  using StatelessModule::StatelessModule;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(SELU);

/// x where x > 0, else alpha * (exp(x / alpha) - 1).
class CELUImpl : public StatelessModule<CELUImpl, CELUOptions> {
 public:
  using StatelessModule::StatelessModule;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(CELU);

/// x where x > 0, else negative_slope * x.
class LeakyReLUImpl : public StatelessModule<LeakyReLUImpl, LeakyReLUOptions> {
 public:
  using StatelessModule::StatelessModule;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(LeakyReLU);

/// x where x > 0, else a slope times x: when training one drawn for each element, else their mean.
class RReLUImpl : public StatelessModule<RReLUImpl, RReLUOptions> {
 public:
  using StatelessModule::StatelessModule;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(RReLU);

/// x where x > 0, else weight * x with learnt slopes: one for all channels, or one for each of (N,C,...).
class PReLUImpl : public Cloneable<PReLUImpl> {
 public:
  explicit PReLUImpl(const PReLUOptions& options = {});
  Tensor forward(const Tensor& input);
  void reset() override;
  void pretty_print(std::ostream& out) const override;

  PReLUOptions options;
  Tensor weight;  ///< (num_parameters)
};
TENGEN_MODULE(PReLU);

/// x, clamped to [min_val, max_val]; min_val must be below max_val.
class HardtanhImpl : public StatelessModule<HardtanhImpl, HardtanhOptions> {
 public:
  explicit HardtanhImpl(const HardtanhOptions& options = {});
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(Hardtanh);

/// x where x > threshold, else value.
class ThresholdImpl : public StatelessModule<ThresholdImpl, ThresholdOptions> {
 public:
  using StatelessModule::StatelessModule;
  ThresholdImpl(double threshold, double value) : StatelessModule({threshold, value}) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(Threshold);

/// x * P(X <= x) for standard normal X.
class GELUImpl : public StatelessModule<GELUImpl, GELUOptions> {
 public:
  using StatelessModule::StatelessModule;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(GELU);

/// log(1 + exp(beta * x)) / beta.
class SoftplusImpl : public StatelessModule<SoftplusImpl, SoftplusOptions> {
 public:
  using StatelessModule::StatelessModule;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(Softplus);

/// 0 where |x| <= lambda, else x.
class HardshrinkImpl : public StatelessModule<HardshrinkImpl, HardshrinkOptions> {
 public:
  using StatelessModule::StatelessModule;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(Hardshrink);

/// 0 where |x| <= lambda, else x - sign(x) * lambda.
class SoftshrinkImpl : public StatelessModule<SoftshrinkImpl, SoftshrinkOptions> {
 public:
  using StatelessModule::StatelessModule;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(Softshrink);

/// The first half along dim times the sigmoid of the second half.
class GLUImpl : public StatelessModule<GLUImpl, GLUOptions> {
 public:
  using StatelessModule::StatelessModule;
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(GLU);

/// x * sigmoid(x).
class SiLUImpl : public StatelessModule<SiLUImpl> {
 public:
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(SiLU);

/// x * tanh(softplus(x)).
class MishImpl : public StatelessModule<MishImpl> {
 public:
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(Mish);

/// 1 / (1 + exp(-x)).
class SigmoidImpl : public StatelessModule<SigmoidImpl> {
 public:
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(Sigmoid);

/// tanh(x).
class TanhImpl : public StatelessModule<TanhImpl> {
 public:
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(Tanh);

/// log(sigmoid(x)).
class LogSigmoidImpl : public StatelessModule<LogSigmoidImpl> {
 public:
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(LogSigmoid);

/// x / (1 + |x|).
class SoftsignImpl : public StatelessModule<SoftsignImpl> {
 public:
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(Softsign);

/// x - tanh(x).
class TanhshrinkImpl : public StatelessModule<TanhshrinkImpl> {
 public:
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(Tanhshrink);

/// Softmax over the channels at each position of (N,C,H,W) or (C,H,W).
class Softmax2dImpl : public StatelessModule<Softmax2dImpl> {
 public:
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(Softmax2d);

/// exp(x) / sum(exp(x)) along dim.
class SoftmaxImpl : public StatelessModule<SoftmaxImpl, SoftmaxOptions> {
 public:
  using StatelessModule::StatelessModule;
  explicit SoftmaxImpl(int64_t dim) : StatelessModule(dim) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(Softmax);

/// exp(-x) / sum(exp(-x)) along dim.
class SoftminImpl : public StatelessModule<SoftminImpl, SoftminOptions> {
 public:
  using StatelessModule::StatelessModule;
  explicit SoftminImpl(int64_t dim) : StatelessModule(dim) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(Softmin);

/// log(softmax(x)) along dim.
class LogSoftmaxImpl : public StatelessModule<LogSoftmaxImpl, LogSoftmaxOptions> {
 public:
  using StatelessModule::StatelessModule;
  explicit LogSoftmaxImpl(int64_t dim) : StatelessModule(dim) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(LogSoftmax);

}  // namespace tengen::nn
