// Softmax, batch norm, layer norm. All are bound by memory: sums run over pieces that stay in the first-level
// cache, and a channel or row is finished before the next is begun.
#include <math.h>

#include <tengen/tensor/cpu/common.h>
#include <tengen/tensor/cpu/families.h>
#include <tengen/tensor/cpu/pointwise/vec_math.h>
#include <tengen/tensor/parallel/parallel.h>

namespace tengen::cpu::TENGEN_ISA {
namespace {

/// Elements that a second pass finds in the first-level cache.
constexpr int64_t kPiece = 4096;

/// The elements [i, i + lanes) of arrays of T.
template <class T>
struct Whole {
  int64_t i;
  TENGEN_INLINE Vec<T> load(const T* p) const { return Simd<T>::load(p + i); }
  TENGEN_INLINE void store(T* p, Vec<T> v) const { Simd<T>::store(p + i, v.raw); }
  TENGEN_INLINE Vec<T> pad(Vec<T> v, T) const { return v; }
};
/// The elements [i, i + n), n < lanes; the other lanes of a vector hold anything.
template <class T>
struct Rest {
  int64_t i;
  typename Simd<T>::Mask mask;
  TENGEN_INLINE Vec<T> load(const T* p) const { return Simd<T>::load(p + i, mask); }
  TENGEN_INLINE void store(T* p, Vec<T> v) const { Simd<T>::store(p + i, v.raw, mask); }
  /// v with `value` in the other lanes.
  TENGEN_INLINE Vec<T> pad(Vec<T> v, T value) const {
    return Simd<T>::select(mask, v.raw, Vec<T>(value).raw);
  }
};

/// Calls f with a Whole for as many vectors as there are in n elements, then with the Rest.
template <class T, class F>
TENGEN_INLINE void each(int64_t n, const F& f) {
  constexpr int64_t L = Vec<T>::lanes;
  int64_t i = 0;
  for (; i + L <= n; i += L) f(Whole<T>{i});
  if (i < n) f(Rest<T>{i, Simd<T>::mask(int(n - i))});
}

/// The sum of what f, called as above, makes of each element.
template <class T, class F>
TENGEN_INLINE T sum(int64_t n, const F& f) {
  constexpr int64_t L = Vec<T>::lanes;
  Vec<T> a(T(0)), b(T(0)), c(T(0)), d(T(0));
  int64_t i = 0;
  for (; i + 4 * L <= n; i += 4 * L) {
    a = a + f(Whole<T>{i});
    b = b + f(Whole<T>{i + L});
    c = c + f(Whole<T>{i + 2 * L});
    d = d + f(Whole<T>{i + 3 * L});
  }
  for (; i + L <= n; i += L) a = a + f(Whole<T>{i});
  if (i < n) {
    const Rest<T> rest{i, Simd<T>::mask(int(n - i))};
    b = b + rest.pad(f(rest), T(0));
  }
  return Simd<T>::sum(((a + b) + (c + d)).raw);
}

/// The sum of what f makes of each element, and of its squares.
template <class T>
struct Sums {
  T plain, squares;
};
template <class T, class F>
TENGEN_INLINE Sums<T> sums(int64_t n, const F& f) {
  constexpr int64_t L = Vec<T>::lanes;
  const Vec<T> zero(T(0));
  Vec<T> s[4] = {zero, zero, zero, zero}, q[4] = {zero, zero, zero, zero};
  const auto take = [&](int k, Vec<T> d) {
    s[k] = s[k] + d;
    q[k] = fma(d, d, q[k]);
  };
  int64_t i = 0;
  for (; i + 4 * L <= n; i += 4 * L) {
    TENGEN_UNROLL
    for (int k = 0; k < 4; ++k) take(k, f(Whole<T>{i + k * L}));
  }
  for (; i + L <= n; i += L) take(0, f(Whole<T>{i}));
  if (i < n) {
    const Rest<T> rest{i, Simd<T>::mask(int(n - i))};
    take(1, rest.pad(f(rest), T(0)));
  }
  const auto all = [](const Vec<T>* v) { return Simd<T>::sum(((v[0] + v[1]) + (v[2] + v[3])).raw); };
  return {all(s), all(q)};
}

template <class T>
const T* as(const void* p) {
  return static_cast<const T*>(p);
}
template <class T>
T* as(void* p) {
  return static_cast<T*>(p);
}
template <class T>
T at(const void* values, int64_t i, T otherwise) {
  return values ? as<T>(values)[i] : otherwise;
}

// ---- softmax ----

/// NaN counts as -inf: it comes back in the sum of exponentials.
template <class T>
T max_of(const T* x, int64_t n) {
  constexpr int64_t L = Vec<T>::lanes;
  const auto larger = [](Vec<T> a, Vec<T> b) { return select(a > b, a, b); };
  const auto load = [&](int64_t i) { return Vec<T>(Simd<T>::load(x + i)); };
  Vec<T> a(T(-INFINITY)), b = a, c = a, d = a;
  int64_t i = 0;
  for (; i + 4 * L <= n; i += 4 * L) {
    a = larger(load(i), a);
    b = larger(load(i + L), b);
    c = larger(load(i + 2 * L), c);
    d = larger(load(i + 3 * L), d);
  }
  T lanes[L], best = T(-INFINITY);
  Simd<T>::store(lanes, larger(larger(a, b), larger(c, d)).raw);
  for (T v : lanes) best = v > best ? v : best;
  for (; i < n; ++i) best = x[i] > best ? x[i] : best;
  return best;
}

template <class T>
void softmax_row(const T* in, T* out, int64_t n, bool log) {
  // All -inf: NaN, as (-inf) - (-inf) is.
  const T most = max_of(in, n);
  const Vec<T> shift(most);
  const auto power = [&](auto at) { return exp(at.load(in) - shift); };
  if (log) {
    const Vec<T> all(pw::log(sum<T>(n, power)));
    each<T>(n, [&](auto at) { at.store(out, at.load(in) - shift - all); });
  } else {
    const T all = sum<T>(n, [&](auto at) {
      const Vec<T> e = power(at);
      at.store(out, e);
      return e;
    });
    const Vec<T> share(1 / all);
    each<T>(n, [&](auto at) { at.store(out, at.load(out) * share); });
  }
}

/// Rows of `size` elements that one thread does at a time, when an element costs as much as `cost` simple
/// ones.
int64_t row_grain(int64_t size, int64_t cost) { return max(1, kGrainSize / cost / max(1, size)); }

void softmax(Dtype dtype, int64_t rows, int64_t size, const void* in, void* out, bool log) {
  with_real_type(dtype, [&](auto type) {
    using T = decltype(type);
    parallel_ranges(rows, row_grain(size, 4), [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r)
        softmax_row(as<T>(in) + r * size, as<T>(out) + r * size, size, log);
    });
  });
}

void softmax_grad(Dtype dtype, int64_t rows, int64_t size, const void* grad_out, const void* out,
                  void* grad_in, bool log) {
  with_real_type(dtype, [&](auto type) {
    using T = decltype(type);
    parallel_ranges(rows, row_grain(size, 4), [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        const T *g = as<T>(grad_out) + r * size, *y = as<T>(out) + r * size;
        T* x = as<T>(grad_in) + r * size;
        if (log) {
          const Vec<T> total(sum<T>(size, [=](auto at) { return at.load(g); }));
          each<T>(size, [=](auto at) { at.store(x, at.load(g) - exp(at.load(y)) * total); });
        } else {
          const Vec<T> total(sum<T>(size, [=](auto at) { return at.load(g) * at.load(y); }));
          each<T>(size, [=](auto at) { at.store(x, at.load(y) * (at.load(g) - total)); });
        }
      }
    });
  });
}

