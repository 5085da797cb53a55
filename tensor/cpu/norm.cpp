// Softmax, batch norm, layer norm. All are bound by memory: sums run over pieces that stay in the first-level
// cache, and a channel or row is finished before the next is begun.
#include <Eigen/Core>

#include <cmath>

#include <tengen/tensor/allocator.h>
#include <tengen/tensor/cpu/fill.h>
#include <tengen/tensor/parallel.h>

namespace tengen::cpu::TENGEN_ISA {
namespace {

using namespace Eigen::internal;

template <class T>
using Packet = typename packet_traits<T>::type;
template <class T>
constexpr int64_t kLanes = packet_traits<T>::size;

constexpr int64_t min(int64_t a, int64_t b) { return a < b ? a : b; }
constexpr int64_t max(int64_t a, int64_t b) { return a > b ? a : b; }

/// Elements that a second pass finds in the first-level cache.
constexpr int64_t kPiece = 4096;

template <class F>
void with_type(Dtype dtype, const F& f) {
  if (dtype == kFloat) return f(float{});
  f(double{});
}

/// Working memory of a kernel.
template <class T>
class Temporary {
 public:
  explicit Temporary(int64_t count)
      : bytes_(size_t(count) * sizeof(T)), data_(static_cast<T*>(allocate_host(bytes_))) {}
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() { free_host(data_, bytes_); }
  T* get() { return data_; }

 private:
  size_t bytes_;
  T* data_;
};

/// Calls f(i, V{}) for i < n, with V a packet as long as one fits, then T. Eigen's functions take both.
template <class T, class F>
void each(int64_t n, const F& f) {
  int64_t i = 0;
  for (; i + kLanes<T> <= n; i += kLanes<T>) f(i, Packet<T>{});
  for (; i < n; ++i) f(i, T{});
}

/// f(0) + ... + f(n-1), with f called as above.
template <class T, class F>
T sum(int64_t n, const F& f) {
  using P = Packet<T>;
  constexpr int64_t L = kLanes<T>;
  P a = pset1<P>(T(0)), b = a, c = a, d = a;
  int64_t i = 0;
  for (; i + 4 * L <= n; i += 4 * L) {
    a = padd(a, f(i, P{}));
    b = padd(b, f(i + L, P{}));
    c = padd(c, f(i + 2 * L, P{}));
    d = padd(d, f(i + 3 * L, P{}));
  }
  for (; i + L <= n; i += L) a = padd(a, f(i, P{}));
  T total = predux(padd(padd(a, b), padd(c, d)));
  for (; i < n; ++i) total += f(i, T{});
  return total;
}

/// Mean and sum of squared deviations, gathered piece by piece (Chan, Golub, LeVeque 1983).
struct Moments {
  double count = 0, mean = 0, squares = 0;

