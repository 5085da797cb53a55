// Gather, scatter and advanced indexing, for any strides.
//
// Reads are spread over threads by elements. Writes are spread by the elements that no two indices share, and
// follow the order of the indices within each: what is written twice holds the last value, sums have one
// order.
#include <algorithm>
#include <initializer_list>

#include <tengen/tensor/cpu/fill.h>
#include <tengen/tensor/cpu/scratch.h>
#include <tengen/tensor/parallel.h>

namespace tengen::cpu::TENGEN_ISA {
namespace {

/// Common positions of N arrays with equal sizes; dimensions that follow each other in all of them are
/// merged.
template <int N>
struct Walk {
  static constexpr int kMaxDim = 64;
  int dim = 0;
  int64_t numel = 1;
  int64_t sizes[kMaxDim];
  int64_t strides[kMaxDim][N];

  void add(int64_t size,
           std::initializer_list<int64_t> steps) {  // from the outermost dimension to the innermost
    numel *= size;
    if (size == 1) return;
    const int64_t* step = steps.begin();
    bool merge = dim > 0;
    for (int n = 0; n < N && merge; ++n) merge = strides[dim - 1][n] == step[n] * size;
    if (!merge) {
      TENGEN_CHECK(dim < kMaxDim, "indexing: found more than ", kMaxDim, " dimensions");
      sizes[dim++] = 1;
    }
    sizes[dim - 1] *= size;
    for (int n = 0; n < N; ++n) strides[dim - 1][n] = step[n];
  }
  /// The stride of array n in the innermost dimension.
  int64_t step(int n) const { return dim > 0 ? strides[dim - 1][n] : 0; }

