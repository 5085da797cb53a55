#include <tengen/nn/adaptive.h>

#include <algorithm>
#include <cmath>
#include <ostream>

#include <tengen/autograd/ops/ops.h>

namespace tengen::nn {

AdaptiveLogSoftmaxWithLossImpl::AdaptiveLogSoftmaxWithLossImpl(AdaptiveLogSoftmaxWithLossOptions options)
    : options(std::move(options)) {
  AdaptiveLogSoftmaxWithLossImpl::reset();
}

void AdaptiveLogSoftmaxWithLossImpl::reset() {
  const int64_t in = options.in_features();
  cutoffs = options.cutoffs();
  const bool ascending =
      std::adjacent_find(cutoffs.begin(), cutoffs.end(), std::greater_equal()) == cutoffs.end();
  TENGEN_CHECK(
      !cutoffs.empty() && ascending && cutoffs[0] > 0 && cutoffs.back() < options.n_classes(),
      "AdaptiveLogSoftmaxWithLoss: cutoffs should be a sequence of unique, positive integers sorted ",
      "in an increasing order, where each value is between 1 and n_classes-1, but got ",
      IntArrayRef(cutoffs));
  cutoffs.push_back(options.n_classes());
  shortlist_size = cutoffs[0];
  n_clusters = int64_t(cutoffs.size()) - 1;
  head_size = shortlist_size + n_clusters;
  head = register_module("head", Linear(LinearOptions(in, head_size).bias(options.head_bias())));
  tail = register_module("tail", ModuleList());
  for (int64_t i = 0; i < n_clusters; ++i) {
    const auto size = int64_t(double(in) / std::pow(options.div_value(), double(i + 1)));
    Linear projection(LinearOptions(in, size).bias(false));
    Linear scores(LinearOptions(size, cutoffs[size_t(i) + 1] - cutoffs[size_t(i)]).bias(false));
    tail->push_back(Sequential(projection, scores));
  }
}

void AdaptiveLogSoftmaxWithLossImpl::reset_parameters() {
  head->reset_parameters();
  for (int64_t i = 0; i < n_clusters; ++i) {
    auto& cluster = tail->at<SequentialImpl>(size_t(i));
    for (size_t k : {0, 1}) cluster.at<LinearImpl>(k).reset_parameters();
  }
}

ASMoutput AdaptiveLogSoftmaxWithLossImpl::forward(const Tensor& input, const Tensor& target) {
  const bool batched = target.dim() > 0;
  TENGEN_CHECK(
      target.dim() <= 1 && input.dim() == target.dim() + 1,
      "AdaptiveLogSoftmaxWithLoss: expected input (N,in_features) with target (N), or (in_features) ",
      "with (), but got ", input.sizes(), " and ", target.sizes());
  TENGEN_CHECK(!batched || input.size(0) == target.size(0),
               "Input and target should have the same size in the batch dimension.");
  TENGEN_CHECK(target.dtype() == kLong, "AdaptiveLogSoftmaxWithLoss: expected target of type Long, but got ",
               target.dtype());
  const Tensor x = batched ? input : input.unsqueeze(0), y = batched ? target : target.unsqueeze(0);
  if (y.numel() > 0) {
    const int64_t low = y.min().item<int64_t>(), high = y.max().item<int64_t>();
    TENGEN_CHECK(low >= 0 && high < options.n_classes(), "Target values should be in [0, ",
                 options.n_classes() - 1, "], but values in range [", low, ", ", high, "] were found. ");
  }
  Tensor in_head = y;  // which score of the head counts: the class's or its cluster's
  Tensor output = zeros({y.size(0)}, x.options());
  for (int64_t i = 0; i < n_clusters; ++i) {
    const int64_t first = cutoffs[size_t(i)], end = cutoffs[size_t(i) + 1];
    const Tensor here = (y >= first) & (y < end), rows = here.nonzero().squeeze(1);
    if (rows.numel() == 0) continue;
    in_head = in_head.masked_fill(here, shortlist_size + i);
    const Tensor log_probability =
        tail->at<SequentialImpl>(size_t(i)).forward(x.index_select(0, rows)).log_softmax(1);
    const Tensor own = (y.index_select(0, rows) - first).unsqueeze(1);
    output = output.index_add(0, rows, log_probability.gather(1, own).squeeze(1));
  }
  output = output + head(x).log_softmax(1).gather(1, in_head.unsqueeze(1)).squeeze(1);
  const double loss = (-output).mean().item<double>();
  return {batched ? output : output.squeeze(0), loss};
}

Tensor AdaptiveLogSoftmaxWithLossImpl::_get_full_log_prob(const Tensor& input, const Tensor& head_output) {
  const Tensor in_head = head_output.log_softmax(1);
  std::vector<Tensor> parts{in_head.slice(1, 0, shortlist_size)};
  for (int64_t i = 0; i < n_clusters; ++i)
    parts.push_back(tail->at<SequentialImpl>(size_t(i)).forward(input).log_softmax(1) +
                    in_head.select(1, shortlist_size + i).unsqueeze(1));
  return cat(parts, 1);
}

Tensor AdaptiveLogSoftmaxWithLossImpl::log_prob(const Tensor& input) {
  return _get_full_log_prob(input, head(input));
}

Tensor AdaptiveLogSoftmaxWithLossImpl::predict(const Tensor& input) {
  const Tensor scores = head(input), best = scores.argmax(1);
  const Tensor rare = best >= shortlist_size;  // a cluster wins: one of its classes need not
  if (!rare.any().item<bool>()) return best;
  return where(rare, _get_full_log_prob(input, scores).argmax(1), best);
}

void AdaptiveLogSoftmaxWithLossImpl::pretty_print(std::ostream& out) const {
  out << "torch::nn::AdaptiveLogSoftmaxWithLoss";
}

}  // namespace tengen::nn
