// Normalization: options, functional forms and modules. All compute (x - mean) / sqrt(var + eps), times
// weight and plus bias if there are any; they differ in what mean and variance (the biased one) are taken
// over.
#pragma once

#include <optional>
#include <vector>

#include <tengen/nn/cloneable.h>
#include <tengen/nn/pimpl.h>
#include <tengen/tensor/arg.h>

namespace tengen::nn {

// ---- options

/// Options of BatchNorm1d to BatchNorm3d.
struct BatchNormOptions {
  BatchNormOptions(int64_t num_features) : num_features_(num_features) {}
  TENGEN_ARG(int64_t, num_features);  ///< C, the number of channels
  TENGEN_ARG(double, eps) = 1e-5;     ///< added to variances
  /// Weight of the newest batch in the running statistics; std::nullopt averages all batches equally.
  TENGEN_ARG(std::optional<double>, momentum) = 0.1;
  TENGEN_ARG(bool, affine) = true;               ///< learns weight and bias
  TENGEN_ARG(bool, track_running_stats) = true;  ///< without, evaluation uses the batch's statistics too
};
using BatchNorm1dOptions = BatchNormOptions;
using BatchNorm2dOptions = BatchNormOptions;
using BatchNorm3dOptions = BatchNormOptions;

/// Options of InstanceNorm1d to InstanceNorm3d.
struct InstanceNormOptions {
  InstanceNormOptions(int64_t num_features) : num_features_(num_features) {}
  TENGEN_ARG(int64_t, num_features);              ///< C, the number of channels
  TENGEN_ARG(double, eps) = 1e-5;                 ///< added to variances
  TENGEN_ARG(double, momentum) = 0.1;             ///< weight of the newest batch in the running statistics
  TENGEN_ARG(bool, affine) = false;               ///< learns weight and bias
  TENGEN_ARG(bool, track_running_stats) = false;  ///< keeps running statistics, which evaluation uses
};
using InstanceNorm1dOptions = InstanceNormOptions;
using InstanceNorm2dOptions = InstanceNormOptions;
using InstanceNorm3dOptions = InstanceNormOptions;

/// Options of LayerNorm.
struct LayerNormOptions {
  LayerNormOptions(std::vector<int64_t> normalized_shape) : normalized_shape_(std::move(normalized_shape)) {}
  TENGEN_ARG(std::vector<int64_t>, normalized_shape);  ///< sizes of the last dimensions, normalized together
  TENGEN_ARG(double, eps) = 1e-5;                      ///< added to variances
  TENGEN_ARG(bool, elementwise_affine) = true;         ///< learns weight and bias
};

/// Options of GroupNorm.
struct GroupNormOptions {
  GroupNormOptions(int64_t num_groups, int64_t num_channels)
      : num_groups_(num_groups), num_channels_(num_channels) {}
  TENGEN_ARG(int64_t, num_groups);    ///< parts of the channels, each normalized by itself
  TENGEN_ARG(int64_t, num_channels);  ///< C, a multiple of num_groups
  TENGEN_ARG(double, eps) = 1e-5;     ///< added to variances
  TENGEN_ARG(bool, affine) = true;    ///< learns weight and bias
};

/// Options of LocalResponseNorm.
struct LocalResponseNormOptions {
  LocalResponseNormOptions(int64_t size) : size_(size) {}
  TENGEN_ARG(int64_t, size);         ///< how many neighbouring channels count
  TENGEN_ARG(double, alpha) = 1e-4;  ///< factor of their mean square
  TENGEN_ARG(double, beta) = 0.75;   ///< exponent of what is divided by
  TENGEN_ARG(double, k) = 1;         ///< added to the mean square
};

/// Options of CrossMapLRN2d.
struct CrossMapLRN2dOptions {
  CrossMapLRN2dOptions(int64_t size) : size_(size) {}
  TENGEN_ARG(int64_t, size);         ///< how many neighbouring channels count; an even one counts one less
  TENGEN_ARG(double, alpha) = 1e-4;  ///< factor of their sum of squares divided by size
  TENGEN_ARG(double, beta) = 0.75;   ///< exponent of what is divided by
  TENGEN_ARG(int64_t, k) = 1;        ///< added to the sum of squares
};

namespace functional {

/// Options of batch_norm.
struct BatchNormFuncOptions {
  TENGEN_ARG(Tensor, weight) = Tensor();  ///< (C), factor of each channel (none)
  TENGEN_ARG(Tensor, bias) = Tensor();    ///< (C), added to each channel (none)
  TENGEN_ARG(bool, training) = false;     ///< normalizes with the batch's statistics
  /// Weight of the batch in the running statistics; std::nullopt leaves them as they are.
  TENGEN_ARG(std::optional<double>, momentum) = 0.1;
  TENGEN_ARG(double, eps) = 1e-5;  ///< added to variances
};

/// Options of layer_norm.
struct LayerNormFuncOptions {
  LayerNormFuncOptions(std::vector<int64_t> normalized_shape)
      : normalized_shape_(std::move(normalized_shape)) {}
  TENGEN_ARG(std::vector<int64_t>, normalized_shape);  ///< sizes of the last dimensions, normalized together
  TENGEN_ARG(Tensor, weight) = Tensor();               ///< of normalized_shape (none)
  TENGEN_ARG(Tensor, bias) = Tensor();                 ///< of normalized_shape (none)
  TENGEN_ARG(double, eps) = 1e-5;                      ///< added to variances
};

/// Options of group_norm.
struct GroupNormFuncOptions {
  GroupNormFuncOptions(int64_t num_groups) : num_groups_(num_groups) {}
  TENGEN_ARG(int64_t, num_groups);        ///< parts of the channels, each normalized by itself
  TENGEN_ARG(Tensor, weight) = Tensor();  ///< (C), factor of each channel (none)
  TENGEN_ARG(Tensor, bias) = Tensor();    ///< (C), added to each channel (none)
  TENGEN_ARG(double, eps) = 1e-5;         ///< added to variances
};

/// Options of instance_norm.
struct InstanceNormFuncOptions {
  TENGEN_ARG(Tensor, running_mean) = Tensor();  ///< (C), follows the samples' means (none)
  TENGEN_ARG(Tensor, running_var) = Tensor();   ///< (C), follows the samples' unbiased variances (none)
  TENGEN_ARG(Tensor, weight) = Tensor();        ///< (C), factor of each channel (none)
  TENGEN_ARG(Tensor, bias) = Tensor();          ///< (C), added to each channel (none)
  TENGEN_ARG(bool, use_input_stats) = true;     ///< without, the running statistics serve as constants
  TENGEN_ARG(double, momentum) = 0.1;           ///< weight of the batch in the running statistics
  TENGEN_ARG(double, eps) = 1e-5;               ///< added to variances
};
using LocalResponseNormFuncOptions = LocalResponseNormOptions;

/// Options of normalize.
struct NormalizeFuncOptions {
  TENGEN_ARG(double, p) = 2;        ///< order of the norm
  TENGEN_ARG(int64_t, dim) = 1;     ///< the dimension whose norm becomes 1
  TENGEN_ARG(double, eps) = 1e-12;  ///< the smallest number that is divided by
};

/// Normalizes each channel of (N,C,...) over the batch and all positions. Training: with the batch's
/// statistics, and running_mean and running_var, (C) or undefined, move towards them by momentum (the
/// variance towards the unbiased one); a single value per channel is an Error. Else with the running ones.
/// Ioffe and Szegedy (2015).
Tensor batch_norm(const Tensor& input, const Tensor& running_mean, const Tensor& running_var,
                  const BatchNormFuncOptions& options = {});
/// Normalizes over the last dimensions, those of normalized_shape, each sample by itself. Ba et al. (2016).
Tensor layer_norm(const Tensor& input, const LayerNormFuncOptions& options);
/// Normalizes each group of channels of each sample of (N,C,...). Wu and He (2018).
Tensor group_norm(const Tensor& input, const GroupNormFuncOptions& options);
/// Normalizes each channel of each sample of (N,C,...) over its positions. Ulyanov et al. (2016).
Tensor instance_norm(const Tensor& input, const InstanceNormFuncOptions& options = {});
/// x / (k + alpha * m)^beta, m being the mean square at the same position of size neighbouring channels of
/// (N,C,...), those beyond the ends being 0. Krizhevsky et al. (2012).
Tensor local_response_norm(const Tensor& input, const LocalResponseNormFuncOptions& options);
/// input / max(norm, eps) with the p-norm along dim.
Tensor normalize(const Tensor& input, const NormalizeFuncOptions& options = {});

}  // namespace functional

// ---- modules

/// What batch and instance normalization share: parameters, running statistics, printing.
template <class Derived, class Options>
class NormImplBase : public Cloneable<Derived> {
 public:
  explicit NormImplBase(const Options& options);
  void reset() override;
  void reset_parameters();
  void reset_running_stats();
  void pretty_print(std::ostream& out) const override;