  /// Calls row(offsets, count) for positions [begin, end), a piece of the innermost dimension at a time.
  template <class Row>
  void run(int64_t begin, int64_t end, const Row& row) const {
    if (begin >= end) return;
    int64_t offsets[N] = {}, at[kMaxDim];
    if (dim == 0) return row(offsets, int64_t{1});
    int64_t rest = begin;
    for (int d = dim - 1; d >= 0; --d) {
      at[d] = rest % sizes[d];
      rest /= sizes[d];
      for (int n = 0; n < N; ++n) offsets[n] += at[d] * strides[d][n];
    }
    while (begin < end) {
      int64_t count = std::min(sizes[dim - 1] - at[dim - 1], end - begin);
      row(offsets, count);
      begin += count;
      at[dim - 1] += count;
      for (int n = 0; n < N; ++n) offsets[n] += count * strides[dim - 1][n];
      for (int d = dim - 1; d > 0 && at[d] == sizes[d]; --d) {
        for (int n = 0; n < N; ++n) offsets[n] += strides[d - 1][n] - at[d] * strides[d][n];
        at[d] = 0;
        ++at[d - 1];
      }
    }
  }
};

Walk<1> walk(const View& v) {
  Walk<1> out;
  for (int d = 0; d < v.dim; ++d) out.add(v.sizes[d], {v.strides[d]});
  return out;
}

/// f with a number type of `size` bytes, for moving elements whatever they mean.
template <class F>
void visit_size(Dtype dtype, const F& f) {
  switch (item_size(dtype)) {
    case 1:
      return f(uint8_t{});
    case 2:
      return f(uint16_t{});
    case 4:
      return f(uint32_t{});
    default:
      return f(uint64_t{});
  }
}

template <bool Add, class T>
void put(T& to, T from) {
  if constexpr (!Add)
    to = from;
  else if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>)
    to = T(float(to) + float(from));
  else if constexpr (std::is_same_v<T, bool>)
    to = to || from;
  else
    to = T(to + from);
}

// ---- gather and scatter
// ----------------------------------------------------------------------------------------------

void gather(const View& out, const View& in, const View& index, int dim) {
  Walk<3> all;
  for (int d = 0; d < index.dim; ++d)
    all.add(index.sizes[d], {out.strides[d], index.strides[d], d == dim ? 0 : in.strides[d]});
  int64_t size = index.dim ? in.sizes[dim] : 1, stride = index.dim ? in.strides[dim] : 1;
  const int64_t* places = static_cast<const int64_t*>(index.data);
  visit_size(out.dtype, [&](auto zero) {
    using T = decltype(zero);
    parallel_ranges(all.numel, kGrainSize / 4, [&](int64_t begin, int64_t end) {
      all.run(begin, end, [&](const int64_t* offsets, int64_t count) {
        T* to = static_cast<T*>(out.data) + offsets[0];
        const int64_t* at = places + offsets[1];
        const T* from = static_cast<const T*>(in.data) + offsets[2];
        for (int64_t k = 0; k < count; ++k) {
          int64_t i = at[k * all.step(1)];
          if (uint64_t(i) >= uint64_t(size)) [[unlikely]]
            index_out_of_bounds(i, dim, size);
          to[k * all.step(0)] = from[k * all.step(2) + i * stride];
        }
      });
    });
  });
}

template <bool Add, class T>
void scatter_lines(const View& out, const View& index, const View& src, int dim) {
  Walk<3> lines;  // everything but `dim`
  for (int d = 0; d < index.dim; ++d)
    if (d != dim) lines.add(index.sizes[d], {out.strides[d], index.strides[d], src.strides[d]});
  bool scalar = index.dim == 0;
  int64_t length = scalar ? 1 : index.sizes[dim], out_stride = scalar ? 1 : out.strides[dim];
  int64_t index_stride = scalar ? 0 : index.strides[dim], src_stride = scalar ? 0 : src.strides[dim];
  int64_t grain = std::max<int64_t>(1, kGrainSize / 4 / std::max<int64_t>(1, length));
  parallel_ranges(lines.numel, grain, [&](int64_t begin, int64_t end) {
    lines.run(begin, end, [&](const int64_t* offsets, int64_t count) {
      T* to = static_cast<T*>(out.data) + offsets[0];
      const int64_t* at = static_cast<const int64_t*>(index.data) + offsets[1];
      const T* from = static_cast<const T*>(src.data) + offsets[2];
      auto one = [&](int64_t k, int64_t j) {  // element j of line k
        put<Add>(to[k * lines.step(0) + at[k * lines.step(1) + j * index_stride] * out_stride],
                 from[k * lines.step(2) + j * src_stride]);
      };
      if (out_stride <= lines.step(0))
        for (int64_t k = 0; k < count; ++k)
          for (int64_t j = 0; j < length; ++j) one(k, j);
      else  // neighbours in memory are neighbouring lines
        for (int64_t j = 0; j < length; ++j)
          for (int64_t k = 0; k < count; ++k) one(k, j);
    });
  });
}

void scatter(const View& out, const View& index, const View& src, int dim, bool accumulate) {
  Walk<1> all = walk(index);
  int64_t size = index.dim ? out.sizes[dim] : 1;
  all.run(0, all.numel, [&](const int64_t* offsets, int64_t count) {
    const int64_t* at = static_cast<const int64_t*>(index.data) + offsets[0];
    for (int64_t k = 0; k < count; ++k)
      if (uint64_t(at[k * all.step(0)]) >= uint64_t(size)) [[unlikely]]
        index_out_of_bounds(at[k * all.step(0)], dim, size);
  });
  if (accumulate)
    visit_all(out.dtype, [&](auto zero) { scatter_lines<true, decltype(zero)>(out, index, src, dim); });
  else
    visit_size(out.dtype, [&](auto zero) { scatter_lines<false, decltype(zero)>(out, index, src, dim); });
}

// ---- advanced indexing
// -----------------------------------------------------------------------------------------------

/// By how much the indices displace: place[i] = sum over k of index_k[i] * stride_k.
void displacements(const Indices& indices, int64_t count, int64_t* place) {
  std::fill_n(place, count, int64_t{0});
  for (int n = 0; n < indices.count; ++n) {
    Walk<1> all = walk(indices.index[n]);
    int64_t size = indices.sizes[n], stride = indices.strides[n], step = all.step(0);
    int64_t* next = place;
    all.run(0, all.numel, [&](const int64_t* offsets, int64_t piece) {
      const int64_t* at = static_cast<const int64_t*>(indices.index[n].data) + offsets[0];
      for (int64_t k = 0; k < piece; ++k) {
        int64_t i = at[k * step];
        if (i < 0 && indices.wrap) i += size;
        if (uint64_t(i) >= uint64_t(size)) [[unlikely]]
          index_out_of_bounds(at[k * step], indices.dims[n], size);
        *next++ += i * stride;
      }
    });
  }
}

/// Moves elements between a tensor whose dimensions (B..., A...) are displaced by places[] and one of
/// dimensions (B..., I..., A...) in which place i lies at steps[i].
struct Move {
  Walk<2> before, after;  // arrays: to, from
  int64_t count;          // of I
  const int64_t *to_place, *from_place;

