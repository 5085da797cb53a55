// Copies with conversion and fills, for any strides.
#include <algorithm>
#include <cstring>

#include <tengen/tensor/array_ref.h>
#include <tengen/tensor/cpu/families.h>
#include <tengen/tensor/cpu/low_precision.h>
#include <tengen/tensor/cpu/product/transpose.h>
#include <tengen/tensor/cpu/walk.h>
#include <tengen/tensor/parallel/parallel.h>

namespace tengen::cpu::TENGEN_ISA {
namespace {

// The elements of two views with equal sizes (arrays: out, in) in the order in which they lie in `out`.
Walk<2> walk(const View& out, const View& in) {
  DimVector order;
  for (int d = 0; d < out.dim; ++d)
    if (out.sizes[d] != 1) order.push_back(d);
  for (size_t i = 1; i < order.size(); ++i)  // insertion sort: nearly always in order already
    for (size_t j = i; j > 0 && out.strides[order[j - 1]] < out.strides[order[j]]; --j)
      std::swap(order[j - 1], order[j]);
  Walk<2> all;
  for (int64_t d : order) all.add(out.sizes[d], {out.strides[d], in.strides[d]});
  return all;
}

template <class To, class From>
inline To convert(From value) {
  if constexpr (is_reduced<From> && !std::is_same_v<To, From>)
    return convert<To>(widen(value));
  else if constexpr (std::is_same_v<To, bool>)
    return value != From(0);
  else if constexpr (is_reduced<To> && !std::is_same_v<To, From>)
    return narrow<To>(float(value));
  else if constexpr (std::is_integral_v<To> && !std::is_integral_v<From>)
    return To(int64_t(value));
  else
    return To(value);
}

template <class To, class From>
void copy_row(To* out, int64_t out_stride, const From* in, int64_t in_stride, int64_t n) {
  if (out_stride == 1 && in_stride == 1) {
    if constexpr (std::is_same_v<To, From>)
      std::memcpy(out, in, n * sizeof(To));
    else if constexpr (is_reduced<From> && std::is_same_v<To, float>)
      widen(out, in, n);
    else if constexpr (is_reduced<To> && std::is_same_v<From, float>)
      narrow(out, in, n);
    else
      for (int64_t k = 0; k < n; ++k) out[k] = convert<To>(in[k]);
  } else if (out_stride == 1 && in_stride == -1) {  // backwards, in vectors
    for (int64_t k = 0; k < n; ++k) out[k] = convert<To>(in[-k]);
  } else {
    for (int64_t k = 0; k < n; ++k) out[k * out_stride] = convert<To>(in[k * in_stride]);
  }
}

// The two fastest dimensions are transposed against each other: go in tiles so that both sides use whole
// cache lines.
template <class T>
void copy_transposed(T* out, int64_t out_stride, const T* in, int64_t in_stride, int64_t rows,
                     int64_t columns) {
  // out[r * out_stride + c] = in[c * in_stride + r]
  constexpr int64_t kTile = 16;
  for (int64_t c0 = 0; c0 < columns; c0 += kTile)
    for (int64_t r0 = 0; r0 < rows; r0 += kTile) {
      int64_t r1 = std::min(r0 + kTile, rows), c1 = std::min(c0 + kTile, columns);
      for (int64_t r = r0; r < r1; ++r)
        for (int64_t c = c0; c < c1; ++c) out[r * out_stride + c] = in[c * in_stride + r];
    }
}

// Rows of any two types behind one signature, so that the strided loops exist once.
using RowFn = void (*)(void* out, int64_t out_stride, const void* in, int64_t in_stride, int64_t n);
using TransposeFn = void (*)(void* out, int64_t out_stride, const void* in, int64_t in_stride, int64_t rows,
                             int64_t columns);

RowFn row_function(Dtype to, Dtype from) {
  return visit_all(to, [&](auto t) {
    return visit_all(from, [&](auto f) -> RowFn {
      using To = decltype(t);
      using From = decltype(f);
      return [](void* out, int64_t os, const void* in, int64_t is, int64_t n) {
        copy_row(static_cast<To*>(out), os, static_cast<const From*>(in), is, n);
      };
    });
  });
}

template <class T>
void transpose_bytes(void* out, int64_t os, const void* in, int64_t is, int64_t rows, int64_t columns) {
  copy_transposed(static_cast<T*>(out), os, static_cast<const T*>(in), is, rows, columns);
}

// Bits of the size of T, moved through registers: a cache line of every column at a time.
template <class T>
void transpose_registers(void* out, int64_t os, const void* in, int64_t is, int64_t rows, int64_t columns) {
  constexpr int64_t kLine = 64 / sizeof(T);
  for (int64_t r = 0; r < rows; r += kLine) {
    // So many streams are more than the processor follows by itself.
    for (int64_t c = 0; c < columns; ++c)
      __builtin_prefetch(static_cast<const T*>(in) + c * is + r + 2 * kLine, 0, 2);
    transpose(static_cast<const T*>(in) + r, is, columns, std::min(kLine, rows - r),
              static_cast<T*>(out) + r * os, os);
  }
}

TransposeFn transpose_function(size_t item) {
  switch (item) {
    case 1:
      return transpose_bytes<uint8_t>;
    case 2:
      return transpose_bytes<uint16_t>;
    case 4:
      return transpose_registers<float>;
    default:
      return transpose_registers<double>;
  }
}

void copy(const View& out, const View& in) {
  Walk<2> all = walk(out, in);
  RowFn copy_row = row_function(out.dtype, in.dtype);
  int64_t out_item = item_size(out.dtype), in_item = item_size(in.dtype);
  char* o = static_cast<char*>(out.data);
  const char* i = static_cast<const char*>(in.data);
  int64_t out_step = all.step(0), in_step = all.step(1);
  int last = all.dim - 1;
  if (all.dim > 1 && out.dtype == in.dtype && out_step == 1 && in_step != 1 &&
      all.strides[last - 1][1] == 1 && all.sizes[last] >= 4 && all.numel > 0) {
    TransposeFn transpose = transpose_function(out_item);
    int64_t columns = all.sizes[last], rows = all.sizes[last - 1], batch = all.numel / (rows * columns);
    int64_t block = std::max<int64_t>(16, kGrainSize / columns / 16 * 16),
            blocks = (rows + block - 1) / block;
    return parallel_for(batch * blocks, [&](int64_t task) {
      int64_t first = task % blocks * block, start = (task / blocks * rows + first) * columns;
      all.run(start, start + 1, [&](const int64_t* offsets, int64_t) {
        transpose(o + offsets[0] * out_item, all.strides[last - 1][0], i + offsets[1] * in_item, in_step,
                  std::min(block, rows - first), columns);
      });
    });
  }
  parallel_ranges(all.numel, kGrainSize, [&](int64_t begin, int64_t end) {
    all.run(begin, end, [&](const int64_t* offsets, int64_t count) {
      copy_row(o + offsets[0] * out_item, out_step, i + offsets[1] * in_item, in_step, count);
    });
  });
}

void fill(const View& out, double real, int64_t integer) {
  Walk<2> all = walk(out, out);
  visit_all(out.dtype, [&](auto zero) {
    using T = decltype(zero);
    T value;
    if constexpr (std::is_same_v<T, bool>)
      value = real != 0;
    else if constexpr (std::is_integral_v<T>)
      value = T(integer);
    else
      value = convert<T>(real);
    int64_t step = all.step(0);
    parallel_ranges(all.numel, kGrainSize, [&](int64_t begin, int64_t end) {
      all.run(begin, end, [&](const int64_t* offsets, int64_t count) {
        T* at = static_cast<T*>(out.data) + offsets[0];
        if (step == 1)
          std::fill_n(at, count, value);
        else
          for (int64_t k = 0; k < count; ++k) at[k * step] = value;
      });
    });
  });
}

}  // namespace

void add_memory_kernels(Kernels& table) {
  table.copy = copy;
  table.fill = fill;
}

}  // namespace tengen::cpu::TENGEN_ISA
