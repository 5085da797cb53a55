// The formulas of pointwise.h for every computing type, over operands of any strides.
#include <tengen/tensor/cpu/families.h>
#include <tengen/tensor/cpu/loops.h>
#include <tengen/tensor/cpu/pointwise/vec_math.h>
#include <tengen/tensor/cpu/thread_buffers.h>
#include <tengen/tensor/parallel/parallel.h>

namespace tengen::cpu::TENGEN_ISA {
namespace {

/// out[i] = f(in[0][i], ...) for i < n, over contiguous memory.
using Kernel = void (*)(int64_t n, void* out, const void* const* in, const double* params);

template <class T>
T parameter(double value) {
  if constexpr (sizeof(T) == 8 && T(0.5) == T(0)) {  // int64_t: saturate, a missing bound is infinite
    return value >= 0x1p63 ? INT64_MAX : value < -0x1p63 ? INT64_MIN : T(value);
  } else {
    return T(value);
  }
}

template <int kLanes>
struct ByteLanes {
  typedef int8_t type __attribute__((vector_size(kLanes)));
};

template <class T, class F, int kInputs>
void reals(int64_t n, void* out_data, const void* const* in, const double* params) {
  using V = Vec<T>;
  using S = Simd<T>;
  const V p[3] = {V(T(params[0])), V(T(params[1])), V(T(params[2]))};
  auto compute = [&](auto load) {
    if constexpr (kInputs == 1)
      return F()(V(load(0)), p);
    else if constexpr (kInputs == 2)
      return F()(V(load(0)), V(load(1)), p);
    else
      return F()(V(load(0)), V(load(1)), V(load(2)), p);
  };
  auto input = [&](int k) { return static_cast<const T*>(in[k]); };
  int64_t i = 0;
  if constexpr (__is_same(decltype(compute([](int) { return V(T(0)); })), V)) {
    T* out = static_cast<T*>(out_data);
    for (; i + V::lanes <= n; i += V::lanes)
      S::store(out + i, compute([&](int k) { return S::load(input(k) + i); }).raw);
    if (i < n) {
      auto mask = S::mask(int(n - i));
      S::store(out + i, compute([&](int k) { return S::load(input(k) + i, mask); }).raw, mask);
    }
  } else {  // a test
    using Bytes = typename ByteLanes<V::lanes>::type;
    char* out = static_cast<char*>(out_data);
    auto bytes = [](typename V::Mask m) { return __builtin_convertvector(m.raw, Bytes) & 1; };
    for (; i + V::lanes <= n; i += V::lanes) {
      Bytes b = bytes(compute([&](int k) { return S::load(input(k) + i); }));
      __builtin_memcpy(out + i, &b, sizeof b);
    }
    if (i < n) {
      auto mask = S::mask(int(n - i));
      Bytes b = bytes(compute([&](int k) { return S::load(input(k) + i, mask); }));
      for (int k = 0; i + k < n; ++k) out[i + k] = b[k];
    }
  }
}

template <class F, int kInputs>
void integers(int64_t n, void* out_data, const void* const* in, const double* params) {
  using V = int64_t;
  const V p[3] = {parameter<V>(params[0]), parameter<V>(params[1]), parameter<V>(params[2])};
  auto input = [&](int k) { return static_cast<const V*>(in[k]); };
  auto run = [&](auto* out) {
    for (int64_t i = 0; i < n; ++i) {
      if constexpr (kInputs == 1)
        out[i] = F()(input(0)[i], p);
      else if constexpr (kInputs == 2)
        out[i] = F()(input(0)[i], input(1)[i], p);
      else
        out[i] = F()(input(0)[i], input(1)[i], input(2)[i], p);
    }
  };
  auto result = [&] {
    if constexpr (kInputs == 1)
      return F()(V{}, p);
    else if constexpr (kInputs == 2)
      return F()(V{}, V{}, p);
    else
      return F()(V{}, V{}, V{}, p);
  };
  using Result = decltype(result());
  static_assert(__is_same(Result, V) || __is_same(Result, bool));
  run(static_cast<Result*>(out_data));
}

/// One formula: its name for errors and a kernel per computing type, null where it has none.
struct Entry {
  const char* name;
  Kernel f32, f64, i64;
  Kernel kernel(Dtype computing) const {
    return computing == kFloat ? f32 : computing == kDouble ? f64 : computing == kLong ? i64 : nullptr;
  }
};

#define TENGEN_FORMULA(name)                                 \
  struct name##_ {                                           \
    template <class V, class... Args>                        \
    TENGEN_INLINE auto operator()(V x, Args... args) const { \
      return formula::name(x, args...);                      \
    }                                                        \
  };
#define TENGEN_MATH(name)                                     \
  struct name##_ {                                            \
    template <class V>                                        \
    TENGEN_INLINE auto operator()(V x, const V*) const {      \
      using pw::name;                                         \
      return name(x);                                         \
    }                                                         \
    template <class V>                                        \
    TENGEN_INLINE auto operator()(V x, V y, const V*) const { \
      using pw::name;                                         \
      return name(x, y);                                      \
    }                                                         \
  };
