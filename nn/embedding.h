// Vectors for numbers: options, functional forms and module of Embedding, and one_hot.
#pragma once

#include <optional>

#include <tengen/nn/cloneable.h>
#include <tengen/nn/pimpl.h>
#include <tengen/tensor/arg.h>

namespace tengen::nn {

// ---- options

/// Options of Embedding.
struct EmbeddingOptions {
  EmbeddingOptions(int64_t num_embeddings, int64_t embedding_dim)
      : num_embeddings_(num_embeddings), embedding_dim_(embedding_dim) {}
  TENGEN_ARG(int64_t, num_embeddings);  ///< number of rows
  TENGEN_ARG(int64_t, embedding_dim);   ///< size of a row
  /// A row that starts as zeros and gets no gradient; -1 is the last (std::nullopt: none).
  TENGEN_ARG(std::optional<int64_t>, padding_idx) = std::nullopt;
  /// Rows with a larger norm are scaled down to it when they are read (std::nullopt: none are).
  TENGEN_ARG(std::optional<double>, max_norm) = std::nullopt;
  TENGEN_ARG(double, norm_type) = 2;       ///< order of that norm
  TENGEN_ARG(Tensor, _weight) = Tensor();  ///< initial weight (drawn from the standard normal distribution)
};

/// Options of Embedding::from_pretrained.
struct EmbeddingFromPretrainedOptions {
  TENGEN_ARG(bool, freeze) = true;                                 ///< the weight does not learn
  TENGEN_ARG(std::optional<int64_t>, padding_idx) = std::nullopt;  ///< as in EmbeddingOptions
  TENGEN_ARG(std::optional<double>, max_norm) = std::nullopt;      ///< as in EmbeddingOptions
  TENGEN_ARG(double, norm_type) = 2;                               ///< order of that norm
};

namespace functional {

/// Options of embedding.
struct EmbeddingFuncOptions {
  /// A row that gets no gradient; -1 is the last (std::nullopt: none).
  TENGEN_ARG(std::optional<int64_t>, padding_idx) = std::nullopt;
  /// Rows with a larger norm are first scaled down to it, in the weight itself (std::nullopt: none are).
  TENGEN_ARG(std::optional<double>, max_norm) = std::nullopt;
  TENGEN_ARG(double, norm_type) = 2;  ///< order of that norm
};

/// Rows of weight by their numbers: (...) int64, weight (num_embeddings, embedding_dim) -> (...,
/// embedding_dim). A number that is not a row is an Error.
Tensor embedding(const Tensor& input, const Tensor& weight, const EmbeddingFuncOptions& options = {});
/// (...) int64 -> (..., num_classes) int64: 1 at the number, 0 elsewhere. num_classes -1: the largest number
/// + 1.
Tensor one_hot(const Tensor& tensor, int64_t num_classes = -1);

}  // namespace functional

// ---- module

/// Learnt vectors for numbers: (...) int64 -> (..., embedding_dim).
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
  Tensor weight;  ///< (num_embeddings, embedding_dim)
};

/// The holder of an EmbeddingImpl.
class Embedding : public ModuleHolder<EmbeddingImpl> {
 public:
  using ModuleHolder<EmbeddingImpl>::ModuleHolder;
  using Impl = EmbeddingImpl;
  /// An embedding with the given weight, (num_embeddings, embedding_dim), which learns only if
  /// options.freeze() is false.
  static Embedding from_pretrained(const Tensor& embeddings,
                                   const EmbeddingFromPretrainedOptions& options = {});
};

}  // namespace tengen::nn
