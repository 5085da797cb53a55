// Formulas of three numbers, and the choice between two of any type.
#include <cstring>

#include <tengen/cuda/kernels/common/elements.h>
#include <tengen/cuda/kernels/families.h>

namespace tengen::cuda {
namespace {

// where among integers of several sizes; the condition is converted like them.
struct where_ {
  template <class V>
  __device__ V operator()(V condition, V a, V b, const V*) const {
    return condition != V(0) ? a : b;
  }
};
TENGEN_FORMULA(addcmul)
TENGEN_FORMULA(addcdiv)
TENGEN_FORMULA(lerp)
TENGEN_FORMULA(bce_with_logits_grad)

// In the order of the enum.
const Formula<3> kTernary[] = {integer_formula<where_, 3>("where"), any_formula<addcmul_, 3>("addcmul"),
                               real_formula<addcdiv_, 3>("addcdiv"), real_formula<lerp_, 3>("lerp"),
                               real_formula<bce_with_logits_grad_, 3>("bce_with_logits_grad")};

// ---- where: by the size of an element, whose bits are moved ---------------------------------------------
template <class U>
struct Choice {
  Layout<4> layout;  // of out, condition, a, b; of groups in a packed kernel
  int64_t numel;
  U* out;
  const bool* condition;
  const U *a, *b;  // null: the number instead
  bool condition_number;
  U a_number, b_number;
};

template <class U>
__global__ void __launch_bounds__(kThreads) choose_strided(const Choice<U> c) {
  constexpr int kCount = kItems<float>;
  const int64_t first = int64_t(blockIdx.x) * (kThreads * kCount) + threadIdx.x;
  int64_t at[kCount][4];
  U result[kCount];
#pragma unroll
  for (int k = 0; k < kCount; ++k) {
    c.layout.offsets(min(first + k * kThreads, c.numel - 1), at[k]);
    const bool inside = first + k * kThreads < c.numel;
    const bool condition = c.condition && inside ? c.condition[at[k][1]] : c.condition_number;
    const U a = c.a && inside ? c.a[at[k][2]] : c.a_number, b = c.b && inside ? c.b[at[k][3]] : c.b_number;
    result[k] = condition ? a : b;
  }
#pragma unroll
  for (int k = 0; k < kCount; ++k)
    if (first + k * kThreads < c.numel) c.out[at[k][0]] = result[k];
}

/// `count` <= kCount elements from `from`, or the same one kCount times.
template <class T, int kCount>
__device__ Vector<T, kCount> take(const T* from, T number, bool repeated, int64_t count) {
  Vector<T, kCount> vector;
  if (from && !repeated && count >= kCount) return load_vector<kCount>(from);
#pragma unroll
  for (int j = 0; j < kCount; ++j) vector.values[j] = !from ? number : from[repeated || j >= count ? 0 : j];
  return vector;
}

template <class U>
__global__ void __launch_bounds__(kThreads) choose_packed(const Choice<U> c) {
  constexpr int kCount = Pack<U>::kCount;
  const int64_t pack = global_index();
  if (pack >= c.layout.numel) return;
  int64_t at[4];
  c.layout.offsets(pack, at);
  const int64_t left = c.numel - pack * kCount;
  const auto* steps = c.layout.strides[0];
  const auto condition = take<bool, kCount>(c.condition ? c.condition + at[1] : nullptr, c.condition_number,
                                            steps[1] == 0, left);
  const auto a = take<U, kCount>(c.a ? c.a + at[2] : nullptr, c.a_number, steps[2] == 0, left),
             b = take<U, kCount>(c.b ? c.b + at[3] : nullptr, c.b_number, steps[3] == 0, left);
  Vector<U, kCount> result;
#pragma unroll
  for (int j = 0; j < kCount; ++j) result.values[j] = condition.values[j] ? a.values[j] : b.values[j];
  U* out = c.out + at[0];
  if (left >= kCount) {
    store_vector(out, result);
  } else {
#pragma unroll
    for (int j = 0; j < kCount; ++j)
      if (j < left) out[j] = result.values[j];
  }
}

// A host number's bits in the type of the result.
template <class U>
U bits_as(const View& view, Dtype dtype) {
  U bits{};
  visit_all(dtype, [&](auto zero) {
    using T = decltype(zero);
    if constexpr (sizeof(T) == sizeof(U)) {
      T value;
      if constexpr (std::is_same_v<T, double>)
        value = number_of<double>(view);
      else if constexpr (std::is_integral_v<T>)
        value = T(number_of<int64_t>(view));
      else
        value = T(number_of<float>(view));
      std::memcpy(&bits, &value, sizeof bits);
    }
  });
  return bits;
}

template <class U>
void choose(const View& out, const View& condition, const View& a, const View& b) {
  Choice<U> c{layout_of<4>({&out, &condition, &a, &b}, 0, out.dim, &out),
              0,
              static_cast<U*>(out.data),
              nullptr,
              nullptr,
              nullptr,
              false,
              {},
              {}};
  c.numel = c.layout.numel;
  if (condition.host_number)
    c.condition_number = number_of<int64_t>(condition) != 0;
  else
    c.condition = static_cast<const bool*>(condition.data);
  if (a.host_number)
    c.a_number = bits_as<U>(a, out.dtype);
  else
    c.a = static_cast<const U*>(a.data);
  if (b.host_number)
    c.b_number = bits_as<U>(b, out.dtype);
  else
    c.b = static_cast<const U*>(b.data);
  constexpr int kCount = Pack<U>::kCount;
  if (can_group<4>(c.layout, kCount, {c.out, c.condition, c.a, c.b}, {sizeof(U), 1, sizeof(U), sizeof(U)})) {
    c.layout.group(kCount);
    launch("where", choose_packed<U>, grid_for(c.layout.numel), kThreads, 0, c);
  } else {
    launch("where", choose_strided<U>, grid_for(divide_up(c.numel, kItems<float>)), kThreads, 0, c);
  }
}

void ternary(Ternary op, const View& out, const View& a, const View& b, const View& c, const double* params) {
  auto moves = [&](const View& v) { return v.host_number || v.dtype == out.dtype; };
  if (op != Ternary::where || a.dtype != kBool || !moves(b) || !moves(c))
    return run<3>(kTernary[int(op)], out.dtype, out, {&a, &b, &c}, params);
  for (int d = 0; d < out.dim; ++d)
    if (out.sizes[d] == 0) return;
  switch (item_size(out.dtype)) {
    case 1:
      return choose<uint8_t>(out, a, b, c);
    case 2:
      return choose<uint16_t>(out, a, b, c);
    case 4:
      return choose<uint32_t>(out, a, b, c);
    default:
      return choose<uint64_t>(out, a, b, c);
  }
}

}  // namespace

void add_ternary_kernels(Kernels& table) { table.ternary = ternary; }

}  // namespace tengen::cuda
