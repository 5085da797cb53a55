// Vectors for numbers and for bags of them: options, functional forms and modules, and one_hot.
#pragma once

#include <optional>

#include <tengen/nn/cloneable.h>
#include <tengen/nn/enum.h>
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

/// Options of EmbeddingBag.
struct EmbeddingBagOptions {
  EmbeddingBagOptions(int64_t num_embeddings, int64_t embedding_dim)
      : num_embeddings_(num_embeddings), embedding_dim_(embedding_dim) {}
  TENGEN_ARG(int64_t, num_embeddings);  ///< number of rows
  TENGEN_ARG(int64_t, embedding_dim);   ///< size of a row
  /// Rows with a larger norm are scaled down to it when they are read (std::nullopt: none are).
  TENGEN_ARG(std::optional<double>, max_norm) = std::nullopt;
  TENGEN_ARG(double, norm_type) = 2;             ///< order of that norm
  TENGEN_ARG(bool, scale_grad_by_freq) = false;  ///< divides a row's gradient by how often it occurs
  TENGEN_ARG(EnumType, mode) = kMean;            ///< kSum, kMean or kMax
  TENGEN_ARG(Tensor, _weight) = Tensor();  ///< initial weight (drawn from the standard normal distribution)
  TENGEN_ARG(bool, include_last_offset) = false;  ///< the last offset is the end of the last bag
  /// A row that counts nothing and gets no gradient; -1 is the last (std::nullopt: none).
  TENGEN_ARG(std::optional<int64_t>, padding_idx) = std::nullopt;
};

/// Options of EmbeddingBag::from_pretrained.
struct EmbeddingBagFromPretrainedOptions {
  TENGEN_ARG(bool, freeze) = true;                                 ///< the weight does not learn
  TENGEN_ARG(std::optional<double>, max_norm) = std::nullopt;      ///< as in EmbeddingBagOptions
  TENGEN_ARG(double, norm_type) = 2;                               ///< order of that norm
  TENGEN_ARG(bool, scale_grad_by_freq) = false;                    ///< as in EmbeddingBagOptions
  TENGEN_ARG(EnumType, mode) = kMean;                              ///< kSum, kMean or kMax
  TENGEN_ARG(bool, include_last_offset) = false;                   ///< as in EmbeddingBagOptions
  TENGEN_ARG(std::optional<int64_t>, padding_idx) = std::nullopt;  ///< as in EmbeddingBagOptions
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

/// Options of embedding_bag.
struct EmbeddingBagFuncOptions {
  TENGEN_ARG(Tensor, offsets) = Tensor();  ///< (B) int64, where each bag of a vector of numbers begins
  /// Rows with a larger norm are first scaled down to it, in the weight itself (std::nullopt: none are).
  TENGEN_ARG(std::optional<double>, max_norm) = std::nullopt;
  TENGEN_ARG(double, norm_type) = 2;                  ///< order of that norm
  TENGEN_ARG(bool, scale_grad_by_freq) = false;       ///< divides a row's gradient by how often it occurs
  TENGEN_ARG(EnumType, mode) = kMean;                 ///< kSum, kMean or kMax
  TENGEN_ARG(Tensor, per_sample_weights) = Tensor();  ///< with kSum: a factor for each number (none)
  TENGEN_ARG(bool, include_last_offset) = false;      ///< the last offset is the end of the last bag
  /// A row that counts nothing and gets no gradient; -1 is the last (std::nullopt: none).
  TENGEN_ARG(std::optional<int64_t>, padding_idx) = std::nullopt;
};

/// Rows of weight by their numbers: (...) int64, weight (num_embeddings, embedding_dim) -> (...,
/// embedding_dim). A number that is not a row is an Error.
Tensor embedding(const Tensor& input, const Tensor& weight, const EmbeddingFuncOptions& options = {});
/// Sums, means or maxima of rows by bags: (B,L) int64, each row a bag, or (L) with options.offsets() ->
/// (B, embedding_dim). An empty bag gives 0.
Tensor embedding_bag(const Tensor& input, const Tensor& weight, const EmbeddingBagFuncOptions& options = {});
/// (...) int64 -> (..., num_classes) int64: 1 at the number, 0 elsewhere. num_classes -1: the largest number
/// + 1.
Tensor one_hot(const Tensor& tensor, int64_t num_classes = -1);

}  // namespace functional

// ---- modules

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

/// Sums, means or maxima of learnt vectors by bags: (B,L) int64, or (L) with offsets (B) -> (B,
/// embedding_dim).
class EmbeddingBagImpl : public Cloneable<EmbeddingBagImpl> {
 public:
  EmbeddingBagImpl(int64_t num_embeddings, int64_t embedding_dim)
      : EmbeddingBagImpl(EmbeddingBagOptions(num_embeddings, embedding_dim)) {}
  explicit EmbeddingBagImpl(const EmbeddingBagOptions& options);
  Tensor forward(const Tensor& input, const Tensor& offsets = {}, const Tensor& per_sample_weights = {});
  void reset() override;
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;

  EmbeddingBagOptions options;
  Tensor weight;  ///< (num_embeddings, embedding_dim)
};

/// The holder of an EmbeddingBagImpl.
class EmbeddingBag : public ModuleHolder<EmbeddingBagImpl> {
 public:
  using ModuleHolder<EmbeddingBagImpl>::ModuleHolder;
  using Impl = EmbeddingBagImpl;
  /// Bags with the given weight, (num_embeddings, embedding_dim), which learns only if options.freeze() is
  /// false.
  static EmbeddingBag from_pretrained(const Tensor& embeddings,
                                      const EmbeddingBagFromPretrainedOptions& options = {});
};

}  // namespace tengen::nn