// ---- sums of a channel or row ----

/// Mean and sum of squared deviations, gathered piece by piece (Chan, Golub, LeVeque 1983).
struct Moments {
  double count = 0, mean = 0, squares = 0;

  void add(double n, double piece_mean, double piece_squares) {
    const double delta = piece_mean - mean, total = count + n;
    mean += delta * (n / total);
    squares += piece_squares + delta * delta * (count * n / total);
    count = total;
  }
  double variance() const { return squares / count; }
};

/// The moments of `rows` rows of `size` elements, which begin `pitch` elements apart.
template <class T>
Moments moments_of(const T* in, int64_t rows, int64_t size, int64_t pitch) {
  Moments moments;
  const int64_t group = max(1, kPiece / max(1, size));
  for (int64_t r = 0; r < rows; r += group) {
    const int64_t count = min(group, rows - r);
    for (int64_t begin = 0; begin < size; begin += kPiece) {
      const int64_t n = min(kPiece, size - begin);
      const T* piece = in + r * pitch + begin;
      double total = 0, rest = 0, squares = 0;
      for (int64_t k = 0; k < count; ++k)
        total += sum<T>(n, [x = piece + k * pitch](auto at) { return at.load(x); });
      // Far from zero this mean is not exact: what is left of it is small, and so is its own rounding.
      const T mean = T(total / double(n * count));
      const Vec<T> m(mean);
      for (int64_t k = 0; k < count; ++k) {
        const Sums<T> row = sums<T>(n, [x = piece + k * pitch, m](auto at) { return at.load(x) - m; });
        rest += row.plain;
        squares += row.squares;
      }
      rest /= double(n * count);
      moments.add(double(n * count), double(mean) + rest, squares - rest * rest * double(n * count));
    }
  }
  return moments;
}

