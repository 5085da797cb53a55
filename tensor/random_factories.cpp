// Tensors made of random numbers.
#include <tengen/tensor/factories.h>

#include <algorithm>
#include <numeric>

#include <tengen/tensor/generator_state.h>
#include <tengen/tensor/random_fill.h>
#include <tengen/tensor/view_of.h>

namespace tengen {
namespace {

template <class Fill>
Tensor make(IntArrayRef size, const TensorOptions& options, Fill fill) {
  Tensor out = empty(size, options.requires_grad(false));
  fill(out);
  if (options.requires_grad()) out.set_requires_grad(true);
  return out;
}

// PyTorch keeps the strides of a tensor that fills its memory without gaps, and with them the order of the
// numbers.
template <class Fill>
Tensor make_like(const Tensor& self, const TensorOptions& given, Fill fill) {
  const TensorOptions options = self.options().merge_in(given);
  DimVector order(self.dim());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return self.strides()[a] < self.strides()[b]; });
  int64_t expected = 1;
  bool dense = true;
  for (int64_t d : order) {
    if (self.sizes()[d] == 1) continue;
    dense &= self.strides()[d] == expected;
    expected *= self.sizes()[d];
  }
  Tensor out = dense && self.numel() > 0
                   ? empty_strided(self.sizes(), self.strides(), options.requires_grad(false))
                   : empty(self.sizes(), options.requires_grad(false));
  fill(out);
  if (options.requires_grad()) out.set_requires_grad(true);
  return out;
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

Tensor randperm(int64_t n, std::optional<Generator> generator, TensorOptions options) {
  TENGEN_CHECK(n >= 0, "randperm: n must be non-negative, got ", n);
  const Generator source = generator ? *generator : default_generator();
  return make(n, options, [&](const Tensor& out) {
    visit_compute(out.dtype(), "randperm", [&](auto zero) {
      using T = decltype(zero);
      if (n > 0)
        TENGEN_CHECK(int64_t(T(n - 1)) == n - 1, "randperm: ", out.dtype(), " cannot hold numbers up to ",
                     n - 1);
      T* data = out.data_ptr<T>();
      for (int64_t i = 0; i < n; ++i) data[i] = T(i);
      std::lock_guard lock(source.impl().mutex);
      for (int64_t i = 0; i + 1 < n; ++i)
        std::swap(data[i], data[i + source.impl().random() % uint64_t(n - i)]);
    });
  });
}
Tensor randperm(int64_t n, TensorOptions options) { return randperm(n, std::nullopt, options); }

Tensor bernoulli(const Tensor& p, std::optional<Generator> generator) {
  return make_like(p, {}, [&](const Tensor& out) { fill_bernoulli(out, p, generator); });
}

namespace {

// Rows of probabilities -> `count` different positions each: the largest of p/q with q exponentially
// distributed.
template <class T>
void draw_distinct(const Tensor& p, const Tensor& out, int64_t count,
                   const std::optional<Generator>& generator) {
  const int64_t categories = p.sizes().back(), rows = p.numel() / categories;
  Tensor keys = empty(p.sizes(), TensorOptions(p.dtype()));
  fill_exponential(keys, 1, generator);
  const T* chances = p.data_ptr<T>();
  T* key = keys.data_ptr<T>();
  int64_t* result = out.data_ptr<int64_t>();
  std::vector<int64_t> order(categories);
  for (int64_t row = 0; row < rows; ++row, chances += categories, key += categories, result += count) {
    for (int64_t j = 0; j < categories; ++j) key[j] = chances[j] / key[j];
    std::iota(order.begin(), order.end(), 0);
    auto larger = [&](int64_t a, int64_t b) { return key[a] > key[b] || (key[a] == key[b] && a < b); };
    std::partial_sort(order.begin(), order.begin() + count, order.end(), larger);
    std::copy_n(order.begin(), count, result);
  }
}

// Positions by bisecting the cumulated probabilities.
template <class T>
void draw_with_replacement(const Tensor& p, const Tensor& out, int64_t count, const Generator& generator) {
  const int64_t categories = p.sizes().back(), rows = p.numel() / categories;
  const T* chances = p.data_ptr<T>();
  int64_t* result = out.data_ptr<int64_t>();
  std::vector<T> cumulated(categories);
  std::lock_guard lock(generator.impl().mutex);
  for (int64_t row = 0; row < rows; ++row, chances += categories) {
    std::partial_sum(chances, chances + categories, cumulated.begin());
    const T total = cumulated.back();
    for (T& value : cumulated) value /= total;
    cumulated.back() = 1;
    for (int64_t j = 0; j < count; ++j) {
      const double draw = generator.impl().uniform<double>();
      *result++ = std::lower_bound(cumulated.begin(), cumulated.end(), draw) - cumulated.begin();
    }
  }
}

}  // namespace

Tensor multinomial(const Tensor& p, int64_t num_samples, bool replacement,
                   std::optional<Generator> generator) {
  TENGEN_CHECK(p.dim() == 1 || p.dim() == 2, "multinomial: expected 1 or 2 dimensions but found shape ",
               p.sizes());
  const int64_t categories = p.sizes().back();
  TENGEN_CHECK(num_samples > 0 && categories > 0, "multinomial: cannot draw ", num_samples, " samples from ",
               categories, " categories");
  TENGEN_CHECK(replacement || num_samples <= categories, "multinomial: cannot draw ", num_samples,
               " different samples from ", categories, " categories (replacement is off)");
  Tensor out = p.dim() == 1 ? empty({num_samples}, kLong) : empty({p.size(0), num_samples}, kLong);
  const Tensor chances = p.detach().contiguous();
  visit_floating(p.dtype(), "multinomial", [&](auto zero) {
    using T = decltype(zero);
    const T* data = chances.data_ptr<T>();
    for (int64_t row = 0; row < chances.numel() / categories; ++row) {
      T sum = 0;
      for (int64_t j = 0; j < categories; ++j) {
        const T value = *data++;
        TENGEN_CHECK(value >= 0 && value <= std::numeric_limits<T>::max(),
                     "multinomial: the probabilities contain inf, nan or a number below 0: ", value);
        sum += value;
      }
      TENGEN_CHECK(sum > 0, "multinomial: the probabilities of row ", row, " sum to 0");
    }
    if (!replacement || num_samples == 1)
      draw_distinct<T>(chances, out, num_samples, generator);
    else
      draw_with_replacement<T>(chances, out, num_samples, generator ? *generator : default_generator());
  });
  return out;
}

}  // namespace tengen
