// Positions drawn with given probabilities.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <tengen/tensor/factories.h>
#include <tengen/tensor/kernel_view.h>
#include <tengen/tensor/random/fill.h>
#include <tengen/tensor/random/generator_state.h>
#include <tengen/tensor/raw.h>

namespace tengen::inline api {
namespace {

// Rows of probabilities -> `count` different positions each: the largest of p/q with q exponentially
// distributed.
template <class T>
void draw_distinct(const Tensor& p, const Tensor& out, int64_t count,
                   const std::optional<Generator>& generator) {
  const int64_t categories = p.sizes().back(), rows = p.numel() / categories;
  Tensor keys = empty(p.sizes(), p.options());
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
void draw_with_replacement(const Tensor& p, const Tensor& out, int64_t count,
                           const std::optional<Generator>& given) {
  const Generator generator = generator_for(kCPU, given);
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
      const double draw = mersenne_twister(generator).uniform<double>();
      *result++ = std::lower_bound(cumulated.begin(), cumulated.end(), draw) - cumulated.begin();
    }
  }
}

// An Error where a row holds no probabilities.
template <class T>
void check(const Tensor& p, int64_t categories) {
  const T* data = p.data_ptr<T>();
  for (int64_t row = 0; row < p.numel() / categories; ++row) {
    T sum = 0;
    for (int64_t j = 0; j < categories; ++j) {
      const T value = *data++;
      TENGEN_CHECK(value >= 0 && value <= std::numeric_limits<T>::max(),
                   "multinomial: the probabilities contain inf, nan or a number below 0: ", value);
      sum += value;
    }
    TENGEN_CHECK(sum > 0, "multinomial: the probabilities of row ", row, " sum to 0");
  }
}

// ---- devices: the same in the table's kernels ----

Tensor empty_on(const Tensor& t, IntArrayRef sizes, ScalarType dtype) {
  return empty(sizes, TensorOptions(dtype).device(t.device()));
}

// Only the least, the greatest and the sum of each row travel to the host. p (rows, categories)
void check_on_device(const Tensor& p) {
  const int64_t rows = p.size(0);
  const auto row_by_row = [&](Reduce op) {
    const Tensor out = empty_on(p, rows, p.dtype()), found = empty(rows, kDouble);
    kernels(p).reduce(op, view_of(out), view_of(p), 1);
    raw::copy(found, out);
    return found;
  };
  const Tensor least = row_by_row(Reduce::Min), most = row_by_row(Reduce::Max), sum = row_by_row(Reduce::Sum);
  for (int64_t row = 0; row < rows; ++row) {
    const double low = least.data_ptr<double>()[row], high = most.data_ptr<double>()[row];
    TENGEN_CHECK(
        low >= 0 && high < HUGE_VAL,
        "multinomial: the probabilities contain inf, nan or a number below 0: ", low >= 0 ? high : low);
    TENGEN_CHECK(sum.data_ptr<double>()[row] > 0, "multinomial: the probabilities of row ", row, " sum to 0");
  }
}

Tensor unsqueezed(const Tensor& t) { return raw::view(t, raw::unsqueeze(t, 0)); }

// p (rows, categories), out (rows, count)
void draw_on_device(const Tensor& p, const Tensor& out, bool distinct,
                    const std::optional<Generator>& generator) {
  check_on_device(p);
  const Kernels& table = kernels(p);
  if (distinct) {
    const Tensor keys = empty_on(p, p.sizes(), p.dtype()), largest = empty_on(p, out.sizes(), p.dtype());
    fill_exponential(keys, 1, generator);
    table.binary(Binary::div, view_of(keys), view_of(p), view_of(keys), nullptr);
    return table.sort(view_of(largest), view_of(out), view_of(keys), true);
  }
  // In double, so that an impossible category stays one.
  const Tensor wide = empty_on(p, p.sizes(), kDouble), sums = empty_on(p, p.sizes(), kDouble);
  table.copy(view_of(wide), view_of(p));
  table.scan(Reduce::Sum, view_of(sums), view_of(wide));
  fill_categories(out, sums, generator);
}

}  // namespace

Tensor multinomial(const Tensor& p, int64_t num_samples, bool replacement,
                   std::optional<Generator> generator) {
  if (p.dtype() == kHalf || p.dtype() == kBFloat16)
    return multinomial(raw::to(p, kFloat), num_samples, replacement, generator);
  TENGEN_CHECK(p.dim() == 1 || p.dim() == 2, "multinomial: expected 1 or 2 dimensions but got shape ",
               p.sizes());
  const int64_t categories = p.sizes().back();
  TENGEN_CHECK(num_samples > 0 && categories > 0, "multinomial: cannot draw ", num_samples, " samples from ",
               categories, " categories");
  TENGEN_CHECK(replacement || num_samples <= categories, "multinomial: cannot draw ", num_samples,
               " different samples from ", categories, " categories (replacement is off)");
  const Tensor chances = raw::contiguous(p);
  const bool distinct = !replacement || num_samples == 1;
  Tensor out = empty_on(p, p.dim() == 1 ? DimVector{num_samples} : DimVector{p.size(0), num_samples}, kLong);
  visit_floating(p.dtype(), "multinomial", [&](auto zero) {
    using T = decltype(zero);
    if (p.is_cuda()) {
      if (p.numel() == 0) return;
      const Tensor rows = p.dim() == 1 ? unsqueezed(chances) : chances;
      return draw_on_device(rows, p.dim() == 1 ? unsqueezed(out) : out, distinct, generator);
    }
    check<T>(chances, categories);
    if (distinct)
      draw_distinct<T>(chances, out, num_samples, generator);
    else
      draw_with_replacement<T>(chances, out, num_samples, generator);
  });
  return out;
}

}  // namespace tengen::inline api