/// Sums over g and over g * (x - mean).
struct GradSums {
  double g = 0, gx = 0;

  template <class T>
  void add(const T* grad, const T* x, int64_t size, Vec<T> mean) {
    for (int64_t begin = 0; begin < size; begin += kPiece) {
      const int64_t n = min(kPiece, size - begin);
      const T *gp = grad + begin, *xp = x + begin;
      g += sum<T>(n, [=](auto at) { return at.load(gp); });
      gx += sum<T>(n, [=](auto at) { return at.load(gp) * (at.load(xp) - mean); });
    }
  }
};

/// The gradient of the input is a*g + b*(x - mean) + d, which is w/std * (g - mean(g) - xhat * mean(g *
/// xhat)).
template <class T>
struct GradMap {
  Vec<T> a, b, d, mean;

  GradMap(const GradSums& sums, double count, double mean, double invstd, double weight)
      : a(T(weight * invstd)),
        b(T(-weight * invstd * invstd * invstd * sums.gx / count)),
        d(T(-weight * invstd * sums.g / count)),
        mean(T(mean)) {}
  TENGEN_INLINE Vec<T> operator()(Vec<T> g, Vec<T> x) const { return fma(g, a, fma(x - mean, b, d)); }
};

// ---- batch norm: channel by channel, so that the second pass finds the channel in the cache

/// Where there is one element per channel, neighbours in memory are neighbouring channels: these many at a
/// time.
constexpr int64_t kColumns = 64;

/// What a chunk of channels is made of: planes of one channel, or columns of several.
template <class F, class G>
void for_channels(const NormShape& s, const F& channel, const G& columns) {
  if (s.inner == 1) {
    parallel_ranges(s.channels, kColumns, [&](int64_t begin, int64_t end) { columns(begin, end - begin); });
  } else {
    parallel_ranges(s.channels, max(1, kGrainSize / max(1, s.outer * s.inner)),
                    [&](int64_t begin, int64_t end) {
                      for (int64_t c = begin; c < end; ++c) channel(c);
                    });
  }
}

/// out = (in - mean) * scale + shift
template <class T>
void affine(const T* in, T* out, int64_t n, T mean, T scale, T shift) {
  const Vec<T> m(mean), a(scale), b(shift);
  each<T>(n, [=](auto at) { at.store(out, fma(at.load(in) - m, a, b)); });
}

