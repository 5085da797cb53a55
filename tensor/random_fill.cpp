#include <tengen/tensor/random_fill.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <tengen/tensor/generator_state.h>
#include <tengen/tensor/view_of.h>

namespace tengen {
namespace {

// The generator, locked.
class Stream {
 public:
  explicit Stream(const std::optional<Generator>& generator)
      : generator_(generator && generator->defined() ? *generator : default_generator()),
        lock_(generator_.impl().mutex) {}
  GeneratorState& operator*() { return generator_.impl(); }

 private:
  Generator generator_;
  std::lock_guard<std::mutex> lock_;
};

// Calls body(offset in out, offset in other) for all elements in the order of out's memory.
template <class Body>
void walk(const Tensor& out, IntArrayRef other_strides, Body body) {
  if (out.numel() == 0) return;
  DimVector order;
  for (int64_t d = 0; d < out.dim(); ++d)
    if (out.sizes()[d] != 1) order.push_back(d);
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return out.strides()[a] > out.strides()[b]; });
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

}  // namespace

void fill_uniform(const Tensor& out, double from, double to, const std::optional<Generator>& generator) {
  TENGEN_CHECK(from <= to, "uniform_ expects to return a [from, to) range, but found from=", from,
               " > to=", to);
  visit_floating(out.dtype(), "uniform_", [&](auto zero) {
    using T = decltype(zero);
    const T low = T(from), range = T(to) - T(from);
    Stream stream(generator);
    GeneratorState& state = *stream;
    if (low == 0)
      generate<T>(out, [&] { return state.uniform<T>() * range; });
    else
      generate<T>(out, [&] { return std::fma(state.uniform<T>(), range, low); });
  });
}

void fill_normal(const Tensor& out, double mean, double std, const std::optional<Generator>& generator) {
  TENGEN_CHECK(std >= 0, "normal_ expects std >= 0.0, but found std=", std);
  visit_floating(out.dtype(), "normal_", [&](auto zero) {
    using T = decltype(zero);
    Stream stream(generator);
    GeneratorState& state = *stream;
    const int64_t n = out.numel();
    if (n < 16 || !out.is_contiguous()) {
      return generate<T>(out, [&] { return T(std::fma(state.normal(), std, mean)); });
    }
    T* data = out.data_ptr<T>();
    auto uniform = [&] { return state.uniform<T>(); };
    std::generate_n(data, n, uniform);
    kernels(out).box_muller(out.dtype(), n / 16, data, mean, std);
    if (n % 16 != 0) {  // the last block overlaps the one before and is drawn anew
      std::generate_n(data + n - 16, 16, uniform);
      kernels(out).box_muller(out.dtype(), 1, data + n - 16, mean, std);
    }
  });
}

void fill_bernoulli(const Tensor& out, double p, const std::optional<Generator>& generator) {
  TENGEN_CHECK(0 <= p && p <= 1, "bernoulli_ expects p to be in [0, 1], but got p=", p);
  visit_compute(out.dtype(), "bernoulli_", [&](auto zero) {
    using T = decltype(zero);
    Stream stream(generator);
    generate<T>(out, [&, &state = *stream] { return T(state.uniform<double>() < p); });
  });
}

void fill_bernoulli(const Tensor& out, const Tensor& p, const std::optional<Generator>& generator) {
  TENGEN_CHECK(broadcast_shapes(out.sizes(), p.sizes(), "bernoulli_") ==
                   DimVector(out.sizes().begin(), out.sizes().end()),
               "bernoulli_: p of shape ", p.sizes(), " does not broadcast to ", out.sizes());
  const DimVector p_strides = broadcast_strides(p, out.sizes());
  visit_compute(out.dtype(), "bernoulli_", [&](auto out_zero) {
    using T = decltype(out_zero);
    visit_floating(p.dtype(), "bernoulli_ with p", [&](auto p_zero) {
      using P = decltype(p_zero);  // it also tells with how many bits is drawn
      T* data = out.data_ptr<T>();
      const P* chances = p.data_ptr<P>();
      Stream stream(generator);
      GeneratorState& state = *stream;
      walk(out, p_strides, [&](int64_t i, int64_t j) {
        const P chance = chances[j];
        TENGEN_CHECK(chance >= 0 && chance <= 1, "bernoulli_ expects p to be in [0, 1], but got p=", chance);
        data[i] = T(state.uniform<P>() < chance);
      });
    });
  });
}

namespace {

// Whole numbers up to 2^digits are exact in T.
template <class T>
constexpr int64_t kExact = int64_t{1} << std::numeric_limits<T>::digits;

// from + [0, range); a range of 0 stands for all 2^64 values of int64.
template <class T>
void fill_range(const Tensor& out, uint64_t range, int64_t from, const std::optional<Generator>& generator) {
  Stream stream(generator);
  GeneratorState& state = *stream;
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
  visit_compute(out.dtype(), "random_", [&](auto zero) {
    using T = decltype(zero);
    Stream stream(generator);
    GeneratorState& state = *stream;
    if constexpr (std::is_same_v<T, bool>)
      generate<T>(out, [&] { return bool(state.random() & 1); });
    else if constexpr (std::is_floating_point_v<T>)
      generate<T>(out, [&] {
        return T((sizeof(T) == 8 ? state.random64() : state.random()) % uint64_t(kExact<T> + 1));
      });
    else
      generate<T>(out, [&] {
        return T((sizeof(T) == 8 ? state.random64() : state.random()) %
                 (uint64_t(std::numeric_limits<T>::max()) + 1));
      });
  });
}

void fill_exponential(const Tensor& out, double lambda, const std::optional<Generator>& generator) {
  TENGEN_CHECK(lambda >= 0, "exponential_ expects lambda >= 0.0, but found lambda=", lambda);
  visit_floating(out.dtype(), "exponential_", [&](auto zero) {
    using T = decltype(zero);
    Stream stream(generator);
    generate<T>(out,
                [&, &state = *stream] { return T(-1 / lambda * std::log(1 - state.uniform<double>())); });
  });
}

}  // namespace tengen
