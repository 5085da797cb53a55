// Pooling and resampling of planes. Windows are separable: rows are treated first, then columns of row
// results, and the inner loops run along a row of outputs so that the compiler makes vectors of them.
#include <cmath>
#include <cstring>
#include <limits>

#include <tengen/tensor/cpu/common.h>
#include <tengen/tensor/cpu/families.h>
#include <tengen/tensor/parallel/parallel.h>

namespace tengen::cpu::TENGEN_ISA {
namespace {

/// Calls body(begin, end) for ranges of planes that each have about kGrainSize elements in and out.
template <class F>
void for_planes(int64_t planes, int64_t elements, const F& body) {
  parallel_ranges(planes, max(1, kGrainSize / max(1, elements)), body);
}

/// Along one axis: outputs [first, last) see tap k at input out*stride + offset.
struct Tap {
  int64_t first, last, offset;
};
Tap tap(int64_t k, int64_t in, int64_t out, int64_t stride, int64_t pad, int64_t dilation) {
  const int64_t offset = k * dilation - pad;
  const int64_t first = offset < 0 ? min(divide_up(-offset, stride), out) : 0;
  const int64_t last = offset < in ? min((in - offset - 1) / stride + 1, out) : 0;
  return {first, max(first, last), offset};
}

// ---- maximum

/// Integers as wide as T, so that values and positions share vector lanes.
template <class T>
using Index = std::conditional_t<sizeof(T) == 4, int32_t, int64_t>;

/// best, where = the larger of (best, where) and (value, at); the first of equals, but NaN beats everything.
template <class T, class I>
inline void keep_larger(T& best, I& where, T value, I at) {
  const bool take = value > best || value != value;
  best = take ? value : best;
  where = take ? at : where;
}

/// The first tap of a window at `begin` that does not lie before the input.
int64_t first_tap(int64_t begin, int64_t dilation) {
  return begin < 0 ? begin + divide_up(-begin, dilation) * dilation : begin;
}
/// The same, or the last input where the window lies behind all: a position for a maximum of nothing.
int64_t first_position(int64_t begin, int64_t in, int64_t dilation) {
  return min(first_tap(begin, dilation), in - 1);
}

/// Maxima over the kernel's width for one input row: (in_w) -> (out_w) values and positions.
template <class T>
void max_along_row(const Pool2dShape& s, const T* __restrict row, Index<T> start, T* __restrict best,
                   Index<T>* __restrict where) {
  for (int64_t x = 0; x < s.out_w; ++x) {
    best[x] = -std::numeric_limits<T>::infinity();
    where[x] = Index<T>(start + first_position(x * s.stride_w - s.pad_w, s.in_w, s.dilation_w));
  }
  for (int64_t k = 0; k < s.kernel_w; ++k) {
    const Tap t = tap(k, s.in_w, s.out_w, s.stride_w, s.pad_w, s.dilation_w);
    const Index<T> at = Index<T>(start + t.offset);
    if (s.stride_w == 1) {
      const T* in = row + t.offset;
      for (int64_t x = t.first; x < t.last; ++x)
        keep_larger(best[x], where[x], in[x], Index<T>(at + Index<T>(x)));
    } else if (s.stride_w == 2) {
      const T* in = row + t.offset;
      for (int64_t x = t.first; x < t.last; ++x)
        keep_larger(best[x], where[x], in[2 * x], Index<T>(at + 2 * Index<T>(x)));
    } else {
      for (int64_t x = t.first; x < t.last; ++x)
        keep_larger(best[x], where[x], row[x * s.stride_w + t.offset],
                    Index<T>(at + Index<T>(x * s.stride_w)));
    }
  }
}

template <class T>
void max_plane(const Pool2dShape& s, const T* in, T* out, int64_t* indices, T* row_best, Index<T>* row_where,
               Index<T>* where) {
  for (int64_t y = 0; y < s.in_h; ++y)
    max_along_row(s, in + y * s.in_w, Index<T>(y * s.in_w), row_best + y * s.out_w, row_where + y * s.out_w);
  for (int64_t y = 0; y < s.out_h; ++y) {
    T* __restrict best = out + y * s.out_w;
    const int64_t begin = y * s.stride_h - s.pad_h;
    for (int64_t x = 0; x < s.out_w; ++x) best[x] = -std::numeric_limits<T>::infinity();
    std::memcpy(where, row_where + first_position(begin, s.in_h, s.dilation_h) * s.out_w,
                size_t(s.out_w) * sizeof(Index<T>));
    const int64_t end = min(s.in_h, begin + s.dilation_h * (s.kernel_h - 1) + 1);
    for (int64_t source = first_tap(begin, s.dilation_h); source < end; source += s.dilation_h) {
      const T* __restrict value = row_best + source * s.out_w;
      const Index<T>* __restrict at = row_where + source * s.out_w;
      for (int64_t x = 0; x < s.out_w; ++x) keep_larger(best[x], where[x], value[x], at[x]);
    }
    if (indices)
      for (int64_t x = 0; x < s.out_w; ++x) indices[y * s.out_w + x] = where[x];
  }
}

/// Stride 1: a tap of the window is the whole plane moved, so a plane is treated as one long row. Its rows
/// have room for the padding, which keeps what a tap moves across an edge from counting.
template <class T>
class SlidingMax {
 public:
  explicit SlidingMax(const Pool2dShape& s)
      : s_(s),
        pitch_(s.in_w + 2 * s.pad_w),
        in_(s.in_h * pitch_),
        out_(s.out_h * pitch_),
        padded_(in_),
        row_best_(in_),
        best_(out_),
        positions_(in_),
        start_(in_),
        row_where_(in_),
        where_(out_) {
    clear(padded_, in_);
    for (int64_t y = 0; y < s.in_h; ++y)
      for (int64_t x = 0; x < pitch_; ++x) {
        positions_[y * pitch_ + x] = Index<T>(y * s.in_w + x - s.pad_w);
        start_[y * pitch_ + x] = Index<T>(y * s.in_w + first_position(x - s.pad_w, s.in_w, s.dilation_w));
      }
  }

