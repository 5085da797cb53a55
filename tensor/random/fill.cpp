#include <tengen/tensor/random/fill.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <tengen/tensor/factories.h>
#include <tengen/tensor/kernel_view.h>
#include <tengen/tensor/random/generator_state.h>
#include <tengen/tensor/raw.h>

namespace tengen {
namespace {

// The CPU's generator, locked.
class Stream {
 public:
  explicit Stream(const std::optional<Generator>& generator)
      : generator_(generator_for(kCPU, generator)), lock_(generator_.impl().mutex) {}
  MersenneTwister& operator*() { return mersenne_twister(generator_); }

 private:
  Generator generator_;
  std::lock_guard<std::mutex> lock_;
};

// The dimensions of more than one element, those with the greatest strides first: the order of memory.
DimVector memory_order(const Tensor& out) {
  DimVector order;
  for (int64_t d = 0; d < out.dim(); ++d)
    if (out.sizes()[d] != 1) order.push_back(d);
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return out.strides()[a] > out.strides()[b]; });
  return order;
}

// Calls body(offset in out, offset in other) for all elements in the order of out's memory.
template <class Body>
void walk(const Tensor& out, IntArrayRef other_strides, Body body) {
  if (out.numel() == 0) return;
  const DimVector order = memory_order(out);
  DimVector at(order.size());
  int64_t offset = 0, other = 0;
  while (true) {
    body(offset, other);
    int k = int(order.size()) - 1;
    for (; k >= 0; --k) {
      const int64_t d = order[k], size = out.sizes()[d];
      offset += out.strides()[d];
      other += other_strides[d];
      if (++at[k] < size) break;
      offset -= size * out.strides()[d];
      other -= size * other_strides[d];
      at[k] = 0;
    }
    if (k < 0) return;
  }
}

// Every element becomes next().
template <class T, class Next>
void generate(const Tensor& out, Next next) {
  T* data = out.data_ptr<T>();
  if (out.is_contiguous())
    std::generate_n(data, out.numel(), next);
  else
    walk(out, out.strides(), [&](int64_t i, int64_t) { data[i] = next(); });
}

// ---- devices -------------------------------------------------------------------------------------------
// A tensor's dimensions in the order of its memory, for kernels that take views.
struct InMemoryOrder {
  DimVector sizes, strides;

  InMemoryOrder(const Tensor& out, IntArrayRef strides_of) {
    for (int64_t d : memory_order(out)) sizes.push_back(out.sizes()[d]), strides.push_back(strides_of[d]);
  }
  bool contiguous() const { return strides == contiguous_strides(sizes); }
  View view(const Tensor& t) const {
    return {t.data_ptr(), t.dtype(), int(sizes.size()), sizes.data(), strides.data()};
  }
  // A contiguous copy of t, which has these sizes and strides.
  Tensor copy(const Tensor& t) const {
    const Tensor copy = empty(sizes, t.options());
    kernels(t).copy(view_of(copy), view(t));
    return copy;
  }
};

// Fills out with a draw of `dtype`, which is out's unless the draw gives another. `draw` lacks seed and
// offset.
void draw_on_device(const Tensor& out, ScalarType dtype, Draw draw, const std::optional<Generator>& given) {
  const Generator generator = generator_for(out.device(), given);
  const int64_t n = out.numel();
  if (n == 0) return;
  {
    auto& stream = static_cast<PhiloxStream&>(generator.impl());
    std::lock_guard lock(stream.mutex);
    draw.seed = stream.seed;
    draw.offset = stream.take(uint64_t(n) * uint64_t(draw.words));
  }
  const InMemoryOrder order(out, out.strides());
  if (dtype == out.dtype() && order.contiguous()) return kernels(out).draw(draw, dtype, n, out.data_ptr());
  const Tensor drawn = empty(order.sizes, TensorOptions(dtype).device(out.device()));
  kernels(out).draw(draw, dtype, n, drawn.data_ptr());
  kernels(out).copy(order.view(out), view_of(drawn));
}

int words_for(ScalarType dtype) { return dtype == kDouble ? 2 : 1; }

// A number of a 0-dim tensor on a device.
double number_of(const Tensor& t) { return t.item().to<double>(); }

// The least and the greatest element; NaN where there is one.
std::pair<double, double> range_of(const Tensor& t) {
  const Tensor least = empty({}, t.options()), most = empty({}, t.options());
  kernels(t).reduce(Reduce::Min, view_of(least), view_of(t), int(t.dim()));
  kernels(t).reduce(Reduce::Max, view_of(most), view_of(t), int(t.dim()));
  return {number_of(least), number_of(most)};
}