void batch_norm(Dtype dtype, const NormShape& s, const void* in, const void* weight, const void* bias,
                double eps, void* out, void* mean, void* var, void* invstd) {
  with_real_type(dtype, [&](auto type) {
    using T = decltype(type);
    const int64_t pitch = s.channels * s.inner;
    const auto finish = [&](int64_t c, const Moments& moments) {
      as<T>(mean)[c] = T(moments.mean);
      as<T>(var)[c] = T(moments.variance());
      const double square = moments.variance() + eps;
      as<T>(invstd)[c] = square == 0 ? T(0) : T(1 / ::sqrt(square));
    };
    const auto channel = [&](int64_t c) {
      const T* x = as<T>(in) + c * s.inner;
      T* y = as<T>(out) + c * s.inner;
      finish(c, moments_of(x, s.outer, s.inner, pitch));
      const T scale = as<T>(invstd)[c] * at<T>(weight, c, 1), shift = at<T>(bias, c, 0);
      for (int64_t o = 0; o < s.outer; ++o)
        affine(x + o * pitch, y + o * pitch, s.inner, as<T>(mean)[c], scale, shift);
    };
    const auto columns = [&](int64_t c, int64_t n) {
      const T* x = as<T>(in) + c;
      T *y = as<T>(out) + c, scale[kColumns], shift[kColumns];
      double centre[kColumns] = {}, squares[kColumns] = {};
      for (int64_t o = 0; o < s.outer; ++o)
        for (int64_t i = 0; i < n; ++i) centre[i] += x[o * pitch + i];
      for (int64_t i = 0; i < n; ++i) centre[i] /= double(s.outer);
      for (int64_t o = 0; o < s.outer; ++o)
        for (int64_t i = 0; i < n; ++i)
          squares[i] += (x[o * pitch + i] - centre[i]) * (x[o * pitch + i] - centre[i]);
      for (int64_t i = 0; i < n; ++i) {
        finish(c + i, {double(s.outer), centre[i], squares[i]});
        scale[i] = as<T>(invstd)[c + i] * at<T>(weight, c + i, 1);
        shift[i] = at<T>(bias, c + i, 0);
      }
      const T* m = as<T>(mean) + c;
      for (int64_t o = 0; o < s.outer; ++o)
        each<T>(n, [&, row = x + o * pitch, to = y + o * pitch](auto at) {
          at.store(to, fma(at.load(row) - at.load(m), at.load(scale), at.load(shift)));
        });
    };
    for_channels(s, channel, columns);
  });
}

void batch_norm_apply(Dtype dtype, const NormShape& s, const void* in, const void* mean, const void* invstd,
                      const void* weight, const void* bias, void* out) {
  with_real_type(dtype, [&](auto type) {
    using T = decltype(type);
    parallel_ranges(s.outer * s.channels, row_grain(s.inner, 1), [&](int64_t begin, int64_t end) {
      for (int64_t plane = begin; plane < end; ++plane) {
        const int64_t c = plane % s.channels;
        affine(as<T>(in) + plane * s.inner, as<T>(out) + plane * s.inner, s.inner, as<T>(mean)[c],
               as<T>(invstd)[c] * at<T>(weight, c, 1), at<T>(bias, c, 0));
      }
    });
  });
}

/// to = the gradient of v where grad is that of activation(v), v = (in - mean) * scale + shift
template <class T>
void activation_grad(Activation activation, const T* grad, const T* in, T* to, int64_t n, T mean, T scale,
                     T shift) {
  const auto apply = [=, m = Vec<T>(mean), a = Vec<T>(scale), b = Vec<T>(shift)](auto rule) {
    each<T>(n, [=](auto at) { at.store(to, rule(at.load(grad), fma(at.load(in) - m, a, b))); });
  };
  const Vec<T>* const no_params = nullptr;
  if (activation == Activation::ReLU)
    apply([=](Vec<T> g, Vec<T> v) { return formula::relu_grad(g, v, no_params); });
  else
    apply([=](Vec<T> g, Vec<T> v) { return formula::silu_grad(g, v, no_params); });
}

