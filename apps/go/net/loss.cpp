#include <tengen/apps/go/net/loss.h>

namespace tengen::go {
namespace {

/// (B,M), (B,M) -> (B)
Tensor cross_entropy(const Tensor& log_p, const Tensor& pi) { return -(pi * log_p).sum(1); }

Tensor squared_error(const Tensor& value, const Tensor& z) { return (z - value).square(); }

}  // namespace

Tensor alpha_loss(const Tensor& value, const Tensor& z, const Tensor& log_p, const Tensor& pi) {
  return squared_error(value, z) + cross_entropy(log_p, pi);
}

LossTerms go_loss(const NetworkOutput& output, const Targets& targets, const LossWeights& weights) {
  LossTerms terms;
  const auto add = [&](Tensor& term, double weight, const Tensor& loss) {
    term = loss.mean();
    terms.total = terms.total.defined() ? terms.total + weight * term : weight * term;
  };
  if (targets.policy.defined())
    add(terms.policy, weights.policy, cross_entropy(output.policy, targets.policy));
  if (targets.value.defined()) add(terms.value, weights.value, squared_error(output.value, targets.value));
  const auto weighted = [](const Tensor& loss, const Tensor& weight) {
    return weight.defined() ? loss * weight : loss;
  };
  if (output.score.defined() && targets.score.defined()) {
    const Tensor loss = huber_loss(output.score / kScoreUnit, targets.score / kScoreUnit, Reduction::None);
    add(terms.score, weights.score, weighted(loss, targets.finished));
  }
  if (output.ownership.defined() && targets.ownership.defined()) {
    const Tensor loss = squared_error(output.ownership, targets.ownership).mean(1);
    add(terms.ownership, weights.ownership, weighted(loss, targets.finished));
  }
  if (output.reply.defined() && targets.reply.defined())
    add(terms.reply, weights.reply,
        weighted(cross_entropy(output.reply, targets.reply), targets.reply_weight));
  TENGEN_CHECK(terms.total.defined(), "go_loss: no targets");
  return terms;
}

}  // namespace tengen::go