template <class T>
T number(double value) {
  if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>)
    return T(float(value));
  else
    return T(value);
}

// Calls f(T{}) for floating types, the 16-bit ones too.
template <class F>
void visit_any_floating(ScalarType dtype, const char* op, const F& f) {
  if (dtype == kHalf) return f(Half{});
  if (dtype == kBFloat16) return f(BFloat16{});
  visit_floating(dtype, op, f);
}

}  // namespace

void fill_uniform(const Tensor& out, double from, double to, const std::optional<Generator>& generator) {
  TENGEN_CHECK(from <= to, "uniform_ expects to return a [from, to) range, but got from=", from,
               " > to=", to);
  visit_any_floating(out.dtype(), "uniform_", [&](auto zero) {
    using T = decltype(zero);
    TENGEN_CHECK(std::isfinite(number<T>(from)) && std::isfinite(number<T>(to)), "uniform_: from=", from,
                 " or to=", to, " is out of bounds for ", out.dtype());
    const double first = double(number<T>(from)), end = double(number<T>(to));  // as the type holds them
    if (out.is_cuda())
      return draw_on_device(
          out, out.dtype(),
          {.distribution = Distribution::Uniform, .words = words_for(out.dtype()), .a = first, .b = end},
          generator);
    using Wide = std::conditional_t<sizeof(T) == 2, float, T>;
    const Wide low = Wide(from), range = Wide(to) - low;
    Stream stream(generator);
    MersenneTwister& state = *stream;
    if constexpr (sizeof(T) == 2)  // rounding may leave the interval
      generate<T>(out, [&] {
        const T value = T(std::fma(state.uniform<float>(), range, low));
        return double(value) < end ? value : T(low);
      });
    else if (low == 0)
      generate<T>(out, [&] { return state.uniform<T>() * range; });
    else
      generate<T>(out, [&] { return std::fma(state.uniform<T>(), range, low); });
  });
}

namespace {

// On the CPU, as float or double. For a 16-bit type PyTorch draws nothing for a last block that is not full
// before it draws that block a second time.
void normal_numbers(const Tensor& out, double mean, double std, const std::optional<Generator>& generator,
                    bool for_reduced) {
  visit_floating(out.dtype(), "normal_", [&](auto zero) {
    using T = decltype(zero);
    Stream stream(generator);
    MersenneTwister& state = *stream;
    const int64_t n = out.numel();
    if (n < 16 || !out.is_contiguous()) {
      return generate<T>(out, [&] { return T(std::fma(state.normal(), std, mean)); });
    }
    T* data = out.data_ptr<T>();
    auto uniform = [&] { return state.uniform<T>(); };
    std::generate_n(data, for_reduced ? n / 16 * 16 : n, uniform);
    kernels(out).box_muller(out.dtype(), n / 16, data, mean, std);
    if (n % 16 != 0) {  // the last block overlaps the one before and is drawn anew
      std::generate_n(data + n - 16, 16, uniform);
      kernels(out).box_muller(out.dtype(), 1, data + n - 16, mean, std);
    }
  });
}

}  // namespace

void fill_normal(const Tensor& out, double mean, double std, const std::optional<Generator>& generator) {
  TENGEN_CHECK(std >= 0, "normal_ expects std >= 0.0, but got std=", std);
  if (out.is_cuda())
    return visit_any_floating(out.dtype(), "normal_", [&](auto) {
      draw_on_device(
          out, out.dtype(),
          {.distribution = Distribution::Normal, .words = words_for(out.dtype()), .a = mean, .b = std},
          generator);
    });
  if (out.dtype() == kHalf || out.dtype() == kBFloat16) {
    const Tensor wide = empty_strided(out.sizes(), out.strides(), kFloat);
    normal_numbers(wide, mean, std, generator, /*for_reduced=*/true);
    return kernels(out).copy(view_of(out), view_of(wide));
  }
  normal_numbers(out, mean, std, generator, /*for_reduced=*/false);
}