  void plane(const T* in, T* out, int64_t* indices) {
    for (int64_t y = 0; y < s_.in_h; ++y)
      std::memcpy(padded_ + y * pitch_ + s_.pad_w, in + y * s_.in_w, size_t(s_.in_w) * sizeof(T));
    clear(row_best_, in_);
    std::memcpy(row_where_, start_, size_t(in_) * sizeof(Index<T>));
    for (int64_t k = 0; k < s_.kernel_w; ++k) {
      const int64_t move = k * s_.dilation_w;
      keep(row_best_, row_where_, padded_ + move, positions_ + move, in_ - move);
    }
    clear(best_, out_);
    for (int64_t y = 0; y < s_.out_h; ++y)
      std::memcpy(where_ + y * pitch_,
                  row_where_ + first_position(y - s_.pad_h, s_.in_h, s_.dilation_h) * pitch_,
                  size_t(pitch_) * sizeof(Index<T>));
    for (int64_t k = 0; k < s_.kernel_h; ++k) {
      const Tap t = tap(k, s_.in_h, s_.out_h, 1, s_.pad_h, s_.dilation_h);
      const int64_t to = t.first * pitch_, from = (t.first + t.offset) * pitch_;
      if (t.first < t.last)
        keep(best_ + to, where_ + to, row_best_ + from, row_where_ + from, (t.last - t.first) * pitch_);
    }
    for (int64_t y = 0; y < s_.out_h; ++y) {
      std::memcpy(out + y * s_.out_w, best_ + y * pitch_, size_t(s_.out_w) * sizeof(T));
      if (!indices) continue;
      const Index<T>* __restrict from = where_ + y * pitch_;
      for (int64_t x = 0; x < s_.out_w; ++x) indices[y * s_.out_w + x] = from[x];
    }
  }

