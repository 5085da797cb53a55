// Linear, Bilinear, Identity, Flatten, Unflatten, Embedding.
#pragma once

#include <tengen/nn/cloneable.h>
#include <tengen/nn/options/common.h>
#include <tengen/nn/pimpl.h>

namespace tengen::nn {

/// Passes its input on.
class IdentityImpl : public Cloneable<IdentityImpl> {
 public:
  IdentityImpl();
  Tensor forward(const Tensor& input) { return input; }
  void reset() override {}
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(Identity);

/// input * weight^T + bias: (..., in_features) -> (..., out_features).
class LinearImpl : public Cloneable<LinearImpl> {
 public:
  LinearImpl(int64_t in_features, int64_t out_features)
      : LinearImpl(LinearOptions(in_features, out_features)) {}
  explicit LinearImpl(const LinearOptions& options);
  Tensor forward(const Tensor& input);
  void reset() override;
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;

  LinearOptions options;
  Tensor weight;  // (out_features, in_features)
  Tensor bias;    // (out_features), or undefined
};
TENGEN_MODULE(Linear);

/// input1^T * weight * input2 + bias: (..., in1), (..., in2) -> (..., out).
class BilinearImpl : public Cloneable<BilinearImpl> {
 public:
  BilinearImpl(int64_t in1_features, int64_t in2_features, int64_t out_features)
      : BilinearImpl(BilinearOptions(in1_features, in2_features, out_features)) {}
  explicit BilinearImpl(const BilinearOptions& options);
  Tensor forward(const Tensor& input1, const Tensor& input2);
  void reset() override;
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;

  BilinearOptions options;
  Tensor weight;  // (out_features, in1_features, in2_features)
  Tensor bias;    // (out_features), or undefined
};
TENGEN_MODULE(Bilinear);

/// Makes dimensions start_dim to end_dim one.
class FlattenImpl : public Cloneable<FlattenImpl> {
 public:
  explicit FlattenImpl(const FlattenOptions& options = {});
  Tensor forward(const Tensor& input);
  void reset() override {}
  void pretty_print(std::ostream& out) const override;

  FlattenOptions options;
};
TENGEN_MODULE(Flatten);

/// Splits dimension dim into several.
class UnflattenImpl : public Cloneable<UnflattenImpl> {
 public:
  UnflattenImpl(int64_t dim, std::vector<int64_t> sizes)
      : UnflattenImpl(UnflattenOptions(dim, std::move(sizes))) {}
  explicit UnflattenImpl(const UnflattenOptions& options);
  Tensor forward(const Tensor& input);
  void reset() override {}
  void pretty_print(std::ostream& out) const override;

  UnflattenOptions options;
};
TENGEN_MODULE(Unflatten);

/// Rows of weight by number: (...) int64 -> (..., embedding_dim). The row padding_idx starts as zeros and
/// gets no gradient.
class EmbeddingImpl : public Cloneable<EmbeddingImpl> {
 public:
  EmbeddingImpl(int64_t num_embeddings, int64_t embedding_dim)
      : EmbeddingImpl(EmbeddingOptions(num_embeddings, embedding_dim)) {}
  explicit EmbeddingImpl(const EmbeddingOptions& options);
  Tensor forward(const Tensor& indices);
  void reset() override;
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;

  EmbeddingOptions options;
  Tensor weight;  // (num_embeddings, embedding_dim)
};

class Embedding : public ModuleHolder<EmbeddingImpl> {
 public:
  using ModuleHolder<EmbeddingImpl>::ModuleHolder;
  using Impl = EmbeddingImpl;
  /// An embedding with the given weight, which does not learn if options.freeze().
  static Embedding from_pretrained(const Tensor& embeddings,
                                   const EmbeddingFromPretrainedOptions& options = {});
};

}  // namespace tengen::nn
