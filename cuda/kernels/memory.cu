// Copies with conversion and fills, for any strides.
#include <cstring>

#include <tengen/cuda/kernels/common/elements.h>
#include <tengen/cuda/kernels/families.h>

namespace tengen::cuda {
namespace {

// ---- moving bits: in units of 16 bytes, or the largest that pointers, sizes and strides allow ------------
/// Makes the largest unit out of elements of `item` bytes and returns its bytes; strides are then in units.
template <int N>
int widen_units(Layout<N>& layout, int item, const void* const (&data)[N]) {
  auto fits = [&](int count) {
    if (layout.sizes[0].value() % count != 0) return false;
    for (int n = 0; n < N; ++n) {
      if (layout.strides[0][n] != 1 || reinterpret_cast<uintptr_t>(data[n]) % unsigned(count * item) != 0)
        return false;
      for (int d = 1; d < layout.dim; ++d)
        if (layout.strides[d][n] % count != 0) return false;
    }
    return true;
  };
  int count = 16 / item;
  while (count > 1 && !fits(count)) count /= 2;
  if (count == 1) return item;
  layout.group(count);
  for (int d = 0; d < layout.dim; ++d)
    for (int n = 0; n < N; ++n) layout.strides[d][n] /= count;
  return item * count;
}

constexpr int kUnits = 4;  // per thread

template <class U>
__global__ void __launch_bounds__(kThreads) copy_kernel(const Layout<2> layout, U* out, const U* in) {
  const int64_t first = int64_t(blockIdx.x) * (kThreads * kUnits) + threadIdx.x;
  int64_t at[kUnits][2];
  U unit[kUnits];
#pragma unroll
  for (int k = 0; k < kUnits; ++k) {
    layout.offsets(min(first + k * kThreads, layout.numel - 1), at[k]);
    unit[k] = in[at[k][1]];
  }
#pragma unroll
  for (int k = 0; k < kUnits; ++k)
    if (first + k * kThreads < layout.numel) out[at[k][0]] = unit[k];
}

template <class U>
__global__ void __launch_bounds__(kThreads) fill_kernel(const Layout<1> layout, U* out, U value) {
  const int64_t first = int64_t(blockIdx.x) * (kThreads * kUnits) + threadIdx.x;
#pragma unroll
  for (int k = 0; k < kUnits; ++k) {
    if (first + k * kThreads >= layout.numel) return;
    int64_t at[1];
    layout.offsets(first + k * kThreads, at);
    out[at[0]] = value;
  }
}

// ---- transposes: through a tile in shared memory, so that both sides are read and written in rows --------
/// out[r][c] = in[c][r] for each of a batch; rows of out run along columns c, rows of in along r.
struct Transpose {
  Layout<2> batch;  // of the other dimensions
  int64_t rows, columns, out_stride, in_stride;
  Divisor across, tiles;  // tiles along columns, tiles of one of the batch
};

template <class U>
__global__ void __launch_bounds__(kThreads) transpose_kernel(const Transpose t, U* out, const U* in) {
  constexpr int kTile = sizeof(U) >= 4 ? 32 : 64, kWide = 32, kHigh = kThreads / kWide;
  __shared__ U tile[kTile][kTile + 4 / (sizeof(U) < 4 ? sizeof(U) : 4)];  // a bank more: columns spread
  unsigned plane = blockIdx.x, down = t.tiles.split(plane);
  const int64_t column0 = int64_t(t.across.split(down)) * kTile, row0 = int64_t(down) * kTile;
  const int x = threadIdx.x % kWide, y = threadIdx.x / kWide;
  int64_t at[2];
  t.batch.offsets(plane, at);
#pragma unroll
  for (int i = 0; i < kTile; i += kHigh)
#pragma unroll
    for (int j = 0; j < kTile; j += kWide) {
      const int64_t r = row0 + x + j, c = column0 + y + i;
      if (r < t.rows && c < t.columns) tile[y + i][x + j] = in[at[1] + c * t.in_stride + r];
    }
  __syncthreads();
#pragma unroll
  for (int i = 0; i < kTile; i += kHigh)
#pragma unroll
    for (int j = 0; j < kTile; j += kWide) {
      const int64_t r = row0 + y + i, c = column0 + x + j;
      if (r < t.rows && c < t.columns) out[at[0] + r * t.out_stride + c] = tile[x + j][y + i];
    }
}

/// Dimensions shorter than this leave most of a tile empty; caches serve them better.
constexpr int64_t kLeastTransposed = 16;

/// The innermost dimension of out and that of in are two: their places in the layout, 0 and the result; or 0.
int transposed_dimension(const Layout<2>& layout) {
  if (layout.strides[0][0] != 1 || layout.strides[0][1] == 1 || layout.sizes[0].value() < kLeastTransposed)
    return 0;
  for (int d = 1; d < layout.dim; ++d)
    if (layout.strides[d][1] == 1) return layout.sizes[d].value() >= kLeastTransposed ? d : 0;
  return 0;
}

void transpose(const Layout<2>& layout, int d, int item, void* out, const void* in) {
  Transpose t;
  t.rows = layout.sizes[d].value(), t.columns = layout.sizes[0].value();
  t.out_stride = layout.strides[d][0], t.in_stride = layout.strides[0][1];
  for (int k = 1; k < layout.dim; ++k)
    if (k != d) t.batch.add(layout.sizes[k].value(), layout.strides[k]);
  const int64_t tile = item >= 4 ? 32 : 64;
  t.across = Divisor(divide_up(t.columns, tile));
  t.tiles = Divisor(t.across.value() * divide_up(t.rows, tile));
  const int64_t blocks = t.batch.numel * t.tiles.value();
  with_unit(item, [&](auto zero) {
    using U = decltype(zero);
    if constexpr (sizeof(U) <= 8)
      launch("copy", transpose_kernel<U>, dim3(unsigned(blocks)), kThreads, 0, t, static_cast<U*>(out),
             static_cast<const U*>(in));
  });
}

// ---- conversions ----------------------------------------------------------------------------------------
/// `value` of a computing type as any other type: to integers by way of int64_t, to bool whether not zero.
template <class To, class V>
TENGEN_HD To convert(V value) {
  if constexpr (std::is_same_v<To, bool>)
    return value != V(0);
  else if constexpr (std::is_integral_v<To> && !std::is_integral_v<V>)
    return To(int64_t(value));
  else
    return To(value);
}

template <class F>
__device__ void with_any_type(Dtype dtype, const F& f) {
  if (dtype == kFloat || dtype == kHalf || dtype == kBFloat16)
    with_stored_type<float>(dtype, f);
  else if (dtype == kDouble)
    f(double{});
  else
    with_stored_type<int64_t>(dtype, f);
}

template <class To, class V>
__device__ void put(To* out, V value) {
  if constexpr (std::is_same_v<To, Half> || std::is_same_v<To, BFloat16>)
    *out = narrow<To>(float(value));
  else
    *out = convert<To>(value);
}

/// V: the computing type of what is read.
template <class V>
__global__ void __launch_bounds__(kThreads)
    convert_kernel(const Layout<2> layout, void* out, Dtype to, const void* in, Dtype from) {
  const int64_t first = int64_t(blockIdx.x) * (kThreads * kUnits) + threadIdx.x;
  int64_t at[kUnits][2];
  V value[kUnits];
#pragma unroll
  for (int k = 0; k < kUnits; ++k) layout.offsets(min(first + k * kThreads, layout.numel - 1), at[k]);
  with_stored_type<V>(from, [&](auto zero) {
#pragma unroll
    for (int k = 0; k < kUnits; ++k) value[k] = V(widen(static_cast<const decltype(zero)*>(in)[at[k][1]]));
  });
  with_any_type(to, [&](auto zero) {
#pragma unroll
    for (int k = 0; k < kUnits; ++k)
      if (first + k * kThreads < layout.numel) put(static_cast<decltype(zero)*>(out) + at[k][0], value[k]);
  });
}

// Contiguous numbers between the types of mixed precision and images: 8 elements per thread.
constexpr int kConverted = 8;

template <class To, class From>
__global__ void __launch_bounds__(kThreads) convert_packed(int64_t numel, To* out, const From* in) {
  constexpr int kCount = 16 / (sizeof(To) > sizeof(From) ? sizeof(To) : sizeof(From));
  constexpr int kVectors = kConverted / kCount;
  using V = decltype(widen(From{}));
  const int64_t first = (int64_t(blockIdx.x) * (kThreads * kVectors) + threadIdx.x) * kCount;
  Vector<From, kCount> from[kVectors];
#pragma unroll
  for (int g = 0; g < kVectors; ++g) {
    const int64_t at = first + g * kThreads * kCount;
    if (at + kCount <= numel) from[g] = load_vector<kCount>(in + at);
  }
#pragma unroll
  for (int g = 0; g < kVectors; ++g) {
    const int64_t at = first + g * kThreads * kCount;
    Vector<To, kCount> to;
    if (at + kCount <= numel) {
#pragma unroll
      for (int j = 0; j < kCount; ++j) put(&to.values[j], V(widen(from[g].values[j])));
      store_vector(out + at, to);
    } else {
      for (int64_t i = at; i < numel; ++i) put(out + i, V(widen(in[i])));
    }
  }
}

template <class To, class From>
bool convert_contiguous(int64_t numel, const View& out, const View& in) {
  if (out.dtype != dtype_of<To> || in.dtype != dtype_of<From> || !is_aligned(out.data) ||
      !is_aligned(in.data))
    return false;
  launch("copy", convert_packed<To, From>, grid_for(divide_up(numel, kConverted)), kThreads, 0, numel,
         static_cast<To*>(out.data), static_cast<const From*>(in.data));
  return true;
}

// ---- the table's functions ------------------------------------------------------------------------------
bool is_empty(const View& view) {
  for (int d = 0; d < view.dim; ++d)
    if (view.sizes[d] == 0) return true;
  return false;
}

void fill(const View& out, double real, int64_t integer) {
  if (is_empty(out)) return;
  uint8_t bytes[16];
  const int item = int(item_size(out.dtype));
  visit_all(out.dtype, [&](auto zero) {
    using T = decltype(zero);
    T value;
    if constexpr (std::is_same_v<T, bool>)
      value = real != 0;
    else if constexpr (std::is_integral_v<T>)
      value = T(integer);
    else
      value = T(std::is_same_v<T, double> ? real : float(real));
    for (size_t k = 0; k < 16; k += sizeof(T)) std::memcpy(bytes + k, &value, sizeof(T));
  });
  auto layout = layout_of<1>({&out}, 0, out.dim, &out);
  bool same = true;
  for (int k = 1; k < item; ++k) same &= bytes[k] == bytes[0];
  if (same && layout.dim == 1 && (layout.strides[0][0] == 1 || layout.numel == 1))
    return check(cudaMemsetAsync(out.data, bytes[0], size_t(layout.numel) * item, current_stream()), "fill");
  with_unit(widen_units<1>(layout, item, {out.data}), [&](auto zero) {
    using U = decltype(zero);
    U value;
    std::memcpy(&value, bytes, sizeof value);
    launch("fill", fill_kernel<U>, grid_for(divide_up(layout.numel, kUnits)), kThreads, 0, layout,
           static_cast<U*>(out.data), value);
  });
}

void copy(const View& out, const View& in) {
  if (in.host_number) return fill(out, number_of<double>(in), number_of<int64_t>(in));
  if (is_empty(out)) return;
  auto layout = layout_of<2>({&out, &in}, 0, out.dim, &out);
  const bool contiguous =
      layout.dim == 1 && ((layout.strides[0][0] == 1 && layout.strides[0][1] == 1) || layout.numel == 1);
  const int item = int(item_size(in.dtype));
  if (out.dtype == in.dtype) {
    if (contiguous)
      return check(cudaMemcpyAsync(out.data, in.data, size_t(layout.numel) * item, cudaMemcpyDeviceToDevice,
                                   current_stream()),
                   "copy");
    if (int d = transposed_dimension(layout)) return transpose(layout, d, item, out.data, in.data);
    return with_unit(widen_units<2>(layout, item, {out.data, in.data}), [&](auto zero) {
      using U = decltype(zero);
      launch("copy", copy_kernel<U>, grid_for(divide_up(layout.numel, kUnits)), kThreads, 0, layout,
             static_cast<U*>(out.data), static_cast<const U*>(in.data));
    });
  }
  const int64_t numel = layout.numel;
  if (contiguous &&
      (convert_contiguous<Half, float>(numel, out, in) || convert_contiguous<float, Half>(numel, out, in) ||
       convert_contiguous<BFloat16, float>(numel, out, in) ||
       convert_contiguous<float, BFloat16>(numel, out, in) ||
       convert_contiguous<float, uint8_t>(numel, out, in)))
    return;
  const Dtype computing = computing_type(in.dtype);
  const dim3 grid = grid_for(divide_up(numel, kUnits));
  auto run = [&](auto kernel) {
    launch("copy", kernel, grid, kThreads, 0, layout, out.data, out.dtype, static_cast<const void*>(in.data),
           in.dtype);
  };
  if (computing == kFloat)
    run(convert_kernel<float>);
  else if (computing == kDouble)
    run(convert_kernel<double>);
  else
    run(convert_kernel<int64_t>);
}

}  // namespace

void add_memory_kernels(Kernels& table) {
  table.copy = copy;
  table.fill = fill;
}

}  // namespace tengen::cuda
