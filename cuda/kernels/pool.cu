// Pooling of contiguous planes: one thread per pixel of the result, but for the gradient of the maximum.
#include <tengen/cuda/kernels/common/planes.h>
#include <tengen/cuda/kernels/families.h>

#include <algorithm>
#include <limits>

namespace tengen::cuda {
namespace {

/// The axis of a pooling: which inputs the window of an output covers.
struct Axis {
  int in, out, kernel, stride, pad, dilation;

  __device__ int begin(int i) const { return i * stride - pad; }
  __device__ int end(int i) const {
    const int end = begin(i) + dilation * (kernel - 1) + 1;
    return end < in ? end : in;
  }
  /// The first tap that does not lie before the input.
  __device__ int first(int i) const {
    const int at = begin(i);
    return at < 0 ? at + (-at + dilation - 1) / dilation * dilation : at;
  }
  /// What an average over the window divides by along this axis.
  __device__ int count(int i, bool with_padding) const {
    const int from = begin(i), to = from + kernel < in + pad ? from + kernel : in + pad;
    return with_padding ? to - from : (to < in ? to : in) - (from > 0 ? from : 0);
  }
  /// Without dilation: the outputs whose windows cover input i are [first_window, last_window].
  __device__ int first_window(int i) const {
    const int past = i + pad - kernel + 1;
    return past > 0 ? (past + stride - 1) / stride : 0;
  }
  __device__ int last_window(int i) const {
    const int last = (i + pad) / stride;
    return last < out ? last : out - 1;
  }
};

struct Windows {
  Axis h, w;
  int64_t in_size;
  explicit Windows(const Pool2dShape& s)
      : h{int(s.in_h), int(s.out_h), int(s.kernel_h), int(s.stride_h), int(s.pad_h), int(s.dilation_h)},
        w{int(s.in_w), int(s.out_w), int(s.kernel_w), int(s.stride_w), int(s.pad_w), int(s.dilation_w)},
        in_size(s.in_h * s.in_w) {}
};

// ---- maximum ----
template <class T>
struct MaxPool {
  Windows windows;
  const T* in;
  int64_t* indices;  // may be null

  __device__ T operator()(int64_t plane, int y, int x) const {
    const Axis &h = windows.h, &w = windows.w;
    const T* from = in + plane * windows.in_size;
    const int top = h.first(y), left = w.first(x), bottom = h.end(y), right = w.end(x);
    T best = -std::numeric_limits<T>::infinity();
    int where = (top < h.in ? top : h.in - 1) * w.in + (left < w.in ? left : w.in - 1);
    for (int row = top; row < bottom; row += h.dilation)
      for (int column = left; column < right; column += w.dilation) {
        const T value = from[row * w.in + column];
        if (value > best || value != value) best = value, where = row * w.in + column;
      }
    if (indices) indices[plane * h.out * w.out + y * w.out + x] = where;
    return best;
  }
};

void max_pool2d(Dtype dtype, const Pool2dShape& s, const void* in, void* out, int64_t* indices) {
  TENGEN_CHECK(s.in_h * s.in_w < int64_t{1} << 31, "max_pool2d: found planes of ", s.in_h, " x ", s.in_w,
               " pixels; there can be at most 2^31 - 1");
  with_real_type(dtype, "max_pool2d", [&](auto zero) {
    using T = decltype(zero);
    for_pixels<1>("max_pool2d", s.planes, s.out_h, s.out_w,
                  MaxPool<T>{Windows(s), static_cast<const T*>(in), indices}, static_cast<T*>(out));
  });
}

/// Windows may share their maximum, and the indices do not tell which do. So a block goes through the outputs
/// of a plane (or of a stretch of it: all that point there) in order, as many at a time as it has threads.
/// Those with the same slot take turns, the first first: each input's sum is in the order of the outputs,
/// whatever the grid. There are as many turns as windows overlap, mostly 1 to 4.
constexpr int kSlots = 2048;  // inputs modulo this share a slot: more than a block's outputs spread over

template <class T>
__global__ void max_pool2d_grad_kernel(int64_t in_size, int64_t out_size, int pieces, const T* grad_out,
                                       const int64_t* indices, T* grad_in) {
  __shared__ unsigned turns[2][kSlots];  // in alternation: one is cleared while the other is used
  constexpr unsigned kFree = ~0u;
  const int64_t plane = blockIdx.x / unsigned(pieces), piece = blockIdx.x % unsigned(pieces);
  const int64_t begin = in_size * piece / pieces, end = in_size * (piece + 1) / pieces;
  T* target = grad_in + plane * in_size;
  const T* grads = grad_out + plane * out_size;
  const int64_t* positions = indices + plane * out_size;
  for (int64_t i = begin + threadIdx.x; i < end; i += blockDim.x) target[i] = 0;
  for (int i = threadIdx.x; i < kSlots; i += blockDim.x) turns[0][i] = turns[1][i] = kFree;
  struct Share {
    int64_t at;
    T value;
  };
  const auto load = [&](int64_t i) { return i < out_size ? Share{positions[i], grads[i]} : Share{-1, T(0)}; };
  Share next = load(threadIdx.x);
  int now = 0;
  unsigned* taken = nullptr;  // the slot that this thread has had in the last turn
  __syncthreads();
  for (int64_t first = 0; first < out_size; first += blockDim.x) {
    const Share share = next;
    next = load(first + blockDim.x + threadIdx.x);
    bool waits = share.at >= begin && share.at < end;
    while (true) {
      const bool some_wait = __syncthreads_or(waits);
      if (taken) *taken = kFree;
      taken = nullptr;
      if (!some_wait) break;
      unsigned* slot = &turns[now][share.at & (kSlots - 1)];
      if (waits) atomicMin(slot, threadIdx.x);
      __syncthreads();
      if (waits && *slot == threadIdx.x) {
        target[share.at] += share.value;
        taken = slot;
        waits = false;
      }
      now = 1 - now;
    }
  }
}

void max_pool2d_grad(Dtype dtype, int64_t planes, int64_t in_size, int64_t out_size, const void* grad_out,
                     const int64_t* indices, void* grad_in) {
  if (planes * in_size == 0) return;
  // A few planes are cut, each piece reading all indices, to have work for the whole device.
  constexpr int64_t kPiece = 4096, kMostPieces = 16;
  const int64_t wanted = divide_up(4 * device_limits().multiprocessors, planes);
  const int pieces =
      int(std::clamp<int64_t>(wanted, 1, std::min(kMostPieces, std::max<int64_t>(1, in_size / kPiece))));
  with_real_type(dtype, "max_pool2d_grad", [&](auto zero) {
    using T = decltype(zero);
    launch("max_pool2d_grad", max_pool2d_grad_kernel<T>, unsigned(planes * pieces), kThreads, 0, in_size,
           out_size, pieces, static_cast<const T*>(grad_out), indices, static_cast<T*>(grad_in));
  });
}

// ---- average ----
struct Averages {
  Windows windows;
  bool count_pad;
  int64_t divisor;
  explicit Averages(const Pool2dShape& s) : windows(s), count_pad(s.count_include_pad), divisor(s.divisor) {}

