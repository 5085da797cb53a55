// BatchNorm1d, BatchNorm2d, LayerNorm, GroupNorm.
#pragma once

#include <tengen/nn/cloneable.h>
#include <tengen/nn/options/normalization.h>
#include <tengen/nn/pimpl.h>

namespace tengen::nn {

/// Ioffe and Szegedy, Batch Normalization (2015). When training, batch statistics normalise, and running ones
/// follow them; in evaluation the running ones normalise.
template <class Derived>
class BatchNormImplBase : public Cloneable<Derived> {
 public:
  explicit BatchNormImplBase(const BatchNormOptions& options);
  Tensor forward(const Tensor& input);
  void reset() override;
  void reset_parameters();
  void reset_running_stats();
  void pretty_print(std::ostream& out) const override;

  BatchNormOptions options;
  Tensor weight, bias;               // (num_features), or undefined without options.affine()
  Tensor running_mean, running_var;  // (num_features), or undefined without options.track_running_stats()
  Tensor num_batches_tracked;        // () int64
};

/// (N,C) or (N,C,L).
class BatchNorm1dImpl : public BatchNormImplBase<BatchNorm1dImpl> {
 public:
  explicit BatchNorm1dImpl(const BatchNorm1dOptions& options);
  static constexpr bool accepts(int64_t dim) { return dim == 2 || dim == 3; }
  static constexpr const char* kName = "BatchNorm1d";
};
TENGEN_MODULE(BatchNorm1d);

/// (N,C,H,W).
class BatchNorm2dImpl : public BatchNormImplBase<BatchNorm2dImpl> {
 public:
  explicit BatchNorm2dImpl(const BatchNorm2dOptions& options);
  static constexpr bool accepts(int64_t dim) { return dim == 4; }
  static constexpr const char* kName = "BatchNorm2d";
};
TENGEN_MODULE(BatchNorm2d);

extern template class BatchNormImplBase<BatchNorm1dImpl>;
extern template class BatchNormImplBase<BatchNorm2dImpl>;

/// Normalises over the last dimensions, those of normalized_shape.
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
  Tensor weight, bias;  // normalized_shape, or undefined
};
TENGEN_MODULE(LayerNorm);

/// Normalises groups of channels of each sample.
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
  Tensor weight, bias;  // (num_channels), or undefined
};
TENGEN_MODULE(GroupNorm);

}  // namespace tengen::nn