TENGEN_UNARY_MATH(TENGEN_MATH)
TENGEN_UNARY_REAL(TENGEN_FORMULA)
TENGEN_UNARY_ANY(TENGEN_FORMULA)
TENGEN_UNARY_INT(TENGEN_FORMULA)
TENGEN_UNARY_TEST(TENGEN_FORMULA)
TENGEN_BINARY_ANY(TENGEN_FORMULA)
TENGEN_BINARY_MATH_ANY(TENGEN_MATH)
TENGEN_BINARY_INT(TENGEN_FORMULA)
TENGEN_BINARY_MATH(TENGEN_MATH)
TENGEN_BINARY_REAL(TENGEN_FORMULA)
TENGEN_BINARY_TEST(TENGEN_FORMULA)
TENGEN_FORMULA(addcmul)
TENGEN_FORMULA(addcdiv)
TENGEN_FORMULA(lerp)
TENGEN_FORMULA(bce_with_logits_grad)

// In the order of the enums.
#define TENGEN_REAL1(name) {#name, reals<float, name##_, 1>, reals<double, name##_, 1>, nullptr},
#define TENGEN_ANY1(name) {#name, reals<float, name##_, 1>, reals<double, name##_, 1>, integers<name##_, 1>},
#define TENGEN_INT1(name) {#name, nullptr, nullptr, integers<name##_, 1>},
#define TENGEN_REAL2(name) {#name, reals<float, name##_, 2>, reals<double, name##_, 2>, nullptr},
#define TENGEN_ANY2(name) {#name, reals<float, name##_, 2>, reals<double, name##_, 2>, integers<name##_, 2>},
#define TENGEN_INT2(name) {#name, nullptr, nullptr, integers<name##_, 2>},
constexpr Entry kUnary[] = {TENGEN_UNARY_MATH(TENGEN_REAL1) TENGEN_UNARY_REAL(TENGEN_REAL1) TENGEN_UNARY_ANY(
    TENGEN_ANY1) TENGEN_UNARY_INT(TENGEN_INT1) TENGEN_UNARY_TEST(TENGEN_ANY1)};
constexpr Entry kBinary[] = {TENGEN_BINARY_ANY(TENGEN_ANY2) TENGEN_BINARY_MATH_ANY(TENGEN_ANY2)
                                 TENGEN_BINARY_INT(TENGEN_INT2) TENGEN_BINARY_MATH(TENGEN_REAL2)
                                     TENGEN_BINARY_REAL(TENGEN_REAL2) TENGEN_BINARY_TEST(TENGEN_ANY2)};