  void add(double n, double piece_mean, double piece_squares) {
    double delta = piece_mean - mean, total = count + n;
    mean += delta * (n / total);
    squares += piece_squares + delta * delta * (count * n / total);
    count = total;
  }
};

/// Adds `rows` rows of `size` elements, `pitch` apart.
template <class T>
void add_rows(Moments& moments, const T* in, int64_t rows, int64_t size, int64_t pitch) {
  const int64_t group = max(1, kPiece / size);
  for (int64_t r = 0; r < rows; r += group) {
    const int64_t count = min(group, rows - r);
    for (int64_t begin = 0; begin < size; begin += kPiece) {
      const int64_t n = min(kPiece, size - begin);
      const T* piece = in + r * pitch + begin;
      double total = 0, squares = 0;
      for (int64_t k = 0; k < count; ++k)
        total += sum<T>(n, [x = piece + k * pitch](int64_t i, auto v) { return ploadu<decltype(v)>(x + i); });
      const double mean = total / double(n * count);
      for (int64_t k = 0; k < count; ++k)
        squares += sum<T>(n, [x = piece + k * pitch, m = T(mean)](int64_t i, auto v) {
          using V = decltype(v);
          V d = psub(ploadu<V>(x + i), pset1<V>(m));
          return pmul(d, d);
        });
      moments.add(double(n * count), mean, squares);
    }
  }
}

// ---- softmax
// ----------------------------------------------------------------------------------------------------------

/// exp, with 0 where the result would not be a normal number (Eigen's stops at the smallest one: exp(-inf)
/// must be 0).
template <class V>
V exp_to_zero(V x) {
  using T = typename unpacket_traits<V>::type;
  const V low = pset1<V>(sizeof(T) == 4 ? T(-87.3) : T(-708));
  if constexpr (std::is_same_v<V, T>)
    return x < low ? T(0) : std::exp(x);
  else
    return pselect(pcmp_lt(x, low), pset1<V>(T(0)), pexp(x));
}

/// One packet of x[i...]; lanes beyond n hold `rest`.
template <class T>
Packet<T> load_part(const T* x, int64_t n, T rest) {
  T lanes[kLanes<T>];
  for (int64_t i = 0; i < kLanes<T>; ++i) lanes[i] = i < n ? x[i] : rest;
  return ploadu<Packet<T>>(lanes);
}

template <class T>
void store_part(T* x, int64_t n, Packet<T> value) {
  T lanes[kLanes<T>];
  pstoreu(lanes, value);
  for (int64_t i = 0; i < n; ++i) x[i] = lanes[i];
}

template <class T>
T max_of(const T* x, int64_t n) {
  using P = Packet<T>;
  constexpr int64_t L = kLanes<T>;
  const T low = -std::numeric_limits<T>::infinity();
  P m = pset1<P>(low);
  int64_t i = 0;
  for (; i + L <= n; i += L) m = pmax<Eigen::PropagateNaN>(m, ploadu<P>(x + i));
  if (i < n) m = pmax<Eigen::PropagateNaN>(m, load_part(x + i, n - i, low));
  return predux_max<Eigen::PropagateNaN>(m);
}

template <class T>
void softmax_row(const T* in, T* out, int64_t n, bool log) {
  using P = Packet<T>;
  constexpr int64_t L = kLanes<T>;
  const T top = max_of(in, n), low = -std::numeric_limits<T>::infinity();
  const P shift = pset1<P>(top);
  P sums = pset1<P>(T(0));
  int64_t i = 0;
  for (; i + L <= n; i += L) {
    P e = exp_to_zero(psub(ploadu<P>(in + i), shift));
    sums = padd(sums, e);
    if (!log) pstoreu(out + i, e);
  }
  if (i < n) {
    P e = exp_to_zero(psub(load_part(in + i, n - i, low), shift));
    sums = padd(sums, top > low ? e : pset1<P>(top - top));  // all -inf: NaN, as (-inf) - (-inf) is
    if (!log) store_part(out + i, n - i, e);
  }
  const T total = predux(sums);
  if (log) {
    const T by = std::log(total);
    each<T>(n, [&](int64_t k, auto v) {
      using V = decltype(v);
      pstoreu(out + k, psub(psub(ploadu<V>(in + k), pset1<V>(top)), pset1<V>(by)));
    });
  } else {
    const T by = 1 / total;
    each<T>(n, [&](int64_t k, auto v) {
      using V = decltype(v);
      pstoreu(out + k, pmul(ploadu<V>(out + k), pset1<V>(by)));
    });
  }
}

void softmax(Dtype dtype, int64_t rows, int64_t size, const void* in, void* out, bool log) {
  if (size == 0) return;
  with_type(dtype, [&](auto type) {
    using T = decltype(type);
    parallel_ranges(rows, max(1, kGrainSize / 4 / size), [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r)
        softmax_row(static_cast<const T*>(in) + r * size, static_cast<T*>(out) + r * size, size, log);
    });
  });
}

void softmax_grad(Dtype dtype, int64_t rows, int64_t size, const void* grad_out, const void* out,
                  void* grad_in, bool log) {
  if (size == 0) return;
  with_type(dtype, [&](auto type) {
    using T = decltype(type);
    parallel_ranges(rows, max(1, kGrainSize / 4 / size), [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        const T* g = static_cast<const T*>(grad_out) + r * size;
        const T* y = static_cast<const T*>(out) + r * size;
        T* x = static_cast<T*>(grad_in) + r * size;
        const T total = sum<T>(size, [&](int64_t i, auto v) {
          using V = decltype(v);
          return log ? ploadu<V>(g + i) : pmul(ploadu<V>(g + i), ploadu<V>(y + i));
        });
        each<T>(size, [&](int64_t i, auto v) {
          using V = decltype(v);
          const V gi = ploadu<V>(g + i), yi = ploadu<V>(y + i), s = pset1<V>(total);
          pstoreu(x + i, log ? psub(gi, pmul(exp_to_zero(yi), s)) : pmul(yi, psub(gi, s)));
        });
      }
    });
  });
}

