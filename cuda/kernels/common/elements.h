// Loops over elements: a formula applied to operands of any strides and types, or, where all is contiguous,
// to packs of 16 bytes.
//
// Formulas compute in float (which also serves the 16-bit types, rounded once when stored), double, or
// int64_t (all integers and bool). A kernel exists per formula and computing type; the types in memory are
// looked up while it runs, the same way for all threads.
#pragma once

#include <type_traits>

#include <tengen/cuda/kernels/common/common.h>
#include <tengen/cuda/kernels/common/layout.h>

namespace tengen::cuda {

void add_unary_kernels(Kernels& table);
void add_ternary_kernels(Kernels& table);
void add_scan_kernels(Kernels& table);

/// The type in which elements of `dtype` are computed with: kFloat, kDouble or kLong.
inline Dtype computing_type(Dtype dtype) {
  return dtype == kDouble ? kDouble : is_floating_point(dtype) ? kFloat : kLong;
}

/// Calls f(T{}) with the type in memory, of those that V computes for.
template <class V, class F>
__device__ void with_stored_type(Dtype dtype, const F& f) {
  if constexpr (std::is_same_v<V, double>) {
    f(double{});
  } else if constexpr (std::is_same_v<V, float>) {
    if (dtype == kHalf)
      f(Half{});
    else if (dtype == kBFloat16)
      f(BFloat16{});
    else
      f(float{});
  } else {
    switch (dtype) {
      case kByte:
        return f(uint8_t{});
      case kChar:
        return f(int8_t{});
      case kShort:
        return f(int16_t{});
      case kInt:
        return f(int32_t{});
      case kBool:
        return f(bool{});
      default:
        return f(int64_t{});
    }
  }
}

/// A host number's value.
template <class V>
V number_of(const View& view) {
  return visit_all(view.dtype, [&](auto zero) {
    using T = decltype(zero);
    const T value = *static_cast<const T*>(view.data);
    if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>)
      return V(float(value));
    else
      return V(value);
  });
}

/// A formula's call over out and inputs.
template <class V, int kInputs>
struct Call {
  Layout<kInputs + 1> layout;  // of out, then of the inputs; of packs in a packed kernel
  int64_t numel;
  void* out;
  const void* in[kInputs];  // null: a number instead
  Dtype out_dtype, in_dtype[kInputs];
  Dtype dtype;  // in memory, in packed kernels: of out, unless that is bool, and of all inputs but numbers
  V number[kInputs], params[3];
  DeviceFault* record;
};

/// Formulas for which an integer divisor of zero is an error.
template <class F>
constexpr bool divides = false;

template <class F, class V, int kInputs>
__device__ auto evaluate(const V (&x)[kInputs], const V* params) {
  if constexpr (kInputs == 1)
    return F()(x[0], params);
  else if constexpr (kInputs == 2)
    return F()(x[0], x[1], params);
  else
    return F()(x[0], x[1], x[2], params);
}
/// A V, or bool of tests (which may be int: that of a & b).
template <class F, class V, int kInputs>
__device__ auto apply(const V (&x)[kInputs], const Call<V, kInputs>& call) {
  using R = decltype(evaluate<F>(x, call.params));
  if constexpr (divides<F> && std::is_same_v<V, int64_t>)
    if (x[1] == 0) {
      report_zero_division(call.record);
      return V(0);
    }
  return std::conditional_t<std::is_same_v<R, V>, V, bool>(evaluate<F>(x, call.params));
}
template <class F, class V, int kInputs>
using Result = decltype(apply<F>(std::declval<const V (&)[kInputs]>(), std::declval<Call<V, kInputs>>()));

// ---- any strides: each thread takes items that lie a block apart ----------------------------------------
template <class V>
constexpr int kItems = std::is_same_v<V, double> ? 2 : 4;

template <class F, class V, int kInputs>
__global__ void __launch_bounds__(kThreads) strided_kernel(const Call<V, kInputs> call) {
  constexpr int kCount = kItems<V>;
  const int64_t first = int64_t(blockIdx.x) * (kThreads * kCount) + threadIdx.x;
  int64_t at[kCount][kInputs + 1];
#pragma unroll
  for (int k = 0; k < kCount;
       ++k)  // beyond the end: a place that is never read, where another thread may write
    call.layout.offsets(min(first + k * kThreads, call.numel - 1), at[k]);
  V x[kCount][kInputs];
#pragma unroll
  for (int n = 0; n < kInputs; ++n) {
    if (call.in[n])
      with_stored_type<V>(call.in_dtype[n], [&](auto zero) {
        const auto* in = static_cast<const decltype(zero)*>(call.in[n]);
#pragma unroll
        for (int k = 0; k < kCount; ++k)
          x[k][n] = first + k * kThreads < call.numel ? V(widen(in[at[k][n + 1]])) : V(1);
      });
    else
#pragma unroll
      for (int k = 0; k < kCount; ++k) x[k][n] = call.number[n];
  }
  using R = Result<F, V, kInputs>;
  R result[kCount];
#pragma unroll
  for (int k = 0; k < kCount; ++k) result[k] = apply<F>(x[k], call);
  auto store = [&](auto zero) {
    using T = decltype(zero);
#pragma unroll
    for (int k = 0; k < kCount; ++k)
      if (first + k * kThreads < call.numel) static_cast<T*>(call.out)[at[k][0]] = narrow<T>(result[k]);
  };
  if constexpr (std::is_same_v<R, bool>)
    store(bool{});
  else
    with_stored_type<V>(call.out_dtype, store);
}

