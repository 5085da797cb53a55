// Tensors made of random numbers.
#include <tengen/tensor/factories.h>

#include <tengen/tensor/kernel_view.h>
#include <tengen/tensor/random/fill.h>
#include <tengen/tensor/random/generator_state.h>
#include <tengen/tensor/raw.h>

namespace tengen::inline api {
namespace {

template <class Fill>
Tensor make(IntArrayRef size, const TensorOptions& options, Fill fill) {
  Tensor out = empty(size, options.requires_grad(false));
  fill(out);
  return raw::with_requires_grad(std::move(out), options);
}

// PyTorch keeps the order of the dimensions in memory, and with it the order of the numbers.
template <class Fill>
Tensor make_like(const Tensor& self, const TensorOptions& given, Fill fill) {
  const TensorOptions options = self.options().merge_in(given);
  Tensor out = raw::empty_preserving(self, options.requires_grad(false));
  fill(out);
  return raw::with_requires_grad(std::move(out), options);
}

}  // namespace

Tensor rand(IntArrayRef size, std::optional<Generator> generator, TensorOptions options) {
  return make(size, options, [&](const Tensor& out) { fill_uniform(out, 0, 1, generator); });
}
Tensor rand(IntArrayRef size, TensorOptions options) { return rand(size, std::nullopt, options); }
Tensor rand_like(const Tensor& self, TensorOptions options) {
  return make_like(self, options, [](const Tensor& out) { fill_uniform(out, 0, 1); });
}

Tensor normal(double mean, double std, IntArrayRef size, std::optional<Generator> generator,
              TensorOptions options) {
  return make(size, options, [&](const Tensor& out) { fill_normal(out, mean, std, generator); });
}
Tensor randn(IntArrayRef size, std::optional<Generator> generator, TensorOptions options) {
  return normal(0, 1, size, generator, options);
}
Tensor randn(IntArrayRef size, TensorOptions options) { return normal(0, 1, size, std::nullopt, options); }
Tensor randn_like(const Tensor& self, TensorOptions options) {
  return make_like(self, options, [](const Tensor& out) { fill_normal(out, 0, 1); });
}

Tensor randint(int64_t low, int64_t high, IntArrayRef size, std::optional<Generator> generator,
               TensorOptions options) {
  return make(size, options, [&](const Tensor& out) { fill_random(out, low, high, generator); });
}
Tensor randint(int64_t low, int64_t high, IntArrayRef size, TensorOptions options) {
  return randint(low, high, size, std::nullopt, options);
}
Tensor randint(int64_t high, IntArrayRef size, TensorOptions options) {
  return randint(0, high, size, std::nullopt, options);
}
Tensor randint_like(const Tensor& self, int64_t low, int64_t high, TensorOptions options) {
  return make_like(self, options, [&](const Tensor& out) { fill_random(out, low, high); });
}
Tensor randint_like(const Tensor& self, int64_t high, TensorOptions options) {
  return randint_like(self, 0, high, options);
}

namespace {

// The order of random keys.
void permute_on_device(const Tensor& out, const std::optional<Generator>& generator) {
  const auto like = [&](ScalarType dtype) {
    return empty(out.sizes(), TensorOptions(dtype).device(out.device()));
  };
  const Tensor keys = like(kLong), sorted = like(kLong);
  const Tensor order = out.dtype() == kLong ? out : like(kLong);
  fill_random(keys, generator);
  kernels(out).sort(view_of(sorted), view_of(order), view_of(keys), false);
  if (!order.is_same(out)) kernels(out).copy(view_of(out), view_of(order));
}

}  // namespace

Tensor randperm(int64_t n, std::optional<Generator> generator, TensorOptions options) {
  TENGEN_CHECK(n >= 0, "randperm: n must be non-negative, got ", n);
  return make(n, options.dtype(options.dtype_opt().value_or(kLong)), [&](const Tensor& out) {
    visit_compute(out.dtype(), "randperm", [&](auto zero) {
      using T = decltype(zero);
      if (n > 0)
        TENGEN_CHECK(int64_t(T(n - 1)) == n - 1, "randperm: ", out.dtype(), " cannot hold numbers up to ",
                     n - 1);
      const Generator source = generator_for(out.device(), generator);
      if (out.is_cuda() && n > 0) return permute_on_device(out, source);
      T* data = out.data_ptr<T>();
      for (int64_t i = 0; i < n; ++i) data[i] = T(i);
      std::lock_guard lock(source.impl().mutex);
      for (int64_t i = 0; i + 1 < n; ++i)
        std::swap(data[i], data[i + mersenne_twister(source).random() % uint64_t(n - i)]);
    });
  });
}
Tensor randperm(int64_t n, TensorOptions options) { return randperm(n, std::nullopt, options); }

Tensor bernoulli(const Tensor& p, std::optional<Generator> generator) {
  return make_like(p, {}, [&](const Tensor& out) { fill_bernoulli(out, p, generator); });
}

}  // namespace tengen::inline api
