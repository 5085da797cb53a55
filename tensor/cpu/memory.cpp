// Copies with conversion and fills, for any strides.
#include <algorithm>
#include <cstring>

#include <tengen/tensor/array_ref.h>
#include <tengen/tensor/cpu/fill.h>
#include <tengen/tensor/parallel.h>

namespace tengen::cpu::TENGEN_ISA {
namespace {

// A pair of strided views with the same sizes, dimensions merged where both allow it; the last has the
// smallest strides.
struct Pair {
  DimVector sizes, out, in;

  Pair(const View& o, const View& i) {
    DimVector order;
    for (int d = 0; d < o.dim; ++d)
      if (o.sizes[d] != 1) order.push_back(d);
    // Outermost: the largest output stride, so that writes are sequential.
    std::stable_sort(order.begin(), order.end(),
                     [&](int64_t a, int64_t b) { return o.strides[a] > o.strides[b]; });
    for (int64_t d : order) {
      if (!sizes.empty() && out.back() == o.strides[d] * o.sizes[d] &&
          in.back() == i.strides[d] * o.sizes[d]) {
        sizes.back() *= o.sizes[d], out.back() = o.strides[d], in.back() = i.strides[d];
      } else {
        sizes.push_back(o.sizes[d]), out.push_back(o.strides[d]), in.push_back(i.strides[d]);
      }
    }
    if (sizes.empty()) sizes.push_back(1), out.push_back(1), in.push_back(1);
  }
  int64_t rows() const {
    int64_t n = 1;
    for (size_t d = 0; d + 1 < sizes.size(); ++d) n *= sizes[d];
    return n;
  }
  // Offsets of row number `row`.
  void offsets(int64_t row, int64_t& o, int64_t& i) const {
    o = i = 0;
    for (int d = int(sizes.size()) - 2; d >= 0; --d) {
      int64_t at = row % sizes[d];
      row /= sizes[d];
      o += at * out[d], i += at * in[d];
    }
  }
};

template <class To, class From>
inline To convert(From value) {
  if constexpr (std::is_same_v<To, bool>)
    return value != From(0);
  else if constexpr (std::is_same_v<To, Half> || std::is_same_v<To, BFloat16>)
    return To(float(value));
  else if constexpr (std::is_integral_v<To> && !std::is_integral_v<From>)
    return To(int64_t(value));
  else
    return To(value);
}
template <>
inline bool convert<bool, Half>(Half value) {
  return float(value) != 0;
}
template <>
inline bool convert<bool, BFloat16>(BFloat16 value) {
  return float(value) != 0;
}

template <class To, class From>
void copy_row(To* out, int64_t out_stride, const From* in, int64_t in_stride, int64_t n) {
  if (out_stride == 1 && in_stride == 1) {
    if constexpr (std::is_same_v<To, From>)
      std::memcpy(out, in, n * sizeof(To));
    else
      for (int64_t k = 0; k < n; ++k) out[k] = convert<To>(in[k]);
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

TransposeFn transpose_function(size_t item) {
  switch (item) {
    case 1:
      return transpose_bytes<uint8_t>;
    case 2:
      return transpose_bytes<uint16_t>;
    case 4:
      return transpose_bytes<uint32_t>;
    default:
      return transpose_bytes<uint64_t>;
  }
}

bool is_empty(const View& v) {
  for (int d = 0; d < v.dim; ++d)
    if (v.sizes[d] == 0) return true;
  return false;
}

void copy(const View& out, const View& in) {
  if (is_empty(out)) return;
  Pair pair(out, in);
  RowFn copy_row = row_function(out.dtype, in.dtype);
  int64_t out_item = item_size(out.dtype), in_item = item_size(in.dtype);
  char* o = static_cast<char*>(out.data);
  const char* i = static_cast<const char*>(in.data);
  size_t last = pair.sizes.size() - 1;
  int64_t n = pair.sizes[last], out_stride = pair.out[last], in_stride = pair.in[last];
  if (last == 0) {
    return parallel_ranges(n, kGrainSize, [&](int64_t begin, int64_t end) {
      copy_row(o + begin * out_stride * out_item, out_stride, i + begin * in_stride * in_item, in_stride,
               end - begin);
    });
  }
  if (out.dtype == in.dtype && out_stride == 1 && pair.in[last - 1] == 1 && in_stride != 1 && n >= 4) {
    TransposeFn transpose = transpose_function(out_item);
    int64_t rows = pair.sizes[last - 1], batch = pair.rows() / rows;
    int64_t block = std::max<int64_t>(16, kGrainSize / n / 16 * 16), blocks = (rows + block - 1) / block;
    return parallel_for(batch * blocks, [&](int64_t task) {
      int64_t first = task % blocks * block, oo, io;
      pair.offsets(task / blocks * rows + first, oo, io);
      transpose(o + oo * out_item, pair.out[last - 1], i + io * in_item, in_stride,
                std::min(block, rows - first), n);
    });
  }
  parallel_ranges(pair.rows(), std::max<int64_t>(1, kGrainSize / n), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      int64_t oo, io;
      pair.offsets(row, oo, io);
      copy_row(o + oo * out_item, out_stride, i + io * in_item, in_stride, n);
    }
  });
}

void fill(const View& out, double real, int64_t integer) {
  if (is_empty(out)) return;
  Pair pair(out, out);
  visit_all(out.dtype, [&](auto zero) {
    using T = decltype(zero);
    T value;
    if constexpr (std::is_same_v<T, bool>)
      value = real != 0;
    else if constexpr (std::is_integral_v<T>)
      value = T(integer);
    else
      value = convert<T>(real);
    T* data = static_cast<T*>(out.data);
    size_t last = pair.sizes.size() - 1;
    int64_t n = pair.sizes[last], stride = pair.out[last];
    auto row = [&](T* at, int64_t count) {
      if (stride == 1)
        std::fill_n(at, count, value);
      else
        for (int64_t k = 0; k < count; ++k) at[k * stride] = value;
    };
    if (last == 0)
      return parallel_ranges(n, kGrainSize,
                             [&](int64_t begin, int64_t end) { row(data + begin * stride, end - begin); });
    parallel_ranges(pair.rows(), std::max<int64_t>(1, kGrainSize / n), [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        int64_t o, i;
        pair.offsets(r, o, i);
        row(data + o, n);
      }
    });
  });
}

}  // namespace

void fill_memory(Kernels& table) {
  table.copy = copy;
  table.fill = fill;
}

}  // namespace tengen::cpu::TENGEN_ISA