/// where: by the size of an element; nothing is computed.
template <class T>
void choose(int64_t n, void* out_data, const void* const* in, const double*) {
  const uint8_t* condition = static_cast<const uint8_t*>(in[0]);
  const T *a = static_cast<const T*>(in[1]), *b = static_cast<const T*>(in[2]);
  T* out = static_cast<T*>(out_data);
  for (int64_t i = 0; i < n; ++i) {
    T x = a[i], y = b[i];
    out[i] = condition[i] ? x : y;
  }
}
constexpr Entry kTernary[] = {
    {"where", nullptr, nullptr, nullptr},
    {"addcmul", reals<float, addcmul_, 3>, reals<double, addcmul_, 3>, integers<addcmul_, 3>},
    {"addcdiv", reals<float, addcdiv_, 3>, reals<double, addcdiv_, 3>, nullptr},
    {"lerp", reals<float, lerp_, 3>, reals<double, lerp_, 3>, nullptr},
    {"bce_with_logits_grad", reals<float, bce_with_logits_grad_, 3>, reals<double, bce_with_logits_grad_, 3>,
     nullptr}};

struct Input {
  const View* view;
  Dtype as;
};

/// Whether elements of type `as` lie one after another in memory, in the order of the dimensions.
bool is_plain(const View& view, Dtype as) {
  int64_t expected = 1;
  for (int d = view.dim - 1; d >= 0; --d) {
    if (view.strides[d] != expected && view.sizes[d] != 1) return false;
    expected *= view.sizes[d];
  }
  return view.dtype == as;
}

constexpr double kNoParams[3] = {};

/// Runs `kernel` over whole operands, whatever their strides and types.
template <int kInputs>
void run(Kernel kernel, const View& out, Dtype out_as, const Input (&inputs)[kInputs], const double* params) {
  const double* parameters = params ? params : kNoParams;
  bool plain = is_plain(out, out_as);
  for (const Input& input : inputs) plain = plain && is_plain(*input.view, input.as);
  if (plain) {  // by far the most calls, many of them of few elements: no iteration to set up
    int64_t numel = 1;
    for (int d = 0; d < out.dim; ++d) numel *= out.sizes[d];
    const int64_t out_item = bytes_of(out.dtype);
    parallel_ranges(numel, kGrainSize, [&](int64_t begin, int64_t end) {
      const void* in[kInputs];
      for (int k = 0; k < kInputs; ++k) {
        const View& view = *inputs[k].view;
        in[k] = static_cast<const char*>(view.data) + (begin ? begin * bytes_of(view.dtype) : 0);
      }
      kernel(end - begin, static_cast<char*>(out.data) + begin * out_item, in, parameters);
    });
    return;
  }
  Order order(out, 0, out.dim);
  if (order.numel == 0) return;
  order.follow(out);
  StridedOperand target;
  target.bind(out, order, out_as);
  StridedOperand runs[kInputs];
  bool direct = target.direct();
  for (int k = 0; k < kInputs; ++k) {
    runs[k].bind(*inputs[k].view, order, inputs[k].as);
    direct &= runs[k].direct();
  }
  parallel_ranges(order.numel, kGrainSize, [&](int64_t begin, int64_t end) {
    const void* in[kInputs];
    if (direct) {
      for (int k = 0; k < kInputs; ++k) in[k] = runs[k].at(begin);
      return kernel(end - begin, target.at(begin), in, parameters);
    }
    alignas(64) char buffer[kInputs + 1][kRun * 8];
    for (int k = 0; k < kInputs; ++k)
      if (!runs[k].direct() && runs[k].constant())
        runs[k].load(begin, end - begin < kRun ? end - begin : kRun, buffer[k]);
    for (int64_t i = begin; i < end; i += kRun) {
      int64_t n = end - i < kRun ? end - i : kRun;
      for (int k = 0; k < kInputs; ++k) {
        in[k] = runs[k].direct() ? runs[k].at(i) : buffer[k];
        if (!runs[k].direct() && !runs[k].constant()) runs[k].load(i, n, buffer[k]);
      }
      kernel(n, target.direct() ? target.at(i) : buffer[kInputs], in, parameters);
      if (!target.direct()) target.store(i, n, buffer[kInputs]);
    }
  });
}

