// Optimizer steps: one pass over parameters, their gradients and their state, 16 bytes at a time. A network
// has hundreds of parameters, most of them small, so one launch takes many: each block finds its piece of one
// of them in a list that travels with the launch.
#include <tengen/cuda/kernels/common/rows.h>
#include <tengen/cuda/kernels/families.h>

namespace tengen::cuda {
namespace {

/// The numbers of an SgdStep as a kernel uses them.
template <class T>
struct Sgd {
  static constexpr int kArrays = 3;  // param, grad, momentum buffer
  static constexpr const char* kName = "sgd_step";
  T lr, momentum, keep, weight_decay;
  bool nesterov, first;

  explicit Sgd(const SgdStep& step)
      : lr(T(step.lr)),
        momentum(T(step.momentum)),
        keep(T(1 - step.dampening)),
        weight_decay(T(step.weight_decay)),
        nesterov(step.nesterov),
        first(step.first) {}
  __device__ bool reads(int array) const { return array < 2 || !first; }
  /// x: an element of each array; has_last: whether there is a momentum buffer.
  __device__ void operator()(T (&x)[kArrays], bool has_last) const {
    T &param = x[0], &buffer = x[2];
    T g = x[1] + weight_decay * param;
    if (has_last) {
      buffer = first ? g : momentum * buffer + keep * g;
      g = nesterov ? g + momentum * buffer : buffer;
    }
    param -= lr * g;
  }
};

template <class T>
struct Adam {
  static constexpr int kArrays = 5;  // param, grad, the averages, the largest second moment
  static constexpr const char* kName = "adam_step";
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
  __device__ bool reads(int) const { return true; }
  __device__ void operator()(T (&x)[kArrays], bool has_last) const {
    T &avg = x[2], &squares = x[3], &maximum = x[4];
    const T p = x[0] * decay, g = x[1] + weight_decay * p;
    avg = beta1 * avg + rest1 * g;
    squares = beta2 * squares + rest2 * (g * g);
    T second = squares;
    if (has_last) second = maximum = maximum > squares ? maximum : squares;
    x[0] = p - step_size * (avg / (pw::sqrt(second) / correction + eps));
  }
};

/// Parameters that one launch takes: as many as kernel arguments have room for (4 KB).
template <int kArrays>
struct List {
  static constexpr int kMost = 3960 / int(sizeof(void*) * kArrays + sizeof(int64_t) + sizeof(unsigned));
  void* data[kMost][kArrays];  // the last may be null
  int64_t size[kMost];
  unsigned first[kMost];  // the parameter's first block
  int count = 0;
};

/// Elements of one block: enough to be worth looking for, few enough that all multiprocessors get some.
template <class T>
constexpr int kPiece = 4 * kThreads* Pack<T>::kCount;

/// The step for kWidth elements of each array.
template <int kWidth, class T, class Step>
__device__ void step_at(int64_t at, const Step& step, T* const (&data)[Step::kArrays]) {
  constexpr int kArrays = Step::kArrays;
  const bool has_last = data[kArrays - 1] != nullptr;
  Vector<T, kWidth> values[kArrays] = {};
#pragma unroll
  for (int a = 0; a < kArrays; ++a)
    if ((a + 1 < kArrays || has_last) && step.reads(a)) values[a] = load_vector<kWidth>(data[a] + at);
#pragma unroll
  for (int i = 0; i < kWidth; ++i) {
    T x[kArrays];
#pragma unroll
    for (int a = 0; a < kArrays; ++a) x[a] = values[a].values[i];
    step(x, has_last);
#pragma unroll
    for (int a = 0; a < kArrays; ++a) values[a].values[i] = x[a];
  }
#pragma unroll
  for (int a = 0; a < kArrays; ++a)
    if (a != 1 && (a + 1 < kArrays || has_last)) store_vector(data[a] + at, values[a]);
}

template <class T, class Step>
__global__ void __launch_bounds__(kThreads) step_kernel(const List<Step::kArrays> list, const Step step) {
  constexpr int kArrays = Step::kArrays, kWidth = Pack<T>::kCount;
  int which = 0, end = list.count;  // the last parameter that begins at this block or before
  while (end - which > 1) {
    const int middle = (which + end) / 2;
    if (list.first[middle] <= blockIdx.x)
      which = middle;
    else
      end = middle;
  }
  const int64_t begin = int64_t(blockIdx.x - list.first[which]) * kPiece<T>;
  const int size = int(min(list.size[which] - begin, int64_t(kPiece<T>)));
  T* data[kArrays];
  bool packs = true;
#pragma unroll
  for (int a = 0; a < kArrays; ++a) {
    T* array = static_cast<T*>(list.data[which][a]);
    packs &= reinterpret_cast<uintptr_t>(array) % sizeof(Pack<T>) == 0;
    data[a] = array ? array + begin : nullptr;
  }
  const int thread = int(threadIdx.x), whole = packs ? size / kWidth * kWidth : 0;
  for (int at = thread * kWidth; at < whole; at += kThreads * kWidth) step_at<kWidth>(at, step, data);
  for (int at = whole + thread; at < size; at += kThreads) step_at<1>(at, step, data);
}

/// Steps over parameters 0 to count; arrays(i, data) fills in the addresses of one and returns its size.
template <class T, class Step, class Arrays>
void run(const Step& step, int64_t count, const Arrays& arrays) {
  using Parameters = List<Step::kArrays>;
  static_assert(sizeof(Parameters) + sizeof(Step) <= 4096);
  Parameters list;
  int64_t blocks = 0;
  const auto flush = [&] {
    launch(Step::kName, step_kernel<T, Step>, dim3(unsigned(blocks)), kThreads, 0, list, step);
    list.count = 0;
    blocks = 0;
  };
  for (int64_t i = 0; i < count; ++i) {
    const int64_t size = arrays(i, list.data[list.count]);
    if (size == 0) continue;
    list.size[list.count] = size;
    list.first[list.count] = unsigned(blocks);
    blocks += divide_up(size, kPiece<T>);
    if (++list.count == Parameters::kMost) flush();
  }
  flush();
}

}  // namespace

void add_optim_kernels(Kernels& table) {
  table.sgd_step = [](Dtype dtype, const SgdStep& step, int64_t count, const SgdTensors* tensors) {
    with_real_type(dtype, "sgd_step", [&](auto zero) {
      using T = decltype(zero);
      run<T>(Sgd<T>(step), count, [&](int64_t i, void*(&data)[3]) {
        const SgdTensors& t = tensors[i];
        data[0] = t.param;
        data[1] = const_cast<void*>(t.grad);
        data[2] = t.momentum_buffer;
        return t.size;
      });
    });
  };
  table.adam_step = [](Dtype dtype, const AdamStep& step, int64_t count, const AdamTensors* tensors) {
    with_real_type(dtype, "adam_step", [&](auto zero) {
      using T = decltype(zero);
      run<T>(Adam<T>(step), count, [&](int64_t i, void*(&data)[5]) {
        const AdamTensors& t = tensors[i];
        data[0] = t.param;
        data[1] = const_cast<void*>(t.grad);
        data[2] = t.exp_avg;
        data[3] = t.exp_avg_sq;
        data[4] = t.max_exp_avg_sq;
        return t.size;
      });
    });
  };
}

}  // namespace tengen::cuda