  template <bool Add, class T>
  void block(T* to, const T* from, int64_t b0, int64_t b1, int64_t i0, int64_t i1, int64_t a0,
             int64_t a1) const {
    int64_t to_step = after.step(0), from_step = after.step(1);
    auto row = [&](T* t, const T* f, int64_t n) {
      if (to_step == 1 && from_step == 1)
        for (int64_t k = 0; k < n; ++k) put<Add>(t[k], f[k]);
      else
        for (int64_t k = 0; k < n; ++k) put<Add>(t[k * to_step], f[k * from_step]);
    };
    before.run(b0, b1, [&](const int64_t* offsets, int64_t rows) {
      for (int64_t b = 0; b < rows; ++b) {
        T* tb = to + offsets[0] + b * before.step(0);
        const T* fb = from + offsets[1] + b * before.step(1);
        if (after.numel == 1) {
          for (int64_t i = i0; i < i1; ++i) put<Add>(tb[to_place[i]], fb[from_place[i]]);
        } else if (after.dim == 1) {
          for (int64_t i = i0; i < i1; ++i)
            row(tb + to_place[i] + a0 * to_step, fb + from_place[i] + a0 * from_step, a1 - a0);
        } else {
          for (int64_t i = i0; i < i1; ++i)
            after.run(a0, a1, [&](const int64_t* at, int64_t n) {
              row(tb + to_place[i] + at[0], fb + from_place[i] + at[1], n);
            });
        }
      }
    });
  }

  /// Rows (b, i) in any order: each writes elsewhere.
  template <class T>
  void read(T* to, const T* from) const {
    int64_t grain = std::max<int64_t>(1, kGrainSize / std::max<int64_t>(1, after.numel));
    if (count * before.numel * after.numel == 0) return;
    parallel_ranges(before.numel * count, grain, [&](int64_t begin, int64_t end) {
      while (begin < end) {
        int64_t b = begin / count, i = begin % count, whole = i == 0 ? (end - begin) / count : 0;
        int64_t n = whole > 0 ? count : std::min(end - begin, count - i);
        block<false>(to, from, b, b + std::max<int64_t>(whole, 1), i, i + n, 0, after.numel);
        begin += n * std::max<int64_t>(whole, 1);
      }
    });
  }