// ---- batch norm: channel by channel, so that the second pass finds the channel in the cache
// -------------------------------

/// out = (in - mean) * scale + shift
template <class T>
void affine(const T* in, T* out, int64_t n, T mean, T scale, T shift) {
  each<T>(n, [=](int64_t i, auto v) {
    using V = decltype(v);
    pstoreu(out + i, pmadd(psub(ploadu<V>(in + i), pset1<V>(mean)), pset1<V>(scale), pset1<V>(shift)));
  });
}

/// Channels that one thread does at a time.
int64_t channel_grain(const NormShape& s) { return max(1, kGrainSize / max(1, s.outer * s.inner)); }

template <class T>
T at(const void* values, int64_t i, T otherwise) {
  return values ? static_cast<const T*>(values)[i] : otherwise;
}

void batch_norm(Dtype dtype, const NormShape& s, const void* in, const void* weight, const void* bias,
                double eps, void* out, void* mean, void* var, void* invstd) {
  with_type(dtype, [&](auto type) {
    using T = decltype(type);
    const int64_t pitch = s.channels * s.inner;
    parallel_ranges(s.channels, channel_grain(s), [&](int64_t begin, int64_t end) {
      for (int64_t c = begin; c < end; ++c) {
        const T* x = static_cast<const T*>(in) + c * s.inner;
        T* y = static_cast<T*>(out) + c * s.inner;
        Moments moments;
        if (s.inner) add_rows(moments, x, s.outer, s.inner, pitch);
        const double variance = moments.squares / moments.count, inverse = 1 / std::sqrt(variance + eps);
        static_cast<T*>(mean)[c] = T(moments.mean);
        static_cast<T*>(var)[c] = T(variance);
        static_cast<T*>(invstd)[c] = T(inverse);
        const T scale = T(inverse) * at<T>(weight, c, 1), shift = at<T>(bias, c, 0);
        for (int64_t o = 0; o < s.outer; ++o)
          affine(x + o * pitch, y + o * pitch, s.inner, T(moments.mean), scale, shift);
      }
    });
  });
}

void batch_norm_apply(Dtype dtype, const NormShape& s, const void* in, const void* mean, const void* invstd,
                      const void* weight, const void* bias, void* out) {
  with_type(dtype, [&](auto type) {
    using T = decltype(type);
    parallel_ranges(
        s.outer * s.channels, max(1, kGrainSize / max(1, s.inner)), [&](int64_t begin, int64_t end) {
          for (int64_t plane = begin; plane < end; ++plane) {
            const int64_t c = plane % s.channels;
            affine(static_cast<const T*>(in) + plane * s.inner, static_cast<T*>(out) + plane * s.inner,
                   s.inner, at<T>(mean, c, 0), at<T>(invstd, c, 1) * at<T>(weight, c, 1), at<T>(bias, c, 0));
          }
        });
  });
}

