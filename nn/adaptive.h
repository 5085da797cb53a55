// A softmax over very many classes that spends most of its work on the frequent ones. Grave et al. (2017).
#pragma once

#include <vector>

#include <tengen/nn/cloneable.h>
#include <tengen/nn/container.h>
#include <tengen/nn/linear.h>
#include <tengen/nn/pimpl.h>
#include <tengen/tensor/arg.h>

namespace tengen::nn {

/// Options of AdaptiveLogSoftmaxWithLoss.
struct AdaptiveLogSoftmaxWithLossOptions {
  AdaptiveLogSoftmaxWithLossOptions(int64_t in_features, int64_t n_classes, std::vector<int64_t> cutoffs)
      : in_features_(in_features), n_classes_(n_classes), cutoffs_(std::move(cutoffs)) {}
  TENGEN_ARG(int64_t, in_features);  ///< size of a sample
  TENGEN_ARG(int64_t, n_classes);    ///< number of classes, ordered by how frequent they are
  /// The first class of each cluster, ascending, in 1..n_classes-1.
  TENGEN_ARG(std::vector<int64_t>, cutoffs);
  TENGEN_ARG(double, div_value) = 4;    ///< cluster i is projected to in_features / div_value^(i+1)
  TENGEN_ARG(bool, head_bias) = false;  ///< adds a bias to the head
};

/// What AdaptiveLogSoftmaxWithLoss returns.
struct ASMoutput {
  Tensor output;  ///< (N), the log-probability of each target; or ()
  double loss;    ///< the mean of its negative
};

/// Log-probabilities of targets by a tree of two levels: the head scores the frequent classes and the
/// clusters, each of which scores its own classes.
class AdaptiveLogSoftmaxWithLossImpl : public Cloneable<AdaptiveLogSoftmaxWithLossImpl> {
 public:
  AdaptiveLogSoftmaxWithLossImpl(int64_t in_features, int64_t n_classes, std::vector<int64_t> cutoffs)
      : AdaptiveLogSoftmaxWithLossImpl(
            AdaptiveLogSoftmaxWithLossOptions(in_features, n_classes, std::move(cutoffs))) {}
  explicit AdaptiveLogSoftmaxWithLossImpl(AdaptiveLogSoftmaxWithLossOptions options);
  /// input (N,in_features), target (N) int64; or (in_features) and ().
  ASMoutput forward(const Tensor& input, const Tensor& target);
  /// The log-probabilities of all classes: (N,in_features) -> (N,n_classes).
  Tensor log_prob(const Tensor& input);
  /// The most probable class of each sample: (N,in_features) -> (N) int64.
  Tensor predict(const Tensor& input);
  /// log_prob of samples whose head_output was computed before.
  Tensor _get_full_log_prob(const Tensor& input, const Tensor& head_output);
  void reset() override;
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;

  AdaptiveLogSoftmaxWithLossOptions options;
  std::vector<int64_t> cutoffs;  ///< options.cutoffs() and n_classes
  int64_t shortlist_size;        ///< how many classes the head scores
  int64_t n_clusters;            ///< how many clusters there are
  int64_t head_size;             ///< both together
  Linear head = nullptr;         ///< scores of the frequent classes and of the clusters
  ModuleList tail;               ///< for each cluster a projection and its scores
};
TENGEN_MODULE(AdaptiveLogSoftmaxWithLoss);

}  // namespace tengen::nn
