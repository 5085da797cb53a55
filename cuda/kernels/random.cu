// Random numbers from the stream of a generator. A thread makes one block of four words and what becomes of
// it, so that the numbers do not depend on the grid.
#include <tengen/cuda/kernels/common/rows.h>
#include <tengen/cuda/kernels/families.h>
#include <tengen/tensor/random/philox.h>

namespace tengen::cuda {
namespace {

// ---- words to numbers ----------------------------------------------------------------------------------
/// The two words of an element as one number.
__device__ inline uint64_t join(const uint32_t* words) { return uint64_t(words[1]) << 32 | words[0]; }

/// [0, 1): as many of the upper bits as T holds.
template <class T>
__device__ auto unit(const uint32_t* words) {
  if constexpr (std::is_same_v<T, double>)
    return double(join(words) >> 11) * 0x1p-53;
  else if constexpr (std::is_same_v<T, Half>)
    return float(words[0] >> 21) * 0x1p-11f;
  else if constexpr (std::is_same_v<T, BFloat16>)
    return float(words[0] >> 24) * 0x1p-8f;
  else
    return float(words[0] >> 8) * 0x1p-24f;
}
/// (0, 1], finer near 0: for logarithms.
template <class T>
__device__ auto unit_above_zero(const uint32_t* words) {
  if constexpr (std::is_same_v<T, double>)
    return fused(double(join(words)), 0x1p-64, 0x1p-65);
  else
    return fused(float(words[0]), 0x1p-32f, 0x1p-33f);
}
/// Sine and cosine of pi * x.
__device__ inline void sine_cosine(float x, float* sine, float* cosine) {
#if defined(TENGEN_CUDA_EMULATOR)
  ::sincosf(3.14159274f * x, sine, cosine);
#else
  ::sincospif(x, sine, cosine);
#endif
}
__device__ inline void sine_cosine(double x, double* sine, double* cosine) {
#if defined(TENGEN_CUDA_EMULATOR)
  ::sincos(3.14159265358979323846 * x, sine, cosine);
#else
  ::sincospi(x, sine, cosine);
#endif
}

/// The type in which numbers for a T are made.
template <class T>
using Work = std::conditional_t<std::is_same_v<T, double>, double, float>;

// ---- distributions: operator() makes element `i` from its words; kPaired ones two elements at a time ----
template <class T>
struct Uniform {
  static constexpr bool kPaired = false;
  Work<T> from, to;
  __device__ T operator()(const uint32_t* words, int64_t) const {
    const T value = narrow<T>(fused(unit<T>(words), to - from, from));
    return widen(value) < to ? value : narrow<T>(from);  // where rounding reached the end
  }
};

template <class T>
struct Normal {
  static constexpr bool kPaired = true;
  Work<T> mean, std;
  /// Box and Muller: first takes the words of its own, second those behind.
  template <int kWords>
  __device__ void pair(const uint32_t* words, T& first, T& second) const {
    using W = Work<T>;
    const W radius = pw::sqrt(W(-2) * pw::log(unit_above_zero<W>(words)));
    W sine, cosine;
    sine_cosine(2 * unit<W>(words + kWords), &sine, &cosine);
    first = narrow<T>(fused(radius * cosine, std, mean));
    second = narrow<T>(fused(radius * sine, std, mean));
  }
};

template <class T>
struct Exponential {
  static constexpr bool kPaired = false;
  Work<T> lambda;
  __device__ T operator()(const uint32_t* words, int64_t) const {
    using W = Work<T>;
    const W u = unit_above_zero<W>(words);
    // Where u was rounded to 1: not 0, which a density has no point for.
    return narrow<T>((u < W(1) ? -pw::log(u) : sizeof(W) == 8 ? W(0x1p-54) : W(0x1p-25)) / lambda);
  }
};

template <class T>
struct Bernoulli {
  static constexpr bool kPaired = false;
  uint64_t below;  // of 2^32 words
  T success;
  __device__ T operator()(const uint32_t* words, int64_t) const {
    return words[0] < below ? success : narrow<T>(0);
  }
};

template <class P>
struct Chances {
  static constexpr bool kPaired = false;
  const P* chances;
  __device__ uint8_t operator()(const uint32_t* words, int64_t i) const {
    return unit<P>(words) < chances[i];
  }
};

template <class T, int kWords>
struct Integers {
  static constexpr bool kPaired = false;
  int64_t from;
  uint64_t range;
  /// The upper half of the product of a random word and the range.
  __device__ T operator()(const uint32_t* words, int64_t) const {
    uint64_t offset;
    if constexpr (kWords == 1) {
      offset = words[0] * range >> 32;
    } else if (range == 0) {
      offset = join(words);
    } else {
#if defined(TENGEN_CUDA_EMULATOR)
      offset = uint64_t(static_cast<unsigned __int128>(join(words)) * range >> 64);
#else
      offset = __umul64hi(join(words), range);
#endif
    }
    return T(int64_t(uint64_t(from) + offset));
  }
};

/// The first category whose running sum is above a number of [0, sum of the row): never one of probability 0.
struct Categories {
  static constexpr bool kPaired = false;
  const double* sums;
  int64_t per_row, categories;
  __device__ int64_t operator()(const uint32_t* words, int64_t i) const {
    const double* row = sums + i / per_row * categories;
    const double target = unit<double>(words) * row[categories - 1];
    int64_t low = 0, high = categories - 1;
    while (low < high) {
      const int64_t middle = (low + high) / 2;
      if (row[middle] > target)
        high = middle;
      else
        low = middle + 1;
    }
    return low;
  }
};

// ---- the kernel ----------------------------------------------------------------------------------------
/// A thread's elements are those of one block of words; `packs`: out can take them 16 bytes at a time.
template <int kWords, class T, class Rule>
__global__ void draw_kernel(int64_t size, uint64_t seed, uint64_t first_block, Rule rule, bool packs,
                            T* out) {
  constexpr int kCount = 4 / kWords, kFit = 16 / sizeof(T), kStore = kCount < kFit ? kCount : kFit;
  const int64_t begin = global_index() * kCount;
  if (begin >= size) return;
  const PhiloxBlock block = philox_block(seed, first_block + uint64_t(global_index()));
  T values[kCount];
  if constexpr (Rule::kPaired) {
#pragma unroll
    for (int i = 0; i < kCount; i += 2)
      rule.template pair<kWords>(block.words + i * kWords, values[i], values[i + 1]);
  } else {
#pragma unroll
    for (int i = 0; i < kCount; ++i)
      if (begin + i < size) values[i] = rule(block.words + i * kWords, begin + i);
  }
  if (packs && begin + kCount <= size) {
#pragma unroll
    for (int i = 0; i < kCount; i += kStore) {
      Vector<T, kStore> vector;
#pragma unroll
      for (int j = 0; j < kStore; ++j) vector.values[j] = values[i + j];
      store_vector(out + begin + i, vector);
    }
  } else {
#pragma unroll
    for (int i = 0; i < kCount; ++i)
      if (begin + i < size) out[begin + i] = values[i];
  }
}

template <int kWords, class T, class Rule>
void run(const char* what, const Draw& draw, int64_t size, const Rule& rule, T* out) {
  launch(what, draw_kernel<kWords, T, Rule>, grid_for(divide_up(size, 4 / kWords)), kThreads, 0, size,
         draw.seed, draw.offset / 4, rule, is_aligned(out), out);
}

/// Calls f(T{}) for floating types.
template <class F>
void with_floating_type(Dtype dtype, const char* op, const F& f) {
  if (dtype == kHalf) return f(Half{});
  if (dtype == kBFloat16) return f(BFloat16{});
  with_real_type(dtype, op, f);
}

template <template <class> class Rule, class... Parameters>
void run_floating(const char* what, const Draw& draw, Dtype dtype, int64_t size, void* out,
                  Parameters... parameters) {
  with_floating_type(dtype, what, [&](auto zero) {
    using T = decltype(zero);
    constexpr int kWords = sizeof(T) == 8 ? 2 : 1;
    run<kWords>(what, draw, size, Rule<T>{Work<T>(parameters)...}, static_cast<T*>(out));
  });
}

void draw(const Draw& draw, Dtype dtype, int64_t size, void* out) {
  switch (draw.distribution) {
    case Distribution::Uniform:
      return run_floating<Uniform>("uniform_", draw, dtype, size, out, draw.a, draw.b);
    case Distribution::Normal:
      return run_floating<Normal>("normal_", draw, dtype, size, out, draw.a, draw.b);
    case Distribution::Exponential:
      return run_floating<Exponential>("exponential_", draw, dtype, size, out, draw.a);
    case Distribution::Bernoulli:
      return visit_all(dtype, [&](auto zero) {
        using T = decltype(zero);
        run<1>("bernoulli_", draw, size, Bernoulli<T>{uint64_t(::ceil(draw.a * 0x1p32)), T(draw.b)},
               static_cast<T*>(out));
      });
    case Distribution::Chances:
      if (draw.words == 1)
        return run<1>("bernoulli_", draw, size, Chances<float>{static_cast<const float*>(draw.chances)},
                      static_cast<uint8_t*>(out));
      return run<2>("bernoulli_", draw, size, Chances<double>{static_cast<const double*>(draw.chances)},
                    static_cast<uint8_t*>(out));
    case Distribution::Integers:
      return visit_compute(dtype, "random_", [&](auto zero) {
        using T = decltype(zero);
        if (draw.words == 1)
          run<1>("random_", draw, size, Integers<T, 1>{draw.from, draw.range}, static_cast<T*>(out));
        else
          run<2>("random_", draw, size, Integers<T, 2>{draw.from, draw.range}, static_cast<T*>(out));
      });
    case Distribution::Categories:
      return run<2>("multinomial", draw, size,
                    Categories{static_cast<const double*>(draw.chances), size / draw.rows, draw.categories},
                    static_cast<int64_t*>(out));
  }
}

}  // namespace

void add_random_kernels(Kernels& table) { table.draw = draw; }

}  // namespace tengen::cuda
