// Similarities and distances of vectors: options, functional forms and modules.
#pragma once

#include <tengen/nn/cloneable.h>
#include <tengen/nn/pimpl.h>
#include <tengen/tensor/arg.h>

namespace tengen::nn {

// ---- options

/// Options of CosineSimilarity.
struct CosineSimilarityOptions {
  TENGEN_ARG(int64_t, dim) = 1;    ///< the dimension along which vectors lie
  TENGEN_ARG(double, eps) = 1e-8;  ///< the smallest norm that is divided by
};

/// Options of PairwiseDistance.
struct PairwiseDistanceOptions {
  TENGEN_ARG(double, p) = 2;          ///< order of the norm
  TENGEN_ARG(double, eps) = 1e-6;     ///< added to differences, so that the gradient exists at 0
  TENGEN_ARG(bool, keepdim) = false;  ///< keeps the last dimension, with size 1
};

namespace functional {

using CosineSimilarityFuncOptions = CosineSimilarityOptions;
using PairwiseDistanceFuncOptions = PairwiseDistanceOptions;

/// x1 . x2 / (|x1| * |x2|) along dim, which is summed away; x1 and x2 broadcast.
Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, const CosineSimilarityFuncOptions& options = {});
/// The p-norm of x1 - x2 + eps: (N,D), (N,D) -> (N), or (D), (D) -> ().
Tensor pairwise_distance(const Tensor& x1, const Tensor& x2, const PairwiseDistanceFuncOptions& options = {});
/// The p-norms of the differences of all pairs of rows: (N,D) -> (N * (N - 1) / 2).
Tensor pdist(const Tensor& input, double p = 2);

}  // namespace functional

// ---- modules

/// x1 . x2 / (|x1| * |x2|) along dim.
class CosineSimilarityImpl : public StatelessModule<CosineSimilarityImpl, CosineSimilarityOptions> {
 public:
  using StatelessModule::StatelessModule;
  Tensor forward(const Tensor& x1, const Tensor& x2);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(CosineSimilarity);

/// The p-norm of x1 - x2 + eps along the last dimension.
class PairwiseDistanceImpl : public StatelessModule<PairwiseDistanceImpl, PairwiseDistanceOptions> {
 public:
  using StatelessModule::StatelessModule;
  Tensor forward(const Tensor& x1, const Tensor& x2);
  void pretty_print(std::ostream& out) const override;
};
TENGEN_MODULE(PairwiseDistance);

}  // namespace tengen::nn