 private:
  static void clear(T* values, int64_t count) {
    for (int64_t i = 0; i < count; ++i) values[i] = -std::numeric_limits<T>::infinity();
  }
  static void keep(T* __restrict best, Index<T>* __restrict where, const T* __restrict value,
                   const Index<T>* __restrict at, int64_t count) {
    for (int64_t i = 0; i < count; ++i) keep_larger(best[i], where[i], value[i], at[i]);
  }

  const Pool2dShape& s_;
  const int64_t pitch_, in_, out_;
  Temporary<T> padded_, row_best_, best_;
  Temporary<Index<T>> positions_, start_, row_where_, where_;
};

void max_pool2d(Dtype dtype, const Pool2dShape& s, const void* in, void* out, int64_t* indices) {
  with_real_type(dtype, [&](auto type) {
    using T = decltype(type);
    const int64_t in_size = s.in_h * s.in_w, out_size = s.out_h * s.out_w;
    for_planes(s.planes, in_size + out_size, [&](int64_t begin, int64_t end) {
      const auto each_plane = [&](const auto& pool) {
        for (int64_t p = begin; p < end; ++p)
          pool(static_cast<const T*>(in) + p * in_size, static_cast<T*>(out) + p * out_size,
               indices ? indices + p * out_size : nullptr);
      };
      if (s.stride_h == 1 && s.stride_w == 1) {
        SlidingMax<T> sliding(s);
        each_plane([&](const T* x, T* y, int64_t* at) { sliding.plane(x, y, at); });
      } else {
        Temporary<T> best(s.in_h * s.out_w);
        Temporary<Index<T>> where((s.in_h + 1) * s.out_w);
        each_plane(
            [&](const T* x, T* y, int64_t* at) { max_plane<T>(s, x, y, at, best, where + s.out_w, where); });
      }
    });
  });
}

void max_pool2d_grad(Dtype dtype, int64_t planes, int64_t in_size, int64_t out_size, const void* grad_out,
                     const int64_t* indices, void* grad_in) {
  with_real_type(dtype, [&](auto type) {
    using T = decltype(type);
    for_planes(planes, in_size + out_size, [&](int64_t begin, int64_t end) {
      std::memset(static_cast<T*>(grad_in) + begin * in_size, 0, size_t((end - begin) * in_size) * sizeof(T));
      for (int64_t p = begin; p < end; ++p) {
        const T* g = static_cast<const T*>(grad_out) + p * out_size;
        T* x = static_cast<T*>(grad_in) + p * in_size;
        for (int64_t i = 0; i < out_size; ++i) x[indices[p * out_size + i]] += g[i];
      }
    });
  });
}

// ---- average

/// Divisors of the windows along one axis (their product divides the sum); 1 where the shape names a divisor.
template <class T>
void fill_counts(int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t pad, bool count_pad,
                 int64_t divisor, T* counts) {
  for (int64_t i = 0; i < out; ++i) {
    int64_t begin = i * stride - pad, end = min(begin + kernel, in + pad);
    if (!count_pad) begin = max(begin, 0), end = min(end, in);
    counts[i] = divisor ? T(1) : T(end - begin);
  }
}

/// Both directions: visits each pair of an input row and the output row that averages it.
template <class F>
void for_row_pairs(const Pool2dShape& s, const F& f) {
  for (int64_t y = 0; y < s.out_h; ++y) {
    const int64_t top = y * s.stride_h - s.pad_h;
    for (int64_t source = max(top, 0); source < min(top + s.kernel_h, s.in_h); ++source) f(source, y);
  }
}

template <class T>
struct Counts {
  explicit Counts(const Pool2dShape& s) : h(s.out_h), w(s.out_w) {
    fill_counts<T>(s.in_h, s.out_h, s.kernel_h, s.stride_h, s.pad_h, s.count_include_pad, s.divisor, h);
    fill_counts<T>(s.in_w, s.out_w, s.kernel_w, s.stride_w, s.pad_w, s.count_include_pad, s.divisor, w);
    scale = s.divisor ? T(s.divisor) : T(1);
  }
  T at(int64_t y, int64_t x) { return h[y] * w[x] * scale; }
  Temporary<T> h, w;
  T scale;
};

void avg_pool2d(Dtype dtype, const Pool2dShape& s, const void* in, void* out) {
  with_real_type(dtype, [&](auto type) {
    using T = decltype(type);
    const int64_t in_size = s.in_h * s.in_w, out_size = s.out_h * s.out_w;
    for_planes(s.planes, in_size + out_size, [&](int64_t begin, int64_t end) {
      Counts<T> counts(s);
      for (int64_t p = begin; p < end; ++p) {
        const T* source = static_cast<const T*>(in) + p * in_size;
        T* target = static_cast<T*>(out) + p * out_size;
        std::memset(target, 0, size_t(out_size) * sizeof(T));
        for_row_pairs(s, [&](int64_t from, int64_t to) {
          T* __restrict sums = target + to * s.out_w;
          for (int64_t k = 0; k < s.kernel_w; ++k) {
            const Tap t = tap(k, s.in_w, s.out_w, s.stride_w, s.pad_w, 1);
            const T* __restrict row = source + from * s.in_w + t.offset;
            for (int64_t x = t.first; x < t.last; ++x) sums[x] += row[x * s.stride_w];
          }
        });
        for (int64_t y = 0; y < s.out_h; ++y)
          for (int64_t x = 0; x < s.out_w; ++x) target[y * s.out_w + x] /= counts.at(y, x);
      }
    });
  });
}

void avg_pool2d_grad(Dtype dtype, const Pool2dShape& s, const void* grad_out, void* grad_in) {
  with_real_type(dtype, [&](auto type) {
    using T = decltype(type);
    const int64_t in_size = s.in_h * s.in_w, out_size = s.out_h * s.out_w;
    for_planes(s.planes, in_size + out_size, [&](int64_t begin, int64_t end) {
      Counts<T> counts(s);
      Temporary<T> shares(out_size);
      for (int64_t p = begin; p < end; ++p) {
        const T* source = static_cast<const T*>(grad_out) + p * out_size;
        T* target = static_cast<T*>(grad_in) + p * in_size;
        std::memset(target, 0, size_t(in_size) * sizeof(T));
        for (int64_t y = 0; y < s.out_h; ++y)
          for (int64_t x = 0; x < s.out_w; ++x)
            shares[y * s.out_w + x] = source[y * s.out_w + x] / counts.at(y, x);
        for_row_pairs(s, [&](int64_t to, int64_t from) {
          const T* __restrict row = shares + from * s.out_w;
          for (int64_t k = 0; k < s.kernel_w; ++k) {
            const Tap t = tap(k, s.in_w, s.out_w, s.stride_w, s.pad_w, 1);
            T* __restrict sums = target + to * s.in_w + t.offset;
            for (int64_t x = t.first; x < t.last; ++x) sums[x * s.stride_w] += row[x];
          }
        });
      }
    });
  });
}

// ---- nearest neighbour

/// Source of each target pixel along one axis; in float, as PyTorch computes it. Never decreases.
void fill_nearest(int64_t in, int64_t out, double scale, int64_t* source) {
  for (int64_t i = 0; i < out; ++i) source[i] = min(int64_t(float(i) * float(scale)), in - 1);
}

struct Nearest {
  explicit Nearest(const ResampleShape& s) : h(s.out_h), w(s.out_w) {
    fill_nearest(s.in_h, s.out_h, s.scale_h, h);
    fill_nearest(s.in_w, s.out_w, s.scale_w, w);
  }
  Temporary<int64_t> h, w;
};

void upsample_nearest2d(Dtype dtype, const ResampleShape& s, const void* in, void* out) {
  with_real_type(dtype, [&](auto type) {
    using T = decltype(type);
    const int64_t in_size = s.in_h * s.in_w, out_size = s.out_h * s.out_w;
    const bool twice = s.scale_w == 0.5 && s.out_w == 2 * s.in_w;
    for_planes(s.planes, in_size + out_size, [&](int64_t begin, int64_t end) {
      Nearest source(s);
      for (int64_t p = begin; p < end; ++p)
        for (int64_t y = 0; y < s.out_h; ++y) {
          const T* __restrict from = static_cast<const T*>(in) + p * in_size + source.h[y] * s.in_w;
          T* __restrict to = static_cast<T*>(out) + p * out_size + y * s.out_w;
          if (y > 0 && source.h[y] == source.h[y - 1]) {
            std::memcpy(to, to - s.out_w, size_t(s.out_w) * sizeof(T));
          } else if (twice) {
            for (int64_t x = 0; x < s.in_w; ++x) to[2 * x] = to[2 * x + 1] = from[x];
          } else {
            const int64_t* __restrict index = source.w;
            for (int64_t x = 0; x < s.out_w; ++x) to[x] = from[index[x]];
          }
        }
    });
  });
}

void upsample_nearest2d_grad(Dtype dtype, const ResampleShape& s, const void* grad_out, void* grad_in) {
  with_real_type(dtype, [&](auto type) {
    using T = decltype(type);
    const int64_t in_size = s.in_h * s.in_w, out_size = s.out_h * s.out_w;
    const bool twice = s.scale_w == 0.5 && s.out_w == 2 * s.in_w;
    for_planes(s.planes, in_size + out_size, [&](int64_t begin, int64_t end) {
      Nearest source(s);
      Temporary<T> sums(s.out_w);
      for (int64_t p = begin; p < end; ++p) {
        T* target = static_cast<T*>(grad_in) + p * in_size;
        std::memset(target, 0, size_t(in_size) * sizeof(T));
        for (int64_t y = 0; y < s.out_h;) {
          const int64_t row = source.h[y];
          const T* from = static_cast<const T*>(grad_out) + p * out_size + y * s.out_w;
          std::memcpy(sums, from, size_t(s.out_w) * sizeof(T));
          for (++y; y < s.out_h && source.h[y] == row; ++y) {  // all rows that copied this one
            from += s.out_w;
            T* __restrict total = sums;
            for (int64_t x = 0; x < s.out_w; ++x) total[x] += from[x];
          }
          T* __restrict to = target + row * s.in_w;
          const T* __restrict total = sums;
          if (twice) {
            for (int64_t x = 0; x < s.in_w; ++x) to[x] = total[2 * x] + total[2 * x + 1];
          } else {
            for (int64_t x = 0; x < s.out_w; ++x) to[source.w[x]] += total[x];
          }
        }
      }
    });
  });
}

// ---- bilinear

/// Along one axis, target i is (1 - weight) * in[low] + weight * in[high].
template <class T>
struct Linear {
  Linear(int64_t in, int64_t out, double scale, bool align_corners) : low(out), high(out), weight(out) {
    for (int64_t i = 0; i < out; ++i) {
      T x = align_corners ? T(scale) * T(i) : T(scale) * (T(i) + T(0.5)) - T(0.5);
      if (x < 0) x = 0;
      low[i] = min(int64_t(x), in - 1);
      high[i] = min(low[i] + 1, in - 1);
      weight[i] = x - T(low[i]) < 1 ? x - T(low[i]) : T(1);
    }
  }
  Temporary<int64_t> low, high;
  Temporary<T> weight;
};

void upsample_bilinear2d(Dtype dtype, const ResampleShape& s, const void* in, void* out) {
  with_real_type(dtype, [&](auto type) {
    using T = decltype(type);
    const int64_t in_size = s.in_h * s.in_w, out_size = s.out_h * s.out_w;
    for_planes(s.planes, in_size + out_size, [&](int64_t begin, int64_t end) {
      Linear<T> h(s.in_h, s.out_h, s.scale_h, s.align_corners),
          w(s.in_w, s.out_w, s.scale_w, s.align_corners);
      Temporary<T> blend(s.in_w);
      for (int64_t p = begin; p < end; ++p)
        for (int64_t y = 0; y < s.out_h; ++y) {
          const T* __restrict a = static_cast<const T*>(in) + p * in_size + h.low[y] * s.in_w;
          const T* __restrict b = static_cast<const T*>(in) + p * in_size + h.high[y] * s.in_w;
          T* __restrict row = blend;
          const T to_b = h.weight[y], to_a = 1 - to_b;
          for (int64_t x = 0; x < s.in_w; ++x) row[x] = to_a * a[x] + to_b * b[x];
          T* __restrict to = static_cast<T*>(out) + p * out_size + y * s.out_w;
          const int64_t* __restrict low = w.low, * __restrict high = w.high;
          const T* __restrict weight = w.weight;
          for (int64_t x = 0; x < s.out_w; ++x)
            to[x] = (1 - weight[x]) * row[low[x]] + weight[x] * row[high[x]];
        }
    });
  });
}

void upsample_bilinear2d_grad(Dtype dtype, const ResampleShape& s, const void* grad_out, void* grad_in) {
  with_real_type(dtype, [&](auto type) {
    using T = decltype(type);
    const int64_t in_size = s.in_h * s.in_w, out_size = s.out_h * s.out_w;
    for_planes(s.planes, in_size + out_size, [&](int64_t begin, int64_t end) {
      Linear<T> h(s.in_h, s.out_h, s.scale_h, s.align_corners),
          w(s.in_w, s.out_w, s.scale_w, s.align_corners);
      Temporary<T> spread(s.in_w);
      for (int64_t p = begin; p < end; ++p) {
        T* target = static_cast<T*>(grad_in) + p * in_size;
        std::memset(target, 0, size_t(in_size) * sizeof(T));
        for (int64_t y = 0; y < s.out_h; ++y) {
          const T* from = static_cast<const T*>(grad_out) + p * out_size + y * s.out_w;
          T* __restrict row = spread;
          std::memset(row, 0, size_t(s.in_w) * sizeof(T));
          const int64_t* __restrict low = w.low, * __restrict high = w.high;
          const T* __restrict weight = w.weight;
          for (int64_t x = 0; x < s.out_w; ++x) {
            row[low[x]] += (1 - weight[x]) * from[x];
            row[high[x]] += weight[x] * from[x];
          }
          const T to_high = h.weight[y];
          T* __restrict to = target + h.low[y] * s.in_w;
          for (int64_t x = 0; x < s.in_w; ++x) to[x] += (1 - to_high) * row[x];
          to = target + h.high[y] * s.in_w;
          for (int64_t x = 0; x < s.in_w; ++x) to[x] += to_high * row[x];
        }
      }
    });
  });
}

}  // namespace

void add_pool_kernels(Kernels& table) {
  table.max_pool2d = max_pool2d;
  table.max_pool2d_grad = max_pool2d_grad;
  table.avg_pool2d = avg_pool2d;
  table.avg_pool2d_grad = avg_pool2d_grad;
  table.upsample_nearest2d = upsample_nearest2d;
  table.upsample_nearest2d_grad = upsample_nearest2d_grad;
  table.upsample_bilinear2d = upsample_bilinear2d;
  table.upsample_bilinear2d_grad = upsample_bilinear2d_grad;
}

}  // namespace tengen::cpu::TENGEN_ISA