void batch_norm_grad(Dtype dtype, const NormShape& s, Activation activation, const void* grad_out,
                     const void* in, const void* mean, const void* invstd, const void* weight,
                     const void* bias, void* grad_in, void* grad_weight, void* grad_bias) {
  with_real_type(dtype, [&](auto type) {
    using T = decltype(type);
    const int64_t pitch = s.channels * s.inner;
    const auto finish = [&](int64_t c, const GradSums& sums) {
      if (grad_weight) as<T>(grad_weight)[c] = T(sums.gx * as<T>(invstd)[c]);
      if (grad_bias) as<T>(grad_bias)[c] = T(sums.g);
      return GradMap<T>(sums, double(s.outer * s.inner), as<T>(mean)[c], as<T>(invstd)[c],
                        at<T>(weight, c, 1));
    };
    const auto channel = [&](int64_t c) {
      const T *g = as<T>(grad_out) + c * s.inner, *x = as<T>(in) + c * s.inner;
      T* dx = grad_in ? as<T>(grad_in) + c * s.inner : nullptr;
      const T m = as<T>(mean)[c], scale = as<T>(invstd)[c] * at<T>(weight, c, 1), shift = at<T>(bias, c, 0);
      GradSums sums;
      for (int64_t o = 0; o < s.outer; ++o)
        for (int64_t begin = 0; begin < s.inner; begin += kPiece) {
          const int64_t n = min(kPiece, s.inner - begin), i = o * pitch + begin;
          const T* from = g + i;
          T piece[kPiece];
          if (activation != Activation::None) {  // its gradient waits in grad_in for the second pass
            T* to = dx ? dx + i : piece;
            activation_grad(activation, from, x + i, to, n, m, scale, shift);
            from = to;
          }
          sums.add(from, x + i, n, Vec<T>(m));
        }
      const GradMap<T> map = finish(c, sums);
      if (!dx) return;
      if (activation != Activation::None) g = dx;
      for (int64_t o = 0; o < s.outer; ++o)
        each<T>(s.inner, [=, gp = g + o * pitch, xp = x + o * pitch, to = dx + o * pitch](auto at) {
          at.store(to, map(at.load(gp), at.load(xp)));
        });
    };
    const auto columns = [&](int64_t c, int64_t n) {
      const T *g = as<T>(grad_out) + c, *x = as<T>(in) + c, *m = as<T>(mean) + c;
      double sum_g[kColumns] = {}, sum_gx[kColumns] = {};
      for (int64_t o = 0; o < s.outer; ++o)
        for (int64_t i = 0; i < n; ++i) {
          sum_g[i] += g[o * pitch + i];
          sum_gx[i] += double(g[o * pitch + i]) * (x[o * pitch + i] - m[i]);
        }
      T a[kColumns], b[kColumns], d[kColumns];
      for (int64_t i = 0; i < n; ++i) {
        const GradMap<T> map = finish(c + i, {sum_g[i], sum_gx[i]});
        a[i] = map.a.raw[0], b[i] = map.b.raw[0], d[i] = map.d.raw[0];
      }
      if (!grad_in) return;
      for (int64_t o = 0; o < s.outer; ++o)
        each<T>(n, [&, gp = g + o * pitch, xp = x + o * pitch, dx = as<T>(grad_in) + c + o * pitch](auto at) {
          at.store(dx, fma(at.load(gp), at.load(a), fma(at.load(xp) - at.load(m), at.load(b), at.load(d))));
        });
    };
    for_channels(s, channel, columns);
  });
}

// ---- layer norm ----

