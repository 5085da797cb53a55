#include <tengen/apps/go/search/root_policy.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace tengen::go {
namespace {

double normal(Rng& rng) {
  const double radius = std::sqrt(-2 * std::log(1 - rng.uniform()));
  return radius * std::cos(2 * std::numbers::pi * rng.uniform());
}

/// The logarithm of a sample of the gamma distribution with this shape (Marsaglia and Tsang 2000); small
/// shapes give samples that only a logarithm can hold.
double log_gamma_sample(double shape, Rng& rng) {
  if (shape < 1) return log_gamma_sample(shape + 1, rng) + std::log(1 - rng.uniform()) / shape;
  const double d = shape - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = normal(rng);
    const double v = std::pow(1 + c * x, 3);
    if (v > 0 && std::log(1 - rng.uniform()) < x * x / 2 + d * (1 - v + std::log(v))) return std::log(d * v);
  }
}

}  // namespace

void apply_temperature(std::span<float> priors, float temperature) {
  if (temperature != 1) {
    const float largest = std::max(*std::ranges::max_element(priors), 1e-30f);
    for (float& p : priors) p = std::pow(p / largest, 1 / temperature);
  }
  float sum = 0;
  for (float p : priors) sum += p;
  for (float& p : priors) p = sum > 0 ? p / sum : 1 / float(priors.size());
}

void add_dirichlet_noise(std::span<float> priors, float weight, float total, Rng& rng) {
  if (weight == 0) return;
  std::array<double, kMaxPoints + 1> noise;
  double largest = -INFINITY, sum = 0;
  for (size_t i = 0; i < priors.size(); ++i) {
    noise[i] = log_gamma_sample(total / double(priors.size()), rng);
    largest = std::max(largest, noise[i]);
  }
  for (size_t i = 0; i < priors.size(); ++i) sum += noise[i] = std::exp(noise[i] - largest);
  for (size_t i = 0; i < priors.size(); ++i) priors[i] += weight * (float(noise[i] / sum) - priors[i]);
}

}  // namespace tengen::go