// ---- packs: all operands of one type, each contiguous or repeated along the innermost dimension ---------
/// Whether operands can be taken in groups of `count` along the innermost dimension: the first is contiguous
/// there, each other one too or repeated, and groups are aligned. items: bytes per element.
template <int N>
bool can_group(const Layout<N>& layout, int count, const void* const (&data)[N], const int64_t (&items)[N]) {
  if (layout.dim > 1 && layout.sizes[0].value() % count != 0) return false;
  for (int n = 0; n < N; ++n) {
    if (n > 0 && (!data[n] || layout.strides[0][n] == 0)) continue;
    if (layout.strides[0][n] != 1 || reinterpret_cast<uintptr_t>(data[n]) % uint64_t(count * items[n]) != 0)
      return false;
    for (int d = 1; d < layout.dim; ++d)
      if (layout.strides[d][n] % count != 0) return false;
  }
  return true;
}

/// Types in memory of packed kernels: float, or 16 bits of either kind.
__device__ inline float decode(float x, bool) { return x; }
__device__ inline float decode(uint16_t bits, bool bfloat) {
  if (bfloat) return __uint_as_float(unsigned(bits) << 16);
  Half half;
  half.bits = bits;
  return widen(half);
}
template <class T>
__device__ T encode(float x, bool bfloat) {
  if constexpr (std::is_same_v<T, float>)
    return x;
  else
    return bfloat ? narrow<BFloat16>(x).bits : narrow<Half>(x).bits;
}

template <class T>
constexpr int kPacks = 8 / Pack<T>::kCount;  // per thread

template <class F, class T, int kInputs>
__global__ void __launch_bounds__(kThreads) packed_kernel(const Call<float, kInputs> call) {
  constexpr int kCount = Pack<T>::kCount;
  using R = Result<F, float, kInputs>;
  constexpr bool kTest = std::is_same_v<R, bool>;
  using Out = std::conditional_t<kTest, bool, T>;
  const bool bfloat = call.dtype == kBFloat16;
  const int64_t first = int64_t(blockIdx.x) * (kThreads * kPacks<T>)+threadIdx.x;
  int64_t at[kPacks<T>][kInputs + 1];
  Pack<T> in[kPacks<T>][kInputs];
#pragma unroll
  for (int k = 0; k < kPacks<T>; ++k) {
    const int64_t pack = first + k * kThreads;
    if (pack >= call.layout.numel) break;
    call.layout.offsets(pack, at[k]);
    const int64_t left = call.numel - pack * kCount;
#pragma unroll
    for (int n = 0; n < kInputs; ++n) {
      if (!call.in[n]) continue;
      const T* from = static_cast<const T*>(call.in[n]) + at[k][n + 1];
      if (call.layout.strides[0][n + 1] == 0) {
        const T value = *from;
#pragma unroll
        for (int j = 0; j < kCount; ++j) in[k][n].values[j] = value;
      } else if (left >= kCount) {
        in[k][n] = load_vector<kCount>(from);
      } else {
#pragma unroll
        for (int j = 0; j < kCount; ++j) in[k][n].values[j] = from[j < left ? j : 0];
      }
    }
  }
#pragma unroll
  for (int k = 0; k < kPacks<T>; ++k) {
    const int64_t pack = first + k * kThreads;
    if (pack >= call.layout.numel) break;
    const int64_t left = call.numel - pack * kCount;
    Vector<Out, kCount> result;
#pragma unroll
    for (int j = 0; j < kCount; ++j) {
      float x[kInputs];
#pragma unroll
      for (int n = 0; n < kInputs; ++n)
        x[n] = call.in[n] ? decode(in[k][n].values[j], bfloat) : call.number[n];
      if constexpr (kTest)
        result.values[j] = apply<F>(x, call);
      else
        result.values[j] = encode<T>(apply<F>(x, call), bfloat);
    }
    Out* to = static_cast<Out*>(call.out) + at[k][0];
    if (left >= kCount) {
      store_vector(to, result);
    } else {
#pragma unroll
      for (int j = 0; j < kCount; ++j)
        if (j < left) to[j] = result.values[j];
    }
  }
}

// ---- calls ----------------------------------------------------------------------------------------------
/// One formula: its name for errors, and kernels by type, null where it has none.
template <int kInputs>
struct Formula {
  const char* name;
  void (*packed_float)(Call<float, kInputs>);
  void (*packed_16)(Call<float, kInputs>);
  void (*strided_float)(Call<float, kInputs>);
  void (*strided_double)(Call<double, kInputs>);
  void (*strided_integer)(Call<int64_t, kInputs>);
};