void fill_bernoulli(const Tensor& out, double p, const std::optional<Generator>& generator, double one) {
  TENGEN_CHECK(0 <= p && p <= 1, "bernoulli_ expects p to be in [0, 1], but got p=", p);
  if (out.is_cuda())
    return draw_on_device(out, out.dtype(),
                          {.distribution = Distribution::Bernoulli, .words = 1, .a = p, .b = one}, generator);
  visit_all(out.dtype(), [&](auto zero) {
    using T = decltype(zero);
    Stream stream(generator);
    generate<T>(out, [&, &state = *stream, yes = number<T>(one), no = number<T>(0)] {
      return state.uniform<double>() < p ? yes : no;
    });
  });
}

void fill_dropout(const Tensor& out, double p, const std::optional<Generator>& generator) {
  TENGEN_CHECK(is_floating_point(out.dtype()), "dropout: expected a floating type, found ", out.dtype());
  // The quotient in the type's own precision, as PyTorch divides a tensor of ones.
  const double factor = out.dtype() == kDouble ? 1 / (1 - p) : double(1 / float(1 - p));
  fill_bernoulli(out, 1 - p, generator, factor);
}

namespace {

// p has out's sizes where it is seen with p_strides.
void fill_bernoulli_on_device(const Tensor& out, const Tensor& p, IntArrayRef p_strides,
                              const std::optional<Generator>& generator) {
  if (out.numel() == 0) return;
  const auto [least, most] = range_of(p);
  TENGEN_CHECK(least >= 0 && most <= 1,
               "bernoulli_ expects p to be in [0, 1], but got p=", most > 1 ? most : least);
  const InMemoryOrder order(out, p_strides);
  const Tensor chances = order.contiguous() ? p : order.copy(p);
  draw_on_device(
      out, kBool,
      {.distribution = Distribution::Chances, .words = words_for(p.dtype()), .chances = chances.data_ptr()},
      generator);
}

}  // namespace

void fill_bernoulli(const Tensor& out, const Tensor& given, const std::optional<Generator>& generator) {
  TENGEN_CHECK(broadcast_shapes(out.sizes(), given.sizes(), "bernoulli_") == DimVector(out.sizes()),
               "bernoulli_: p of shape ", given.sizes(), " does not broadcast to ", out.sizes());
  const bool is_half = given.dtype() == kHalf || given.dtype() == kBFloat16;
  const Tensor p = raw::to(given, is_half ? kFloat : given.dtype(), out.device());
  const DimVector p_strides = broadcast_strides(p, out.sizes());
  visit_all(out.dtype(), [&](auto out_zero) {
    using T = decltype(out_zero);
    visit_floating(p.dtype(), "bernoulli_ with p", [&](auto p_zero) {
      using P = decltype(p_zero);  // it also tells with how many bits is drawn
      if (out.is_cuda()) return fill_bernoulli_on_device(out, p, p_strides, generator);
      T* data = out.data_ptr<T>();
      const P* chances = p.data_ptr<P>();
      Stream stream(generator);
      MersenneTwister& state = *stream;
      walk(out, p_strides, [&](int64_t i, int64_t j) {
        const P chance = chances[j];
        TENGEN_CHECK(chance >= 0 && chance <= 1, "bernoulli_ expects p to be in [0, 1], but got p=", chance);
        data[i] = number<T>(state.uniform<P>() < chance);
      });
    });
  });
}

void fill_categories(const Tensor& out, const Tensor& sums, const std::optional<Generator>& generator) {
  draw_on_device(out, kLong,
                 {.distribution = Distribution::Categories,
                  .words = 2,
                  .chances = sums.data_ptr(),
                  .rows = sums.size(0),
                  .categories = sums.size(1)},
                 generator);
}

namespace {

// Whole numbers up to 2^digits are exact in T.
template <class T>
constexpr int64_t kExact = int64_t{1} << std::numeric_limits<T>::digits;

// On a device. One word per element where the range is so small that no number is favoured noticeably.
void draw_range(const Tensor& out, uint64_t range, int64_t from, const std::optional<Generator>& generator) {
  draw_on_device(out, out.dtype(),
                 {.distribution = Distribution::Integers,
                  .words = range > 0 && range <= 1 << 16 ? 1 : 2,
                  .from = from,
                  .range = range},
                 generator);
}

// from + [0, range); a range of 0 stands for all 2^64 values of int64.
template <class T>
void fill_range(const Tensor& out, uint64_t range, int64_t from, const std::optional<Generator>& generator) {
  if (out.is_cuda()) return draw_range(out, range, from, generator);
  Stream stream(generator);
  MersenneTwister& state = *stream;
  if (range == 0) return generate<T>(out, [&] { return T(int64_t(state.random64())); });
  generate<T>(out, [&] {
    const uint64_t draw = range >> 32 ? state.random64() : state.random();
    return T(int64_t(draw % range + uint64_t(from)));
  });
}

// The nearest bounds inside [from, to) that T can hold, so that rounding does not leave the interval.
template <class T>
void tighten(int64_t& from, int64_t& to) {
  auto spacing = [](int64_t value) {
    int exponent = 63 - __builtin_clzll(uint64_t(std::max<int64_t>(std::abs(value), 1)));
    return int64_t{1} << std::max(exponent - std::numeric_limits<T>::digits + 1, 0);
  };
  if (int64_t above = int64_t(T(from + 1)); above < from) from = above + spacing(from + 1);
  if (int64_t below = int64_t(T(to - 1)); below >= to) to = below - spacing(to - 1);
}

}  // namespace

