// Resampling of contiguous planes: one thread per pixel, or some neighbours, of the result. Gradients gather
// too: along an axis sources never decrease, so the targets that read a source are a range, which is found
// from a guess by asking the same function that reads.
#include <tengen/cuda/kernels/common/planes.h>
#include <tengen/cuda/kernels/families.h>

namespace tengen::cuda {
namespace {

/// The first i of [0, out) with source(i) >= value, or out.
template <class Axis>
__device__ int first_from(const Axis& axis, int value) {
  if (value <= 0) return 0;
  if (value >= axis.in) return axis.out;
  int i = axis.guess(value);
  i = i < 0 ? 0 : i > axis.out ? axis.out : i;
  while (i > 0 && axis.source(i - 1) >= value) --i;
  while (i < axis.out && axis.source(i) < value) ++i;
  return i;
}

/// One over a scale; that of 0, where all sources are 0, does not matter.
template <class T>
T inverse(double scale) {
  return scale > 0 ? T(1 / scale) : T(0);
}

// ---- nearest neighbour ----
struct NearestAxis {
  int in, out;
  float scale, per_source;
  NearestAxis(int64_t in, int64_t out, double scale)
      : in(int(in)), out(int(out)), scale(float(scale)), per_source(inverse<float>(scale)) {}
  /// In float, as PyTorch computes it.
  __device__ int source(int i) const {
    const int at = int(float(i) * scale);
    return at < in ? at : in - 1;
  }
  __device__ int guess(int value) const { return int(float(value) * per_source); }
};

template <class T>
struct Nearest {
  NearestAxis h, w;
  const T* in;
  __device__ T operator()(int64_t plane, int y, int x) const {
    return in[plane * h.in * w.in + h.source(y) * w.in + w.source(x)];
  }
};

template <class T>
struct NearestGrad {
  NearestAxis h, w;
  const T* grad_out;
  __device__ T operator()(int64_t plane, int y, int x) const {
    const T* from = grad_out + plane * h.out * w.out;
    const int top = first_from(h, y), bottom = first_from(h, y + 1);
    const int left = first_from(w, x), right = first_from(w, x + 1);
    T sum = 0;
    for (int column = left; column < right; ++column) {
      T total = 0;
      for (int row = top; row < bottom; ++row) total += from[row * w.out + column];
      sum += total;
    }
    return sum;
  }
};

// ---- bilinear ----
/// Target i is (1 - weight) * in[source] + weight * in[source + 1].
template <class T>
struct LinearAxis {
  int in, out;
  T scale, per_source;
  bool align_corners;
  LinearAxis(int64_t in, int64_t out, double scale, bool align_corners)
      : in(int(in)),
        out(int(out)),
        scale(T(scale)),
        per_source(inverse<T>(scale)),
        align_corners(align_corners) {}