/// sum(g) and sum(g * (x - mean)) of n elements, added to the totals.
template <class T>
void add_grad_sums(const T* g, const T* x, int64_t n, T mean, double& sum_g, double& sum_gx) {
  for (int64_t begin = 0; begin < n; begin += kPiece) {
    const int64_t count = min(kPiece, n - begin);
    const T *gp = g + begin, *xp = x + begin;
    sum_g += sum<T>(count, [=](int64_t i, auto v) { return ploadu<decltype(v)>(gp + i); });
    sum_gx += sum<T>(count, [=](int64_t i, auto v) {
      using V = decltype(v);
      return pmul(ploadu<V>(gp + i), psub(ploadu<V>(xp + i), pset1<V>(mean)));
    });
  }
}

void batch_norm_grad(Dtype dtype, const NormShape& s, const void* grad_out, const void* in, const void* mean,
                     const void* invstd, const void* weight, void* grad_in, void* grad_weight,
                     void* grad_bias) {
  with_type(dtype, [&](auto type) {
    using T = decltype(type);
    const int64_t pitch = s.channels * s.inner;
    parallel_ranges(s.channels, channel_grain(s), [&](int64_t begin, int64_t end) {
      for (int64_t c = begin; c < end; ++c) {
        const T* g = static_cast<const T*>(grad_out) + c * s.inner;
        const T* x = static_cast<const T*>(in) + c * s.inner;
        const T m = at<T>(mean, c, 0);
        const double inverse = at<T>(invstd, c, 1), count = double(s.outer * s.inner);
        double sum_g = 0, sum_gx = 0;
        for (int64_t o = 0; o < s.outer; ++o)
          add_grad_sums(g + o * pitch, x + o * pitch, s.inner, m, sum_g, sum_gx);
        if (grad_weight) static_cast<T*>(grad_weight)[c] = T(sum_gx * inverse);
        if (grad_bias) static_cast<T*>(grad_bias)[c] = T(sum_g);
        if (!grad_in) continue;
        // dx = w/std * (g - mean(g) - xhat * mean(g * xhat)) = a*g + b*(x - mean) + d
        const double a = inverse * at<T>(weight, c, 1), b = -a * inverse * inverse * sum_gx / count,
                     d = -a * sum_g / count;
        T* dx = static_cast<T*>(grad_in) + c * s.inner;
        for (int64_t o = 0; o < s.outer; ++o)
          each<T>(s.inner, [gp = g + o * pitch, xp = x + o * pitch, out = dx + o * pitch, m, a = T(a),
                            b = T(b), d = T(d)](int64_t i, auto v) {
            using V = decltype(v);
            V r = pmadd(psub(ploadu<V>(xp + i), pset1<V>(m)), pset1<V>(b), pset1<V>(d));
            pstoreu(out + i, pmadd(ploadu<V>(gp + i), pset1<V>(a), r));
          });
      }
    });
  });
}

// ---- layer norm
// ---------------------------------------------------------------------------------------------------------

void layer_norm(Dtype dtype, int64_t rows, int64_t size, const void* in, const void* weight, const void* bias,
                double eps, void* out, void* mean, void* invstd) {
  with_type(dtype, [&](auto type) {
    using T = decltype(type);
    const T *w = static_cast<const T*>(weight), *b = static_cast<const T*>(bias);
    parallel_ranges(rows, max(1, kGrainSize / max(1, size)), [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        const T* x = static_cast<const T*>(in) + r * size;
        T* y = static_cast<T*>(out) + r * size;
        Moments moments;
        if (size) add_rows(moments, x, 1, size, size);
        const T m = T(moments.mean), scale = T(1 / std::sqrt(moments.squares / moments.count + eps));
        static_cast<T*>(mean)[r] = m;
        static_cast<T*>(invstd)[r] = scale;
        each<T>(size, [=](int64_t i, auto v) {
          using V = decltype(v);
          V xhat = pmul(psub(ploadu<V>(x + i), pset1<V>(m)), pset1<V>(scale));
          if (w) xhat = pmul(xhat, ploadu<V>(w + i));
          if (b) xhat = padd(xhat, ploadu<V>(b + i));
          pstoreu(y + i, xhat);
        });
      }
    });
  });
}