void fill_random(const Tensor& out, int64_t from, std::optional<int64_t> to,
                 const std::optional<Generator>& generator) {
  if (to)
    TENGEN_CHECK(from < *to, "random_ expects 'from' to be less than 'to', but got from=", from,
                 " >= to=", *to);
  if (out.dtype() == kHalf || out.dtype() == kBFloat16) {
    const int64_t most = out.dtype() == kHalf ? 1 << 11 : 1 << 8;  // whole numbers up to here are exact
    const int64_t end = to.value_or(most + 1);
    TENGEN_CHECK(from >= -most && end - 1 <= most, "random_: ", out.dtype(),
                 " does not hold all whole numbers between from=", from, " and to=", end);
    const Tensor wide = empty_strided(out.sizes(), out.strides(), TensorOptions(kFloat).device(out.device()));
    fill_random(wide, from, end, generator);
    return kernels(out).copy(view_of(out), view_of(wide));
  }
  visit_compute(out.dtype(), "random_", [&](auto zero) {
    using T = decltype(zero);
    int64_t last;
    if constexpr (std::is_floating_point_v<T>) {
      last = kExact<T>;
      if (to) {
        int64_t end = *to;
        tighten<T>(from, end);
        TENGEN_CHECK(from < end, "random_: ", out.dtype(),
                     " holds no whole number between from and to=", *to);
        last = end - 1;
      }
    } else {
      last = to ? *to - 1 : int64_t(std::numeric_limits<T>::max());
      auto check = [&](const char* name, int64_t value) {
        TENGEN_CHECK(value >= int64_t(std::numeric_limits<T>::lowest()) &&
                         value <= int64_t(std::numeric_limits<T>::max()),
                     "random_: ", name, "=", value, " is out of bounds for ", out.dtype());
      };
      check("from", from);
      check("to - 1", last);
    }
    TENGEN_CHECK(from <= last, "random_: from=", from, " is greater than the largest value of ", out.dtype());
    fill_range<T>(out, uint64_t(last) - uint64_t(from) + 1, from, generator);
  });
}

void fill_random(const Tensor& out, const std::optional<Generator>& generator) {
  if (out.dtype() == kHalf || out.dtype() == kBFloat16) return fill_random(out, 0, std::nullopt, generator);
  visit_compute(out.dtype(), "random_", [&](auto zero) {
    using T = decltype(zero);
    uint64_t range;
    if constexpr (std::is_floating_point_v<T>)
      range = uint64_t(kExact<T>) + 1;
    else
      range = uint64_t(std::numeric_limits<T>::max()) + 1;
    if (out.is_cuda()) return draw_range(out, range, 0, generator);
    Stream stream(generator);
    MersenneTwister& state = *stream;
    generate<T>(out, [&] { return T((sizeof(T) == 8 ? state.random64() : state.random()) % range); });
  });
}

void fill_exponential(const Tensor& out, double lambda, const std::optional<Generator>& generator) {
  TENGEN_CHECK(lambda > 0, "exponential_ expects lambda > 0.0, but got lambda=", lambda);
  visit_any_floating(out.dtype(), "exponential_", [&](auto zero) {
    using T = decltype(zero);
    if (out.is_cuda())
      return draw_on_device(
          out, out.dtype(),
          {.distribution = Distribution::Exponential, .words = words_for(out.dtype()), .a = lambda},
          generator);
    Stream stream(generator);
    generate<T>(out, [&, &state = *stream] {
      return number<T>(-1 / lambda * std::log(1 - state.uniform<double>()));
    });
  });
}

}  // namespace tengen
