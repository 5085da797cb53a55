// Optimizer steps: one pass over a parameter, its gradient and its state, 16 bytes at a time.
#include <tengen/cuda/kernels/fill.h>
#include <tengen/cuda/kernels/rows.h>

namespace tengen::cuda {
namespace {

/// The numbers of an SgdStep as a kernel uses them.
template <class T>
struct Sgd {
  T lr, momentum, keep, weight_decay;
  bool nesterov, first;

  explicit Sgd(const SgdStep& step)
      : lr(T(step.lr)),
        momentum(T(step.momentum)),
        keep(T(1 - step.dampening)),
        weight_decay(T(step.weight_decay)),
        nesterov(step.nesterov),
        first(step.first) {}
  /// buffer: null without momentum.
  __device__ void operator()(T& param, T grad, T* buffer) const {
    T g = grad + weight_decay * param;
    if (buffer) {
      *buffer = first ? g : momentum * *buffer + keep * g;
      g = nesterov ? g + momentum * *buffer : *buffer;
    }
    param -= lr * g;
  }
};

template <class T>
struct Adam {
  T beta1, beta2, rest1, rest2, step_size, correction, eps, weight_decay, decay;

  explicit Adam(const AdamStep& step)
      : beta1(T(step.beta1)),
        beta2(T(step.beta2)),
        rest1(T(1 - step.beta1)),
        rest2(T(1 - step.beta2)),
        step_size(T(step.step_size)),
        correction(T(step.correction)),
        eps(T(step.eps)),
        weight_decay(T(step.weight_decay)),
        decay(T(step.decay)) {}
  /// maximum: null where the largest second moment is not kept.
  __device__ void operator()(T& param, T grad, T& avg, T& squares, T* maximum) const {
    const T p = param * decay, g = grad + weight_decay * p;
    avg = beta1 * avg + rest1 * g;
    squares = beta2 * squares + rest2 * (g * g);
    T second = squares;
    if (maximum) second = *maximum = *maximum > squares ? *maximum : squares;
    param = p - step_size * (avg / (pw::sqrt(second) / correction + eps));
  }
};

/// Calls f(place, integral_constant width) for the elements of the calling thread: one vector, or the last
/// few.
template <int kWidth, class F>
__device__ void each_element(int64_t size, const F& f) {
  const int64_t begin = global_index() * kWidth;
  if (begin + kWidth <= size)
    f(begin, std::integral_constant<int, kWidth>());
  else
    for (int64_t i = begin; i < size; ++i) f(i, std::integral_constant<int, 1>());
}

template <int kWidth, class T>
__global__ void sgd_kernel(int64_t size, Sgd<T> step, T* param, const T* grad, T* buffer) {
  each_element<kWidth>(size, [&](int64_t at, auto width) {
    constexpr int kCount = decltype(width)::value;
    auto p = load_vector<kCount>(param + at), b = p;
    const auto g = load_vector<kCount>(grad + at);
    if (buffer && !step.first) b = load_vector<kCount>(buffer + at);
#pragma unroll
    for (int i = 0; i < kCount; ++i) step(p.values[i], g.values[i], buffer ? &b.values[i] : nullptr);
    store_vector(param + at, p);
    if (buffer) store_vector(buffer + at, b);
  });
}

template <int kWidth, class T>
__global__ void adam_kernel(int64_t size, Adam<T> step, T* param, const T* grad, T* avg, T* squares,
                            T* maximum) {
  each_element<kWidth>(size, [&](int64_t at, auto width) {
    constexpr int kCount = decltype(width)::value;
    auto p = load_vector<kCount>(param + at), m = load_vector<kCount>(avg + at);
    auto v = load_vector<kCount>(squares + at), largest = v;
    const auto g = load_vector<kCount>(grad + at);
    if (maximum) largest = load_vector<kCount>(maximum + at);
#pragma unroll
    for (int i = 0; i < kCount; ++i)
      step(p.values[i], g.values[i], m.values[i], v.values[i], maximum ? &largest.values[i] : nullptr);
    store_vector(param + at, p);
    store_vector(avg + at, m);
    store_vector(squares + at, v);
    if (maximum) store_vector(maximum + at, largest);
  });
}

}  // namespace

void fill_optim(Kernels& table) {
  table.sgd_step = [](Dtype dtype, int64_t size, const SgdStep& step, void* param, const void* grad,
                      void* buffer) {
    with_real_type(dtype, "sgd_step", [&](auto zero) {
      using T = decltype(zero);
      with_width<T>(is_aligned(param) && is_aligned(grad) && is_aligned(buffer), [&](auto width) {
        constexpr int kWidth = decltype(width)::value;
        launch("sgd_step", sgd_kernel<kWidth, T>, grid_for(divide_up(size, kWidth)), kThreads, 0, size,
               Sgd<T>(step), static_cast<T*>(param), static_cast<const T*>(grad), static_cast<T*>(buffer));
      });
    });
  };
  table.adam_step = [](Dtype dtype, int64_t size, const AdamStep& step, void* param, const void* grad,
                       void* avg, void* squares, void* maximum) {
    with_real_type(dtype, "adam_step", [&](auto zero) {
      using T = decltype(zero);
      const bool packs = is_aligned(param) && is_aligned(grad) && is_aligned(avg) && is_aligned(squares) &&
                         is_aligned(maximum);
      with_width<T>(packs, [&](auto width) {
        constexpr int kWidth = decltype(width)::value;
        launch("adam_step", adam_kernel<kWidth, T>, grid_for(divide_up(size, kWidth)), kThreads, 0, size,
               Adam<T>(step), static_cast<T*>(param), static_cast<const T*>(grad), static_cast<T*>(avg),
               static_cast<T*>(squares), static_cast<T*>(maximum));
      });
    });
  };
}

}  // namespace tengen::cuda