  Options options;
  Tensor weight, bias;               ///< (C), or undefined without options.affine()
  Tensor running_mean, running_var;  ///< (C), or undefined without options.track_running_stats()
  Tensor num_batches_tracked;        ///< () int64, or undefined likewise
};

/// Each channel is normalized over the batch and all positions. When training, with the batch's statistics,
/// which running ones follow; in evaluation with the running ones. Input with another number of dimensions,
/// or training with a single value per channel, is an Error.
template <class Derived>
class BatchNormImplBase : public NormImplBase<Derived, BatchNormOptions> {
 public:
  using NormImplBase<Derived, BatchNormOptions>::NormImplBase;
  Tensor forward(const Tensor& input);
};

/// Each channel of each sample is normalized over its positions; (C,...) is one sample. Input with another
/// number of dimensions is an Error.
template <class Derived>
class InstanceNormImplBase : public NormImplBase<Derived, InstanceNormOptions> {
 public:
  using NormImplBase<Derived, InstanceNormOptions>::NormImplBase;
  Tensor forward(const Tensor& input);
};

/// Batch normalization of (N,C) or (N,C,L).
class BatchNorm1dImpl : public BatchNormImplBase<BatchNorm1dImpl> {
 public:
  explicit BatchNorm1dImpl(const BatchNorm1dOptions& options);
  static constexpr bool accepts(int64_t dim) { return dim == 2 || dim == 3; }
  static constexpr const char *kName = "BatchNorm1d", *kInput = "(N,C) or (N,C,L)";
};
TENGEN_MODULE(BatchNorm1d);

/// Batch normalization of (N,C,H,W).
class BatchNorm2dImpl : public BatchNormImplBase<BatchNorm2dImpl> {
 public:
  explicit BatchNorm2dImpl(const BatchNorm2dOptions& options);
  static constexpr bool accepts(int64_t dim) { return dim == 4; }
  static constexpr const char *kName = "BatchNorm2d", *kInput = "(N,C,H,W)";
};
TENGEN_MODULE(BatchNorm2d);

/// Batch normalization of (N,C,D,H,W).
class BatchNorm3dImpl : public BatchNormImplBase<BatchNorm3dImpl> {
 public:
  explicit BatchNorm3dImpl(const BatchNorm3dOptions& options);
  static constexpr bool accepts(int64_t dim) { return dim == 5; }
  static constexpr const char *kName = "BatchNorm3d", *kInput = "(N,C,D,H,W)";
};
TENGEN_MODULE(BatchNorm3d);

/// Instance normalization of (N,C,L) or (C,L).
class InstanceNorm1dImpl : public InstanceNormImplBase<InstanceNorm1dImpl> {
 public:
  explicit InstanceNorm1dImpl(const InstanceNorm1dOptions& options);
  static constexpr int64_t kBatchedDims = 3;
  static constexpr const char *kName = "InstanceNorm1d", *kInput = "(N,C,L) or (C,L)";
};
TENGEN_MODULE(InstanceNorm1d);

/// Instance normalization of (N,C,H,W) or (C,H,W).
class InstanceNorm2dImpl : public InstanceNormImplBase<InstanceNorm2dImpl> {
 public:
  explicit InstanceNorm2dImpl(const InstanceNorm2dOptions& options);
  static constexpr int64_t kBatchedDims = 4;
  static constexpr const char *kName = "InstanceNorm2d", *kInput = "(N,C,H,W) or (C,H,W)";
};
TENGEN_MODULE(InstanceNorm2d);

/// Instance normalization of (N,C,D,H,W) or (C,D,H,W).
class InstanceNorm3dImpl : public InstanceNormImplBase<InstanceNorm3dImpl> {
 public:
  explicit InstanceNorm3dImpl(const InstanceNorm3dOptions& options);
  static constexpr int64_t kBatchedDims = 5;
  static constexpr const char *kName = "InstanceNorm3d", *kInput = "(N,C,D,H,W) or (C,D,H,W)";
};
TENGEN_MODULE(InstanceNorm3d);

extern template class NormImplBase<BatchNorm1dImpl, BatchNormOptions>;
extern template class BatchNormImplBase<BatchNorm1dImpl>;
extern template class NormImplBase<BatchNorm2dImpl, BatchNormOptions>;
extern template class BatchNormImplBase<BatchNorm2dImpl>;
extern template class NormImplBase<BatchNorm3dImpl, BatchNormOptions>;
extern template class BatchNormImplBase<BatchNorm3dImpl>;
extern template class NormImplBase<InstanceNorm1dImpl, InstanceNormOptions>;
extern template class InstanceNormImplBase<InstanceNorm1dImpl>;
extern template class NormImplBase<InstanceNorm2dImpl, InstanceNormOptions>;
extern template class InstanceNormImplBase<InstanceNorm2dImpl>;
extern template class NormImplBase<InstanceNorm3dImpl, InstanceNormOptions>;
extern template class InstanceNormImplBase<InstanceNorm3dImpl>;

/// Divides by the activity of neighbouring channels: functional::local_response_norm.
class LocalResponseNormImpl : public StatelessModule<LocalResponseNormImpl, LocalResponseNormOptions> {
 public:
  LocalResponseNormImpl(int64_t size) : StatelessModule(size) {}
  explicit LocalResponseNormImpl(const LocalResponseNormOptions& options) : StatelessModule(options) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(LocalResponseNorm);

/// local_response_norm of (N,C,H,W) or (C,H,W) as Torch7 had it: the channels that count lie symmetrically,
/// and the first one counts for all.
class CrossMapLRN2dImpl : public StatelessModule<CrossMapLRN2dImpl, CrossMapLRN2dOptions> {
 public:
  CrossMapLRN2dImpl(int64_t size) : StatelessModule(size) {}
  explicit CrossMapLRN2dImpl(const CrossMapLRN2dOptions& options) : StatelessModule(options) {}
  Tensor forward(const Tensor& input);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(CrossMapLRN2d);

/// Normalizes over the last dimensions, those of normalized_shape.
class LayerNormImpl : public Cloneable<LayerNormImpl> {
 public:
  explicit LayerNormImpl(std::vector<int64_t> normalized_shape)
      : LayerNormImpl(LayerNormOptions(std::move(normalized_shape))) {}
  explicit LayerNormImpl(const LayerNormOptions& options);
  Tensor forward(const Tensor& input);
  void reset() override;
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;

  LayerNormOptions options;
  Tensor weight, bias;  ///< normalized_shape, or undefined
};
TENGEN_MODULE(LayerNorm);

/// Normalizes each group of channels of each sample of (N,C,...).
class GroupNormImpl : public Cloneable<GroupNormImpl> {
 public:
  GroupNormImpl(int64_t num_groups, int64_t num_channels)
      : GroupNormImpl(GroupNormOptions(num_groups, num_channels)) {}
  explicit GroupNormImpl(const GroupNormOptions& options);
  Tensor forward(const Tensor& input);
  void reset() override;
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;

  GroupNormOptions options;
  Tensor weight, bias;  ///< (C), or undefined
};
TENGEN_MODULE(GroupNorm);

}  // namespace tengen::nn