  /// All places in order, for columns (b, a) in parallel.
  template <bool Add, class T>
  void write(T* to, const T* from) const {
    if (count * before.numel * after.numel == 0) return;
    int64_t width = std::clamp<int64_t>(kGrainSize / count, 16, std::max<int64_t>(16, after.numel));
    int64_t pieces = (after.numel + width - 1) / width;
    int64_t grain = std::max<int64_t>(1, kGrainSize / (count * std::min(width, after.numel)));
    parallel_ranges(before.numel * pieces, grain, [&](int64_t begin, int64_t end) {
      if (pieces == 1) return block<Add>(to, from, begin, end, 0, count, 0, after.numel);
      for (int64_t task = begin; task < end; ++task) {
        int64_t b = task / pieces, a = task % pieces * width;
        block<Add>(to, from, b, b + 1, 0, count, a, std::min(a + width, after.numel));
      }
    });
  }
};

/// Prepares the move between `thin` (B..., A...), displaced, and `full` (B..., I..., A...).
template <class Use>
void with_move(const View& thin, const View& full, bool to_thin, const Indices& indices, int before,
               const Use& use) {
  int middle = indices.index[0].dim;
  Move move;
  auto add = [&](Walk<2>& w, int f, int t) {
    w.add(full.sizes[f],
          {to_thin ? thin.strides[t] : full.strides[f], to_thin ? full.strides[f] : thin.strides[t]});
  };
  for (int d = 0; d < before; ++d) add(move.before, d, d);
  for (int d = before + middle; d < full.dim; ++d) add(move.after, d, d - middle);
  Walk<1> shape;
  for (int d = before; d < before + middle; ++d) shape.add(full.sizes[d], {full.strides[d]});
  move.count = shape.numel;
  Buffer memory;
  int64_t* place = memory.get<int64_t>(2 * move.count);
  int64_t* step = place + move.count;
  displacements(indices, move.count, place);
  int64_t* next = step;
  shape.run(0, shape.numel, [&](const int64_t* offsets, int64_t n) {
    for (int64_t k = 0; k < n; ++k) *next++ = offsets[0] + k * shape.step(0);
  });
  move.to_place = to_thin ? place : step;
  move.from_place = to_thin ? step : place;
  use(move);
}

void index(const View& out, const View& in, const Indices& indices, int before) {
  with_move(in, out, false, indices, before, [&](const Move& move) {
    visit_size(out.dtype, [&](auto zero) {
      using T = decltype(zero);
      move.read(static_cast<T*>(out.data), static_cast<const T*>(in.data));
    });
  });
}

void index_put(const View& out, const View& src, const Indices& indices, int before, bool accumulate) {
  with_move(out, src, true, indices, before, [&](const Move& move) {
    auto write = [&]<bool Add>(auto zero) {
      using T = decltype(zero);
      move.write<Add>(static_cast<T*>(out.data), static_cast<const T*>(src.data));
    };
    if (accumulate)
      visit_all(out.dtype, [&](auto zero) { write.template operator()<true>(zero); });
    else
      visit_size(out.dtype, [&](auto zero) { write.template operator()<false>(zero); });
  });
}

// ---- nonzero
// ---------------------------------------------------------------------------------------------------------

int64_t nonzero(const View& in, int64_t* positions) {
  Walk<1> all = walk(in);
  int64_t found = 0;
  visit_all(in.dtype, [&](auto zero) {
    using T = decltype(zero);
    int64_t seen = 0;
    all.run(0, all.numel, [&](const int64_t* offsets, int64_t count) {
      const T* at = static_cast<const T*>(in.data) + offsets[0];
      for (int64_t k = 0; k < count; ++k) {
        bool is_set;
        if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>)
          is_set = float(at[k * all.step(0)]) != 0;
        else
          is_set = at[k * all.step(0)] != T(0);
        if (!positions) {
          found += is_set;
        } else if (is_set) {
          int64_t rest = seen + k;
          for (int d = in.dim - 1; d >= 0; --d) {
            positions[found * in.dim + d] = rest % in.sizes[d];
            rest /= in.sizes[d];
          }
          ++found;
        }
      }
      seen += count;
    });
  });
  return found;
}

}  // namespace

void fill_index(Kernels& table) {
  table.gather = gather;
  table.scatter = scatter;
  table.index = index;
  table.index_put = index_put;
  table.nonzero = nonzero;
}

}  // namespace tengen::cpu::TENGEN_ISA