void layer_norm_grad(Dtype dtype, int64_t rows, int64_t size, const void* grad_out, const void* in,
                     const void* mean, const void* invstd, const void* weight, void* grad_in,
                     void* grad_weight, void* grad_bias) {
  with_type(dtype, [&](auto type) {
    using T = decltype(type);
    const T* w = static_cast<const T*>(weight);
    const int64_t grain = max(1, kGrainSize / max(1, size)), chunks = (rows + grain - 1) / grain;
    // Each chunk of rows sums its share of the parameters' gradients; the shares are added in order
    // afterwards.
    Temporary<T> shares(chunks * 2 * size);
    parallel_ranges(rows, grain, [&](int64_t begin, int64_t end) {
      T* dw = shares.get() + begin / grain * 2 * size;
      T* db = dw + size;
      for (int64_t i = 0; i < 2 * size; ++i) dw[i] = 0;
      for (int64_t r = begin; r < end; ++r) {
        const T* g = static_cast<const T*>(grad_out) + r * size;
        const T* x = static_cast<const T*>(in) + r * size;
        const T m = at<T>(mean, r, 0), inverse = at<T>(invstd, r, 1);
        if (grad_weight || grad_bias)
          each<T>(size, [=](int64_t i, auto v) {
            using V = decltype(v);
            const V gi = ploadu<V>(g + i),
                    xhat = pmul(psub(ploadu<V>(x + i), pset1<V>(m)), pset1<V>(inverse));
            pstoreu(dw + i, pmadd(gi, xhat, ploadu<V>(dw + i)));
            pstoreu(db + i, padd(ploadu<V>(db + i), gi));
          });
        if (!grad_in) continue;
        const auto gw = [=](int64_t i, auto v) {
          using V = decltype(v);
          return w ? pmul(ploadu<V>(g + i), ploadu<V>(w + i)) : ploadu<V>(g + i);
        };
        const auto centred = [=](int64_t i, auto v) {
          return psub(ploadu<decltype(v)>(x + i), pset1<decltype(v)>(m));
        };
        const double sum_g = sum<T>(size, gw);
        const double sum_gx = sum<T>(size, [=](int64_t i, auto v) { return pmul(gw(i, v), centred(i, v)); });
        const T b = T(-sum_gx / double(size) * inverse * inverse * inverse),
                d = T(-sum_g / double(size) * inverse);
        each<T>(size, [=, dx = static_cast<T*>(grad_in) + r * size](int64_t i, auto v) {
          using V = decltype(v);
          V rest = pmadd(centred(i, v), pset1<V>(b), pset1<V>(d));
          pstoreu(dx + i, pmadd(gw(i, v), pset1<V>(inverse), rest));
        });
      }
    });
    for (int which = 0; which < 2; ++which) {
      T* total = static_cast<T*>(which ? grad_bias : grad_weight);
      for (int64_t i = 0; total && i < size; ++i) {
        double value = 0;
        for (int64_t k = 0; k < chunks; ++k) value += shares.get()[(2 * k + which) * size + i];
        total[i] = T(value);
      }
    }
  });
}

}  // namespace

void fill_norm(Kernels& table) {
  table.softmax = softmax;
  table.softmax_grad = softmax_grad;
  table.batch_norm = batch_norm;
  table.batch_norm_apply = batch_norm_apply;
  table.batch_norm_grad = batch_norm_grad;
  table.layer_norm = layer_norm;
  table.layer_norm_grad = layer_norm_grad;
}

}  // namespace tengen::cpu::TENGEN_ISA