  template <class T>
  __device__ T count(int y, int x) const {
    if (divisor) return T(divisor);
    return T(windows.h.count(y, count_pad)) * T(windows.w.count(x, count_pad));
  }
};

template <class T>
struct AveragePool {
  Averages averages;
  const T* in;

  __device__ T operator()(int64_t plane, int y, int x) const {
    const Axis &h = averages.windows.h, &w = averages.windows.w;
    const T* from = in + plane * averages.windows.in_size;
    T sum = 0;
    for (int row = h.first(y), bottom = h.end(y); row < bottom; ++row)
      for (int column = w.first(x), right = w.end(x); column < right; ++column)
        sum += from[row * w.in + column];
    return sum / averages.count<T>(y, x);
  }
};

/// For large windows: one output per warp.
template <class T>
__global__ void average_in_warps(int64_t outputs, Divisor width, Divisor height, Averages averages,
                                 const T* in, T* out) {
  const int64_t output = global_index() / kWarp;
  if (output >= outputs) return;
  int64_t plane = output;
  const int x = int(width.split(plane)), y = int(height.split(plane));
  const Axis &h = averages.windows.h, &w = averages.windows.w;
  const int top = h.first(y), left = w.first(x), columns = w.end(x) - left, rows = h.end(y) - top;
  const T* from = in + plane * averages.windows.in_size + top * w.in + left;
  T sum = 0;
  if (columns > 0)
    for (int i = threadIdx.x % kWarp; i < rows * columns; i += kWarp)
      sum += from[i / columns * w.in + i % columns];
  sum = warp_reduce(sum, Add());
  if (threadIdx.x % kWarp == 0) out[output] = sum / averages.count<T>(y, x);
}

void avg_pool2d(Dtype dtype, const Pool2dShape& s, const void* in, void* out) {
  with_real_type(dtype, "avg_pool2d", [&](auto zero) {
    using T = decltype(zero);
    const auto* from = static_cast<const T*>(in);
    auto* to = static_cast<T*>(out);
    const int64_t outputs = s.planes * s.out_h * s.out_w;
    if (s.kernel_h * s.kernel_w < kWarp)
      for_pixels<1>("avg_pool2d", s.planes, s.out_h, s.out_w, AveragePool<T>{Averages(s), from}, to);
    else
      launch("avg_pool2d", average_in_warps<T>, grid_for(outputs * kWarp), kThreads, 0, outputs,
             Divisor(s.out_w), Divisor(s.out_h), Averages(s), from, to);
  });
}

/// Each input gets its share of all windows that cover it.
template <class T>
struct AveragePoolGrad {
  Averages averages;
  const T* grad_out;

  __device__ T operator()(int64_t plane, int y, int x) const {
    const Axis &h = averages.windows.h, &w = averages.windows.w;
    const T* from = grad_out + plane * h.out * w.out;
    T sum = 0;
    for (int row = h.first_window(y), bottom = h.last_window(y); row <= bottom; ++row)
      for (int column = w.last_window(x), left = w.first_window(x); column >= left; --column)
        sum += from[row * w.out + column] / averages.count<T>(row, column);
    return sum;
  }
};

void avg_pool2d_grad(Dtype dtype, const Pool2dShape& s, const void* grad_out, void* grad_in) {
  with_real_type(dtype, "avg_pool2d_grad", [&](auto zero) {
    using T = decltype(zero);
    for_pixels<16 / sizeof(T)>("avg_pool2d_grad", s.planes, s.in_h, s.in_w,
                               AveragePoolGrad<T>{Averages(s), static_cast<const T*>(grad_out)},
                               static_cast<T*>(grad_in));
  });
}

}  // namespace

void add_pool_kernels(Kernels& table) {
  table.max_pool2d = max_pool2d;
  table.max_pool2d_grad = max_pool2d_grad;
  table.avg_pool2d = avg_pool2d;
  table.avg_pool2d_grad = avg_pool2d_grad;
}

}  // namespace tengen::cuda