// A formula of real numbers, of integers, of both.
template <class F, int kInputs>
constexpr Formula<kInputs> real_formula(const char* name) {
  return {name,
          packed_kernel<F, float, kInputs>,
          packed_kernel<F, uint16_t, kInputs>,
          strided_kernel<F, float, kInputs>,
          strided_kernel<F, double, kInputs>,
          nullptr};
}
template <class F, int kInputs>
constexpr Formula<kInputs> integer_formula(const char* name) {
  return {name, nullptr, nullptr, nullptr, nullptr, strided_kernel<F, int64_t, kInputs>};
}
template <class F, int kInputs>
constexpr Formula<kInputs> any_formula(const char* name) {
  Formula<kInputs> all = real_formula<F, kInputs>(name);
  all.strided_integer = strided_kernel<F, int64_t, kInputs>;
  return all;
}

/// A parameter as an integer saturates: a missing bound is infinite.
template <class V>
V parameter(double value) {
  if constexpr (std::is_same_v<V, int64_t>)
    return value >= 0x1p63 ? INT64_MAX : value < -0x1p63 ? INT64_MIN : V(value);
  else
    return V(value);
}

template <class V, int kInputs>
Call<V, kInputs> make_call(const View& out, const View* const (&in)[kInputs], const double* params) {
  const View* views[kInputs + 1] = {&out};
  for (int n = 0; n < kInputs; ++n) views[n + 1] = in[n];
  Call<V, kInputs> call{
      layout_of<kInputs + 1>(views, 0, out.dim, &out), 0, out.data, {}, out.dtype, {}, {}, {}, {}, nullptr};
  call.numel = call.layout.numel;
  for (int n = 0; n < kInputs; ++n) {
    call.in[n] = in[n]->host_number ? nullptr : in[n]->data;
    call.in_dtype[n] = in[n]->dtype;
    if (in[n]->host_number) call.number[n] = number_of<V>(*in[n]);
  }
  for (int i = 0; i < 3; ++i) call.params[i] = params ? parameter<V>(params[i]) : V(0);
  return call;
}

template <class V, int kInputs>
void launch_strided(const char* name, void (*kernel)(Call<V, kInputs>), const Call<V, kInputs>& call) {
  launch(name, kernel, grid_for(divide_up(call.numel, kItems<V>)), kThreads, 0, call);
}

/// Runs the formula in the computing type that suits `dtype`.
template <int kInputs>
void run(const Formula<kInputs>& formula, Dtype dtype, const View& out, const View* const (&in)[kInputs],
         const double* params) {
  const Dtype computing = computing_type(dtype);
  if (computing == kLong ? !formula.strided_integer : !formula.strided_float)
    not_implemented_error(formula.name, int(dtype));
  for (int d = 0; d < out.dim; ++d)
    if (out.sizes[d] == 0) return;
  if (computing == kLong) {
    auto call = make_call<int64_t>(out, in, params);
    call.record = device_fault();
    return launch_strided(formula.name, formula.strided_integer, call);
  }
  if (computing == kDouble)
    return launch_strided(formula.name, formula.strided_double, make_call<double>(out, in, params));
  auto call = make_call<float>(out, in, params);
  call.dtype = dtype;
  bool same = out.dtype == dtype || out.dtype == kBool;
  const void* data[kInputs + 1] = {out.data};
  int64_t items[kInputs + 1] = {int64_t(item_size(out.dtype))};
  for (int n = 0; n < kInputs; ++n) {
    same &= in[n]->host_number || in[n]->dtype == dtype;
    data[n + 1] = call.in[n];
    items[n + 1] = int64_t(item_size(dtype));
  }
  const int count = int(16 / item_size(dtype));
  if (!same || !can_group(call.layout, count, data, items))
    return launch_strided(formula.name, formula.strided_float, call);
  call.layout.group(count);
  if (dtype == kFloat)
    launch(formula.name, formula.packed_float, grid_for(divide_up(call.layout.numel, kPacks<float>)),
           kThreads, 0, call);
  else
    launch(formula.name, formula.packed_16, grid_for(divide_up(call.layout.numel, kPacks<uint16_t>)),
           kThreads, 0, call);
}

// Formulas of pointwise.h as types.
#define TENGEN_FORMULA(name)                              \
  struct name##_ {                                        \
    template <class V, class... Args>                     \
    __device__ auto operator()(V x, Args... args) const { \
      return formula::name(x, args...);                   \
    }                                                     \
  };
#define TENGEN_MATH(name)                                  \
  struct name##_ {                                         \
    template <class V>                                     \
    __device__ auto operator()(V x, const V*) const {      \
      return pw::name(x);                                  \
    }                                                      \
    template <class V>                                     \
    __device__ auto operator()(V x, V y, const V*) const { \
      return pw::name(x, y);                               \
    }                                                      \
  };

}  // namespace tengen::cuda