  struct Tap {
    int low, high;
    T weight;
    /// How much of the target `source` makes.
    __device__ T share(int source) const {
      return (low == source ? 1 - weight : T(0)) + (high == source ? weight : T(0));
    }
  };
  __device__ T position(int i) const {
    const T at = align_corners ? scale * T(i) : scale * (T(i) + T(0.5)) - T(0.5);
    return at < 0 ? T(0) : at;
  }
  __device__ int source(int i) const {
    const int at = int(position(i));
    return at < in ? at : in - 1;
  }
  __device__ Tap tap(int i) const {
    const int low = source(i);
    const T weight = position(i) - T(low);
    return {low, low + 1 < in ? low + 1 : in - 1, weight < 1 ? weight : T(1)};
  }
  __device__ int guess(int value) const {
    return align_corners ? int(T(value) * per_source) : int((T(value) + T(0.5)) * per_source - T(0.5));
  }
};

template <class T>
struct Bilinear {
  LinearAxis<T> h, w;
  const T* in;
  __device__ T operator()(int64_t plane, int y, int x) const {
    const auto row = h.tap(y), column = w.tap(x);
    const T *a = in + plane * h.in * w.in + row.low * w.in, *b = a + (row.high - row.low) * w.in;
    const T left = (1 - row.weight) * a[column.low] + row.weight * b[column.low];
    const T right = (1 - row.weight) * a[column.high] + row.weight * b[column.high];
    return (1 - column.weight) * left + column.weight * right;
  }
};

template <class T>
struct BilinearGrad {
  LinearAxis<T> h, w;
  const T* grad_out;
  __device__ T operator()(int64_t plane, int y, int x) const {
    const T* from = grad_out + plane * h.out * w.out;
    const int top = first_from(h, y - 1), bottom = first_from(h, y + 1);
    const int left = first_from(w, x - 1), right = first_from(w, x + 1);
    T sum = 0;
    for (int row = top; row < bottom; ++row) {
      T total = 0;
      for (int column = left; column < right; ++column)
        total += w.tap(column).share(x) * from[row * w.out + column];
      sum += h.tap(row).share(y) * total;
    }
    return sum;
  }
};

// ---- the table's functions ----
template <class T>
LinearAxis<T> linear_axis(const ResampleShape& s, bool vertical) {
  return vertical ? LinearAxis<T>(s.in_h, s.out_h, s.scale_h, s.align_corners)
                  : LinearAxis<T>(s.in_w, s.out_w, s.scale_w, s.align_corners);
}
NearestAxis nearest_axis(const ResampleShape& s, bool vertical) {
  return vertical ? NearestAxis(s.in_h, s.out_h, s.scale_h) : NearestAxis(s.in_w, s.out_w, s.scale_w);
}

void upsample_nearest2d(Dtype dtype, const ResampleShape& s, const void* in, void* out) {
  with_real_type(dtype, "upsample_nearest2d", [&](auto zero) {
    using T = decltype(zero);
    for_pixels<16 / sizeof(T)>(
        "upsample_nearest2d", s.planes, s.out_h, s.out_w,
        Nearest<T>{nearest_axis(s, true), nearest_axis(s, false), static_cast<const T*>(in)},
        static_cast<T*>(out));
  });
}

void upsample_nearest2d_grad(Dtype dtype, const ResampleShape& s, const void* grad_out, void* grad_in) {
  with_real_type(dtype, "upsample_nearest2d_grad", [&](auto zero) {
    using T = decltype(zero);
    for_pixels<1>(
        "upsample_nearest2d_grad", s.planes, s.in_h, s.in_w,
        NearestGrad<T>{nearest_axis(s, true), nearest_axis(s, false), static_cast<const T*>(grad_out)},
        static_cast<T*>(grad_in));
  });
}

void upsample_bilinear2d(Dtype dtype, const ResampleShape& s, const void* in, void* out) {
  with_real_type(dtype, "upsample_bilinear2d", [&](auto zero) {
    using T = decltype(zero);
    for_pixels<1>("upsample_bilinear2d", s.planes, s.out_h, s.out_w,
                  Bilinear<T>{linear_axis<T>(s, true), linear_axis<T>(s, false), static_cast<const T*>(in)},
                  static_cast<T*>(out));
  });
}

void upsample_bilinear2d_grad(Dtype dtype, const ResampleShape& s, const void* grad_out, void* grad_in) {
  with_real_type(dtype, "upsample_bilinear2d_grad", [&](auto zero) {
    using T = decltype(zero);
    for_pixels<1>(
        "upsample_bilinear2d_grad", s.planes, s.in_h, s.in_w,
        BilinearGrad<T>{linear_axis<T>(s, true), linear_axis<T>(s, false), static_cast<const T*>(grad_out)},
        static_cast<T*>(grad_in));
  });
}

}  // namespace

void add_resample_kernels(Kernels& table) {
  table.upsample_nearest2d = upsample_nearest2d;
  table.upsample_nearest2d_grad = upsample_nearest2d_grad;
  table.upsample_bilinear2d = upsample_bilinear2d;
  table.upsample_bilinear2d_grad = upsample_bilinear2d_grad;
}

}  // namespace tengen::cuda
