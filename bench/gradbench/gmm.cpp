// gmm: the log posterior of a mixture of Gaussians with a Wishart prior. The inverse covariance of a
// component is Q'Q; Q is lower triangular, with exp(q) on its diagonal and l, column by column, below.
#include <cmath>

#include <tengen/bench/gradbench/evals.h>
#include <tengen/bench/gradbench/tensors.h>

namespace gradbench {
namespace {

struct Mixture {
  int64_t d, k, n, m;
  double gamma;
  Tensor x;                // (n, d)
  Tensor alpha, mu, q, l;  // (k), (k, d), (k, d), (k, d(d-1)/2)
  Tensor layout;           // (d * d): where an element of Q stands in [exp(q), l, 0]
};

Mixture mixture(const json& input) {
  Mixture mix{
      input.at("d"), input.at("k"), input.at("n"), input.at("m"), input.at("gamma"), {}, {}, {}, {}, {}, {}};
  const int64_t d = mix.d;
  mix.x = tensor(input.at("x"));
  mix.alpha = tensor(input.at("alpha"));
  mix.mu = tensor(input.at("mu"));
  mix.q = tensor(input.at("q"));
  mix.l = tensor(input.at("l")).view({mix.k, d * (d - 1) / 2});
  int64_t next = d;
  std::vector<int64_t> layout(size_t(d * d), d + d * (d - 1) / 2);
  for (int64_t column = 0; column < d; ++column) {
    layout[size_t(column * d + column)] = column;
    for (int64_t row = column + 1; row < d; ++row) layout[size_t(row * d + column)] = next++;
  }
  mix.layout = indices(layout);
  return mix;
}

// log of the multivariate gamma function
double log_gamma(double a, int64_t d) {
  double sum = 0.25 * double(d * (d - 1)) * std::log(M_PI);
  for (int64_t j = 0; j < d; ++j) sum += std::lgamma(a - 0.5 * double(j));
  return sum;
}

Tensor log_posterior(const Mixture& mix) {
  const double d = double(mix.d), k = double(mix.k), n = double(mix.n), m = double(mix.m);
  const Tensor diagonal = mix.q.exp(), log_det = mix.q.sum(1);
  const Tensor zero = torch::zeros({mix.k, 1}, torch::kFloat64);
  const Tensor factor =
      torch::cat({diagonal, mix.l, zero}, 1).index_select(1, mix.layout).view({mix.k, mix.d, mix.d});
  const Tensor centered = mix.x - mix.mu.unsqueeze(1);                           // (k, n, d)
  const Tensor distance = centered.bmm(factor.transpose(1, 2)).square().sum(2);  // (k, n)
  const Tensor terms = (mix.alpha + log_det).unsqueeze(1) - 0.5 * distance;      // (k, n)
  const Tensor likelihood = terms.logsumexp(0).sum() - n * mix.alpha.logsumexp(0);

  const double degrees = d + m + 1;
  const double normalizer =
      degrees * d * (std::log(mix.gamma) - 0.5 * std::log(2.0)) - log_gamma(0.5 * degrees, mix.d);
  const Tensor norm = diagonal.square().sum() + mix.l.square().sum();
  const Tensor prior = m * log_det.sum() - 0.5 * mix.gamma * mix.gamma * norm;
  return likelihood + prior + (k * normalizer - 0.5 * n * d * std::log(2 * M_PI));
}

}  // namespace

Functions gmm() {
  return {{"objective",
           [](const json& input) {
             const Mixture mix = mixture(input);
             return value_task([=] { return log_posterior(mix); });
           }},
          {"jacobian", [](const json& input) {
             const Mixture mix = mixture(input);
             const std::vector<Tensor> inputs{mix.alpha, mix.mu, mix.q, mix.l};
             for (const Tensor& input : inputs) input.requires_grad_();
             return task([=] { return torch::autograd::grad({log_posterior(mix)}, inputs); },
                         [](const std::vector<Tensor>& grads) {
                           return json{{"alpha", values(grads[0])},
                                       {"mu", values(grads[1])},
                                       {"q", values(grads[2])},
                                       {"l", values(grads[3])}};
                         });
           }}};
}

}  // namespace gradbench