void layer_norm(Dtype dtype, int64_t rows, int64_t size, const void* in, const void* weight, const void* bias,
                double eps, void* out, void* mean, void* invstd) {
  with_real_type(dtype, [&](auto type) {
    using T = decltype(type);
    const T *w = as<T>(weight), *b = as<T>(bias);
    parallel_ranges(rows, row_grain(size, 1), [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        const T* x = as<T>(in) + r * size;
        T* y = as<T>(out) + r * size;
        const Moments moments = moments_of(x, 1, size, size);
        const T m = as<T>(mean)[r] = T(moments.mean);
        const T scale = as<T>(invstd)[r] = T(1 / ::sqrt(moments.variance() + eps));
        each<T>(size, [=](auto at) {
          Vec<T> v = (at.load(x) - Vec<T>(m)) * Vec<T>(scale);
          if (w) v = v * at.load(w);
          at.store(y, b ? v + at.load(b) : v);
        });
      }
    });
  });
}

void layer_norm_grad(Dtype dtype, int64_t rows, int64_t size, const void* grad_out, const void* in,
                     const void* mean, const void* invstd, const void* weight, void* grad_in,
                     void* grad_weight, void* grad_bias) {
  with_real_type(dtype, [&](auto type) {
    using T = decltype(type);
    const T* w = as<T>(weight);
    const bool parameters = grad_weight || grad_bias;
    // Each chunk of rows sums its share of the parameters' gradients; the shares are added in order
    // afterwards.
    const int64_t grain = row_grain(size, 1), chunks = divide_up(rows, grain);
    Temporary<T> shares(parameters ? chunks * 2 * size : 0), scaled((w ? chunks : 0) * size);
    parallel_ranges(rows, grain, [&](int64_t begin, int64_t end) {
      T *dw = shares + begin / grain * 2 * size, *db = dw + size, *gw = scaled + begin / grain * size;
      if (parameters) each<T>(2 * size, [=](auto at) { at.store(dw, Vec<T>(T(0))); });
      for (int64_t r = begin; r < end; ++r) {
        const T *g = as<T>(grad_out) + r * size, *x = as<T>(in) + r * size;
        const Vec<T> m(as<T>(mean)[r]), inverse(as<T>(invstd)[r]);
        if (parameters)
          each<T>(size, [=](auto at) {
            at.store(dw, fma(at.load(g), (at.load(x) - m) * inverse, at.load(dw)));
            at.store(db, at.load(db) + at.load(g));
          });
        if (!grad_in) continue;
        if (w) each<T>(size, [=](auto at) { at.store(gw, at.load(g) * at.load(w)); });
        const T* weighted = w ? gw : g;
        GradSums sums;
        sums.add(weighted, x, size, m);
        const GradMap<T> map(sums, double(size), as<T>(mean)[r], as<T>(invstd)[r], 1);
        each<T>(size, [=, dx = as<T>(grad_in) + r * size](auto at) {
          at.store(dx, map(at.load(weighted), at.load(x)));
        });
      }
    });
    if (!parameters) return;
    Temporary<double> totals(2 * size);
    for (int64_t i = 0; i < 2 * size; ++i) totals[i] = 0;
    for (int64_t k = 0; k < chunks; ++k)
      for (int64_t i = 0; i < 2 * size; ++i) totals[i] += shares[k * 2 * size + i];
    for (int64_t i = 0; i < size; ++i) {
      if (grad_weight) as<T>(grad_weight)[i] = T(totals[i]);
      if (grad_bias) as<T>(grad_bias)[i] = T(totals[size + i]);
    }
  });
}

}  // namespace

void add_norm_kernels(Kernels& table) {
  table.softmax = softmax;
  table.softmax_grad = softmax_grad;
  table.batch_norm = batch_norm;
  table.batch_norm_apply = batch_norm_apply;
  table.batch_norm_grad = batch_norm_grad;
  table.layer_norm = layer_norm;
  table.layer_norm_grad = layer_norm_grad;
}

}  // namespace tengen::cpu::TENGEN_ISA
