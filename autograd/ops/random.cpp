// In-place random fills. What a tensor held before has no influence on what it holds then: its gradient is
// zero.
#include <tengen/autograd/inplace.h>
#include <tengen/autograd/ops/ops.h>
#include <tengen/tensor/random/fill.h>

namespace tengen::inline api {
namespace {

template <class Fill>
Tensor& refill(const char* name, const Tensor& self, autograd::TensorRefs read, Fill fill) {
  if (autograd::writes_directly(name, self, read)) {
    fill(self);
    return autograd::written(name, self);
  }
  Tensor fresh = empty_strided(self.sizes(), self.strides(), self.options());
  fill(fresh);
  return autograd::assign_(name, self, fresh);
}

}  // namespace

Tensor& Tensor::uniform_(double from, double to, std::optional<Generator> generator) const {
  return refill("uniform_", *this, {}, [&](const Tensor& out) { fill_uniform(out, from, to, generator); });
}

Tensor& Tensor::normal_(double mean, double std, std::optional<Generator> generator) const {
  return refill("normal_", *this, {}, [&](const Tensor& out) { fill_normal(out, mean, std, generator); });
}

Tensor& Tensor::bernoulli_(double p, std::optional<Generator> generator) const {
  return refill("bernoulli_", *this, {}, [&](const Tensor& out) { fill_bernoulli(out, p, generator); });
}

Tensor& Tensor::bernoulli_(const Tensor& p, std::optional<Generator> generator) const {
  return refill("bernoulli_", *this, {p}, [&](const Tensor& out) { fill_bernoulli(out, p, generator); });
}

Tensor& Tensor::random_(std::optional<Generator> generator) const {
  return refill("random_", *this, {}, [&](const Tensor& out) { fill_random(out, generator); });
}

Tensor& Tensor::random_(int64_t from, std::optional<int64_t> to, std::optional<Generator> generator) const {
  return refill("random_", *this, {}, [&](const Tensor& out) { fill_random(out, from, to, generator); });
}

Tensor& Tensor::random_(int64_t to, std::optional<Generator> generator) const {
  return random_(0, to, generator);
}

Tensor& Tensor::exponential_(double lambda, std::optional<Generator> generator) const {
  return refill("exponential_", *this, {},
                [&](const Tensor& out) { fill_exponential(out, lambda, generator); });
}

}  // namespace tengen::inline api
