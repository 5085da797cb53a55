// Optimizer steps: one pass over a parameter, its gradient and its state. The order of operations is
// PyTorch's.
#include <cmath>

#include <tengen/tensor/cpu/families.h>
#include <tengen/tensor/parallel/parallel.h>

namespace tengen::cpu::TENGEN_ISA {
namespace {

// Calls body(i) for i in [0, size), in chunks that several threads may take.
template <class Body>
void for_each(int64_t size, const Body& body) {
  parallel_ranges(size, kGrainSize, [&](int64_t begin, int64_t end) {
#if defined(__clang__)
#pragma clang loop vectorize(assume_safety)
#else
#pragma GCC ivdep
#endif
    for (int64_t i = begin; i < end; ++i) body(i);
  });
}

template <class T>
void sgd(int64_t size, const SgdStep& step, T* param, const T* grad, T* buffer) {
  const T lr = T(step.lr), momentum = T(step.momentum), weight_decay = T(step.weight_decay);
  const T keep = T(1 - step.dampening);
  auto gradient = [&](int64_t i) { return grad[i] + weight_decay * param[i]; };
  if (!buffer)
    for_each(size, [&](int64_t i) { param[i] -= lr * gradient(i); });
  else if (step.first && step.nesterov)
    for_each(size, [&](int64_t i) {
      T g = gradient(i);
      buffer[i] = g;
      param[i] -= lr * (g + momentum * g);
    });
  else if (step.first)
    for_each(size, [&](int64_t i) {
      T g = gradient(i);
      buffer[i] = g;
      param[i] -= lr * g;
    });
  else if (step.nesterov)
    for_each(size, [&](int64_t i) {
      T g = gradient(i), b = momentum * buffer[i] + keep * g;
      buffer[i] = b;
      param[i] -= lr * (g + momentum * b);
    });
  else
    for_each(size, [&](int64_t i) {
      T b = momentum * buffer[i] + keep * gradient(i);
      buffer[i] = b;
      param[i] -= lr * b;
    });
}

template <class T>
void adam(int64_t size, const AdamStep& step, T* param, const T* grad, T* avg, T* squares, T* maximum) {
  const T beta1 = T(step.beta1), beta2 = T(step.beta2), rest1 = T(1 - step.beta1), rest2 = T(1 - step.beta2);
  const T step_size = T(step.step_size), correction = T(step.correction), eps = T(step.eps);
  const T weight_decay = T(step.weight_decay), decay = T(step.decay);
  auto update = [&](int64_t i, auto&& second_moment) {
    T p = param[i] * decay, g = grad[i] + weight_decay * p;
    T m = beta1 * avg[i] + rest1 * g, v = beta2 * squares[i] + rest2 * (g * g);
    avg[i] = m;
    squares[i] = v;
    param[i] = p - step_size * (m / (std::sqrt(second_moment(i, v)) / correction + eps));
  };
  if (maximum)
    for_each(size, [&](int64_t i) {
      update(i, [&](int64_t j, T v) { return maximum[j] = maximum[j] > v ? maximum[j] : v; });
    });
  else
    for_each(size, [&](int64_t i) { update(i, [](int64_t, T v) { return v; }); });
}

}  // namespace

void add_optim_kernels(Kernels& table) {
  table.sgd_step = [](Dtype dtype, const SgdStep& step, int64_t count, const SgdTensors* tensors) {
    visit_floating(dtype, "sgd_step", [&](auto zero) {
      using T = decltype(zero);
      for (int64_t i = 0; i < count; ++i) {
        const SgdTensors& t = tensors[i];
        sgd(t.size, step, static_cast<T*>(t.param), static_cast<const T*>(t.grad),
            static_cast<T*>(t.momentum_buffer));
      }
    });
  };
  table.adam_step = [](Dtype dtype, const AdamStep& step, int64_t count, const AdamTensors* tensors) {
    visit_floating(dtype, "adam_step", [&](auto zero) {
      using T = decltype(zero);
      for (int64_t i = 0; i < count; ++i) {
        const AdamTensors& t = tensors[i];
        adam(t.size, step, static_cast<T*>(t.param), static_cast<const T*>(t.grad),
             static_cast<T*>(t.exp_avg), static_cast<T*>(t.exp_avg_sq), static_cast<T*>(t.max_exp_avg_sq));
      }
    });
  };
}

}  // namespace tengen::cpu::TENGEN_ISA
