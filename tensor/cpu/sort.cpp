// Stable sorting along the last dimension, for any strides.
#include <algorithm>

#include <tengen/tensor/cpu/fill.h>
#include <tengen/tensor/cpu/scratch.h>
#include <tengen/tensor/parallel.h>

namespace tengen::cpu::TENGEN_ISA {
namespace {

/// A type of this namespace, so that the instances of std::sort below belong to this instruction set alone.
template <class T>
struct Item {
  T key;
  int64_t position;
};

template <class T>
bool is_nan(T value) {
  if constexpr (std::is_floating_point_v<T>)
    return value != value;
  else
    return false;
}

/// A total order: by key, NaN being the largest, and by position where keys are equal. A sort by it is
/// stable.
template <class T, bool Descending>
struct Before {
  bool operator()(const Item<T>& a, const Item<T>& b) const {
    const T &x = Descending ? b.key : a.key, &y = Descending ? a.key : b.key;
    if (x < y || (is_nan(y) && !is_nan(x))) return true;
    if (y < x || (is_nan(x) && !is_nan(y))) return false;
    return a.position < b.position;
  }
};

template <class T, bool Descending>
void sort_row(Item<T>* items, int64_t n, int64_t k) {
  Before<T, Descending> before;
  if (k < n) {
    std::nth_element(items, items + k, items + n, before);
    n = k;
  }
  std::sort(items, items + n, before);
}

void sort(const View& values, const View& indices, const View& in, bool descending) {
  int last = in.dim - 1;
  int64_t n = in.dim ? in.sizes[last] : 1, k = in.dim ? values.sizes[last] : 1, rows = 1;
  for (int d = 0; d < last; ++d) rows *= in.sizes[d];
  if (rows == 0 || k == 0) return;
  auto stride = [&](const View& v) { return in.dim ? v.strides[last] : 1; };
  auto start = [&](const View& v, int64_t row) {
    int64_t offset = 0;
    for (int d = last - 1; d >= 0; row /= in.sizes[d--]) offset += row % in.sizes[d] * v.strides[d];
    return offset;
  };
  visit_compute(in.dtype, "sort", [&](auto zero) {
    using T = decltype(zero);
    parallel_ranges(rows, std::max<int64_t>(1, kGrainSize / 16 / n), [&](int64_t begin, int64_t end) {
      Buffer memory;
      Item<T>* items = memory.get<Item<T>>(n);
      for (int64_t row = begin; row < end; ++row) {
        const T* from = static_cast<const T*>(in.data) + start(in, row);
        for (int64_t i = 0; i < n; ++i) items[i] = {from[i * stride(in)], i};
        if (descending)
          sort_row<T, true>(items, n, k);
        else
          sort_row<T, false>(items, n, k);
        T* value = static_cast<T*>(values.data) + start(values, row);
        int64_t* index = static_cast<int64_t*>(indices.data) + start(indices, row);
        for (int64_t i = 0; i < k; ++i) {
          value[i * stride(values)] = items[i].key;
          index[i * stride(indices)] = items[i].position;
        }
      }
    });
  });
}

}  // namespace

void fill_sort(Kernels& table) { table.sort = sort; }

}  // namespace tengen::cpu::TENGEN_ISA