Kernel kernel_for(const Entry& entry, Dtype dtype) {
  Kernel kernel = entry.kernel(computing_type(dtype));
  if (!kernel) not_implemented_error(entry.name, int(dtype));
  return kernel;
}
void unary(Unary op, const View& out, const View& in, const double* params) {
  Kernel kernel = kernel_for(kUnary[int(op)], in.dtype);
  run<1>(kernel, out, gives_bool(op) ? kBool : computing_type(out.dtype), {{&in, computing_type(in.dtype)}},
         params);
}

void binary(Binary op, const View& out, const View& a, const View& b, const double* params) {
  Kernel kernel = kernel_for(kBinary[int(op)], a.dtype);
  run<2>(kernel, out, gives_bool(op) ? kBool : computing_type(out.dtype),
         {{&a, computing_type(a.dtype)}, {&b, computing_type(b.dtype)}}, params);
}

template <class T>
double sum_of(int64_t n, const void* values) {
  const T* x = static_cast<const T*>(values);
  constexpr int kLanes = 16;
  double lanes[kLanes] = {}, sum = 0;
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes)
    for (int k = 0; k < kLanes; ++k) lanes[k] += x[i + k];
  for (double lane : lanes) sum += lane;
  for (; i < n; ++i) sum += x[i];
  return sum;
}

void binary_sum(Binary op, const View& out, const View& a, const View& b, const double* params) {
  Kernel kernel = kernel_for(kBinary[int(op)], a.dtype);
  if (a.dtype != kFloat && a.dtype != kDouble) not_implemented_error("binary_sum", int(a.dtype));
  Order order(a, 0, a.dim);
  order.follow(a);
  StridedOperand runs[2];
  runs[0].bind(a, order, a.dtype);
  runs[1].bind(b, order, a.dtype);
  const int64_t chunks = (order.numel + kGrainSize - 1) / kGrainSize;
  double* sums = thread_buffers().partial.get<double>(chunks);
  parallel_ranges(order.numel, kGrainSize, [&](int64_t begin, int64_t end) {
    alignas(64) char buffer[3][kRun * 8];
    double sum = 0;
    for (int64_t i = begin; i < end; i += kRun) {
      const int64_t n = end - i < kRun ? end - i : kRun;
      const void* in[2];
      for (int k = 0; k < 2; ++k) {
        in[k] = runs[k].direct() ? runs[k].at(i) : buffer[k];
        if (!runs[k].direct()) runs[k].load(i, n, buffer[k]);
      }
      kernel(n, buffer[2], in, params ? params : kNoParams);
      sum += a.dtype == kFloat ? sum_of<float>(n, buffer[2]) : sum_of<double>(n, buffer[2]);
    }
    sums[begin / kGrainSize] = sum;
  });
  double sum = 0;
  for (int64_t k = 0; k < chunks; ++k) sum += sums[k];
  if (out.dtype == kFloat)
    *static_cast<float*>(out.data) = float(sum);
  else
    *static_cast<double*>(out.data) = sum;
}

void ternary(Ternary op, const View& out, const View& a, const View& b, const View& c, const double* params) {
  if (op == Ternary::where) {
    static constexpr Kernel kChoose[] = {choose<uint8_t>, choose<uint16_t>, choose<uint32_t>,
                                         choose<uint64_t>};
    Dtype as = b.dtype == out.dtype && c.dtype == out.dtype ? out.dtype : computing_type(out.dtype);
    return run<3>(kChoose[__builtin_ctz(unsigned(bytes_of(as)))], out, as, {{&a, kBool}, {&b, as}, {&c, as}},
                  params);
  }
  Kernel kernel = kernel_for(kTernary[int(op)], out.dtype);
  Dtype as = computing_type(out.dtype);
  run<3>(kernel, out, as, {{&a, as}, {&b, as}, {&c, as}}, params);
}

}  // namespace

void add_pointwise_kernels(Kernels& table) {
  table.unary = unary;
  table.binary = binary;
  table.ternary = ternary;
  table.binary_sum = binary_sum;
}

}  // namespace tengen::cpu::TENGEN_ISA
